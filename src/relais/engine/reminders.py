"""When a confirmed doctor is written to again, and what her answers say of the risk.

The numbers stand, with their source, in `parameters/reminders.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One word before a week: how many days before, whether it asks, when it is given up."""

    days_before: int
    asks: bool
    late_days: int


@cache
def parameter(name: str) -> Any:
    """Give a number of `parameters/reminders.toml`, in the unit written there."""
    text = files("relais.engine").joinpath("parameters", "reminders.toml").read_text("utf-8")
    return tomllib.loads(text)[name]["value"]


def steps() -> tuple[Step, ...]:
    """List the steps, the farthest from the week first."""
    asks, tells = parameter("ask_days"), parameter("tell_days")
    late = parameter("late_days")
    kinds = [(days, True) for days in asks] + [(days, False) for days in tells]
    return tuple(
        Step(days, is_asked, given_up)
        for (days, is_asked), given_up in zip(kinds, late, strict=True)
    )


def times_as_likely(*, answered_yes: bool, silent_days: float) -> float | None:
    """Give how many times as likely to cancel a doctor is who was asked again.

    None while the question is fresh: it says nothing yet.
    """
    if answered_yes:
        return float(parameter("agreed_times"))
    if silent_days >= parameter("answer_days"):
        return float(parameter("silent_times"))
    return None
