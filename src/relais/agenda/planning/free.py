"""Free places of some lines, and how long a patient's appointment is on each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from relais.agenda.models import Appointment, Reason
from relais.agenda.planning.sheets import Sheet, load_sheets
from relais.agenda.states import MAIN_LANE, AppointmentState
from relais.engine import parameters
from relais.engine.agenda import USES, Added, Length, length, time_of
from relais.network.models import Line
from relais.patients.models import Person, Registration
from relais.patients.queries import has_long_term


@dataclass(frozen=True, slots=True)
class Place:
    """A free place: its sheet, where it begins, how long the appointment is and why."""

    sheet: Sheet
    tick: int
    length: Length

    @property
    def starts_at(self) -> datetime:
        """Give the instant it begins."""
        return time_of(self.tick)


def is_new_at(person: Person, *, centre_id: int) -> bool:
    """Say whether a centre never saw a person: not registered there, never came; two queries."""
    if Registration.objects.filter(person=person, centre_id=centre_id).exists():
        return False
    return not Appointment.objects.filter(
        patient=person, line__centre_id=centre_id, state=AppointmentState.DONE
    ).exists()


def length_for(reason: Reason, *, person: Person | None, is_new: bool, sheet: Sheet) -> Length:
    """Work out the length of an appointment on a day, with its explanation. No query."""
    page = parameters.load("agenda")
    added = []
    if is_new:
        added.append(Added(int(page["new_patient_minutes"].value), "nouveau"))
    if person is not None and has_long_term(person, on=sheet.day):
        added.append(Added(int(page["long_term_minutes"].value), "ALD"))
    if person is not None and person.needs_time:
        added.append(Added(int(page["more_time_minutes"].value), "plus de temps"))
    return length(reason.minutes, added=added, pace=sheet.week.pace)


def free_places(
    sheet: Sheet,
    *,
    kinds: frozenset[str],
    ticks: int,
    now: datetime,
    lane: int = MAIN_LANE,
) -> Iterator[int]:
    """Give the ticks where an appointment may begin, earliest first, packed without crumbs.

    Only released places of the wanted kinds, from now on; nothing on a day that is full.
    """
    if sheet.is_full and lane == MAIN_LANE:
        return
    for begin, end in _free_runs(sheet, kinds=kinds, now=now, lane=lane):
        yield from range(begin, end - ticks + 1, ticks)


def _free_runs(
    sheet: Sheet, *, kinds: frozenset[str], now: datetime, lane: int
) -> Iterator[tuple[int, int]]:
    """Join the segments that touch, take out what is taken and what is past."""
    soonest = int(-(-now.timestamp() // 300))
    runs: list[tuple[int, int]] = []
    for segment in sheet.segments:
        if segment.kind not in kinds or not segment.is_released(now):
            continue
        begin = max(segment.start, soonest)
        if runs and runs[-1][1] == begin:
            runs[-1] = (runs[-1][0], segment.end)
        elif begin < segment.end:
            runs.append((begin, segment.end))
    busy = sorted(sheet.taken.get(lane, ()))
    for begin, end in runs:
        at = begin
        for start, stop, _ in busy:
            if stop <= at or start >= end:
                continue
            if start > at:
                yield at, start
            at = max(at, stop)
        if at < end:
            yield at, end


def places_for(
    lines: Collection[Line],
    *,
    reason: Reason,
    person: Person | None,
    first: date,
    days: int,
    now: datetime,
    most: int = 6,
) -> tuple[Place, ...]:
    """Propose the earliest places for a patient and a reason on some lines of one centre.

    Only days whose doctor does the act. Earliest first, then by line number.
    """
    if not lines:
        return ()
    centre_id = next(iter(lines)).centre_id
    is_new = person is not None and is_new_at(person, centre_id=centre_id)
    sheets = load_sheets(lines, first=first, days=days, now=now)
    found: list[Place] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        today = [sheets[line.pk, day] for line in lines]
        found += _of_day(today, reason=reason, person=person, is_new=is_new, now=now)
        if len(found) >= most:
            break
    return tuple(found[:most])


def _of_day(
    sheets: Iterable[Sheet],
    *,
    reason: Reason,
    person: Person | None,
    is_new: bool,
    now: datetime,
) -> list[Place]:
    found = []
    for sheet in sheets:
        if not sheet.does(reason.practice_id):
            continue
        wanted = length_for(reason, person=person, is_new=is_new, sheet=sheet)
        found += [
            Place(sheet=sheet, tick=tick, length=wanted)
            for tick in free_places(sheet, kinds=USES[reason.kind], ticks=wanted.ticks, now=now)
        ]
    return sorted(found, key=lambda place: (place.tick, place.sheet.line.number))
