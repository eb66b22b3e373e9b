"""Words that people write in plain forms, shown as paragraphs, lists and telephones to tap."""

from __future__ import annotations

import re
from typing import Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_PHONE: Final = re.compile(r"(?<![\d+])(?:\+33[\s.]?\d|0\d)(?:[\s.]?\d{2}){4}(?!\d)")


@register.filter
def plain_words(text: str) -> SafeString:
    """Show plain text: an empty line parts paragraphs, « - » begins an item. All is escaped."""
    drawn: list[str] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        items: list[str] = []
        words: list[str] = []
        for line in block.split("\n"):
            if line.startswith("- "):
                if words:
                    drawn.append(f"<p>{'<br>'.join(words)}</p>")
                    words = []
                items.append(f"<li>{_line(line[2:])}</li>")
                continue
            if items:
                drawn.append(f'<ul class="plain-list">{"".join(items)}</ul>')
                items = []
            if line.strip():
                words.append(_line(line))
        if items:
            drawn.append(f'<ul class="plain-list">{"".join(items)}</ul>')
        if words:
            drawn.append(f"<p>{'<br>'.join(words)}</p>")
    return mark_safe("".join(drawn))  # noqa: S308 - every line is escaped, telephones are digits


def _line(line: str) -> str:
    found: list[str] = []
    at = 0
    for match in _PHONE.finditer(line):
        found.append(escape(line[at : match.start()]))
        digits = re.sub(r"[^\d+]", "", match.group())
        found.append(f'<a class="figures nowrap" href="tel:{digits}">{escape(match.group())}</a>')
        at = match.end()
    return "".join([*found, escape(line[at:])])
