"""Days that change a week in France: public holidays by department, school holidays by zone.

Pure: dates in, dates out. What the law or a ministry fixes stands in `parameters/*.toml` with its
source. Beyond the last published school year the answer is None: unknown, never a guess.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from relais.engine.weeks import is_monday

UNKNOWN = "inconnu"
MISSION_DAYS = 6  # a relay week runs from Monday to Saturday (DESIGN: the week of the relay)


@dataclass(frozen=True, slots=True)
class SchoolHoliday:
    """One holiday of the pupils of some zones. `first` and `last` are days without class."""

    year: str
    name: str
    zones: frozenset[str]
    first: date
    last: date
    source: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A public holiday: a day of the year, or a number of days after Easter Sunday."""

    name: str
    month_day: tuple[int, int] | None
    easter_days: int
    departments: frozenset[str]
    valid_from: int

    def day(self, year: int, easter: date) -> date:
        """Give its day in a year."""
        if self.month_day is None:
            return easter + timedelta(days=self.easter_days)
        return date(year, *self.month_day)


def easter_sunday(year: int) -> date:
    """Give Easter Sunday of a year of the Gregorian calendar.

    Source: anonymous Gregorian algorithm (Nature, 1876; Meeus, Astronomical Algorithms, 1991).
    """
    golden = year % 19
    century, in_century = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quads, quad_rest = divmod(in_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * quads - epact - quad_rest) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def public_holidays(year: int, department: str | None = None) -> Mapping[date, str]:
    """Give the public holidays of a year, day to French name, in order of date.

    `department` is a code (« 67 », « 2A », « 974 »); without it only the national days are given.
    When two fall on one day their names are joined. Source: parameters/public_holidays.toml.
    """
    easter = easter_sunday(year)
    found: dict[date, str] = {}
    for rule in _rules():
        if year < rule.valid_from or (rule.departments and department not in rule.departments):
            continue
        day = rule.day(year, easter)
        found[day] = f"{found[day]} et {rule.name}" if day in found else rule.name
    return MappingProxyType(dict(sorted(found.items())))


def holidays_in_week(monday: date, department: str | None = None) -> Mapping[date, str]:
    """Give the public holidays from a Monday to its Sunday, day to name.

    Raises ValueError when `monday` is not a Monday.
    """
    sunday = _sunday_of(monday)
    return MappingProxyType(
        {
            day: name
            for year in sorted({monday.year, sunday.year})
            for day, name in public_holidays(year, department).items()
            if monday <= day <= sunday
        }
    )


def school_zone(department: str) -> str | None:
    """Give the school zone of a department: A, B, C, Corse or an overseas academy; None elsewhere.

    Source: parameters/school_zones.toml.
    """
    return school_zones().get(department)


@cache
def school_zones() -> Mapping[str, str]:
    """Give the school zone of every department that has one, by department code."""
    return MappingProxyType(
        {
            department: academy["zone"]
            for academy in _parameters("school_zones")["academy"]
            for department in academy["departments"]
        }
    )


@cache
def school_holidays() -> tuple[SchoolHoliday, ...]:
    """List every known school holiday, by first day. Source: parameters/school_holidays.toml."""
    holidays = (
        SchoolHoliday(
            year=row["year"],
            name=row["name"],
            zones=frozenset(row["zones"]),
            first=row["from"],
            last=row["to"],
            source=row["source"],
        )
        for row in _parameters("school_holidays")["holiday"]
    )
    return tuple(sorted(holidays, key=lambda holiday: (holiday.first, sorted(holiday.zones))))


def zones_known(monday: date) -> frozenset[str]:
    """Name the zones whose calendar is published for the whole relay week, Monday to Saturday.

    Raises ValueError when `monday` is not a Monday.
    """
    saturday = _saturday_of(monday)
    return frozenset(
        zone
        for row in _parameters("school_holidays")["known"]
        if row["from"] <= monday and saturday <= row["to"]
        for zone in row["zones"]
    )


def school_zones_on_holiday(monday: date) -> frozenset[str] | None:
    """Name the zones without class the whole of Monday to Friday; None when A, B or C is unknown.

    Zones whose calendar is not published for that week (`zones_known`) are left out. A bridge of a
    day or two is not a week of holiday: see `school_holidays_in_week`.
    Raises ValueError when `monday` is not a Monday.
    """
    known = zones_known(monday)
    if not known >= {"A", "B", "C"}:
        return None
    return frozenset(zone for zone in known if _whole_week_off(monday, zone))


def on_school_holiday(monday: date, department: str) -> bool | None:
    """Say whether pupils of a department have no class Monday to Friday; None when unknown.

    Raises ValueError when `monday` is not a Monday.
    """
    zone = school_zone(department)
    if zone is None or zone not in zones_known(monday):
        return None
    return _whole_week_off(monday, zone)


def school_holidays_in_week(monday: date, zone: str) -> tuple[SchoolHoliday, ...]:
    """List the holidays of a zone that touch a relay week, Monday to Saturday, even by one day.

    Raises ValueError when `monday` is not a Monday.
    """
    saturday = _saturday_of(monday)
    return tuple(
        holiday
        for holiday in school_holidays()
        if zone in holiday.zones and holiday.first <= saturday and monday <= holiday.last
    )


def school_words(monday: date) -> str:
    """Say which zones are on holiday, in French: « zones A et B », « inconnu », or nothing."""
    zones = school_zones_on_holiday(monday)
    if zones is None:
        return UNKNOWN
    metropolitan = [zone for zone in ("A", "B", "C") if zone in zones]
    others = sorted(zones - {"A", "B", "C"})
    words = []
    if metropolitan:
        start = "zone " if len(metropolitan) == 1 else "zones "
        words.append(start + _and(metropolitan))
    words.extend(others)
    return ", ".join(words)


def _whole_week_off(monday: date, zone: str) -> bool:
    """Say whether every day from Monday to Friday is in a holiday of the zone, or a public one."""
    public = holidays_in_week(monday)
    periods = school_holidays_in_week(monday, zone)
    days = [monday + timedelta(days=offset) for offset in range(5)]
    free = [any(period.first <= day <= period.last for period in periods) for day in days]
    return any(free) and all(
        is_free or day in public for is_free, day in zip(free, days, strict=True)
    )


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"


def _sunday_of(monday: date) -> date:
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    return monday + timedelta(days=6)


def _saturday_of(monday: date) -> date:
    return _sunday_of(monday) - timedelta(days=7 - MISSION_DAYS)


@cache
def _rules() -> tuple[_Rule, ...]:
    rules = []
    for row in _parameters("public_holidays")["holiday"]:
        month_day = None
        if "day" in row:
            month, day = row["day"].split("-")
            month_day = (int(month), int(day))
        rules.append(
            _Rule(
                name=row["name"],
                month_day=month_day,
                easter_days=row.get("easter", 0),
                departments=frozenset(row["departments"]),
                valid_from=row["valid_from"],
            )
        )
    return tuple(rules)


@cache
def _parameters(name: str) -> dict[str, Any]:
    text = files("relais.engine").joinpath("parameters", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
