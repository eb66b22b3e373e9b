"""Reminders that are due: which, and the row that makes each of them unique for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from relais.agenda.list_states import Step
from relais.agenda.models import Appointment, DeskChoice, Reminder
from relais.agenda.states import AppointmentState
from relais.core import audit
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.engine import parameters
from relais.engine.agenda import wall
from relais.engine.agenda.desk import reminder_moment
from relais.engine.weeks import monday_of
from relais.network.models import Centre
from relais.rota.models import Mission
from relais.rota.states import FIRM

RECALLED_FOR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder to write: of what, which step, who will be there (None: not known yet)."""

    appointment: Appointment
    step: Step
    doctor: Doctor | None
    key: str = ""


def give_up_at(appointment: Appointment) -> datetime:
    """Give the moment from which a reminder of an appointment helps nobody."""
    minutes = int(parameters.load("desk")["reminder_give_up_minutes"].value)
    return appointment.starts_at - timedelta(minutes=minutes)


def due(now: datetime) -> Iterator[Due]:
    """List the reminders to write now. A step whose time is over is given up, the next one comes.

    Nobody is reminded of what was given after the moment of the step: they have just heard it.
    """
    choices = {row.centre_id: row for row in DeskChoice.objects.all()}
    for centre in Centre.objects.order_by("pk"):
        choice = choices.get(centre.pk) or DeskChoice(centre=centre)
        if not choice.reminds:
            continue
        today = now.astimezone(wall(0, centre.time_zone).tzinfo).date()
        spans = (
            (Step.FIRST, choice.first_days, choice.last_days + 1),
            (Step.LAST, choice.last_days, 0),
        )
        for step, days, nearest in spans:
            if not days:
                continue
            for row in _unreminded(centre, step).filter(
                day__gte=today + timedelta(days=nearest), day__lte=today + timedelta(days=days)
            ):
                moment = reminder_moment(row.day, days_before=days, zone=centre.time_zone)
                if row.created_at < moment <= now < give_up_at(row):
                    yield Due(row, step, on_duty(row))


def _unreminded(centre: Centre, step: Step) -> QuerySet[Appointment]:
    done = Reminder.objects.filter(appointment=OuterRef("pk"), tick=OuterRef("tick"), step=step)
    return (
        Appointment.objects.filter(
            line__centre=centre, state=AppointmentState.BOOKED, patient__isnull=False
        )
        .exclude(Exists(done))
        .select_related("line__centre__commune", "patient")
        .order_by("starts_at", "pk")
    )


def changed_doctors(now: datetime) -> Iterator[Due]:
    """List the appointments whose reminder named a doctor who will not be the one there."""
    rows = (
        Reminder.objects.filter(
            appointment__starts_at__gt=now, appointment__state=AppointmentState.BOOKED
        )
        .select_related("appointment__line__centre__commune", "appointment__patient", "doctor")
        .order_by("appointment", "pk")
    )
    told: dict[int, list[Reminder]] = {}
    for row in rows:
        if row.tick == row.appointment.tick:
            told.setdefault(row.appointment_id, []).append(row)
    doctors = _on_duty_all([rows[0].appointment for rows in told.values()])
    for mine in told.values():
        appointment = mine[-1].appointment
        doctor = doctors.get((appointment.line_id, monday_of(appointment.day)))
        named = mine[-1].doctor_id
        if doctor is None or named is None or doctor.pk == named:
            continue
        if now < give_up_at(appointment):
            yield Due(appointment, Step.DOCTOR, doctor, key=f"{doctor.pk}.{len(mine)}")


def on_duty(appointment: Appointment) -> Doctor | None:
    """Name who will be there, when that is known."""
    key = (appointment.line_id, monday_of(appointment.day))
    return _on_duty_all([appointment]).get(key)


def _on_duty_all(rows: list[Appointment]) -> dict[tuple[int, date], Doctor]:
    missions = Mission.objects.filter(
        line__in={row.line_id for row in rows},
        monday__in={monday_of(row.day) for row in rows},
        state__in=FIRM,
    ).select_related("doctor")
    return {(one.line_id, one.monday): one.doctor for one in missions if one.doctor is not None}


def take(one: Due, *, by: Actor, now: datetime) -> Reminder | None:
    """Write the row of a reminder; None when another worker has. Call it in a transaction."""
    row = one.appointment
    try:
        with transaction.atomic():
            made = Reminder.objects.create(
                appointment=row,
                tick=row.tick,
                step=one.step,
                doctor=one.doctor,
                doctor_key=one.key,
                written_at=now,
            )
    except IntegrityError:
        return None
    audit.record(
        row,
        verb="agenda.reminded",
        by=by,
        at=now,
        details={"patient": row.patient_id, "step": str(one.step)},
    )
    return made


def to_recall(now: datetime) -> tuple[Reminder, ...]:
    """List the reminders of the last days whose appointment was given back or moved since."""
    recent = Reminder.objects.filter(written_at__gt=now - RECALLED_FOR).select_related(
        "appointment"
    )
    return tuple(
        row
        for row in recent
        if row.appointment.state != AppointmentState.BOOKED or row.appointment.tick != row.tick
    )
