"""`plan.toml`: the first week, how many weeks, and two numbers of the network."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from relais.engine.plan_folder.cells import GREATEST_WEEKS, BadCell, a_monday, between
from relais.engine.plan_folder.columns import SETTINGS_FILE
from relais.engine.plan_folder.errors import Findings, shown
from relais.engine.plan_folder.rows import UnreadableFile, physical_lines

LONGEST_FILE_CHARACTERS = 1_000_000
MOST_WEEKS = 520
_EXAMPLE = "first_monday = 2027-01-04"


@dataclass(frozen=True, slots=True)
class Settings:
    """What plan.toml says. Every week is named by its Monday."""

    first_monday: date
    weeks: int = 52
    standby_depth: int = 2
    opening_weeks: int = 4


_COUNTS = {  # key: least, most
    "weeks": (1, MOST_WEEKS),
    "standby_depth": (0, GREATEST_WEEKS),
    "opening_weeks": (0, GREATEST_WEEKS),
}


def read_settings(path: Path, *, findings: Findings) -> Settings | None:
    """Read plan.toml; None when a mistake, told in `findings`, forbids to go on."""
    text = _text(path, findings=findings)
    return None if text is None else parse_settings(text, findings=findings)


def parse_settings(text: str, *, findings: Findings) -> Settings | None:
    """Read the text of plan.toml; None when a mistake, told in `findings`, forbids to go on."""
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place.group(1)) if place else text.count("\n") + 1
        findings.mistake(
            SETTINGS_FILE,
            line,
            None,
            None,
            "cette ligne ne se lit pas",
            f"Écrivez une clé, le signe égal et une valeur, par exemple : {_EXAMPLE}.",
        )
        return None
    known = {"first_monday", *_COUNTS}
    for key in given:
        if key not in known:
            findings.notice(
                SETTINGS_FILE,
                _line_of(key, text),
                "key",
                f"« {shown(key)} » n’est pas connu, il est ignoré.",
            )
    first_monday = _first_monday(given, text, findings)
    counts = {key: _count(key, given[key], text, findings) for key in _COUNTS if key in given}
    if first_monday is None or None in counts.values():
        return None
    settings = Settings(
        first_monday, **{key: value for key, value in counts.items() if value is not None}
    )
    if (date.max - first_monday) // timedelta(weeks=1) < settings.weeks:
        findings.mistake(
            SETTINGS_FILE,
            _line_of("first_monday", text),
            "first_monday",
            first_monday.isoformat(),
            "est trop loin : le calendrier s’arrête avant la dernière semaine",
            "Écrivez un lundi plus proche.",
        )
        return None
    return settings


def _text(path: Path, *, findings: Findings) -> str | None:
    kept: list[str] = []
    length = 0
    try:
        for line in physical_lines(path):
            length += len(line)
            if length > LONGEST_FILE_CHARACTERS:
                raise UnreadableFile(
                    None, "ce fichier est beaucoup trop long", f"Il suffit de : {_EXAMPLE}."
                )
            kept.append(line)
    except UnreadableFile as trouble:
        remedy = trouble.remedy.replace("CSV UTF-8 (séparateur : virgule)", "texte UTF-8")
        findings.mistake(SETTINGS_FILE, trouble.line, None, None, trouble.wrong, remedy)
        return None
    return "".join(kept)


def _line_of(key: str, text: str) -> int | None:
    bare = re.escape(key)
    pattern = re.compile(rf"""\s*(?:\[+\s*)?["']?{bare}["']?\s*(?:=|\.|\])""")
    for number, line in enumerate(text.split("\n"), start=1):
        if pattern.match(line):
            return number
    return None


def _first_monday(given: dict[str, Any], text: str, findings: Findings) -> date | None:
    def wrong(value: str | None, what: str, remedy: str) -> None:
        line = _line_of("first_monday", text)
        findings.mistake(SETTINGS_FILE, line, "first_monday", value, what, remedy)

    if "first_monday" not in given:
        wrong(None, "la première semaine manque", f"Ajoutez une ligne comme : {_EXAMPLE}.")
        return None
    value = given["first_monday"]
    if isinstance(value, str):
        wrong(value, "est entre guillemets", f"Écrivez la date sans guillemets : {_EXAMPLE}.")
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        wrong(str(value), "n’est pas une date seule", f"Écrivez par exemple : {_EXAMPLE}.")
        return None
    try:
        return a_monday(value)
    except BadCell as bad:
        wrong(value.isoformat(), bad.wrong, bad.remedy)
        return None


def _count(key: str, value: object, text: str, findings: Findings) -> int | None:
    least, most = _COUNTS[key]
    try:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadCell(
                "n’est pas un nombre entier", f"Écrivez par exemple : {key} = {max(least, 4)}."
            )
        return between(value, least=least, most=most)
    except BadCell as bad:
        remedy = f"Écrivez un nombre de 1 à {MOST_WEEKS}." if key == "weeks" else bad.remedy
        huge = isinstance(value, int) and abs(value) >= 10**40  # too long to write out
        said = "…" if huge else str(value).lower()
        findings.mistake(SETTINGS_FILE, _line_of(key, text), key, said, bad.wrong, remedy)
        return None
