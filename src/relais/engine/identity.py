"""Who a patient is, as the national identity asks: names, birth dates, likeness of two files.

Source: référentiel national d’identitovigilance (RNIV) 1, « Principes d’identification des usagers
communs à tous les acteurs de santé ». Of its v1.2 only the opening (its contents) was at hand when
this was written, of v2.0 (2022) nothing: the rules on unknown dates below are from memory and must
be read again before a connector to the national service (INSi) qualifies anybody. Lunar days follow
the same need as the DMP’s integration guide, annexe A3-1. A birth date is kept as it is written on
the papers, unknown parts as zeros and days that no calendar has included; the day used for ages is
worked out from it.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

DECIDES_AT: Final = 16  # Code de la sécurité sociale, L. 162-5-3: médecin traitant from 16 on
ADULT_AT: Final = 18
_WRITTEN: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_BIRTHPLACE: Final = re.compile(r"(?:\d{5}|2[AB]\d{3})")
_EARLIEST: Final = 1850
# Points of likeness between two files (choice of the project): the sum says what to show a person,
# who decides; nothing is ever merged by a machine.
_SAME_NAME: Final = 4
_SAME_USED_NAME: Final = 3
_SAME_FIRST_NAME: Final = 3
_SAME_START: Final = 1
_SAME_DAY: Final = 5
_NEAR_DAY: Final = 2
_SAME_CONTACT: Final = 3
_OTHER_SEX: Final = -4
LIKELY: Final = 10


class BirthDateError(ValueError):
    """What is written is no birth date."""


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date as the papers write it: `month` and `day` are 0 when they are unknown."""

    year: int
    month: int
    day: int

    @classmethod
    def read(cls, written: str) -> BirthDate:
        """Read « AAAA-MM-JJ », zeros where unknown; raises BirthDateError for anything else."""
        found = _WRITTEN.fullmatch(written.strip())
        if not found:
            raise BirthDateError(written)
        year, month, day = (int(part) for part in found.groups())
        if year < _EARLIEST or month > 12 or day > 31:
            raise BirthDateError(written)
        return cls(year, month, day)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def is_exact(self) -> bool:
        """Say whether it is a day of the calendar: all known, and not a lunar day such as 30/02."""
        if not self.month or not self.day:
            return False
        return self.day <= calendar.monthrange(self.year, self.month)[1]

    def day_used(self) -> date:
        """Give the day that stands for it in ages and searches.

        Month and day unknown: 31 December; day alone: the 1st; month alone: January (RNIV 1). A
        day that the month has not (lunar calendars): the last day of that month.
        """
        if not self.month and not self.day:
            return date(self.year, 12, 31)
        month = self.month or 1
        last = calendar.monthrange(self.year, month)[1]
        return date(self.year, month, min(self.day or 1, last))


def age_on(born_on: date, day: date) -> int:
    """Count the whole years from a birth to a day; someone of 29 February ages on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birthday(born_on: date, years: int) -> date:
    """Give the day someone reaches an age; 1 March for someone of 29 February in a common year."""
    year = born_on.year + years
    if (born_on.month, born_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return born_on.replace(year=year)


def is_birthplace(code: str) -> bool:
    """Say whether a text has the shape of an INSEE code: commune, country (99…) or 99999."""
    return bool(_BIRTHPLACE.fullmatch(code))


def plain(text: str) -> str:
    """Write a name the way it is searched: small letters, no accent, one space between words."""
    small = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", small)
    kept = (mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(kept)).split())


def capitals(name: str) -> str:
    """Write a name as the national identity does: capitals without accent, hyphens and apostrophes.

    Raises ValueError when nothing is left.
    """
    text = name.upper().replace("Œ", "OE").replace("Æ", "AE").replace("’", "'")
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    written = " ".join(re.sub(r"[^A-Z' -]+", " ", kept).split())
    if not written:
        raise ValueError(f"{name!r} has no letter")
    return written


def date_searched(text: str) -> date | None:
    """Read a birth date typed in a search: 04/01/1950, 4-1-1950, 04011950; None when it is none."""
    found = re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", text.strip()) or re.fullmatch(
        r"(\d{2})(\d{2})(\d{4})", text.strip()
    )
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Traits:
    """What two files are compared on; names as `plain` writes them, `contact`: digits or e-mail."""

    birth_name: str
    used_name: str
    first_name: str
    born_on: date
    sex: str
    contacts: frozenset[str] = frozenset()


def likeness(one: Traits, other: Traits) -> int:
    """Count points of likeness between two files; from LIKELY on, show them as possible twins.

    Symmetrical. A person decides: two real twins share all but the first name.
    """
    points = 0
    if one.birth_name == other.birth_name:
        points += _SAME_NAME
    elif {one.birth_name, one.used_name} & {other.birth_name, other.used_name} - {""}:
        points += _SAME_USED_NAME
    if one.first_name == other.first_name:
        points += _SAME_FIRST_NAME
    elif one.first_name[:3] == other.first_name[:3]:
        points += _SAME_START
    if one.born_on == other.born_on:
        points += _SAME_DAY
    elif _nearly(one.born_on, other.born_on):
        points += _NEAR_DAY
    if one.contacts & other.contacts:
        points += _SAME_CONTACT
    if one.sex != other.sex and "U" not in {one.sex, other.sex}:
        points += _OTHER_SEX
    return points


def _nearly(one: date, other: date) -> bool:
    """Say whether two days differ by one part, or by day and month exchanged."""
    first, second = (one.year, one.month, one.day), (other.year, other.month, other.day)
    same = sum(left == right for left, right in zip(first, second, strict=True))
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return same == 2 or swapped
