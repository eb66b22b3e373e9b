"""Units of the engine: what one counts in, and how a duration is said in French."""

from __future__ import annotations

from datetime import date

MINUTES_PER_HOUR = 60
DAYS_PER_WEEK = 7

NO_BREAK_SPACE = "\u00a0"


def duration_words(minutes: int) -> str:
    """Say a duration in minutes the French way: « 45 min », « 1 h », « 1 h 10 ».

    Raises ValueError when `minutes` is negative.
    """
    if minutes < 0:
        raise ValueError(f"a duration cannot be negative: {minutes}")
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    if hours == 0:
        return f"{rest}{NO_BREAK_SPACE}min"
    if rest == 0:
        return f"{hours}{NO_BREAK_SPACE}h"
    return f"{hours}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{rest:02d}"


_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def day_words(day: date) -> str:
    """Say a day the French way: « 4 janvier 2027 », « 1er mars 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[day.month - 1]} {day.year}"


def count_words(number: int, one: str, several: str) -> str:
    """Say a number with its noun, French plural from two on: « 1 médecin », « 3 médecins »."""
    return f"{number} {one if number < 2 else several}"
