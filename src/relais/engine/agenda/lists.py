"""Who is next: the one rule of both lists, for a place or an admission. Pure and published.

Order: the class reached (waiting.py), then who waits longest. A place goes to the first in that
order whom it fits and to whom it was not offered yet. Nothing else counts: not the channel, not how
quickly somebody answers, not a refusal before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from relais.engine import parameters
from relais.engine.agenda.clock import TICK_MINUTES, time_of, wall
from relais.engine.agenda.openings import NOON
from relais.engine.agenda.waiting import Waiting, order

MORNING, AFTERNOON = "morning", "afternoon"


@dataclass(frozen=True, slots=True)
class Place:
    """A free place: its first tick and its number of ticks, in the zone of its centre."""

    tick: int
    ticks: int
    zone: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody on the earlier-slot list can take.

    `ticks`: the length needed; `weekdays`: one bit a day, Monday the first; `half`: MORNING,
    AFTERNOON or nothing; `notice_minutes`: time to come; `before`: the tick of the appointment that
    one has already, only an earlier one is of use.
    """

    waiting: Waiting
    ticks: int
    weekdays: int = 127
    half: str = ""
    notice_minutes: int = 0
    before: int | None = None


def fits(wish: Wish, place: Place, *, now: datetime) -> bool:
    """Say whether a place suits a wish: long enough, on a day and half that suit, in time."""
    begins = wall(place.tick, place.zone)
    half = MORNING if begins.time() < NOON else AFTERNOON
    return (
        wish.ticks <= place.ticks
        and bool(wish.weekdays >> begins.weekday() & 1)
        and wish.half in {"", half}
        and time_of(place.tick) - now >= timedelta(minutes=wish.notice_minutes)
        and (wish.before is None or place.tick < wish.before)
    )


def in_order_for(
    place: Place, wishes: Iterable[Wish], *, now: datetime, asked: Collection[int] = ()
) -> tuple[Wish, ...]:
    """List whom a place is offered to, one after the other; `asked`: who had it offered already."""
    fitting = {
        wish.waiting.id: wish
        for wish in wishes
        if wish.waiting.id not in asked and fits(wish, place, now=now)
    }
    return tuple(
        fitting[one.id] for one in order((wish.waiting for wish in fitting.values()), now=now)
    )


def is_soon(place: Place, *, now: datetime) -> bool:
    """Say whether a place is today or tomorrow on the wall of its centre."""
    begins = wall(place.tick, place.zone)
    return begins.date() - now.astimezone(begins.tzinfo).date() <= timedelta(days=1)


def answer_until(place: Place | None, *, reached_at: datetime, now: datetime) -> datetime | None:
    """Give the moment until which an offer may be answered; None when there is no time left.

    `place` None: an admission. `reached_at`: when the words may leave (no night); the time to
    answer counts from there and ends before the hour of the place.
    """
    page = parameters.load("lists")
    if place is None:
        return reached_at + timedelta(minutes=int(page["answer_minutes_admission"].value))
    name = "answer_minutes_soon" if is_soon(place, now=now) else "answer_minutes"
    least = timedelta(minutes=int(page["least_minutes_to_answer"].value))
    until = min(reached_at + timedelta(minutes=int(page[name].value)), time_of(place.tick) - least)
    return until if until - reached_at >= least else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: rank from 1, how many wait, how many pass before for their class."""

    rank: int
    waiting: int
    by_class: int


def standing(id_: int, waiting: Iterable[Waiting], *, now: datetime) -> Standing:
    """Give the place of somebody on a list. Raises ValueError when one is not on it."""
    found = order(waiting, now=now)
    ranks = [one.id for one in found]
    rank = ranks.index(id_) + 1
    me = found[rank - 1]
    before = sum(one.since > me.since for one in found[: rank - 1])
    return Standing(rank=rank, waiting=len(found), by_class=before)


def explain(where: Standing, *, days_for_a_class: int) -> str:
    """Tell somebody in words where one stands and why."""
    first = where.rank == 1
    told = (
        f"Vous êtes {'le premier' if first else f'en {where.rank}e place'} sur {where.waiting}. "
        "La règle est la même pour tous : d’abord l’urgence dite par un soignant, puis "
        "l’ancienneté de la demande. "
    )
    if where.by_class:
        people = (
            "1 personne arrivée après vous passe"
            if where.by_class == 1
            else (f"{where.by_class} personnes arrivées après vous passent")
        )
        told += f"{people} avant, parce qu’un soignant l’a demandé. "
    return (
        f"{told}Toute demande monte d’un rang d’urgence tous les {days_for_a_class} jours. "
        "Refuser une place ne change rien à votre rang."
    )


def minutes(ticks: int) -> int:
    """Give the minutes of some ticks."""
    return ticks * TICK_MINUTES
