"""Weeks missing month by month, hard weeks and how evenly they are shared."""

from __future__ import annotations

from datetime import date

import pytest

from relais.engine import hard_weeks, parameters
from relais.engine.pool import MonthFacts, Offering, forecast

MAY, AUGUST = date(2027, 5, 1), date(2027, 8, 1)
COMES = parameters.load("pool")["offered_comes"].value
YEARLY = parameters.load("pool")["weeks_a_year"].value


def _month(first: date = MAY, **facts: int) -> MonthFacts:
    known = {"needed": 10, "confirmed": 0, "awaited": 0, "idle": 0, "ready": 0, **facts}
    return MonthFacts(first_day=first, is_far=True, **known)


def test_what_is_confirmed_awaited_and_offered_is_not_missing() -> None:
    (found,) = forecast([_month(confirmed=4, awaited=2)], [Offering(3, {MAY: 3})])
    assert found.offered == 3
    assert found.expected == pytest.approx(3 * COMES)
    assert found.missing == pytest.approx(10 - 4 - 2 * COMES - 3 * COMES)
    assert found.least < found.missing < found.most


def test_a_doctor_who_offers_ten_weeks_and_takes_one_gives_one() -> None:
    may, august = forecast(
        [_month(), _month(AUGUST)], [Offering(1, {MAY: 5, AUGUST: 5}), Offering(0, {MAY: 4})]
    )
    assert may.expected + august.expected == pytest.approx(COMES)


def test_ready_doctors_who_offered_nothing_count_in_far_months_only() -> None:
    far = _month(idle=120)
    near = MonthFacts(MAY, 10, 0, 0, 120, 120, is_far=False)
    assert [one.expected for one in forecast([far, near], [])] == [pytest.approx(10 * YEARLY), 0.0]
    (sure,) = forecast([_month(needed=5, confirmed=5)], [])
    assert (sure.missing, sure.least, sure.most) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("monday", "kind"),
    [
        (date(2026, 12, 21), "christmas"),
        (date(2026, 12, 28), "christmas"),
        (date(2027, 8, 2), "august"),
        (date(2027, 2, 15), "school_holidays"),
        (date(2027, 5, 17), "public_holiday"),  # Pentecost Monday
    ],
)
def test_a_week_is_as_hard_as_its_page_says(monday: date, kind: str) -> None:
    assert hard_weeks.points(monday) == parameters.load("hard_weeks")[kind].value


def test_an_ordinary_week_is_not_hard() -> None:
    assert hard_weeks.points(date(2027, 6, 7)) == 0


def test_who_gave_more_is_spared_and_nobody_is_left_out() -> None:
    assert hard_weeks.spared(0, 2) == hard_weeks.spared(2, 2) == 1.0
    assert 0 < hard_weeks.spared(9, 1) < hard_weeks.spared(3, 1) < 1


def test_gini_is_zero_when_even_and_near_one_when_one_has_all() -> None:
    assert hard_weeks.gini([2, 2, 2]) == pytest.approx(0.0)
    assert hard_weeks.gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert hard_weeks.gini([]) == hard_weeks.gini([0.0]) == 0.0
    assert hard_weeks.is_fair([1, 1, 2])
    assert not hard_weeks.is_fair([0, 0, 0, 8])
