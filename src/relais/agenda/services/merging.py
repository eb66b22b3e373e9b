"""The appointments of a file that is merged into another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.agenda.models import Appointment, PatientTick
from relais.agenda.services.refusals import PatientTakenRefusal
from relais.agenda.services.turn import lock_patients
from relais.core import audit
from relais.core.actors import Actor
from relais.patients.models import Person


@transaction.atomic
def take_over(person: Person, *, into: Person, by: Actor, now: datetime) -> int:
    """Give the appointments of one file to another; their number.

    Raises PatientTakenRefusal when both have an appointment at the same time: one is to be
    cancelled first, by someone who knows which.
    """
    lock_patients([person.pk, into.pk])
    ticks = PatientTick.objects.filter(patient=person).values_list("tick", flat=True)
    if PatientTick.objects.filter(patient=into, tick__in=list(ticks)).exists():
        raise PatientTakenRefusal(
            "Les deux fiches ont un rendez-vous à la même heure. Annulez d’abord celui qui est en"
            " double."
        )
    for tick in PatientTick.objects.filter(patient=person):
        PatientTick.objects.create(patient=into, tick=tick.tick, appointment_id=tick.appointment_id)
    PatientTick.objects.filter(patient=person).delete()
    moved = Appointment.objects.filter(patient=person).update(patient=into)
    audit.record(
        into, verb="agenda.taken_over", by=by, at=now, details={"with": person.pk, "count": moved}
    )
    return moved


@transaction.atomic
def give_back(
    person: Person, *, appointments: list[int], to: Person, by: Actor, now: datetime
) -> int:
    """Give back appointments that `take_over` took, when two files are parted; their number.

    Only those that are still the person's. Raises PatientTakenRefusal when the other file has one
    at that time by now.
    """
    lock_patients([person.pk, to.pk])
    rows = Appointment.objects.filter(pk__in=appointments, patient=person)
    owned = PatientTick.objects.filter(patient=person, appointment__in=rows)
    ticks = list(owned.values_list("tick", "appointment_id"))
    wanted = [tick for tick, _ in ticks]
    if PatientTick.objects.filter(patient=to, tick__in=wanted).exists():
        raise PatientTakenRefusal(
            "Les deux fiches auraient un rendez-vous à la même heure. Annulez d’abord l’un d’eux."
        )
    owned.delete()
    for tick, appointment in ticks:
        PatientTick.objects.create(patient=to, tick=tick, appointment_id=appointment)
    moved = rows.update(patient=to)
    audit.record(
        to, verb="agenda.given_back", by=by, at=now, details={"from": person.pk, "count": moved}
    )
    return moved
