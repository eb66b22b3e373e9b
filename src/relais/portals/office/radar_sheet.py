"""The radar as its page shows it: chances in words, reasons in sentences, weeks as bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from relais.core import formats
from relais.core.formats import NBSP
from relais.engine import parameters
from relais.portals.office.board_sheet import line_words, week_url
from relais.portals.templatetags.ui import risk_level
from relais.rota.models import RiskReading
from relais.rota.queries import RadarSheet
from relais.rota.states import WeekState

SHOWN_MOST: Final = 20
SMALLEST: Final = (
    0.001  # below, a chance is announced too small to be said (docs/engine/simulate.md)
)
HORIZONS: Final = (
    (4, "d’ici un mois"),
    (12, "d’ici trois mois"),
    (26, "d’ici six mois"),
    (52, "d’ici un an"),
)
_BAR_HEIGHT: Final = 40
_LEVELS: Final[Mapping[str, str]] = {"high": "en danger", "medium": "à surveiller", "low": ""}


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A line-week: its address, where and when, its chance in words, and why."""

    reading: RiskReading
    where: str
    url: str
    chance: str
    level: str
    level_words: str
    because: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of the picture: its place and height in the drawing, and its words."""

    x: int
    y: float
    height: float
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How many weeks without a doctor to expect within some time."""

    value: str
    what: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page."""

    headline: str
    read_at: datetime
    is_behind: bool
    expected: tuple[Expected, ...]
    planned_until: date | None
    rows: tuple[RiskRow, ...]
    above: int
    bars: tuple[Bar, ...]
    picture: str


def watch_from() -> float:
    """Give the chance from which a week is to be watched (parameters/radar.toml)."""
    return parameters.load("radar")["watch_from"].value


def chance_words(chance: float) -> str:
    """Write a chance: « moins de 0,1 % », « 0,4 % », « 12 % »."""
    if chance < SMALLEST:
        return f"moins de {formats.percent(SMALLEST, 1)}"
    return formats.percent(chance, 0 if chance >= watch_from() else 1)


def weeks_words(expected: float) -> str:
    """Write a number of weeks to expect: « moins de 0,1 », « 0,4 », « 2,3 »."""
    return "moins de 0,1" if expected < 0.1 else formats.number(expected, 1)


def sheet(read: RadarSheet, *, asked: int, today: date) -> Sheet:
    """Write the page. `asked`: the weeks asked for; fewer may be planned."""
    worst = max((one.expected for one in read.weeks), default=0.0)
    scale = max(worst, watch_from())
    in_danger = sum(risk_level(one.chance) == "high" for one in read.worst)
    if in_danger:
        headline = f"{formats.plural(in_danger, 'semaine')} en danger"
    elif read.above:
        headline = f"{formats.plural(read.above, 'semaine')} à surveiller"
    else:
        headline = "Aucune semaine à surveiller"
    dearest = max(read.weeks, key=lambda one: one.expected, default=None)
    return Sheet(
        headline=headline,
        read_at=read.read_at,
        is_behind=read.is_behind,
        planned_until=read.planned_until,
        expected=tuple(
            Expected(
                weeks_words(read.expected(weeks)),
                f"{formats.agree(read.expected(weeks), 'semaine')} sans médecin à craindre {when}",
            )
            for weeks, when in HORIZONS
            if weeks == HORIZONS[0][0] or weeks <= asked
        ),
        rows=tuple(_row(one, read.lines, today) for one in read.worst),
        above=read.above,
        bars=tuple(
            Bar(
                x=place * 10,
                y=round(_BAR_HEIGHT - _BAR_HEIGHT * one.expected / scale, 2),
                height=round(_BAR_HEIGHT * one.expected / scale, 2),
                level=risk_level(one.worst),
                words=(
                    f"{formats.week_label(one.monday, today=today).capitalize()} : "
                    f"{weeks_words(one.expected)}"
                ),
            )
            for place, one in enumerate(read.weeks)
        ),
        picture=(
            ""
            if dearest is None
            else f"La semaine la plus exposée est celle du "
            f"{formats.date_words(dearest.monday, today=today)}."
        ),
    )


def _row(one: RiskReading, lines: Mapping[int, int], today: date) -> RiskRow:
    level, centre = risk_level(one.chance), one.line.centre
    return RiskRow(
        reading=one,
        where=line_words(centre.name, one.line.number, lines.get(centre.pk, 1)),
        url=week_url(one.line_id, one.monday),
        chance=chance_words(one.chance),
        level=level,
        level_words=_LEVELS[level],
        because=because(one, today=today),
    )


def because(one: RiskReading, *, today: date) -> str:
    """Say why a line-week is at risk: who is awaited, and who could come otherwise."""
    if one.state == WeekState.OPEN:
        start = "Personne n’est prévu."
    elif one.state == WeekState.PROPOSED:
        start = f"{one.doctor} : proposition, pas encore d’invitation."
    elif one.state == WeekState.INVITED:
        start = f"{one.doctor} n’a pas encore répondu."
        if one.invited_at is not None:
            day = timezone.localdate(one.invited_at)
            start = (
                f"{one.doctor} n’a pas encore répondu (invitation {formats.in_days(day, today)})."
            )
    elif not one.says_yes:
        start = f"{one.doctor} demande un remplacement."
    else:
        start = f"{one.doctor} a confirmé."
    if one.could_come:
        could = formats.agree(
            one.could_come, "autre médecin libre a offert", "autres médecins libres ont offert"
        )
        if one.state == WeekState.OPEN:
            could = could.replace("autre ", "").replace("autres ", "")
        other = f"{formats.number(one.could_come)}{NBSP}{could} cette semaine"
    else:
        other = "aucun autre médecin libre n’a offert cette semaine"
        if one.state == WeekState.OPEN:
            other = "aucun médecin libre n’a offert cette semaine"
    reserve = (
        f"{formats.number(one.standbys)}{NBSP}en réserve" if one.standbys else "personne en réserve"
    )
    return f"{start} {other[:1].upper()}{other[1:]}, {reserve}."
