"""The desk: how late the doctor is, who is next, which mark of two desks stands, when to remind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from relais.engine import parameters
from relais.engine.agenda.clock import instant

BOOKED, ARRIVED, STARTED, DONE, NO_SHOW = "booked", "arrived", "started", "done", "no_show"
_WAY: Final = (BOOKED, ARRIVED, STARTED, DONE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment of a line's day as the desk sees it; instants, None: not yet."""

    id: int
    starts_at: datetime
    minutes: int
    state: str
    arrived_at: datetime | None = None
    started_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """Give the moment it should end."""
        return self.starts_at + timedelta(minutes=self.minutes)


def lateness(visits: Iterable[Visit], *, now: datetime) -> int:
    """Say by how many minutes a line is late, at least: 0 when it is on time.

    Somebody in consultation beyond the end; somebody here, not called in, whose hour is past.
    """
    rows = list(visits)
    late = [
        max(one.started_at + timedelta(minutes=one.minutes), now) - one.ends_at
        for one in rows
        if one.state == STARTED and one.started_at is not None
    ]
    busy = bool(late)
    late += [now - one.starts_at for one in rows if one.state == ARRIVED and not busy]
    return max((int(one.total_seconds()) // 60 for one in late), default=0) if late else 0


def next_in(visits: Iterable[Visit]) -> Visit | None:
    """Propose who comes in next: of those who are here, the earliest hour, then the arrival."""
    here = [one for one in visits if one.state == ARRIVED]
    return min(
        here, key=lambda one: (one.starts_at, one.arrived_at or one.starts_at, one.id), default=None
    )


def may_be_absent(visit: Visit, *, now: datetime) -> bool:
    """Say whether somebody expected is so late that « absent » is proposed."""
    after = timedelta(minutes=int(parameters.load("desk")["absent_after_minutes"].value))
    return visit.state == BOOKED and now >= visit.starts_at + after


def waited_minutes(visit: Visit, *, now: datetime) -> int | None:
    """Give how long somebody waits, or waited: from the arrival or the hour, the later of the two.

    Who comes early does not make the centre late. None before the arrival.
    """
    if visit.arrived_at is None:
        return None
    begin = max(visit.arrived_at, visit.starts_at)
    end = visit.started_at or now
    return max(int((end - begin).total_seconds()) // 60, 0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a mark: it moves the state (`moves`), or is only written down, and why.

    `to_check`: two desks said what cannot both be true; somebody looks.
    """

    moves: bool
    to_check: bool = False
    why: str = ""


def settle(state: str, mark: str, *, is_late_word: bool) -> Verdict:
    """Decide on a mark when the appointment stands at `state`. Nothing that was said is lost.

    At the desk (`is_late_word` False) a mark may go on or one step back. A word that comes late (it
    was said without connection) never takes a visit back; somebody who was seen beats an absence.
    """
    if state == mark:
        return Verdict(False, why="déjà noté")
    if mark == NO_SHOW:
        if state == BOOKED:
            return Verdict(True)
        return Verdict(False, to_check=True, why="noté absent, mais déjà arrivé")
    if state == NO_SHOW:
        return Verdict(True, to_check=is_late_word, why="était noté absent")
    if state not in _WAY or mark not in _WAY:
        return Verdict(False, to_check=True, why="le rendez-vous a changé entre-temps")
    ahead = _WAY.index(mark) - _WAY.index(state)
    if ahead > 0:
        return Verdict(True)
    if is_late_word:
        return Verdict(False, why="la visite était déjà plus avancée")
    return Verdict(ahead == -1, why="" if ahead == -1 else "un pas en arrière à la fois")


def reminder_moment(day: date, *, days_before: int, zone: str, hour: time = time(10)) -> datetime:
    """Give the moment a reminder is written, some days before, in the morning of the centre."""
    return instant(day - timedelta(days=days_before), hour, zone)
