"""Giving a place: a booking, a place kept for a while, a kept place that becomes an appointment."""

from __future__ import annotations

from datetime import datetime, timedelta

from relais.agenda.models import Appointment, Reason
from relais.agenda.planning import openings_of
from relais.agenda.services.appointments import looks
from relais.agenda.services.appointments.checks import (
    check_patient,
    check_room,
    check_rules,
    drop_expired,
)
from relais.agenda.services.appointments.spots import Spot, spot_at, spot_of
from relais.agenda.services.appointments.ticks import (
    facts_of,
    leave_ticks,
    own_ticks,
    save,
    tell,
)
from relais.agenda.services.appointments.turns import (
    MERGED,
    PATIENT_TAKEN,
    TAKEN,
    done,
    in_one_turn,
    once,
    over_holds,
    turn_on,
)
from relais.agenda.services.refusals import (
    AgendaRefusal,
    ChangedMeanwhileRefusal,
    PatientTakenRefusal,
    PlaceTakenRefusal,
)
from relais.agenda.services.turn import lock_days
from relais.agenda.states import MAIN_LANE, AppointmentState, Channel
from relais.core.actors import Actor
from relais.engine import parameters
from relais.engine.agenda import time_of
from relais.network.models import Line
from relais.patients import services as patients
from relais.patients.models import Person


def book(
    line: Line,
    *,
    starts_at: datetime,
    minutes: int,
    reason: Reason,
    patient: Person,
    request_key: str,
    by: Actor,
    now: datetime,
    channel: Channel = Channel.CENTRE,
    lane: int = MAIN_LANE,
    because: str = "",
    note: str = "",
) -> Appointment:
    """Give a patient some time of a line. The same `request_key` again gives the same appointment.

    Raises NotOpenRefusal, PracticeRefusal, PlaceTakenRefusal, PatientTakenRefusal, and
    AgendaRefusal when the key was used for something else.
    """
    spot = spot_at(line, starts_at=starts_at, minutes=minutes, lane=lane)
    row = Appointment(
        patient=patient,
        reason=reason,
        because=because,
        note=note.strip(),
        state=AppointmentState.BOOKED,
        channel=channel,
    )
    return _give(row, spot=spot, verb="booked", request_key=request_key, by=by, now=now)


def hold(
    line: Line,
    *,
    starts_at: datetime,
    minutes: int,
    reason: Reason,
    request_key: str,
    by: Actor,
    now: datetime,
    channel: Channel,
    patient: Person | None = None,
    until: datetime | None = None,
    because: str = "",
) -> Appointment:
    """Keep a place while someone fills a form or answers an offer; ten minutes unless told longer.

    Raises like `book`. A hold that is over owns nothing: whoever books the place clears it.
    """
    spot = spot_at(line, starts_at=starts_at, minutes=minutes, lane=MAIN_LANE)
    usual = now + timedelta(minutes=int(parameters.load("agenda")["hold_minutes"].value))
    row = Appointment(
        patient=patient,
        reason=reason,
        because=because,
        state=AppointmentState.HELD,
        hold_until=until or usual,
        channel=channel,
    )
    return _give(row, spot=spot, verb="held", request_key=request_key, by=by, now=now)


def confirm_hold(
    appointment: Appointment,
    *,
    patient: Person,
    request_key: str,
    by: Actor,
    now: datetime,
    note: str = "",
) -> Appointment:
    """Turn a held place into an appointment of a patient.

    Raises ChangedMeanwhileRefusal when the place is no longer kept, PatientTakenRefusal when the
    patient is elsewhere at that time.
    """

    def act() -> Appointment:
        row, people = turn_on(appointment, patient_ids=[patient.pk], now=now)
        known = done(request_key, verb="confirmed")
        if known is not None:
            return known
        is_kept = row.state == AppointmentState.HELD and row.hold_until is not None
        if not is_kept or (row.hold_until is not None and row.hold_until <= now):
            raise ChangedMeanwhileRefusal(
                "La place n’est plus gardée. Choisissez-en une autre, ou la même si elle est libre."
            )
        if row.patient_id not in {None, patient.pk}:
            raise ChangedMeanwhileRefusal("Cette place est gardée pour quelqu’un d’autre.")
        before = facts_of(row)
        leave_ticks(row)
        check_patient(spot_of(row), patient=people[patient.pk])
        row.patient, row.state, row.hold_until = patient, AppointmentState.BOOKED, None
        row.note = note.strip() or row.note
        own_ticks(row)
        patients.make_known(patient, centre=row.line.centre, by=by, now=now)
        save(row, now=now)
        tell(row, verb="confirmed", before=before, request_key=request_key, by=by, now=now)
        return row

    return once(act, request_key=request_key, verb="confirmed")


def _give(
    row: Appointment, *, spot: Spot, verb: str, request_key: str, by: Actor, now: datetime
) -> Appointment:
    """Give a spot to a new row: two looks, the turn between them, and what is written.

    What needs no lock is read before it, so that the next in line waits less; a place that is
    plainly taken is refused without asking for the turn.
    """
    patient, key = row.patient_id, request_key
    seen = looks.before(spot, request_key=key, patient=patient, now=now)
    if seen.done is not None:
        known = done(key, verb=verb)
        assert known is not None, "what a key did is never taken back"
        return known
    if seen.is_taken:
        raise PlaceTakenRefusal(TAKEN)
    sheet = openings_of(spot.line, day=spot.day)
    check_rules(spot, sheet=sheet, reason=row.reason, channel=Channel(row.channel), now=now)

    def act() -> Appointment:
        overs = over_holds([patient], now=now) if patient and seen.patient_has_over_holds else []
        lock_days([(spot.line.pk, spot.day), *overs])
        under = looks.under(spot, request_key=key, patient=patient, now=now)
        if under.done is not None:
            known = done(key, verb=verb)
            assert known is not None, "what a key did is never taken back"
            return known
        check_room(spot, is_taken=under.is_taken, booked=under.booked, most=sheet.week.most_a_day)
        if under.is_merged:
            raise AgendaRefusal(MERGED)
        if under.is_patient_taken:
            raise PatientTakenRefusal(PATIENT_TAKEN)
        if under.has_over_holds or overs:
            drop_expired(spot, patient_id=patient if overs else None, by=by, now=now)
        _stand(row, spot=spot, by=by, now=now)
        own_ticks(row)
        if not under.is_known and row.patient is not None and verb == "booked":
            patients.make_known(row.patient, centre=spot.line.centre, by=by, now=now)
        tell(row, verb=verb, before={}, request_key=key, by=by, now=now)
        return row

    return in_one_turn(act, request_key=key, verb=verb, spot=spot, patient=patient)


def _stand(row: Appointment, *, spot: Spot, by: Actor, now: datetime) -> None:
    """Write a new row on its spot."""
    row.line, row.lane, row.day = spot.line, spot.lane, spot.day
    row.starts_at, row.tick, row.ticks = time_of(spot.tick), spot.tick, spot.ticks
    row.made_by, row.created_at, row.changed_at = by.label[:200], now, now
    row.save(force_insert=True)
