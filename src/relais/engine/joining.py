"""When somebody interested is to be called, and how long a link and a name are kept.

Pure: days in, days out. The numbers stand, with their source, in `parameters/joining.toml`.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from relais.engine.messages import is_day_of_rest

_SATURDAY = 5


@cache
def parameter(name: str) -> int:
    """Give a number of `parameters/joining.toml`, in the unit written there."""
    text = files("relais.engine").joinpath("parameters", "joining.toml").read_text("utf-8")
    return int(tomllib.loads(text)[name]["value"])


def working_day(day: date, *, after: int) -> date:
    """Give the working day that comes `after` working days later (Monday to Friday, no holiday)."""
    left = after
    while left > 0 or not _is_working(day):
        day += timedelta(days=1)
        if _is_working(day):
            left -= 1
    return day


def first_call_on(today: date) -> date:
    """Give the day by which somebody new is to be called."""
    return working_day(today, after=parameter("first_call_days"))


def call_again_on(today: date) -> date:
    """Give the day of the next try after a call that reached nobody."""
    return working_day(today, after=parameter("call_again_days"))


def later_on(today: date) -> date:
    """Give the day of the next call to somebody who said « pas maintenant »."""
    return working_day(today + timedelta(days=parameter("later_days")), after=0)


def _is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and not is_day_of_rest(day)
