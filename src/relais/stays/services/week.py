"""What happens at the door and on the road: the code, the keys, the kilometres, the drivers."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.engine import stays as engine
from relais.premises import services as premises
from relais.premises.models import Car
from relais.premises.services import CodeRefusal
from relais.stays.models import AllowedDriver, CarTrip, Stay
from relais.stays.services import booking
from relais.stays.services.booking import BookingRefusal


class TripRefusal(BookingRefusal):
    """These kilometres cannot be."""


def read_code(stay: Stay, *, by: Actor, now: datetime, today: date, kept: bool = False) -> str:
    """Give the access code to the doctor of a stay, from a week before to the day she leaves.

    Each reading is written down; `kept`: the telephone keeps it for the days without network.
    Raises CodeRefusal outside these days, or without a lodging or a code.
    """
    fresh = booking.held(stay)
    if fresh.lodging is None:
        raise CodeRefusal("Votre logement n’est pas encore choisi.")
    opens_on = engine.code_opens_on(fresh.arrives_on)
    if today < opens_on:
        raise CodeRefusal(
            f"Le code se montre à partir du {formats.date_words(opens_on, today=today)}."
        )
    if today > fresh.leaves_on:
        raise CodeRefusal("Votre séjour est fini : le code ne se montre plus.")
    return premises.read_code(
        fresh.lodging, by=by, now=now, details={"stay": fresh.pk, "kept": kept}
    )


@transaction.atomic
def give_keys(stay: Stay, *, by: Actor, now: datetime) -> Stay:
    """Note that the doctor has the keys; said twice, the first time counts."""
    return _note(stay, field="keys_given_at", verb="stays.keys_given", by=by, now=now)


@transaction.atomic
def take_keys_back(stay: Stay, *, by: Actor, now: datetime) -> Stay:
    """Note that the keys are back."""
    return _note(stay, field="keys_back_at", verb="stays.keys_back", by=by, now=now)


def _note(stay: Stay, *, field: str, verb: str, by: Actor, now: datetime) -> Stay:
    booking.take_turn(stay.mission.line.centre)
    fresh = booking.held(stay)
    if getattr(fresh, field) is None:
        setattr(fresh, field, now)
        fresh.save(update_fields=[field])
        audit.record(fresh, verb=verb, by=by, at=now)
    return fresh


@transaction.atomic
def note_kilometres(
    stay: Stay, *, start_km: int | None, end_km: int | None, by: Actor, now: datetime
) -> CarTrip:
    """Write the counter of the car at the start and at the end (km).

    Raises TripRefusal when it goes backwards, or when no car is lent.
    """
    booking.take_turn(stay.mission.line.centre)
    fresh = booking.held(stay)
    if fresh.car is None:
        raise TripRefusal("Aucune voiture du centre n’est prêtée pour ce séjour.")
    if start_km is not None and end_km is not None and end_km < start_km:
        raise TripRefusal(
            "Le compteur au retour est plus petit qu’au départ. Relisez les deux nombres."
        )
    trip, _ = CarTrip.objects.update_or_create(
        stay=fresh, car=fresh.car, defaults={"start_km": start_km, "end_km": end_km}
    )
    audit.record(
        fresh,
        verb="stays.kilometres_noted",
        by=by,
        at=now,
        details={"car": fresh.car_id, "start": start_km, "end": end_km},
    )
    return trip


@transaction.atomic
def declare_driver(car: Car, *, doctor: Doctor, by: Actor, now: datetime) -> None:
    """Note that the insurer of a car knows a doctor's name; said twice, nothing changes."""
    _, is_new = AllowedDriver.objects.get_or_create(car=car, doctor=doctor)
    if is_new:
        audit.record(
            car, verb="stays.driver_declared", by=by, at=now, details={"doctor": doctor.pk}
        )
