"""How a doctor likes to work, in the agenda's terms. Numbers: `parameters/practice.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

LEAST_PERCENT: Final = 50  # what the agenda takes (agenda.DoctorAgenda.pace)
MOST_PERCENT: Final = 200


@cache
def parameter(name: str) -> Any:
    """Give a value of `parameters/practice.toml`, in the unit written there."""
    text = files("relais.engine").joinpath("parameters", "practice.toml").read_text("utf-8")
    return tomllib.loads(text)[name]["value"]


def pace(minutes: int) -> int:
    """Give the length of consultations, in percent of the usual one, within what agendas take.

    Raises ValueError when `minutes` is not positive.
    """
    if minutes <= 0:
        raise ValueError(f"{minutes} minutes is no length of a consultation")
    share = round(100 * minutes / int(parameter("usual_minutes")))
    return min(max(share, LEAST_PERCENT), MOST_PERCENT)
