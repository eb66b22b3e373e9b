"""The icons of the board, drawn once for a page of hundreds of cells."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from relais.portals.templatetags.ui import ICONS, STATE_ICONS
from relais.rota.states import WeekState

register = template.Library()


@cache
def _symbols() -> SafeString:
    drawings = []
    for state in WeekState:
        text = (ICONS / f"{STATE_ICONS[state]}.svg").read_text("utf-8")
        inside = text[text.index(">") + 1 : text.rindex("</svg>")]
        drawings.append((state.value, mark_safe(inside)))  # noqa: S308 - our own files
    return format_html(
        '<svg class="board-symbols" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join(
            "",
            '<symbol id="state-{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            'stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">{}</symbol>',
            drawings,
        ),
    )


@register.simple_tag
def state_symbols() -> SafeString:
    """Draw the icons of all states once, hidden; `<use href="#state-open">` shows one."""
    return _symbols()
