"""Reminders of appointments: the row, then the words or the call, in one transaction each."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from relais.agenda.list_states import CallKind, Step
from relais.agenda.models import Reminder
from relais.agenda.reception import choice_of
from relais.agenda.services import contacts, reminders
from relais.booking import links
from relais.booking.queries import access_of
from relais.core import formats
from relais.core.actors import Actor
from relais.engine.agenda import wall
from relais.outbox import services as outbox

BY: Final = Actor.system("rappels de rendez-vous")
SOMEBODY: Final = "avec le médecin de la semaine"
EVERY_MINUTES: Final = 10  # names of doctors do not change every minute


def remind(now: datetime) -> int:
    """Write the reminders that are due, call back those that no longer hold; counts the written."""
    count = 0
    for one in list(reminders.due(now)):
        count += _write(one, now=now)
    if now.minute % EVERY_MINUTES == 0:
        for one in list(reminders.changed_doctors(now)):
            count += _write(one, now=now)
    for row in reminders.to_recall(now):
        outbox.cancel(about(row), now=now)
    return count


def about(row: Reminder) -> str:
    """Name a reminder as messages do."""
    return f"agenda.reminder:{row.pk}"


@transaction.atomic
def _write(one: reminders.Due, *, now: datetime) -> bool:
    row = reminders.take(one, by=BY, now=now)
    appointment = one.appointment
    person = appointment.patient
    if row is None or person is None:
        return False
    centre = appointment.line.centre
    if one.step == Step.DOCTOR:
        for before in Reminder.objects.filter(appointment=appointment).exclude(pk=row.pk):
            outbox.cancel(about(before), now=now)
    card = contacts.recipient_of(person, centre=centre, today=now.date())
    if not (card.email or card.mobile):
        if choice_of(centre).calls and one.step != Step.FIRST:
            contacts.ask_for_a_call(
                person,
                centre=centre,
                kind=CallKind.REMINDER,
                about=about(row),
                appointment=appointment,
                useless_at=appointment.starts_at,
                by=BY,
                now=now,
            )
        return True
    at = wall(appointment.tick, centre.time_zone)
    names = one.doctor is not None and access_of(centre).names_doctor
    outbox.post(
        card,
        template="appointment_doctor" if one.step == Step.DOCTOR else "appointment_reminder",
        about=about(row),
        values={
            "network": settings.NETWORK_NAME,
            "day": formats.date_words(at.date()),
            "time": formats.time_words(at.time()),
            "centre": centre.name,
            "doctor": f"avec {one.doctor}" if names else SOMEBODY,
            "link": links.address_of(appointment.public_id),
        },
        give_up_at=reminders.give_up_at(appointment),
        by=BY,
        now=now,
    )
    return True
