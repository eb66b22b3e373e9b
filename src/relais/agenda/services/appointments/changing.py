"""Moving, lengthening, cancelling, taking up again, undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from relais.agenda.models import Appointment, AppointmentChange
from relais.agenda.services.appointments.checks import (
    check_changeable,
    check_lane,
    check_patient,
    drop_expired,
    ruled,
)
from relais.agenda.services.appointments.spots import spot_at, spot_of
from relais.agenda.services.appointments.ticks import (
    expire,
    facts_of,
    leave_ticks,
    own_ticks,
    save,
    tell,
)
from relais.agenda.services.appointments.turns import done, once, turn_on
from relais.agenda.services.refusals import AgendaRefusal, ChangedMeanwhileRefusal
from relais.agenda.states import AppointmentState, CancelledBy, Channel
from relais.core.actors import Actor
from relais.engine.agenda import TICK_MINUTES, time_of
from relais.network.models import Line

BY_MISTAKE: Final = "revenu en arrière"


def move(
    appointment: Appointment,
    *,
    line: Line,
    starts_at: datetime,
    request_key: str,
    by: Actor,
    now: datetime,
    minutes: int | None = None,
    lane: int | None = None,
    because: str | None = None,
    rev: int | None = None,
    channel: Channel = Channel.CENTRE,
    verb: str = "moved",
) -> Appointment:
    """Move an appointment, and make it longer or shorter on the way. All or nothing.

    `rev`: the revision the page showed. Raises like `book`, and ChangedMeanwhileRefusal when the
    appointment is no longer as shown.
    """
    length = minutes or appointment.minutes
    target = spot_at(
        line,
        starts_at=starts_at,
        minutes=length,
        lane=appointment.lane if lane is None else lane,
    )

    def act() -> Appointment:
        row, people = turn_on(appointment, also=[target], now=now)
        known = done(request_key, verb=verb)
        if known is not None:
            return known
        check_changeable(row, rev=rev)
        before = facts_of(row)
        leave_ticks(row)
        drop_expired(target, patient_id=row.patient_id, by=by, now=now)
        sheet = ruled(target, reason=row.reason, channel=channel, now=now, moving=row.pk)
        check_lane(target, sheet=sheet)
        if row.patient_id is not None:
            check_patient(target, patient=people[row.patient_id])
        row.line, row.lane, row.day = line, target.lane, target.day
        row.tick, row.ticks, row.starts_at = target.tick, target.ticks, time_of(target.tick)
        row.because = row.because if because is None else because
        own_ticks(row)
        save(row, now=now)
        tell(row, verb=verb, before=before, request_key=request_key, by=by, now=now)
        return row

    return once(act, request_key=request_key, verb=verb)


def resize(
    appointment: Appointment,
    *,
    minutes: int,
    request_key: str,
    by: Actor,
    now: datetime,
    because: str | None = None,
    rev: int | None = None,
) -> Appointment:
    """Make an appointment longer or shorter where it stands; raises like `move`, nothing lost."""
    return move(
        appointment,
        line=appointment.line,
        starts_at=appointment.starts_at,
        minutes=minutes,
        because=because,
        request_key=request_key,
        by=by,
        now=now,
        rev=rev,
        verb="resized",
    )


def cancel(
    appointment: Appointment,
    *,
    cancelled_by: CancelledBy,
    request_key: str,
    by: Actor,
    now: datetime,
    why: str = "",
    rev: int | None = None,
) -> Appointment:
    """Give the time of an appointment back; one that is cancelled already stays so.

    Raises ChangedMeanwhileRefusal when it began, or is no longer as the page showed.
    """

    def act() -> Appointment:
        row, _ = turn_on(appointment, now=now)
        known = done(request_key, verb="cancelled")
        if known is not None:
            return known
        if row.state == AppointmentState.CANCELLED:
            return row
        check_changeable(row, rev=rev)
        before = facts_of(row)
        leave_ticks(row)
        row.state, row.cancelled_by = AppointmentState.CANCELLED, cancelled_by
        save(row, now=now)
        tell(row, verb="cancelled", before=before, request_key=request_key, by=by, now=now, why=why)
        return row

    return once(act, request_key=request_key, verb="cancelled")


def release(appointment: Appointment, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Give a held place back before its time; raises ChangedMeanwhileRefusal when it is none."""

    def act() -> Appointment:
        row, _ = turn_on(appointment, now=now)
        known = done(request_key, verb="released")
        if known is not None:
            return known
        if row.state == AppointmentState.EXPIRED:
            return row
        if row.state != AppointmentState.HELD:
            raise ChangedMeanwhileRefusal("Cette place est déjà donnée.")
        expire(row, verb="released", request_key=request_key, by=by, now=now)
        return row

    return once(act, request_key=request_key, verb="released")


