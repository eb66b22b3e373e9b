"""Weeks that few doctors like to give, and how fairly they are shared.

docs/engine/pool.md tells the points; parameters/hard_weeks.toml holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache

from relais.engine import parameters
from relais.engine.calendar_fr import public_holidays, school_zones_on_holiday
from relais.engine.weeks import WEEK

_AUGUST, _DECEMBER, _JANUARY = 8, 12, 1
_WORKING_DAYS = 5


def _value(name: str) -> float:
    return parameters.load("hard_weeks")[name].value


@cache
def points(monday: date) -> int:
    """Give how hard a week is to give, 0 for an ordinary one."""
    days = [monday + timedelta(days=day) for day in range(WEEK.days)]
    if any((day.month, day.day) in {(_DECEMBER, 25), (_JANUARY, 1)} for day in days):
        return int(_value("christmas"))
    if monday.month == _AUGUST:
        return int(_value("august"))
    if school_zones_on_holiday(monday):
        return int(_value("school_holidays"))
    holidays = {**public_holidays(days[0].year), **public_holidays(days[-1].year)}
    return int(_value("public_holiday")) if any(day in holidays for day in days[:5]) else 0


def counted_from(today: date) -> date:
    """Give the day from which missions are counted."""
    return today.replace(year=today.year - int(_value("years")), day=1)


def spared(own: float, mean: float) -> float:
    """Give by how much the chance of a doctor is weighted in the ranking of a hard week.

    1 for one at or below the mean; less the more hard weeks she gave. Never 0: nobody is left out.
    """
    return float(1 / (1 + _value("spared") * max(0.0, own - mean)))


def gini(values: Sequence[float]) -> float:
    """Give how unevenly something is shared: 0 evenly, towards 1 when one has it all.

    0 for nobody or nothing (Gini, 1912).
    """
    ranked, total = sorted(values), sum(values)
    if not total:
        return 0.0
    count = len(ranked)
    weighted = sum(rank * value for rank, value in enumerate(ranked, start=1))
    return 2 * weighted / (count * total) - (count + 1) / count


def is_fair(values: Iterable[float]) -> bool:
    """Say whether hard weeks are shared fairly among doctors who came."""
    return gini(list(values)) <= _value("fair_below")
