"""One click that touches a patient in several modules."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.agenda import queries as agenda_queries
from relais.agenda import services as agenda
from relais.core.actors import Actor
from relais.patients import services as patients
from relais.patients.models import Merge, Person


@transaction.atomic
def merge_people(person: Person, *, into: Person, why: str, by: Actor, now: datetime) -> Person:
    """Reunite two files of one person: the appointments first, then the file.

    Raises PatientTakenRefusal when both have an appointment at one time, PatientRefusal without a
    reason.
    """
    moved = agenda_queries.appointment_keys(person)
    agenda.take_over(person, into=into, by=by, now=now)
    return patients.merge(person, into=into, why=why, by=by, now=now, also={"appointments": moved})


@transaction.atomic
def part_people(merge: Merge, *, why: str, by: Actor, now: datetime) -> Person:
    """Part two files that were reunited by mistake: the file first, then its appointments.

    Raises PatientRefusal without a reason or when it is done already, PatientTakenRefusal when the
    appointments of the two have met since.
    """
    gone = patients.part(merge, why=why, by=by, now=now)
    agenda.give_back(
        merge.kept, appointments=merge.undo.get("appointments", []), to=gone, by=by, now=now
    )
    return gone
