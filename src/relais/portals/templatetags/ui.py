"""Pieces of pages: icons, badges of a week's state, risk in words, dialogs.

Builtin in every template. The living page (`office_design`) shows each of them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from relais.core import formats
from relais.engine import parameters
from relais.rota.states import MissionState, WeekState

register = template.Library()

ICONS: Final = Path(__file__).resolve().parent.parent / "ui" / "icons"

STATE_ICONS: Final[dict[str, str]] = {
    WeekState.OPEN: "circle-dashed",
    WeekState.PROPOSED: "pencil-line",
    WeekState.INVITED: "mail",
    WeekState.CONFIRMED: "check",
    WeekState.READY: "check-check",
    WeekState.RUNNING: "stethoscope",
    WeekState.DONE: "flag",
    WeekState.CLOSED: "door-closed",
    MissionState.DECLINED: "x",
    MissionState.CANCELLED: "x",
}
STATE_WORDS: Final[dict[str, str]] = {
    **{state.value: str(state.label) for state in MissionState},
    **{state.value: str(state.label) for state in WeekState},
}

# From which share on the screen speaks of a medium or of a high risk. No decision uses it.


@cache
def _drawing(name: str) -> str:
    """Read the inside of an icon; FileNotFoundError when there is none of that name."""
    text = (ICONS / f"{name}.svg").read_text("utf-8")
    return text[text.index(">") + 1 : text.rindex("</svg>")]


@cache
def _icon(name: str, label: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return mark_safe(  # noqa: S308 - the drawings are our own files, the label is escaped
        f'<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" {voice} focusable="false">'
        f"{_drawing(name)}</svg>"
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the folder `ui/icons`; silent for screen readers unless it has a label."""
    return _icon(name, label)


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """Show the state of a week or of a mission: its word, its icon, its colour."""
    return format_html(
        '<span class="state" data-state="{}">{}{}</span>',
        str(state),
        _icon(STATE_ICONS[state], ""),
        STATE_WORDS[state],
    )


def risk_level(share: float) -> str:
    """Name a risk between 0 and 1: « low », « medium » or « high »."""
    page = parameters.load("radar")
    if share >= page["danger_from"].value:
        return "high"
    return "medium" if share >= page["watch_from"].value else "low"


@register.simple_tag
def risk_words(share: float | None, because: str = "") -> SafeString:
    """Say a risk between 0 and 1: « risque 12 % : papiers en attente »; nothing for None."""
    if share is None:
        return mark_safe("")
    level = risk_level(share)
    mark = _icon("triangle-alert", "") if level == "high" else ""
    return format_html(
        '<span class="risk" data-risk="{}">{}<span>risque {}{}</span></span>',
        level,
        mark,
        formats.percent(share),
        f" : {because}" if because else "",
    )


@register.filter
def state_word(state: str) -> str:
    """Give the word of a state alone: « confirmée »."""
    return STATE_WORDS[state]


@register.filter
def phone_words(number: str) -> str:
    """Write a French telephone number by pairs: « 06 12 34 56 78 »; others as they are."""
    digits = number.replace(" ", "").replace(".", "").replace("-", "")
    if digits.startswith("+33"):
        digits = "0" + digits[3:]
    if len(digits) == 10 and digits.isdigit():
        return formats.NBSP.join(digits[at : at + 2] for at in range(0, 10, 2))
    return number


@register.filter
def phone_address(number: str) -> str:
    """Give what a telephone dials: digits and a leading plus only."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, key: str, title: str, kind: str = "") -> SafeString:
    """Wrap a question in a native dialog, opened by any link with `data-relais-dialog="key"`.

    That link's own address must be a page that asks the same question, for people without
    JavaScript. `kind` may be « drawer ».
    """
    return format_html(
        '<dialog class="dialog {}" id="{}" aria-labelledby="{}-title"><div class="dialog-head">'
        '<h2 id="{}-title" tabindex="-1">{}</h2><form method="dialog"><button class="icon-button" '
        'aria-label="Fermer">{}</button></form></div><div class="dialog-body" id="{}-body">{}</div>'
        "</dialog>",
        kind,
        key,
        key,
        key,
        title,
        _icon("x", ""),
        key,
        content,
    )
