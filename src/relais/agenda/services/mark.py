"""What happens at the desk: arrived, in consultation, seen, did not come."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from relais.agenda.models import Appointment
from relais.agenda.services.appointments.ticks import leave_ticks, save, tell
from relais.agenda.services.appointments.turns import turn_on
from relais.agenda.services.refusals import ChangedMeanwhileRefusal
from relais.agenda.states import AppointmentState
from relais.core.actors import Actor

MOVES: Final = {
    AppointmentState.ARRIVED: (AppointmentState.BOOKED,),
    AppointmentState.STARTED: (AppointmentState.BOOKED, AppointmentState.ARRIVED),
    AppointmentState.DONE: (
        AppointmentState.BOOKED,
        AppointmentState.ARRIVED,
        AppointmentState.STARTED,
    ),
    AppointmentState.NO_SHOW: (AppointmentState.BOOKED,),
    # A word by mistake is taken back.
    AppointmentState.BOOKED: (AppointmentState.ARRIVED,),
}


@transaction.atomic
def mark(
    appointment: Appointment, *, state: AppointmentState, by: Actor, now: datetime
) -> Appointment:
    """Note where someone stands at the desk; the same note again changes nothing.

    Who did not come gives the time back. Raises ChangedMeanwhileRefusal for an illegal step.
    """
    row, _ = turn_on(appointment, now=now)
    if row.state == state:
        return row
    if row.state not in MOVES.get(state, ()):
        raise ChangedMeanwhileRefusal(
            f"Ce rendez-vous est noté « {row.get_state_display()} ». Rechargez la page."
        )
    before = {"state": str(row.state)}
    if state == AppointmentState.NO_SHOW:
        leave_ticks(row)
    row.state = state
    save(row, now=now)
    tell(row, verb=str(state), before=before, request_key="", by=by, now=now)
    return row
