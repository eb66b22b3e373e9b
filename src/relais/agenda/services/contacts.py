"""How a patient is reached: the patient's own ways, else those of who answers for the patient."""

from __future__ import annotations

from datetime import date, datetime

from relais.agenda.list_states import CallKind
from relais.agenda.models import Appointment, CallTask, PlaceOffer, WaitEntry
from relais.core import audit
from relais.core.actors import Actor
from relais.engine.messages import first_moment
from relais.network.models import Centre
from relais.outbox.recipients import PATIENT, Recipient
from relais.patients import queries as patients
from relais.patients.models import Person


def recipient_of(person: Person, *, centre: Centre, today: date) -> Recipient:
    """Give the card of a patient; without address when no message is wanted. One or two queries."""
    email, phone = person.email, person.phone
    if not patients.accepts_messages(person):
        email = phone = ""
    elif not (email or Recipient(PATIENT, "", "", phone=phone).mobile):
        for proxy in patients.proxies_of(person, today=today):
            email, phone = email or proxy.email, proxy.phone or phone
    return Recipient(
        kind=PATIENT,
        key=str(person.pk),
        name=person.name,
        email=email,
        phone=phone,
        time_zone=centre.time_zone,
        department="" if centre.commune is None else centre.commune.department,
    )


def reached_at(centre: Centre, *, urgent: bool, now: datetime) -> datetime:
    """Give the first moment at which somebody is reached: no night, no rest unless urgent."""
    department = "" if centre.commune is None else centre.commune.department
    return first_moment(now, zone=centre.time_zone, department=department, urgent=urgent)


def ask_for_a_call(
    person: Person,
    *,
    centre: Centre,
    kind: CallKind,
    about: str,
    by: Actor,
    now: datetime,
    due_at: datetime | None = None,
    useless_at: datetime | None = None,
    appointment: Appointment | None = None,
    offer: PlaceOffer | None = None,
    entry: WaitEntry | None = None,
) -> CallTask:
    """Put a call on the coordinator's list; once a kind and thing, asked as often as you like."""
    task, is_new = CallTask.objects.get_or_create(
        kind=kind,
        about=about,
        defaults={
            "centre": centre,
            "person": person,
            "due_at": due_at or now,
            "useless_at": useless_at,
            "appointment": appointment,
            "offer": offer,
            "entry": entry,
        },
    )
    if is_new:
        audit.record(
            task,
            verb="agenda.call_asked",
            by=by,
            at=now,
            details={"patient": person.pk, "kind": str(kind)},
        )
    return task
