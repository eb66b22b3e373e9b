"""French calendar: public holidays by department, school holidays by zone, and what is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from relais.engine import calendar_fr


def test_the_eleven_national_holidays_of_2027() -> None:
    assert dict(calendar_fr.public_holidays(2027)) == {
        date(2027, 1, 1): "Jour de l’an",
        date(2027, 3, 29): "Lundi de Pâques",
        date(2027, 5, 1): "Fête du Travail",
        date(2027, 5, 6): "Ascension",
        date(2027, 5, 8): "Victoire de 1945",
        date(2027, 5, 17): "Lundi de Pentecôte",
        date(2027, 7, 14): "Fête nationale",
        date(2027, 8, 15): "Assomption",
        date(2027, 11, 1): "Toussaint",
        date(2027, 11, 11): "Armistice de 1918",
        date(2027, 12, 25): "Noël",
    }


def test_public_holidays_come_in_order_of_date() -> None:
    days = list(calendar_fr.public_holidays(2028, "67"))
    assert days == sorted(days)


@pytest.mark.parametrize(
    ("department", "extra"),
    [
        ("23", {}),
        ("57", {date(2027, 3, 26): "Vendredi saint", date(2027, 12, 26): "Saint-Étienne"}),
        ("67", {date(2027, 3, 26): "Vendredi saint", date(2027, 12, 26): "Saint-Étienne"}),
        ("68", {date(2027, 3, 26): "Vendredi saint", date(2027, 12, 26): "Saint-Étienne"}),
        ("971", {date(2027, 5, 27): "Abolition de l’esclavage"}),
        ("972", {date(2027, 5, 22): "Abolition de l’esclavage"}),
        ("973", {date(2027, 6, 10): "Abolition de l’esclavage"}),
        ("974", {date(2027, 12, 20): "Abolition de l’esclavage"}),
        ("976", {date(2027, 4, 27): "Abolition de l’esclavage"}),
        ("977", {date(2027, 10, 9): "Abolition de l’esclavage"}),
        ("978", {date(2027, 5, 28): "Abolition de l’esclavage"}),
    ],
)
def test_some_departments_have_more_holidays(department: str, extra: dict[date, str]) -> None:
    national = calendar_fr.public_holidays(2027)
    local = calendar_fr.public_holidays(2027, department)
    assert {day: name for day, name in local.items() if day not in national} == extra
    assert national.items() <= local.items()


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (1954, date(1954, 4, 18)),
        (1981, date(1981, 4, 19)),
        (2000, date(2000, 4, 23)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2028, date(2028, 4, 16)),
        (2038, date(2038, 4, 25)),
        (2076, date(2076, 4, 19)),
        (2285, date(2285, 3, 22)),
    ],
)
def test_easter_sunday(year: int, easter: date) -> None:
    assert calendar_fr.easter_sunday(year) == easter


def test_easter_agrees_with_an_independent_library() -> None:
    easter = pytest.importorskip("dateutil.easter", reason="python-dateutil is not installed")
    years = range(1800, 2300)
    assert [calendar_fr.easter_sunday(year) for year in years] == [
        easter.easter(year) for year in years
    ]


def test_ascension_on_the_first_of_may_names_both() -> None:
    assert calendar_fr.public_holidays(2008)[date(2008, 5, 1)] == "Fête du Travail et Ascension"


def test_national_days_agree_with_an_independent_library() -> None:
    holidays = pytest.importorskip("holidays", reason="the library « holidays » is not installed")
    for year in range(2008, 2100):  # from 2005 to 2007 it leaves Whit Monday out
        assert set(calendar_fr.public_holidays(year)) == set(holidays.France(years=year)), year


@pytest.mark.parametrize(
    ("department", "code"),
    [("57", "57"), ("67", "6AE"), ("68", "6AE"), ("973", "973"), ("974", "974"), ("976", "976")],
)
def test_local_days_agree_with_an_independent_library(department: str, code: str) -> None:
    holidays = pytest.importorskip("holidays", reason="the library « holidays » is not installed")
    for year in range(2020, 2060):
        theirs = set(holidays.France(years=year, subdiv=code))
        assert set(calendar_fr.public_holidays(year, department)) == theirs, year


def test_a_week_across_two_years_sees_both() -> None:
    assert dict(calendar_fr.holidays_in_week(date(2026, 12, 28))) == {
        date(2027, 1, 1): "Jour de l’an"
    }


def test_a_week_sees_the_holidays_of_its_department() -> None:
    assert dict(calendar_fr.holidays_in_week(date(2027, 12, 20), "974")) == {
        date(2027, 12, 20): "Abolition de l’esclavage",
        date(2027, 12, 25): "Noël",
    }
    assert dict(calendar_fr.holidays_in_week(date(2027, 1, 4))) == {}


@pytest.mark.parametrize(
    "question",
    [
        calendar_fr.holidays_in_week,
        calendar_fr.school_zones_on_holiday,
        calendar_fr.zones_known,
        calendar_fr.school_words,
    ],
)
def test_a_week_must_begin_on_a_monday(question: object) -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        question(date(2027, 1, 5))  # type: ignore[operator]


def test_every_department_has_one_school_zone() -> None:
    metropole = [f"{number:02d}" for number in range(1, 96) if number != 20] + ["2A", "2B"]
    overseas = ["971", "972", "973", "974", "976"]
    assert sorted(calendar_fr.school_zones()) == sorted(metropole + overseas)


@pytest.mark.parametrize(
    ("department", "zone"),
    [
        ("23", "A"),
        ("69", "A"),
        ("13", "B"),
        ("14", "B"),
        ("75", "C"),
        ("31", "C"),
        ("2B", "Corse"),
        ("974", "Réunion"),
        ("988", None),
    ],
)
def test_the_zone_of_a_department(department: str, zone: str | None) -> None:
    assert calendar_fr.school_zone(department) == zone


@pytest.mark.parametrize(
    ("monday", "zones"),
    [
        (date(2025, 10, 20), {"A", "B", "C", "Corse", "Réunion"}),
        (date(2026, 2, 9), {"A"}),
        (date(2026, 2, 16), {"A", "B", "Corse"}),
        (date(2026, 2, 23), {"B", "C", "Corse"}),
        (date(2026, 3, 2), {"C", "Réunion"}),
        (date(2026, 12, 21), {"A", "B", "C", "Réunion"}),
        (date(2027, 1, 4), {"Réunion"}),
        (date(2027, 2, 8), {"C"}),
        (date(2027, 2, 15), {"A", "C"}),
        (date(2027, 2, 22), {"A", "B"}),
        (date(2027, 3, 1), {"B"}),
        (date(2027, 3, 8), set()),
        (date(2027, 4, 5), {"C"}),
        (date(2027, 4, 19), {"A", "B"}),
        (date(2027, 5, 3), set()),
        (date(2027, 7, 5), {"A", "B", "C"}),
        (date(2027, 10, 25), {"A", "B", "C"}),
        (date(2028, 2, 7), {"B"}),
        (date(2028, 2, 14), {"B", "C"}),
        (date(2028, 2, 21), {"A", "C"}),
        (date(2028, 2, 28), {"A"}),
        (date(2028, 4, 24), {"A", "C"}),
        (date(2028, 8, 21), {"A", "B", "C"}),
    ],
)
def test_zones_on_holiday(monday: date, zones: set[str]) -> None:
    assert calendar_fr.school_zones_on_holiday(monday) == zones


@pytest.mark.parametrize("monday", [date(2025, 6, 30), date(2028, 8, 28), date(2028, 10, 30)])
def test_beyond_the_published_years_nothing_is_guessed(monday: date) -> None:
    assert calendar_fr.school_zones_on_holiday(monday) is None
    assert calendar_fr.on_school_holiday(monday, "23") is None
    assert calendar_fr.school_words(monday) == "inconnu"


@pytest.mark.parametrize(
    ("department", "answer"),
    [("23", True), ("59", False), ("2A", None), ("971", None), ("974", False), ("988", None)],
)
def test_a_department_is_on_holiday_or_not_or_unknown(department: str, answer: bool | None) -> None:
    assert calendar_fr.on_school_holiday(date(2027, 2, 15), department) is answer


def test_a_bridge_is_seen_though_the_week_is_not_off() -> None:
    (bridge,) = calendar_fr.school_holidays_in_week(date(2026, 5, 11), "A")
    assert (bridge.name, bridge.first, bridge.last) == (
        "Pont de l’Ascension",
        date(2026, 5, 15),
        date(2026, 5, 16),
    )


@pytest.mark.parametrize(
    ("monday", "words"),
    [
        (date(2026, 2, 9), "zone A"),
        (date(2026, 2, 23), "zones B et C, Corse"),
        (date(2027, 10, 25), "zones A, B et C"),
        (date(2027, 3, 8), ""),
    ],
)
def test_zones_in_words(monday: date, words: str) -> None:
    assert calendar_fr.school_words(monday) == words


def test_holidays_of_one_zone_never_overlap_and_stay_in_the_known_days() -> None:
    for zone in ("A", "B", "C", "Corse", "Réunion"):
        mine = [holiday for holiday in calendar_fr.school_holidays() if zone in holiday.zones]
        for earlier, later in pairwise(mine):
            same_bridge = "Pont" in later.name or "Pont" in earlier.name
            assert earlier.last < later.first or same_bridge, (zone, earlier, later)
        assert all(holiday.first <= holiday.last for holiday in mine)


def test_a_long_holiday_lasts_two_weeks_and_returns_on_a_school_day() -> None:
    for holiday in calendar_fr.school_holidays():
        if holiday.zones & {"A", "B", "C"} and "Pont" not in holiday.name:
            assert (holiday.last - holiday.first) >= timedelta(days=15), holiday
