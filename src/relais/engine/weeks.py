"""The week of the relay: it is named by its Monday, never by a number.

ISO week numbers are for people who ask; 2026 has 53 of them, so no arithmetic uses them.
"""

from __future__ import annotations

from datetime import date, timedelta

WEEK = timedelta(days=7)
LAST_DAY = timedelta(days=5)  # a relay week goes from Monday to Saturday noon


def is_monday(day: date) -> bool:
    """Say whether a day is a Monday."""
    return day.weekday() == 0


def monday_of(day: date) -> date:
    """Give the Monday of the week that holds a day (a Sunday belongs to the Monday before it)."""
    return day - timedelta(days=day.weekday())


def monday_on_or_after(day: date) -> date:
    """Give the first Monday that is not before a day."""
    return day + timedelta(days=-day.weekday() % 7)


def mondays(first: date, count: int) -> list[date]:
    """List `count` Mondays from `first` on.

    Raises ValueError when `first` is not a Monday.
    """
    if not is_monday(first):
        raise ValueError(f"{first} is not a Monday")
    return [first + index * WEEK for index in range(count)]


def weeks_between(earlier: date, later: date) -> int:
    """Count whole weeks from one Monday to another; negative when `later` comes first."""
    return (later - earlier).days // 7
