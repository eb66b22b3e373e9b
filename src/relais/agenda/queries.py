"""Appointments as they are read: a day, a week, one patient's, the faults of the guarantee."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from relais.accounts.models import User
from relais.agenda.models import (
    Appointment,
    AppointmentChange,
    DoctorAgenda,
    LineDay,
    LineTick,
    Opening,
    PatientTick,
    Reason,
    WaitEntry,
)
from relais.agenda.states import LIVE, AppointmentState
from relais.doctors.models import Doctor
from relais.network.models import Centre, Line
from relais.patients.models import Person
from relais.patients.queries import ADDRESS


def reasons() -> QuerySet[Reason]:
    """List the reasons in use, in their order."""
    return Reason.objects.filter(is_active=True).order_by("position", "label", "code")


def lines_of(centre: Centre, *, day: date) -> tuple[Line, ...]:
    """List the lines of a centre that are active on the week of a day, with their centre."""
    rows = Line.objects.filter(centre=centre).select_related("centre__commune").order_by("number")
    return tuple(line for line in rows if line.is_active(day))


_GLANCE: Final = """
SELECT EXISTS (SELECT 1 FROM agenda_linetick t JOIN agenda_appointment a ON a.id = t.appointment_id
                WHERE t.line_id = %(line)s AND t.lane = %(lane)s AND t.tick = %(tick)s
                  AND NOT (a.state = 'held' AND a.hold_until <= %(now)s))
   AND NOT EXISTS (SELECT 1 FROM agenda_appointmentchange c
                WHERE c.request_key = %(key)s AND NOT (c.request_key = ''))
  FROM network_line l
 WHERE l.id = %(line)s AND l.centre_id = %(centre)s
   AND EXISTS (SELECT 1 FROM network_coordination k
                WHERE k.centre_id = l.centre_id AND k.user_id = %(user)s
                  AND k.since_on <= %(today)s
                  AND (k.until_on IS NULL OR k.until_on > %(today)s))
"""


def is_somebody_s(
    user: User,
    *,
    centre: int,
    line: int,
    lane: int,
    tick: int,
    request_key: str,
    now: datetime,
    today: date,
) -> bool | None:
    """Say whether five minutes of a line belong to somebody else; one statement, no row read.

    None when the line is none of a centre that the user coordinates today. What the click of that
    key took itself does not count: sent twice, it counts once. In SQL, for it answers a rush.
    """
    said: dict[str, Any] = {
        "user": user.pk,
        "centre": centre,
        "line": line,
        "lane": lane,
        "tick": tick,
        "key": request_key,
        "now": connection.ops.adapt_datetimefield_value(now),
        "today": connection.ops.adapt_datefield_value(today),
    }
    with connection.cursor() as cursor:
        cursor.execute(_GLANCE, said)
        found = cursor.fetchone()
    return None if found is None else bool(found[0])


def appointments_between(
    lines: Collection[Line], *, first: date, last: date, now: datetime
) -> QuerySet[Appointment]:
    """List the live appointments of some lines, `last` included; holds that are over left out."""
    return (
        Appointment.objects.filter(line__in=lines, day__gte=first, day__lte=last, state__in=LIVE)
        .exclude(state=AppointmentState.HELD, hold_until__lte=now)
        .select_related("patient", "reason", "line")
        .order_by("day", "tick", "line__number", "lane", "id")
    )


def appointments_of(person: Person, *, since: datetime) -> QuerySet[Appointment]:
    """List the live appointments of a patient from a moment on, first the nearest."""
    return (
        Appointment.objects.filter(patient=person, state__in=LIVE, starts_at__gte=since)
        .select_related("line__centre", "reason")
        .order_by("starts_at", "id")
    )


def appointment_keys(person: Person) -> list[int]:
    """List the keys of all appointments of a patient, past ones too."""
    return list(
        Appointment.objects.filter(patient=person).order_by("pk").values_list("pk", flat=True)
    )


def waits_of(person: Person) -> QuerySet[WaitEntry]:
    """List where a patient waits: the lists of the centres, the longest wait first."""
    return (
        WaitEntry.objects.filter(person=person, ended_at__isnull=True)
        .select_related("centre")
        .order_by("since", "pk")
    )


def by_address(public_id: str, *, centre: Centre) -> Appointment | None:
    """Find an appointment of a centre by the identifier of addresses."""
    if not ADDRESS.fullmatch(public_id):
        return None
    return (
        Appointment.objects.filter(public_id=public_id, line__centre=centre)
        .select_related("line__centre__commune", "patient", "reason")
        .first()
    )


def changes_of(appointment: Appointment) -> QuerySet[AppointmentChange]:
    """List what happened to an appointment, the latest first."""
    return AppointmentChange.objects.filter(appointment=appointment).order_by("-at", "-id")


def last_change(appointment: Appointment) -> AppointmentChange | None:
    """Give the last thing that happened to an appointment."""
    return changes_of(appointment).first()


def painted(centre: Centre) -> QuerySet[Opening]:
    """List what is painted on the week of a centre and of its lines."""
    return (
        Opening.objects.filter(centre=centre, day__isnull=True)
        .select_related("line")
        .order_by("line__number", "weekday", "starts", "id")
    )


def exceptions(centre: Centre, *, since: date) -> QuerySet[Opening]:
    """List what is painted on the days of a centre from a day on."""
    return (
        Opening.objects.filter(centre=centre, day__gte=since)
        .select_related("line")
        .order_by("day", "line__number", "starts", "id")
    )


def has_a_week(centre: Centre) -> bool:
    """Say whether a centre has painted its week."""
    return Opening.objects.filter(centre=centre, day__isnull=True).exists()


def asked_by(doctor: Doctor) -> DoctorAgenda | None:
    """Give what a doctor asks of the agenda."""
    return DoctorAgenda.objects.filter(doctor=doctor).first()


def revision(line: Line, *, day: date) -> int:
    """Give the number of changes of a line's day: what a screen compares before it writes."""
    found = LineDay.objects.filter(line=line, day=day).values_list("rev", flat=True).first()
    return found or 0


