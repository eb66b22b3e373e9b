"""The letters of the product, as they are shipped: one file a letter in `texts/`.

The words are plain: « {nom} » is a place, a line that begins with # is a heading, with - an item,
with > stands on the right, and « == a | b » leaves room for signatures side by side.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from relais.doctors.states import LetterKind

LEGAL_NOTICE: Final = (
    "Modèle fourni avec le logiciel : à faire relire par l’avocat du réseau avant tout usage."
)


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A letter of the catalogue.

    `needs_mission`: it speaks of one week; otherwise a centre is enough. `fields`: the places of
    the text, each with an example.
    """

    kind: LetterKind
    title: str
    when: str
    needs_mission: bool
    fields: Mapping[str, str]
    text: str


@cache
def catalogue() -> Mapping[LetterKind, LetterTemplate]:
    """Give every letter by its kind. Raises KeyError for a file that is not whole."""
    folder = files("relais.doctors").joinpath("texts")
    found = {}
    for kind in LetterKind:
        row = tomllib.loads(folder.joinpath(f"{kind.value}.toml").read_text("utf-8"))
        places = tomllib.loads(folder.joinpath("fields.toml").read_text("utf-8"))
        known = places["person"] | (places["mission"] if row["needs_mission"] else {})
        found[kind] = LetterTemplate(
            kind=kind,
            title=row["title"],
            when=row["when"],
            needs_mission=row["needs_mission"],
            fields=MappingProxyType(known),
            text=row["text"].strip("\n"),
        )
    return MappingProxyType(found)
