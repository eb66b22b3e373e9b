"""When a doctor comes and goes, how many rooms people need, when an access code may be read.

Days are local dates, times the wall clock of the centre. Numbers: `parameters/stays.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from relais.engine.parameters import load

DAY = timedelta(days=1)


def parameter(name: str) -> Any:
    """Give the value of a parameter of stays. Raises KeyError for an unknown name."""
    return load("stays")[name].value


def usual_days(monday: date) -> tuple[date, date]:
    """Give the days on which a doctor usually arrives and leaves."""
    return (
        monday - parameter("arrives_days_before_monday") * DAY,
        monday + parameter("leaves_days_after_monday") * DAY,
    )


def nights(arrives_on: date, leaves_on: date) -> Iterator[date]:
    """Give the nights of a stay, each by the date of its evening; none when one leaves that day."""
    for shift in range((leaves_on - arrives_on).days):
        yield arrives_on + shift * DAY


def days(arrives_on: date, leaves_on: date) -> Iterator[date]:
    """Give the days of a stay, the first and the last included."""
    for shift in range((leaves_on - arrives_on).days + 1):
        yield arrives_on + shift * DAY


def rooms_needed(people: int) -> int:
    """Count the bedrooms that some people need, one at least."""
    return max(1, ceil(people / int(parameter("people_a_room"))))


def hours_between(
    *, leaves_on: date, leaves_at: time | None, arrives_on: date, arrives_at: time | None
) -> float:
    """Give the hours of wall clock between a departure and the next arrival, usual times where
    none is said; negative when they overlap.
    """
    leaves = datetime.combine(leaves_on, leaves_at or parameter("leaves_at"))
    arrives = datetime.combine(arrives_on, arrives_at or parameter("arrives_at"))
    return (arrives - leaves).total_seconds() / 3600


def may_read_code(*, arrives_on: date, leaves_on: date, today: date) -> bool:
    """Say whether the access code may be read today: from a week before to the day one leaves."""
    return code_opens_on(arrives_on) <= today <= leaves_on


def code_opens_on(arrives_on: date) -> date:
    """Give the first day on which the access code may be read."""
    return arrives_on - int(parameter("code_days_before")) * DAY
