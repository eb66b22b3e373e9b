"""The figures of a mission's contract, from `parameters/contract.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def parameter(name: str) -> int:
    """Give a figure of `parameters/contract.toml`, in the unit written there."""
    text = files("relais.engine").joinpath("parameters", "contract.toml").read_text("utf-8")
    return int(tomllib.loads(text)[name]["value"])
