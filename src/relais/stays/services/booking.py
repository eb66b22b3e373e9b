"""Stays: prepared when a mission is confirmed, moved by hand, released when it ends."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine import stays as engine
from relais.network.models import Centre
from relais.premises.models import Car, Lodging
from relais.rota.models import Mission
from relais.rota.states import FIRM, MissionState
from relais.stays import planning
from relais.stays.models import CarDay, RoomNight, Stay


class BookingRefusal(Refusal):
    """The lodging or the car cannot be held for this stay."""


@transaction.atomic
def prepare(mission: Mission, *, by: Actor, now: datetime) -> Stay:
    """Prepare the stay of a confirmed mission: the lodging and the car that suit best, and why.

    Said twice, nothing changes. Without a lodging that suits the stay stands all the same, and says
    why: the lists of conflicts show it. Raises ValueError for a mission that is not confirmed.
    """
    if MissionState(mission.state) not in FIRM:
        raise ValueError(f"a stay is prepared for a confirmed mission, not {mission.state}")
    take_turn(mission.line.centre)
    stay = Stay.objects.filter(mission=mission).first()
    if stay is not None and stay.released_at is None:
        return _whole(stay.pk)
    arrives_on, leaves_on = engine.usual_days(mission.monday)
    if stay is None:
        stay = Stay.objects.create(
            mission=mission,
            arrives_on=arrives_on,
            leaves_on=leaves_on,
            prepared_at=now,
            changed_at=now,
        )
    else:
        stay.released_at, stay.by_hand = None, False
        stay.save(update_fields=["released_at", "by_hand"])
    stay = _whole(stay.pk)
    choose(stay, now=now)
    audit.record(
        stay,
        verb="stays.prepared",
        by=by,
        at=now,
        details={"lodging": stay.lodging_id, "car": stay.car_id},
    )
    return stay


@transaction.atomic
def release(mission: Mission, *, by: Actor, now: datetime) -> Stay | None:
    """Give back what the stay of a mission held: the mission ended, or is somebody else’s.

    The stay stays, empty; nothing happens to a mission without one, or when it is said twice.
    """
    take_turn(mission.line.centre)
    stay = Stay.objects.filter(mission=mission, released_at=None).first()
    if stay is None:
        return None
    RoomNight.objects.filter(stay=stay).delete()
    CarDay.objects.filter(stay=stay).delete()
    audit.record(
        stay,
        verb="stays.released",
        by=by,
        at=now,
        details={"lodging": stay.lodging_id, "car": stay.car_id},
    )
    stay.lodging = stay.car = None
    stay.because = stay.car_because = ""
    stay.released_at = stay.changed_at = now
    stay.save()
    return stay


@transaction.atomic
def settle(stay: Stay, *, by: Actor, now: datetime) -> Stay:
    """Choose lodging and car once more, as on the first day; a choice by hand is forgotten."""
    take_turn(stay.mission.line.centre)
    fresh = held(stay)
    fresh.by_hand = False
    choose(fresh, now=now)
    audit.record(
        fresh,
        verb="stays.settled",
        by=by,
        at=now,
        details={"lodging": fresh.lodging_id, "car": fresh.car_id},
    )
    return fresh


@transaction.atomic
def book_lodging(stay: Stay, *, lodging: Lodging | None, by: Actor, now: datetime) -> Stay:
    """Put a stay in a lodging of its centre, by hand; None leaves it without.

    What does not suit (too small, an animal) is allowed and stays among the conflicts. Raises
    BookingRefusal when somebody else sleeps there and both have not accepted to share.
    """
    take_turn(stay.mission.line.centre)
    fresh = held(stay)
    if lodging is None:
        RoomNight.objects.filter(stay=fresh).delete()
        fresh.lodging, fresh.because = None, "Sans logement du centre, choisi par l’équipe."
    else:
        if lodging.centre_id != fresh.mission.line.centre_id:
            raise ValueError("a lodging of another centre")
        fit = planning.lodging_fits(fresh, lodgings=[lodging])[0]
        if fit.is_taken or not hold_rooms(fresh, fit=fit):
            raise BookingRefusal(
                f"{lodging.name} n’est pas libre : {formats.listing(fit.objections)}. "
                "Choisissez un autre logement, ou demandez aux deux médecins s’ils acceptent de "
                "partager la maison."
            )
        fresh.because = f"Choisi par l’équipe : {fit.because}."
    fresh.by_hand, fresh.changed_at = True, now
    fresh.save()
    audit.record(
        fresh, verb="stays.lodging_booked", by=by, at=now, details={"lodging": fresh.lodging_id}
    )
    return fresh


@transaction.atomic
def book_car(stay: Stay, *, car: Car | None, by: Actor, now: datetime) -> Stay:
    """Lend a car of the centre to a stay, by hand; None leaves it without.

    Raises BookingRefusal when somebody else has it on one of these days.
    """
    take_turn(stay.mission.line.centre)
    fresh = held(stay)
    if car is None:
        CarDay.objects.filter(stay=fresh).delete()
        fresh.car, fresh.car_because = None, "Sans voiture du centre, choisi par l’équipe."
    else:
        if car.centre_id != fresh.mission.line.centre_id:
            raise ValueError("a car of another centre")
        fit = planning.car_fits(fresh, cars=[car])[0]
        if fit.is_taken or not hold_car(fresh, car=car):
            raise BookingRefusal(
                f"{car.name} n’est pas libre : {formats.listing(fit.objections)}. "
                "Choisissez une autre voiture, ou changez les jours de l’un des deux séjours."
            )
        fresh.car_because = f"Choisie par l’équipe : {fit.because}."
    fresh.wants_car = car is not None or fresh.wants_car
    fresh.changed_at = now
    fresh.save()
    audit.record(fresh, verb="stays.car_booked", by=by, at=now, details={"car": fresh.car_id})
    return fresh


# -- inside ----------------------------------------------------------------------------------------


def take_turn(centre: Centre) -> None:
    """Wait until nobody else changes the stays of a centre, and hold it until the commit.

    On SQLite the IMMEDIATE transaction already holds the whole file.
    """
    Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)


def choose(stay: Stay, *, now: datetime) -> None:
    """Hold the lodging and the car that suit best; the caller tells the audit."""
    choose_lodging(stay)
    choose_car(stay)
    stay.changed_at = now
    stay.save()


def choose_lodging(stay: Stay) -> None:
    """Hold the lodging that suits best, or say why none does."""
    fits = planning.lodging_fits(stay)
    for fit in fits:
        if fit.suits and hold_rooms(stay, fit=fit):
            stay.because = _sentence(fit.because)
            return
    RoomNight.objects.filter(stay=stay).delete()
    stay.lodging = None
    words = [f"{fit.lodging.name} : {formats.listing(fit.objections)}" for fit in fits]
    stay.because = _sentence(" ; ".join(words)) if words else planning.NO_LODGING


def choose_car(stay: Stay) -> None:
    """Hold the car that suits best where one is wanted, or say why none does."""
    fits = planning.car_fits(stay) if stay.wants_car else []
    for fit in fits:
        if fit.suits and hold_car(stay, car=fit.car):
            stay.car_because = _sentence(fit.because)
            return
    CarDay.objects.filter(stay=stay).delete()
    stay.car = None
    words = [f"{fit.car.name} : {formats.listing(fit.objections)}" for fit in fits]
    if not stay.wants_car:
        stay.car_because = "Le médecin n’a pas besoin de la voiture du centre."
    else:
        stay.car_because = _sentence(" ; ".join(words)) if words else planning.NO_CAR


def hold_rooms(stay: Stay, *, fit: planning.LodgingFit) -> bool:
    """Hold the rooms of a fit for each night; False when another writer was faster."""
    nights = list(engine.nights(stay.arrives_on, stay.leaves_on))
    try:
        with transaction.atomic():
            RoomNight.objects.filter(stay=stay).delete()
            for other, kept in fit.shrinks:
                RoomNight.objects.filter(stay=other).exclude(room__in=kept).delete()
            RoomNight.objects.bulk_create(
                RoomNight(stay=stay, lodging=fit.lodging, room=room, night=night)
                for room in fit.rooms
                for night in nights
            )
    except IntegrityError:
        return False
    stay.lodging = fit.lodging
    return True


def hold_car(stay: Stay, *, car: Car) -> bool:
    """Hold a car for each day of a stay; False when another writer was faster."""
    try:
        with transaction.atomic():
            CarDay.objects.filter(stay=stay).delete()
            CarDay.objects.bulk_create(
                CarDay(stay=stay, car=car, day=day)
                for day in engine.days(stay.arrives_on, stay.leaves_on)
            )
    except IntegrityError:
        return False
    stay.car = car
    return True


def held(stay: Stay) -> Stay:
    """Give a stay as it is now. Raises BookingRefusal when its mission has ended."""
    fresh = _whole(stay.pk)
    if fresh.released_at is not None:
        raise BookingRefusal(
            "Cette mission a pris fin : son séjour ne retient plus ni logement ni voiture."
        )
    return fresh


def _whole(pk: int) -> Stay:
    related = ("mission__doctor", "mission__line__centre", "lodging", "car", "welcome")
    return Stay.objects.select_related(*related).get(pk=pk)


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return f"{text[:398]}." if text else ""