def restore(appointment: Appointment, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Take an appointment that was cancelled up again, at its time, if it is still free.

    Raises like `book`, and ChangedMeanwhileRefusal when it is not cancelled.
    """

    def act() -> Appointment:
        row, people = turn_on(appointment, now=now)
        known = done(request_key, verb="restored")
        if known is not None:
            return known
        if row.state != AppointmentState.CANCELLED or row.patient_id is None:
            raise ChangedMeanwhileRefusal("Ce rendez-vous n’est pas annulé.")
        before = facts_of(row)
        spot = spot_of(row)
        drop_expired(spot, patient_id=row.patient_id, by=by, now=now)
        check_lane(spot, sheet=ruled(spot, reason=row.reason, channel=Channel.CENTRE, now=now))
        check_patient(spot, patient=people[row.patient_id])
        row.state, row.cancelled_by = AppointmentState.BOOKED, ""
        own_ticks(row)
        save(row, now=now)
        tell(row, verb="restored", before=before, request_key=request_key, by=by, now=now)
        return row

    return once(act, request_key=request_key, verb="restored")


def undo(change: AppointmentChange, *, request_key: str, by: Actor, now: datetime) -> Appointment:
    """Undo the last thing that happened to an appointment: a booking, a move, a cancellation.

    Raises ChangedMeanwhileRefusal when something else happened since, AgendaRefusal for what cannot
    be undone, and like `move` when the old place was taken meanwhile.
    """
    row = Appointment.objects.select_related("line__centre__commune").get(pk=change.appointment_id)
    known = done(request_key, verb=None)
    if known is not None:
        return known
    latest = AppointmentChange.objects.filter(appointment=row).order_by("-at", "-id").first()
    if latest is None or latest.pk != change.pk:
        raise ChangedMeanwhileRefusal("Ce rendez-vous a changé depuis. Rechargez la page.")
    if change.verb in {"booked", "restored"}:
        return cancel(
            row,
            cancelled_by=CancelledBy.CENTRE,
            why=BY_MISTAKE,
            request_key=request_key,
            by=by,
            now=now,
            rev=row.rev,
        )
    if change.verb == "cancelled":
        return restore(row, request_key=request_key, by=by, now=now)
    if change.verb in {"moved", "resized"}:
        old = change.before
        line = Line.objects.select_related("centre__commune").get(pk=old["line"])
        return move(
            row,
            line=line,
            starts_at=time_of(old["tick"]),
            minutes=old["ticks"] * TICK_MINUTES,
            lane=old["lane"],
            because=old["because"],
            request_key=request_key,
            by=by,
            now=now,
            rev=row.rev,
        )
    raise AgendaRefusal("Ceci ne se défait pas.")


def expire_holds(now: datetime, *, by: Actor) -> int:
    """Clear the holds that are over, for tidiness: no rule waits for it. Gives their number."""
    over = Appointment.objects.filter(state=AppointmentState.HELD, hold_until__lte=now)
    count = 0
    for found in over.order_by("line_id", "day", "id"):
        with transaction.atomic():
            row, _ = turn_on(found, now=now)
            if row.state == AppointmentState.HELD:
                expire(row, verb="expired", request_key="", by=by, now=now)
                count += 1
    return count
