"""The two lists, a Monday morning at the desk and a freed place on offer, in the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from relais.agenda import services as agenda
from relais.agenda.list_states import ListKind, Urgency
from relais.agenda.models import Appointment, Reason
from relais.agenda.services import desk
from relais.agenda.states import AppointmentState, CancelledBy, Channel
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.journeys.demo.people import FIRST_NAMES, SURNAME_ENDS, SURNAME_STARTS
from relais.network.models import Centre
from relais.patients import services as patients
from relais.patients.models import Person

ADMISSION: Final = 24  # people on the admission list of the busy centre; the real one was about 700
EARLIER: Final = 6
REFUSED: Final = 9


def fill_the_lists(centres: Mapping[str, Centre], *, by: Actor, now: datetime) -> None:
    """Fill both lists of the busy centre, play its morning, and free a place that is offered."""
    busy = next((one for one in centres.values() if one.lines.count() > 1), None)
    if busy is None:
        return
    dice = Random(7)  # noqa: S311 (a story, not a secret)
    reason = Reason.objects.filter(kind="planned", practice=None).order_by("position").first()
    if reason is None:
        return
    _people_who_wait(busy, dice, by=by, now=now)
    coming = list(
        Appointment.objects.filter(
            line__centre=busy, state=AppointmentState.BOOKED, starts_at__gt=now + timedelta(days=2)
        )
        .select_related("patient", "line__centre")
        .order_by("starts_at", "pk")
    )
    _who_wants_earlier(busy, coming[-EARLIER:], dice, by=by, now=now)
    for number in range(REFUSED):
        agenda.note_refused(
            busy,
            reason=reason,
            channel=Channel.PHONE,
            request_key=f"demo-refused-{number}",
            by=by,
            now=now - timedelta(days=2 * number),
        )
    _morning(busy, now.date(), dice, by=by, now=now)
    agenda.offer_admissions(busy, count=2, by=by, now=now)
    if coming:
        agenda.cancel(
            coming[0],
            cancelled_by=CancelledBy.PATIENT,
            request_key="demo-freed",
            by=by,
            now=now,
        )
    agenda.offer_freed_places(now, by=by)


def _people_who_wait(centre: Centre, dice: Random, *, by: Actor, now: datetime) -> None:
    for number in range(ADMISSION):
        person = patients.add_person(
            centre,
            birth_name=f"{dice.choice(SURNAME_STARTS)}{dice.choice(SURNAME_ENDS)}",
            first_birth_name=dice.choice(FIRST_NAMES),
            sex=dice.choice("FM"),
            birth_written=f"{dice.randint(1935, 2023)}-{dice.randint(1, 9):02d}-12",
            birth_place="99999",
            phone="" if number % 8 == 3 else f"06 00 01 00 {number:02d}",
            commune=centre.commune,
            by=by,
            now=now,
        )
        agenda.join(
            person,
            centre=centre,
            kind=ListKind.ADMISSION,
            urgency=Urgency.OTHER if number % 5 else Urgency.YOUNG,
            since=now - timedelta(days=dice.randint(2, 180)),
            by=by,
            now=now,
        )


def _who_wants_earlier(
    centre: Centre, rows: list[Appointment], dice: Random, *, by: Actor, now: datetime
) -> None:
    seen: set[int] = set()
    for row in rows:
        person: Person | None = row.patient
        if person is None or person.pk in seen:
            continue
        seen.add(person.pk)
        agenda.join(
            person,
            centre=centre,
            kind=ListKind.EARLIER,
            reason=row.reason,
            appointment=row,
            since=now - timedelta(days=dice.randint(1, 12)),
            by=by,
            now=now,
        )


def _morning(centre: Centre, today: date, dice: Random, *, by: Actor, now: datetime) -> None:
    """Play who came today: seen, in consultation, waiting; a few are missing."""
    rows = Appointment.objects.filter(
        line__centre=centre, day=today, state=AppointmentState.BOOKED
    ).order_by("starts_at", "pk")
    for row in rows:
        before = now - row.starts_at
        if before < timedelta(minutes=-20):
            break
        came = now - max(before, timedelta()) - timedelta(minutes=dice.randint(2, 15))
        try:
            if dice.random() < 0.12 and before > timedelta(minutes=20):
                _mark(row, AppointmentState.NO_SHOW, now, by=by, now=now)
                continue
            _mark(row, AppointmentState.ARRIVED, came, by=by, now=now)
            if before > timedelta():
                _mark(row, AppointmentState.STARTED, now - before / 2, by=by, now=now)
        except Refusal:
            continue


def _mark(
    row: Appointment, state: AppointmentState, at: datetime, *, by: Actor, now: datetime
) -> None:
    desk.note(
        row, state=state, happened_at=at, request_key=f"demo-{row.pk}-{state}", by=by, now=now
    )
