"""From the words of a letter to its PDF.

The words are data: they reach typst as JSON and are drawn as they stand, so that a name with #, $
or [ prints as it is and nothing in it can be run. Fonts are those inside the typst package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

import typst

from relais.outbox.wording import tidy

_HEADING, _ITEM, _RIGHT, _SIGNATURES = "# ", "- ", "> ", "== "
STANDARD: Final = "ua-1"  # PDF/UA-1 (ISO 14289-1): a screen reader reads the letter in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A letter to draw. `notice` is printed at the top of it in a frame, `footer` below it."""

    title: str
    text: str
    footer: str = ""
    notice: str = ""


def render(page: Page, *, now: datetime) -> bytes:
    """Draw a letter on A4 pages; the same words at the same moment give the same bytes."""
    told = json.dumps(
        {
            "title": page.title,
            "footer": page.footer,
            "notice": page.notice,
            "blocks": blocks(page.text),
        },
        ensure_ascii=False,
    )
    drawn = typst.compile(
        _layout(),
        format="pdf",
        sys_inputs={"letter": told},
        ignore_system_fonts=True,
        pdf_standards=[STANDARD],
        timestamp=int(now.timestamp()),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gives one PDF as bytes")
    return drawn


def blocks(text: str) -> list[dict[str, object]]:
    """Cut words into what the layout draws: headings, paragraphs, items, lines on the right.

    Each block has its `kind` and its `lines`; lines of one kind in a row are one block.
    """
    found: list[dict[str, object]] = []
    for part in tidy(text).split("\n\n"):
        lines: list[str] = []
        kind = ""
        for line in [*part.split("\n"), ""]:
            here, words = _kind_of(line)
            if lines and here != kind:
                found.append({"kind": kind, "lines": lines})
                lines = []
            kind = here
            if words:
                lines = [*lines, *words]
    return found


def _kind_of(line: str) -> tuple[str, list[str]]:
    if line.startswith(_HEADING):
        return "heading", [line.removeprefix(_HEADING).strip()]
    if line.startswith(_ITEM):
        return "items", [line.removeprefix(_ITEM).strip()]
    if line.startswith(_RIGHT):
        return "right", [line.removeprefix(_RIGHT).strip()]
    if line.startswith(_SIGNATURES):
        return "signatures", [one.strip() for one in line.removeprefix(_SIGNATURES).split("|")]
    return ("words", [line.strip()]) if line.strip() else ("", [])


@cache
def _layout() -> bytes:
    return files("relais.connectors.typst").joinpath("letter.typ").read_bytes()
