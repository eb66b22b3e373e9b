"""What patients are read before they agree: one text a kind and version."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

REGISTRATION: Final = "registration"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text: its kind, its version, the day from which it is read out, the words."""

    kind: str
    version: int
    valid_from: date
    words: str


@cache
def _texts() -> tuple[ConsentText, ...]:
    page = files("relais.patients").joinpath("consents.toml").read_text("utf-8")
    rows = [
        ConsentText(row["kind"], row["version"], row["valid_from"], row["words"])
        for row in tomllib.loads(page)["text"]
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind, row.version)))


def current(kind: str, *, today: date) -> ConsentText:
    """Give the text of a kind that is read out today. Raises ValueError for an unknown kind."""
    found = [row for row in _texts() if row.kind == kind and row.valid_from <= today]
    if not found:
        raise ValueError(f"no text {kind!r} on {today}")
    return found[-1]


def version(kind: str, number: int) -> ConsentText:
    """Give the text that somebody agreed to. Raises ValueError when there is none."""
    for row in _texts():
        if (row.kind, row.version) == (kind, number):
            return row
    raise ValueError(f"no version {number} of {kind!r}")
