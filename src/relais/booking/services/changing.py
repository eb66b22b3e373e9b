"""Moving or giving back an appointment by its link."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.agenda import services as agenda
from relais.agenda.list_states import ListKind
from relais.agenda.models import Appointment, AppointmentChange
from relais.agenda.services import NotOpenRefusal, PlaceTakenRefusal
from relais.agenda.states import AppointmentState, CancelledBy, Channel
from relais.booking import places
from relais.booking.services.asking import NOT_PROPOSED
from relais.booking.services.confirming import send_confirmation
from relais.booking.services.limits import check_patient, number, take_turn
from relais.booking.services.refusals import LimitRefusal, OverRefusal
from relais.core.actors import Actor


def cancel(appointment: Appointment, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Give an appointment back; again does nothing.

    Raises OverRefusal when its hour is past or it is no longer to come.
    """
    if appointment.state == AppointmentState.CANCELLED:
        return appointment
    _check_open(appointment, now=now)
    return agenda.cancel(
        appointment,
        cancelled_by=CancelledBy.PATIENT,
        request_key=request_key,
        by=by,
        now=now,
    )


def proposed(appointment: Appointment, *, today: date, now: datetime) -> tuple[places.Slot, ...]:
    """List the times to which an appointment may be moved by its link, never made shorter."""
    sheets = places.sheets_of(appointment.line.centre, today=today, now=now)
    found = places.slots(
        sheets,
        reason=appointment.reason,
        is_new=False,
        person=appointment.patient,
        without=appointment.pk,
        at_least=appointment.ticks,
        now=now,
    )
    return tuple(slot for slot in found if slot.tick != appointment.tick)


@transaction.atomic
def move(
    appointment: Appointment,
    *,
    tick: int,
    request_key: str,
    today: date,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Move an appointment to another time of its centre, and write the new one to the patient.

    Raises OverRefusal as `cancel`, LimitRefusal after too many moves, and the refusals of
    `agenda.services.move`.
    """
    take_turn(appointment.line.centre)
    known = AppointmentChange.objects.filter(request_key=request_key).exists()
    if not known:
        _check_open(appointment, now=now)
        moves = AppointmentChange.objects.filter(
            appointment=appointment, verb="moved", actor=by.key
        )
        if moves.count() >= number("moves"):
            raise LimitRefusal(
                "Ce rendez-vous a déjà été changé plusieurs fois. Appelez le centre."
            )
    slots = proposed(appointment, today=today, now=now)
    slot = next((one for one in slots if one.tick == tick), None)
    if slot is None and not known:
        raise NotOpenRefusal(NOT_PROPOSED)
    if slot is None:
        return appointment
    check_patient(appointment.patient, phone_hash="", day=slot.day, now=now, but=appointment.pk)
    for sheet, length in zip(slot.sheets, slot.lengths, strict=True):
        try:
            moved = agenda.move(
                appointment,
                line=sheet.line,
                starts_at=slot.starts_at,
                minutes=max(length.minutes, appointment.minutes),
                because=length.because if length.minutes > appointment.minutes else None,
                request_key=request_key,
                channel=Channel.ONLINE,
                by=by,
                now=now,
            )
        except PlaceTakenRefusal:
            continue
        patient = appointment.patient
        phone = patient.phone if patient is not None else ""
        send_confirmation(moved, phone=phone, by=by, now=now)
        return moved
    raise PlaceTakenRefusal("Cette place vient d’être prise. Choisissez-en une autre.")


def want_earlier(appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Put the patient of an appointment on the list of those who want an earlier place; once.

    Raises OverRefusal as `cancel`.
    """
    _check_open(appointment, now=now)
    if appointment.patient is not None:
        agenda.join(
            appointment.patient,
            centre=appointment.line.centre,
            kind=ListKind.EARLIER,
            reason=appointment.reason,
            appointment=appointment,
            by=by,
            now=now,
        )


def _check_open(appointment: Appointment, *, now: datetime) -> None:
    if appointment.state != AppointmentState.BOOKED or appointment.starts_at <= now:
        raise OverRefusal("Ce rendez-vous est passé ou a changé. Appelez le centre.")
