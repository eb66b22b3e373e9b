"""The charter: its values, by version. A signature is worth something for the words it was under.

Pure. The words stand, dated, in `parameters/charter.toml`.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its name, and what it asks."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Charter:
    """One version of the charter, valid from a day on."""

    version: int
    valid_from: date
    source: str
    values: tuple[Value, ...]

    @property
    def sha256(self) -> str:
        """The digest of the words: what exactly was signed."""
        words = "\n".join(f"{value.title}\n{value.text}" for value in self.values)
        return hashlib.sha256(words.encode()).hexdigest()


@cache
def versions() -> tuple[Charter, ...]:
    """Give every version, the oldest first. Raises ValueError when versions and days disagree."""
    text = files("relais.engine").joinpath("parameters", "charter.toml").read_text("utf-8")
    found = tuple(
        Charter(
            version=row["number"],
            valid_from=row["valid_from"],
            source=row["source"],
            values=tuple(Value(one["title"], one["text"]) for one in row["value"]),
        )
        for row in tomllib.loads(text)["version"]
    )
    order = [(one.version, one.valid_from) for one in found]
    if order != sorted(order) or len({number for number, _ in order}) != len(order):
        raise ValueError("the versions of the charter must follow one another")
    return found


def current(today: date) -> Charter:
    """Give the version of a day; the first one before the first day."""
    valid = [one for one in versions() if one.valid_from <= today]
    return valid[-1] if valid else versions()[0]