@dataclass(frozen=True, slots=True)
class TickFault:
    """An appointment whose ticks are not those it should own; empty in a sound database."""

    appointment: int
    expected: int
    on_line: int
    of_patient: int


def tick_faults() -> tuple[TickFault, ...]:
    """Check the guarantee: live appointments own exactly their ticks, the others none."""
    faults = []
    on_line: dict[int, set[tuple[int, int, int]]] = {}
    for tick in LineTick.objects.values_list("appointment_id", "line_id", "lane", "tick"):
        on_line.setdefault(tick[0], set()).add(tick[1:])
    of_patient: dict[int, set[tuple[int, int]]] = {}
    for owned in PatientTick.objects.values_list("appointment_id", "patient_id", "tick"):
        of_patient.setdefault(owned[0], set()).add(owned[1:])
    with_ticks = Exists(LineTick.objects.filter(appointment=OuterRef("pk")))
    rows = Appointment.objects.filter(state__in=LIVE) | Appointment.objects.filter(with_ticks)
    for row in rows.distinct().order_by("id"):
        ticks = range(row.tick, row.end) if row.is_live else range(0)
        lines = {(row.line_id, row.lane, tick) for tick in ticks}
        patients = {(row.patient_id, tick) for tick in ticks} if row.patient_id else set()
        here, there = on_line.pop(row.pk, set()), of_patient.pop(row.pk, set())
        if lines != here or patients != there:
            faults.append(TickFault(row.pk, len(ticks), len(here), len(there)))
    faults += [TickFault(pk, 0, 0, len(ticks)) for pk, ticks in sorted(of_patient.items())]
    return tuple(faults)


def double_bookings() -> tuple[tuple[int, int], ...]:
    """List pairs of live appointments that overlap, by line and lane or by patient.

    Worked out from the appointments alone, without the ticks: an independent check.
    """
    pairs = []
    rows = list(Appointment.objects.filter(state__in=LIVE).order_by("tick", "id"))
    for kind in ("line", "patient"):
        last: dict[object, Appointment] = {}
        for row in rows:
            key = (row.line_id, row.lane) if kind == "line" else row.patient_id
            if key is None:
                continue
            before = last.get(key)
            if before is not None and row.tick < before.end:
                pairs.append((before.pk, row.pk))
            if before is None or row.end > before.end:
                last[key] = row
    return tuple(pairs)
