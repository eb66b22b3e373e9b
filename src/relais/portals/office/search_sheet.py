"""The search of a doctor as its page shows it: whom the next wave asks, who answered what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone

from relais.core import formats
from relais.core.formats import NBSP
from relais.journeys.searching import Preview
from relais.network.models import Line
from relais.portals.office.board_sheet import week_url
from relais.rota.models import Ask, Search
from relais.rota.searching import Person
from relais.rota.states import AskOutcome, SearchState


@dataclass(frozen=True, slots=True)
class AskedWave:
    """A wave that has left: its questions, and what came of them in words."""

    number: int
    asked_at: datetime
    answer_by: datetime
    asks: tuple[Ask, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Someone:
    """A doctor of the next wave, with the reason as a planner reads it."""

    person: Person
    chance: str
    because: str


@dataclass(frozen=True, slots=True)
class SearchSheet:
    """The page of one search."""

    line: Line
    monday: date
    url: str
    search: Search | None
    is_running: bool
    next_wave: tuple[Someone, ...]
    chance: str
    limits: str
    leaves: str
    waves: tuple[AskedWave, ...]


def search_sheet(
    line: Line,
    *,
    monday: date,
    search: Search | None,
    asks: Iterable[Ask],
    preview: Preview,
    now: datetime,
) -> SearchSheet:
    """Write the page; no query."""
    wave = preview.wave
    return SearchSheet(
        line=line,
        monday=monday,
        url=week_url(line.pk, monday),
        search=search,
        is_running=search is not None and search.state == SearchState.RUNNING,
        next_wave=tuple(
            Someone(one, formats.percent(one.chance), _reason(one)) for one in wave.people
        ),
        chance=formats.percent(wave.chance_of_one),
        limits=_limits(preview),
        leaves=_moment(preview.leaves_at, now),
        waves=tuple(_waves(asks)),
    )


def _reason(one: Person) -> str:
    parts = ["a offert cette semaine" if one.offered else "n’a pas offert cette semaine"]
    if one.known:
        parts.append("connaît le centre")
    parts.append(f"à {formats.hours_minutes(one.travel_minutes)}")
    if one.hard_points:
        points = formats.plural(one.hard_points, "point")
        parts.append(f"déjà {points} de semaines difficiles en trois ans")
    return ", ".join(parts)


def _limits(preview: Preview) -> str:
    """Say who else there is, and who is left in peace."""
    wave = preview.wave
    parts = []
    if wave.others:
        parts.append(
            f"{formats.plural(wave.others, 'autre médecin', 'autres médecins')} "
            f"{formats.agree(wave.others, 'pourrait', 'pourraient')} être "
            f"{formats.agree(wave.others, 'sollicité')} ensuite"
        )
    if wave.left_in_peace:
        count = wave.left_in_peace
        parts.append(
            f"{formats.plural(count, 'médecin')} {formats.agree(count, 'a', 'ont')} déjà reçu "
            f"assez de demandes ce mois-ci et {formats.agree(count, 'reste', 'restent')} tranquille"
            f"{formats.agree(count, '', 's')}"
        )
    return f"{formats.listing(parts).capitalize()}." if parts else ""


def _moment(moment: datetime, now: datetime) -> str:
    """Say when messages leave: « tout de suite », « lundi 4 janvier à 8 h »."""
    if moment <= now:
        return "tout de suite"
    here = timezone.localtime(moment)
    day = formats.date_words(here.date(), today=timezone.localdate(now))
    return f"{day} à{NBSP}{formats.time_words(here.time())}"


def _waves(asks: Iterable[Ask]) -> Iterable[AskedWave]:
    for (_, number, asked_at), rows in groupby(
        asks, key=lambda one: (one.search_id, one.wave, one.asked_at)
    ):
        found = tuple(rows)
        waiting = sum(one.outcome == AskOutcome.WAITING for one in found)
        yes = sum(
            one.outcome in (AskOutcome.PLACED, AskOutcome.RESERVE, AskOutcome.THANKED)
            for one in found
        )
        parts = [formats.plural(len(found), "médecin")]
        parts.append(f"{formats.number(yes)}{NBSP}oui")
        parts.append(f"{formats.number(waiting)}{NBSP}sans réponse")
        yield AskedWave(number, asked_at, found[0].answer_by, found, ", ".join(parts))
