"""How much may be asked: by a telephone, by a network address, of a centre, by a patient."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.crypto import salted_hmac

from relais.agenda.models import Appointment
from relais.agenda.states import AppointmentState
from relais.booking.models import OnlineAccess, Request
from relais.booking.services.refusals import LimitRefusal
from relais.booking.states import RequestState
from relais.engine import parameters
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Centre
from relais.patients.models import Person

_SALT: Final = "relais.booking.counts"
_LATER: Final = "Trop de demandes en peu de temps. Réessayez dans une heure, ou appelez le centre."


def blurred(value: str) -> str:
    """Give what is kept of a number or an address: enough to count, not to know."""
    return salted_hmac(_SALT, value, algorithm="sha256").hexdigest()


def number(name: str) -> int:
    """Give a limit of `parameters/booking.toml`."""
    return int(parameters.load("booking")[name].value)


def take_turn(centre: Centre) -> OnlineAccess:
    """Take the turn of a centre's requests until the transaction ends: they come one by one.

    Always before the days and the patients: two writers never wait for each other.
    """
    OnlineAccess.objects.get_or_create(centre=centre)
    return OnlineAccess.objects.select_for_update().get(centre=centre)


def check_asking(centre: Centre, *, phone: str, source: str, now: datetime) -> None:
    """Refuse what is too much, in one sentence whatever the limit. Raises LimitRefusal."""
    phone_hash, source_hash = blurred(phone), blurred(source)
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    asked = Request.objects.filter(asked_at__gt=day)
    of_phone = asked.filter(phone_hash=phone_hash)
    of_source = asked.filter(source_hash=source_hash)
    waiting = Request.objects.filter(state=RequestState.ASKED, expires_at__gt=now)
    reached = (
        of_phone.filter(asked_at__gt=hour).count() >= number("asks_of_a_phone_in_an_hour"),
        of_phone.count() >= number("asks_of_a_phone_in_a_day"),
        of_source.filter(asked_at__gt=hour).count() >= number("asks_of_a_source_in_an_hour"),
        waiting.filter(source_hash=source_hash).count() >= number("held_for_a_source"),
        waiting.filter(centre=centre).count() >= number("held_at_a_centre"),
    )
    if any(reached):
        raise LimitRefusal(_LATER)


def check_patient(
    person: Person | None, *, phone_hash: str, day: date, now: datetime, but: int | None = None
) -> None:
    """Refuse a patient, or a telephone, that has enough appointments to come.

    `but`: the appointment that is being moved. Raises LimitRefusal.
    """
    coming = Appointment.objects.filter(state=AppointmentState.BOOKED, starts_at__gt=now)
    mine = [] if person is None else list(coming.filter(patient=person).exclude(pk=but or 0))
    if len(mine) >= number("open_appointments"):
        raise LimitRefusal(
            "Vous avez déjà assez de rendez-vous à venir. Pour un autre, appelez le centre."
        )
    monday = monday_of(day)
    same_week = [row for row in mine if monday <= row.day < monday + WEEK]
    if len(same_week) >= number("appointments_in_a_week"):
        raise LimitRefusal(
            "Vous avez déjà un rendez-vous cette semaine-là. Pour un autre, appelez le centre."
        )
    taken = Request.objects.filter(
        phone_hash=phone_hash,
        state=RequestState.CONFIRMED,
        appointment__state=AppointmentState.BOOKED,
        appointment__starts_at__gt=now,
    ).exclude(appointment=but)
    if phone_hash and taken.count() >= number("open_for_a_phone"):
        raise LimitRefusal(
            "Ce téléphone a déjà servi à prendre plusieurs rendez-vous. Appelez le centre."
        )
