"""The first words of a welcome pack, so that nobody begins with an empty page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from relais.stays.states import Section


@cache
def first_words() -> Mapping[str, str]:
    """Give the words proposed for each chapter, by `Section` value. From `welcome.toml`."""
    page = files(__package__).joinpath("welcome.toml").read_text("utf-8")
    return {Section(code).value: text.strip() for code, text in tomllib.loads(page).items()}
