"""From a text with places to fill in to what a person reads. Pure: no database, no clock.

A place is a French word in braces: « {semaine} ». A line of its own that reads « Voir ma mission :
{lien} » becomes a button in the HTML letter; the rest is paragraphs and lists. HTML is always made
from the text, so both say the same and nobody writes HTML by hand.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_PLACE: Final = re.compile(r"\{([^{}\n]*)\}")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)»’]")
_BUTTON: Final = re.compile(r"^(?P<label>[^\n:]{2,60}?)\s*:\s+(?P<address>https?://\S+)$")
_ITEM: Final = "- "
# Signs that change the direction of reading: a name must not turn a letter around.
_DIRECTIONS: Final = {*"\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a paragraph; with `address` they are a link."""

    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list or a button. `lines`: the pieces of each line, item or label."""

    kind: str
    lines: tuple[tuple[Piece, ...], ...]

    @property
    def address(self) -> str:
        """Where a button leads."""
        return self.lines[0][0].address


def places(text: str) -> frozenset[str]:
    """Name the places to fill in of a text."""
    return frozenset(_PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in their places; a place without a value stays as it is."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def one_line(text: str) -> str:
    """Make a value safe for a header and for a place: one line, no control sign, no brace."""
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in text
        if sign not in _DIRECTIONS and unicodedata.category(sign) != "Cs"
    )
    return " ".join(kept.split(" ")).replace("{", "(").replace("}", ")").strip()


def tidy(text: str) -> str:
    """Tidy a text somebody wrote: one kind of line end, no space at the end of lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def blocks(text: str) -> tuple[Block, ...]:
    """Cut a text into paragraphs, lists and buttons, in order."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", tidy(text)):
        lines: list[str] = []
        for line in [*part.split("\n"), ""]:
            button = _BUTTON.match(line)
            if lines and (button or not line or _is_item(line) != _is_item(lines[-1])):
                found.append(_block(lines))
                lines = []
            if button:
                piece = Piece(button["label"].strip(), button["address"])
                found.append(Block("button", ((piece,),)))
            elif line:
                lines.append(line)
    return tuple(found)


def _is_item(line: str) -> bool:
    return line.startswith(_ITEM)


def _block(lines: list[str]) -> Block:
    if _is_item(lines[0]):
        return Block("list", tuple(_pieces(line.removeprefix(_ITEM)) for line in lines))
    return Block("paragraph", tuple(_pieces(line) for line in lines))


def _pieces(line: str) -> tuple[Piece, ...]:
    found, at = [], 0
    for match in _ADDRESS.finditer(line):
        if match.start() > at:
            found.append(Piece(line[at : match.start()]))
        found.append(Piece(match[0], match[0]))
        at = match.end()
    if at < len(line):
        found.append(Piece(line[at:]))
    return tuple(found)


def health_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Find words about health in texts, as they were written, in order; none is allowed to leave.

    The list stands in `health_words.toml`; addresses and places to fill in are not looked at.
    """
    found: dict[str, None] = {}
    for text in texts:
        bare = _PLACE.sub(" ", _ADDRESS.sub(" ", text))
        plain = _plain(bare)
        for match in _health().finditer(plain):
            found[bare[match.start() : match.end()]] = None
    return tuple(found)


def _plain(text: str) -> str:
    """Take accents away, letter for letter, so that places in the text stay the same."""
    return "".join(
        "'" if sign == "’" else unicodedata.normalize("NFD", sign)[0].lower()[:1] or sign
        for sign in text
    )


@cache
def _health() -> re.Pattern[str]:
    text = files("relais.outbox").joinpath("health_words.toml").read_text("utf-8")
    words: list[str] = tomllib.loads(text)["words"]
    parts = [
        re.escape(word.removesuffix(".")) + (r"\b" if word.endswith(".") else r"\w*")
        for word in sorted(words)
    ]
    return re.compile(r"\b(?:" + "|".join(parts) + ")")
