"""What is looked at under the turn, and the holds that are cleared on the way."""

from __future__ import annotations

from datetime import datetime

from relais.agenda.models import Appointment, PatientTick, Reason
from relais.agenda.planning import Sheet, load_sheets
from relais.agenda.services.appointments.spots import Spot
from relais.agenda.services.appointments.ticks import expire
from relais.agenda.services.appointments.turns import CHANGED, PATIENT_TAKEN, TAKEN
from relais.agenda.services.refusals import (
    AgendaRefusal,
    ChangedMeanwhileRefusal,
    PatientTakenRefusal,
    PlaceTakenRefusal,
)
from relais.agenda.services.rules import check_opening, check_practice
from relais.agenda.states import CHANGEABLE, MAIN_LANE, AppointmentState, Channel
from relais.core.actors import Actor
from relais.patients.models import Person


def check_changeable(row: Appointment, *, rev: int | None) -> None:
    """Refuse what began, ended, or changed since the page showed it."""
    if rev is not None and row.rev != rev:
        raise ChangedMeanwhileRefusal(CHANGED)
    if row.state not in CHANGEABLE:
        raise ChangedMeanwhileRefusal(
            f"Ce rendez-vous est noté « {row.get_state_display()} » : il ne change plus."
        )


def ruled(
    spot: Spot, *, reason: Reason, channel: Channel, now: datetime, moving: int | None = None
) -> Sheet:
    """Read the day of a spot and what is taken on it, and apply the rules of the week."""
    sheet = load_sheets([spot.line], first=spot.day, days=1, now=now)[spot.line.pk, spot.day]
    if moving is not None:
        sheet = sheet.without(moving)
    check_rules(spot, sheet=sheet, reason=reason, channel=channel, now=now)
    return sheet


def check_rules(
    spot: Spot, *, sheet: Sheet, reason: Reason, channel: Channel, now: datetime
) -> None:
    """Apply the rules of the week: open, released, kept for this kind, done by the doctor."""
    check_opening(
        sheet,
        tick=spot.tick,
        end=spot.end,
        lane=spot.lane,
        reason=reason,
        is_online=channel == Channel.ONLINE,
        now=now,
    )
    check_practice(sheet, reason=reason)


def check_lane(spot: Spot, *, sheet: Sheet) -> None:
    """Refuse a lane that is taken there, or a day that is full; `sheet` read under the lock."""
    check_room(
        spot,
        is_taken=sheet.overlapping(spot.lane, spot.tick, spot.end),
        booked=sheet.booked,
        most=sheet.week.most_a_day,
    )


def check_room(spot: Spot, *, is_taken: bool, booked: int, most: int) -> None:
    """Refuse a place that is taken, or one more on a day of `most` appointments."""
    if is_taken:
        raise PlaceTakenRefusal(TAKEN)
    if spot.lane == MAIN_LANE and 0 < most <= booked:
        raise AgendaRefusal(
            f"Le médecin voit {most} patients par jour, et ils y sont. Choisissez un autre jour, ou"
            " la file « entre deux »."
        )


def check_patient(spot: Spot, *, patient: Person) -> None:
    """Refuse a patient who is elsewhere at that time."""
    owned = PatientTick.objects.filter(patient=patient, tick__gte=spot.tick, tick__lt=spot.end)
    if owned.exists():
        raise PatientTakenRefusal(PATIENT_TAKEN)


def drop_expired(spot: Spot, *, patient_id: int | None, by: Actor, now: datetime) -> None:
    """Clear the holds that are over and stand in the way, on the lane or for the patient."""
    over = Appointment.objects.filter(state=AppointmentState.HELD, hold_until__lte=now)
    here = over.filter(
        line=spot.line, day=spot.day, lane=spot.lane, tick__lt=spot.end, tick__gte=spot.tick - 24
    )
    rows = {row.pk: row for row in here if row.end > spot.tick}
    if patient_id is not None:
        rows |= {row.pk: row for row in over.filter(patient_id=patient_id)}
    for row in rows.values():
        expire(row, verb="expired", request_key="", by=by, now=now)
