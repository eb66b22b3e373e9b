"""How many weeks will be missing, month by month: those to fill against the doctors who are ready.

docs/engine/pool.md tells the formula, what it rests on and what it leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from relais.engine import parameters

MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What is known of a month. Counts of line-weeks, or of doctors.

    `needed`: line-weeks that need a doctor, planned openings included. `confirmed`, `awaited`:
    those whose doctor has said yes, or was thought of. `idle`: ready doctors who offered nothing in
    the whole time. `is_far`: weeks of this month are still offered unasked.
    """

    first_day: date
    needed: int
    confirmed: int
    awaited: int
    idle: int
    ready: int
    is_far: bool


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """A month: weeks offered and not used yet, weeks expected, and weeks missing.

    `missing` may be negative (a margin); `least` and `most` bound it nine times in ten.
    """

    facts: MonthFacts
    offered: int
    expected: float
    missing: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Offering:
    """A doctor's unused offers: how many more missions she takes, and how many offers by month."""

    missions_left: int
    by_month: Mapping[date, int]


def forecast(months: Sequence[MonthFacts], offers: Sequence[Offering]) -> list[MonthForecast]:
    """Forecast each month, in the order given.

    A doctor who offered n weeks and takes m more missions gives each of them with the chance
    min(1, m/n) times `offered_comes`. A ready doctor who offered nothing gives `weeks_a_year`,
    spread evenly. What is confirmed stays: cancellations are filled by searches.
    """
    page = parameters.load("pool")
    comes, yearly = page["offered_comes"].value, page["weeks_a_year"].value
    width = page["interval"].value
    count: dict[date, int] = {}
    mean: dict[date, float] = {}
    spread: dict[date, float] = {}
    for one in offers:
        offered = sum(one.by_month.values())
        if not offered:
            continue
        chance = comes * min(1.0, one.missions_left / offered)
        for month, weeks in one.by_month.items():
            count[month] = count.get(month, 0) + weeks
            mean[month] = mean.get(month, 0.0) + weeks * chance
            spread[month] = spread.get(month, 0.0) + weeks * chance * (1 - chance)
    found = []
    for facts in months:
        later = facts.idle * yearly / MONTHS_PER_YEAR if facts.is_far else 0.0
        awaited = facts.awaited * comes
        expected = mean.get(facts.first_day, 0.0) + later
        variance = spread.get(facts.first_day, 0.0) + later + awaited * (1 - comes)
        missing = facts.needed - facts.confirmed - awaited - expected
        half = width * math.sqrt(variance)
        found.append(
            MonthForecast(
                facts,
                count.get(facts.first_day, 0),
                expected,
                missing,
                missing - half,
                missing + half,
            )
        )
    return found
