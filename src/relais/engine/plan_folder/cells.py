"""One cell of a plan folder: from its text to its value, or a sentence on how to mend it.

Numbers are read strictly (ASCII digits, decimal point): `1_000`, `1,5` and `nan` are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from relais.engine.weeks import is_monday, monday_of

type Parser = Callable[[str], Any]

GREATEST_COUNT = 1_000_000  # above it a number is a slip of the keyboard, not a count of this trade
GREATEST_WEEKS = 10_000  # 192 years
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FORMULA_STARTS = "=+-@"
_LONGEST_NUMBER = 40
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class BadCell(ValueError):
    """A cell that cannot be read: what is wrong with it, and what to write instead (French)."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


def spaced(number: int) -> str:
    """Write a whole number with narrow no-break spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def count(*, least: int = 0, most: int = GREATEST_COUNT) -> Parser:
    """Give a reader of whole numbers between `least` and `most`."""

    def parse(text: str) -> int:
        text = text.strip()
        if not _INTEGER.fullmatch(text):
            raise BadCell("n’est pas un nombre entier", "Écrivez un nombre entier, par exemple 2.")
        if len(text) > _LONGEST_NUMBER:
            raise BadCell("est un nombre trop grand", f"Écrivez au plus {spaced(most)}.")
        return between(int(text), least=least, most=most)

    return parse


def between(number: int, *, least: int, most: int) -> int:
    """Check the limits of a whole number. Raises BadCell."""
    if number < 0 <= least:
        raise BadCell("est un nombre négatif", f"Écrivez {least} ou plus.")
    if number < least:
        raise BadCell("est trop petit", f"Écrivez {least} ou plus.")
    if number > most:
        raise BadCell("est un nombre trop grand", f"Écrivez au plus {spaced(most)}.")
    return number


def decimal(*, least: float, most: float, example: str, what: str) -> Parser:
    """Give a reader of decimal numbers from `least` to `most`; `what` names the quantity."""

    def parse(text: str) -> float:
        text = text.strip()
        if len(text) > _LONGEST_NUMBER or not _DECIMAL.fullmatch(text):
            raise BadCell(
                f"n’est pas {what}",
                f"Écrivez un nombre avec un point décimal, par exemple {example}.",
            )
        number = float(text)
        if not least <= number <= most:
            raise BadCell(
                f"n’est pas {what}",
                f"Écrivez un nombre de {least:g} à {most:g}, par exemple {example}.",
            )
        return number

    return parse


latitude = decimal(least=-90, most=90, example="46.2066", what="une latitude")
longitude = decimal(least=-180, most=180, example="1.9948", what="une longitude")
minutes_at_most = decimal(least=0, most=GREATEST_COUNT, example="180", what="une durée en minutes")


def flag(text: str) -> bool:
    """Read 0 or 1."""
    text = text.strip()
    if text not in {"0", "1"}:
        raise BadCell("n’est ni 0 ni 1", "Écrivez 1 pour oui, 0 pour non.")
    return text == "1"


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """Read an ISO date."""
    text = text.strip()
    remedy = "Écrivez année-mois-jour, par exemple 2027-01-04."
    if not _DAY.fullmatch(text):
        raise BadCell("n’est pas une date", remedy)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell("n’existe pas au calendrier", remedy) from None


@lru_cache(maxsize=4096)
def monday(text: str) -> date:
    """Read an ISO date that is a Monday."""
    return a_monday(day(text))


def a_monday(given: date) -> date:
    """Check that a day is a Monday. Raises BadCell, which names the Monday of that week."""
    if not is_monday(given):
        try:
            instead = f"Écrivez le lundi de cette semaine : {monday_of(given)}."
        except OverflowError:
            instead = "Écrivez un lundi."
        raise BadCell(f"est un {_WEEKDAYS[given.weekday()]}, pas un lundi", instead)
    return given


def identifier(text: str) -> str:
    """Read an id, kept letter for letter: a spreadsheet must not take it for a formula."""
    if text[0] in _FORMULA_STARTS:
        raise BadCell(
            f"commence par {text[0]}, qu’un tableur prend pour un calcul",
            "Choisissez un identifiant qui commence par une lettre ou un chiffre.",
        )
    if not text.isprintable() and any(unicodedata.category(sign) == "Cc" for sign in text):
        raise BadCell(
            "contient un caractère invisible (tabulation, retour à la ligne…)",
            "Retapez cet identifiant sans le copier.",
        )
    return text


def words(text: str) -> str:
    """Read free text, kept letter for letter."""
    return text


def practice(text: str) -> str:
    """Read the name of one practice."""
    return text.strip()


def practices(text: str) -> frozenset[str]:
    """Read several practices separated by a bar, as `gynaecology|sutures`."""
    return frozenset(part.strip() for part in text.split("|") if part.strip())


def one_of(*choices: str) -> Parser:
    """Give a reader of one word among `choices`."""
    listed = ", ".join(choices[:-1]) + " ou " + choices[-1]

    def parse(text: str) -> str:
        text = text.strip()
        if text not in choices:
            raise BadCell("n’est pas une valeur connue", f"Écrivez {listed}.")
        return text

    return parse
