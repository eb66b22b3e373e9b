"""How a doctor comes, with whom, and when: told by her, or by the team for her."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.engine import stays as engine
from relais.engine.weeks import WEEK
from relais.rota.models import Mission
from relais.stays import planning
from relais.stays.models import CarDay, RoomNight, Stay
from relais.stays.services import booking
from relais.stays.services.booking import BookingRefusal
from relais.stays.states import TravelBy


class TravelRefusal(BookingRefusal):
    """One cannot come or leave like this."""


@transaction.atomic
def set_arrival(stay: Stay, *, arrives_at: time, by: Actor, now: datetime) -> Stay:
    """Note at what time the doctor arrives, on the day already said. Two taps on a phone."""
    booking.take_turn(stay.mission.line.centre)
    fresh = booking.held(stay)
    fresh.arrives_at, fresh.changed_at = arrives_at, now
    fresh.save(update_fields=["arrives_at", "changed_at"])
    audit.record(fresh, verb="stays.arrival_told", by=by, at=now)
    return fresh


@transaction.atomic
def set_travel(
    stay: Stay,
    *,
    arrives_on: date,
    arrives_at: time | None,
    leaves_on: date,
    leaves_at: time | None,
    travel_by: TravelBy,
    pick_up_at: str,
    wants_car: bool,
    adults: int,
    children: int,
    pets: int,
    accepts_sharing: bool | None,
    by: Actor,
    now: datetime,
) -> Stay:
    """Note days, journey and company; lodging and car follow where they can.

    The same lodging is kept when it suits and is free. Otherwise one that suits is chosen, unless
    a person chose by hand: then the stay keeps its lodging where it is free, and is told among the
    conflicts. Raises TravelRefusal for days that are not around the week of the mission.
    """
    _refuse_odd_days(stay.mission, arrives_on=arrives_on, leaves_on=leaves_on)
    booking.take_turn(stay.mission.line.centre)
    fresh = booking.held(stay)
    fresh.arrives_on, fresh.arrives_at = arrives_on, arrives_at
    fresh.leaves_on, fresh.leaves_at = leaves_on, leaves_at
    fresh.travel_by, fresh.pick_up_at = travel_by, pick_up_at.strip()
    fresh.wants_car = wants_car
    fresh.adults, fresh.children, fresh.pets = adults, children, pets
    fresh.party_known, fresh.accepts_sharing = True, accepts_sharing
    fresh.changed_at = now
    fresh.save()
    _follow_lodging(fresh)
    _follow_car(fresh)
    fresh.save()
    audit.record(
        fresh,
        verb="stays.travel_told",
        by=by,
        at=now,
        details={
            "arrives": arrives_on.isoformat(),
            "leaves": leaves_on.isoformat(),
            "lodging": fresh.lodging_id,
            "car": fresh.car_id,
        },
    )
    return fresh


def _refuse_odd_days(mission: Mission, *, arrives_on: date, leaves_on: date) -> None:
    """Let a doctor come up to a week before and stay a week after, and be there on Monday."""
    monday = mission.monday
    if not monday - WEEK <= arrives_on <= monday:
        raise TravelRefusal(
            "L’arrivée se fait dans la semaine qui précède la mission, au plus tard le lundi matin."
        )
    _, usual_end = engine.usual_days(monday)
    if not usual_end - engine.DAY <= leaves_on <= usual_end + WEEK:
        raise TravelRefusal("Le départ se fait à la fin de la mission ou dans la semaine qui suit.")


def _follow_lodging(stay: Stay) -> None:
    """Keep the lodging for the new days and people, or choose another."""
    current = stay.lodging
    if current is None:
        if not stay.by_hand:
            booking.choose_lodging(stay)
        return
    fit = planning.lodging_fits(stay, lodgings=[current])[0]
    keeps = fit.suits or (stay.by_hand and not fit.is_taken)
    if keeps and booking.hold_rooms(stay, fit=fit):
        return
    if stay.by_hand:
        RoomNight.objects.filter(stay=stay).delete()
        stay.lodging = None
        stay.because = f"{current.name} n’est pas libre pour ces jours. À choisir à nouveau."
        return
    booking.choose_lodging(stay)


def _follow_car(stay: Stay) -> None:
    if not stay.wants_car:
        CarDay.objects.filter(stay=stay).delete()
        stay.car = None
        stay.car_because = "Le médecin n’a pas besoin de la voiture du centre."
        return
    if stay.car is not None:
        fit = planning.car_fits(stay, cars=[stay.car])[0]
        if fit.suits and booking.hold_car(stay, car=stay.car):
            return
    booking.choose_car(stay)
