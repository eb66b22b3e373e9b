"""The numbers of the engine: each has a value, a unit, the day it holds from and a source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with its unit, the day from which it holds and where it comes from."""

    name: str
    value: float
    unit: str
    valid_from: date
    source: str


@cache
def load(model: str) -> dict[str, Parameter]:
    """Read the parameters of one model (`rota`) from its TOML page beside this file.

    Raises FileNotFoundError when the model has no page and KeyError when an entry is incomplete.
    """
    page = resources.files(__package__).joinpath(f"{model}.toml").read_text(encoding="utf-8")
    return {
        name: Parameter(
            name=name,
            value=entry["value"],
            unit=entry["unit"],
            valid_from=entry["valid_from"],
            source=entry["source"],
        )
        for name, entry in tomllib.loads(page).items()
    }
