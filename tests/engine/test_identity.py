"""Birth dates as papers write them, ages, names as they are searched, likeness of two files."""

from __future__ import annotations

from datetime import date

import pytest

from relais.engine import identity
from relais.engine.identity import LIKELY, BirthDate, BirthDateError, Traits, likeness


@pytest.mark.parametrize(
    ("written", "used", "exact"),
    [
        ("1950-04-12", date(1950, 4, 12), True),
        ("1950-04-00", date(1950, 4, 1), False),
        ("1950-00-12", date(1950, 1, 12), False),
        ("1950-00-00", date(1950, 12, 31), False),
        ("1965-02-30", date(1965, 2, 28), False),
        ("1964-02-29", date(1964, 2, 29), True),
    ],
)
def test_unknown_parts_and_lunar_days_have_a_day_that_stands_for_them(
    written: str, used: date, exact: bool
) -> None:
    born = BirthDate.read(written)
    assert (str(born), born.day_used(), born.is_exact) == (written, used, exact)


@pytest.mark.parametrize("written", ["", "12/04/1950", "1950-13-01", "1950-01-32", "0000-01-01"])
def test_what_is_no_birth_date_is_refused(written: str) -> None:
    with pytest.raises(BirthDateError):
        BirthDate.read(written)


def test_ages_and_birthdays_of_29_february() -> None:
    born = date(2008, 2, 29)
    assert [identity.age_on(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]
    assert identity.birthday(born, 18) == date(2026, 3, 1)
    assert identity.birthday(born, 16) == date(2024, 2, 29)


def test_names_are_searched_without_accents_and_kept_in_capitals() -> None:
    assert identity.plain("  Éloïse  D’Œuvre-Çağ ") == "eloise d oeuvre cag"
    assert identity.capitals("Éloïse d’Œuvre-Prévôt") == "ELOISE D'OEUVRE-PREVOT"
    with pytest.raises(ValueError, match="no letter"):
        identity.capitals("  12 ")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4/1/1950", date(1950, 1, 4)),
        ("04011950", date(1950, 1, 4)),
        ("04-01-1950", date(1950, 1, 4)),
        ("31/02/1950", None),
        ("dupont", None),
    ],
)
def test_a_date_typed_in_a_search_is_read(text: str, found: date | None) -> None:
    assert identity.date_searched(text) == found


def test_codes_of_birthplaces() -> None:
    known = {
        code: identity.is_birthplace(code) for code in ("23030", "2A004", "99352", "2C001", "")
    }
    assert known == {"23030": True, "2A004": True, "99352": True, "2C001": False, "": False}


ANNE = Traits("martin", "durand", "anne", date(1960, 5, 17), "F", frozenset({"612345678"}))


@pytest.mark.parametrize(
    ("other", "is_likely"),
    [
        (ANNE, True),
        (Traits("durand", "", "anne", date(1960, 5, 17), "F"), True),
        (Traits("martin", "", "anne", date(1960, 7, 15), "F", ANNE.contacts), True),
        (Traits("martin", "", "anne", date(1961, 5, 17), "F", ANNE.contacts), True),
        (Traits("martin", "", "paul", date(1960, 5, 17), "M"), False),
        (Traits("martin", "", "anne", date(1994, 1, 2), "F"), False),
    ],
)
def test_alike_files_are_shown_and_others_not(other: Traits, is_likely: bool) -> None:
    assert (likeness(ANNE, other) >= LIKELY) is is_likely
    assert likeness(ANNE, other) == likeness(other, ANNE)
