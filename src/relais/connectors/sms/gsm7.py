"""How many parts an SMS is billed as, and the writing that keeps them few.

The alphabet of 3GPP TS 23.038 (6.2.1): 160 signs in one part, 153 in each of several; one sign
outside of it and the whole message is UCS-2: 70, then 67. « ê », « œ » and « ’ » are outside;
« é », « è », « ù », « à » are inside.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # an escape and a sign: two places
_ONE, _MANY = 160, 153
_UCS_ONE, _UCS_MANY = 70, 67
# What has no accent to lose, in plain signs.
_PLAIN: Final = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
    "…": "...", "œ": "oe", "Œ": "OE", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
    "·": "-", "•": "-", "°": "o", "ç": "c", "`": "'", "×": "x",
}  # fmt: skip


def plain(text: str) -> str:
    """Write a text in the alphabet of SMS, keeping what it has; « hôte » becomes « hote ».

    Guillemets lose the spaces inside. What has no writing there (other alphabets) stays as it is.
    """
    text = (
        text.replace("«\u00a0", '"').replace("\u00a0»", '"').replace("« ", '"').replace(" »", '"')
    )
    return "".join(_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _sign(sign: str) -> str:
    if sign in _BASIC or sign in _EXTENDED:
        return sign
    if sign in _PLAIN:
        return _PLAIN[sign]
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
    )
    return bare if bare and all(part in _BASIC for part in bare) else sign


def fits(text: str) -> bool:
    """Say whether a text needs no sign outside the alphabet."""
    return all(sign in _BASIC or sign in _EXTENDED for sign in text)


def segments(text: str) -> int:
    """Count the parts an SMS is billed as; 0 for no text.

    A sign of two places is never cut in two, nor is one that takes two units of UCS-2.
    """
    if not text:
        return 0
    if fits(text):
        sizes, one, many = [2 if sign in _EXTENDED else 1 for sign in text], _ONE, _MANY
    else:
        sizes, one, many = (
            [len(sign.encode("utf-16-be")) // 2 for sign in text],
            _UCS_ONE,
            _UCS_MANY,
        )
    if sum(sizes) <= one:
        return 1
    parts, room = 1, many
    for size in sizes:
        if size > room:
            parts, room = parts + 1, many
        room -= size
    return parts
