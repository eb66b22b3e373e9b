"""A cell that begins with = + - @ would run as a formula in a spreadsheet: it gets an apostrophe.

The guard can be taken off again without loss: `unguarded(guarded(text)) == text` for every text.
Source: OWASP, « CSV Injection ».
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"''*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def guarded(text: str) -> str:
    """Make a text harmless at the start of a cell. A plain number (-0.7) is harmless already."""
    if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Take the guard off a text that `guarded` wrote."""
    return text[1:] if _GUARDED.match(text) and not _NUMBER.fullmatch(text) else text
