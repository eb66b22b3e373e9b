"""What the rules read: missions reduced to facts, objections, weeks kept, weeks « au choix »."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from relais.engine.weeks import weeks_between
from relais.rota.states import PlanningRule

YEAR_WEEKS = 52  # the length of the « year » of `max_missions`, in weeks


@dataclass(frozen=True, slots=True)
class Standing:
    """An active mission, reduced to what the rules read."""

    id: int
    doctor_id: int
    line_id: int
    centre_id: int
    monday: date
    state: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Objection:
    """One planning rule that speaks against a doctor in a line-week, in a French sentence."""

    rule: PlanningRule
    sentence: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A line-week kept for a doctor until a moment."""

    line_id: int
    monday: date
    doctor_id: int
    until: datetime


def most_in_a_year(mondays: Collection[date]) -> int:
    """Count the most of some Mondays that fall in any 52 weeks in a row."""
    days = sorted(mondays)
    return max(
        (sum(0 <= weeks_between(start, day) < YEAR_WEEKS for day in days) for start in days),
        default=0,
    )
