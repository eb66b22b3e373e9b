"""How people write the name of a place: accents, hyphens, « st », postal codes, departments.

Pure: no database. `fold` gives the form in which names are compared and stored for search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from relais.territory import reference

ARTICLES = ("le", "la", "les", "l")
_LONGEST = 200  # characters: no place is written with more
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_SHORT_FORMS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_SUR = re.compile(r"\bs/")
_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.IGNORECASE)
_LEADING_CODE = re.compile(r"(?P<code>(?:\d{2}|2[AB])\d{3})[\s,]+(?P<name>.+)", re.IGNORECASE)
_TRAILING_CODE = re.compile(
    r"(?P<name>.+?)[\s,(]+(?P<code>(?:\d{2}|2[AB])\d{3}|9[78]\d|2[AB]|\d{2})\s*\)?",
    re.IGNORECASE,
)
_TRAILING_WORDS = re.compile(r"(.+?)\s*(?:\(([^()]+)\)|,([^,]+))")
_CEDEX = re.compile(r"\s+cedex(\s+\d{1,2})?", re.IGNORECASE)
_BROKEN_END = re.compile(r"[\s,(]+\d?$")
_DISTRICT = re.compile(r"(paris|lyon|marseille) 0?(\d{1,2})(?:er|ere|e|eme)?(?: arrondissement)?")
# Municipal districts have codes of their own (INSEE, code officiel géographique):
# first, last, city.
_DISTRICTS = (
    ("paris", 75101, 75120, "75056"),
    ("lyon", 69381, 69389, "69123"),
    ("marseille", 13201, 13216, "13055"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person meant: a code, or a folded name and the departments to look in (none: all)."""

    code: str = ""
    name: str = ""
    departments: frozenset[str] = frozenset()


def fold(text: str) -> str:
    """Bring a name to lower case without accent, hyphen or apostrophe; « st » reads « saint ».

    The result holds only a–z, 0–9 and single spaces.
    """
    written_out = _SUR.sub(" sur ", _plain(text))
    words = re.sub(r"[^a-z0-9]+", " ", written_out).split()
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


def read(text: str) -> Wanted:
    """Understand how a person names a commune.

    « Ajain », « Ajain 23 », « Ajain (23) », « Ajain (Creuse) », « 23380 Ajain », « Mans (Le) »,
    « Paris 15e », « Guéret Cedex » or an INSEE code.
    """
    text = " ".join(text[:_LONGEST].split())
    text = _CEDEX.sub("", text)
    if _CODE.fullmatch(text):
        return Wanted(code=_city_of_district(text.upper()))
    if city := _city_named_with_district(text):
        return Wanted(code=city)
    coded = _LEADING_CODE.fullmatch(text) or _TRAILING_CODE.fullmatch(text)
    if coded:
        code, name = coded["code"], coded["name"]
        if city := _city_named_with_district(name):
            return Wanted(code=city)
        return Wanted(name=fold(name), departments=_departments_of(code))
    if words := _TRAILING_WORDS.fullmatch(text):
        after = fold(words[2] or words[3])
        if after in ARTICLES:
            return Wanted(name=f"{after} {fold(words[1])}")
        if after in _department_codes():
            return Wanted(name=fold(words[1]), departments=frozenset({_department_codes()[after]}))
    return Wanted(name=fold(text))


def read_while_typed(text: str) -> Wanted:
    """Understand a name that may not be finished: « Ajain ( » and « Ajain 2 » still mean Ajain."""
    wanted = read(text)
    if wanted.departments or wanted.code:
        return wanted
    return read(_BROKEN_END.sub("", text))


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _departments_of(code: str) -> frozenset[str]:
    """Give the departments that a postal, INSEE or department code may mean."""
    code = code.upper()
    if code.startswith(("97", "98")):
        return frozenset({code[:3]})
    if code.startswith("20"):  # postal codes of Corsica keep the number of before 1976
        return frozenset({"2A", "2B"})
    return frozenset({code[:2]})


def _city_named_with_district(text: str) -> str:
    """Give the code of the city in « Paris 15e », « Lyon 3 »; empty for any other text."""
    if found := _DISTRICT.fullmatch(fold(text)):
        for name, first, last, code in _DISTRICTS:
            if found[1] == name and 1 <= int(found[2]) <= last - first + 1:
                return code
    return ""


def _city_of_district(code: str) -> str:
    for _, first, last, city in _DISTRICTS:
        if code.isdigit() and first <= int(code) <= last:
            return city
    return code


@cache
def _department_codes() -> Mapping[str, str]:
    return {fold(name): code for code, name in reference.departments().items()}
