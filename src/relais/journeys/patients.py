"""One click that touches a patient in several modules."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.agenda import services as agenda
from relais.core.actors import Actor
from relais.patients import services as patients
from relais.patients.models import Person


@transaction.atomic
def merge_people(person: Person, *, into: Person, why: str, by: Actor, now: datetime) -> Person:
    """Reunite two files of one person: the appointments first, then the file.

    Raises PatientTakenRefusal when both have an appointment at one time, PatientRefusal without a
    reason.
    """
    agenda.take_over(person, into=into, by=by, now=now)
    return patients.merge(person, into=into, why=why, by=by, now=now)
