"""Many offers or missions noted at once, as a planner's tables bring them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor, TravelTime
from relais.engine import geo
from relais.engine.weeks import is_monday
from relais.network.models import Line
from relais.rota.models import Mission, Offer, Standby
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, MissionState, OfferSource

_BATCH = 500


class PlaceTakenRefusal(Refusal):
    """Someone took one of the places in the meantime."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A doctor on a line for a week, as a table says it."""

    doctor: Doctor
    line: Line
    monday: date
    state: MissionState
    is_locked: bool = False
    note: str = ""


@transaction.atomic
def note_offers(
    offers: Mapping[Doctor, Collection[date]], *, source: OfferSource, by: Actor, now: datetime
) -> int:
    """Note the weeks that many doctors offer; count the new ones. Weeks already offered stay.

    One audit entry for all of them; each offer keeps its source and the moment it was noted.
    Raises ValueError for a day that is not a Monday.
    """
    for days in offers.values():
        for day in days:
            if not is_monday(day):
                raise ValueError(f"{day} is not a Monday")
    take_turn()
    mondays = {day for days in offers.values() for day in days}
    if not mondays:
        return 0
    known = set(
        Offer.objects.filter(monday__gte=min(mondays), monday__lte=max(mondays)).values_list(
            "doctor_id", "monday"
        )
    )
    new = [
        Offer(doctor=doctor, monday=monday, source=source, offered_at=now)
        for doctor, days in offers.items()
        for monday in sorted(set(days))
        if (doctor.pk, monday) not in known
    ]
    Offer.objects.bulk_create(new, batch_size=_BATCH)
    if new:
        audit.record(
            None,
            verb="rota.weeks_noted",
            by=by,
            at=now,
            details={
                "offers": len(new),
                "doctors": len({offer.doctor_id for offer in new}),
                "first": min(offer.monday for offer in new).isoformat(),
                "last": max(offer.monday for offer in new).isoformat(),
                "source": str(source),
            },
        )
    return len(new)


@transaction.atomic
def note_missions(
    placements: Collection[Placement], *, by: Actor, now: datetime, why: str
) -> tuple[Mission, ...]:
    """Note missions agreed elsewhere: what planning rules say against them is not asked.

    The guarantees of the database hold: one mission a line-week, one place a doctor-week. Reserves
    of the same doctor-week are used up. Each mission has its audit entry.

    Raises PlaceTakenRefusal when a place or a doctor is taken, ValueError for a day that is not a
    Monday or a state that holds no place.
    """
    for one in placements:
        if not is_monday(one.monday):
            raise ValueError(f"{one.monday} is not a Monday")
        if one.state not in ACTIVE:
            raise ValueError(f"a mission cannot start {one.state}")
    take_turn()
    given = {
        (doctor_id, centre_id): minutes
        for doctor_id, centre_id, minutes in TravelTime.objects.values_list(
            "doctor_id", "centre_id", "minutes"
        )
    }
    missions = [
        Mission(
            doctor=one.doctor,
            line=one.line,
            monday=one.monday,
            state=one.state,
            is_locked=one.is_locked,
            note=one.note,
            travel_minutes=given.get((one.doctor.pk, one.line.centre_id), _estimate(one)),
            created_at=now,
            changed_at=now,
        )
        for one in placements
    ]
    try:
        with transaction.atomic():
            made = Mission.objects.bulk_create(missions, batch_size=_BATCH)
    except IntegrityError as error:
        raise PlaceTakenRefusal(
            "Une de ces places ou un de ces médecins vient d’être pris par quelqu’un d’autre. "
            "Envoyez de nouveau les tableaux."
        ) from error
    pairs = {(one.doctor_id, one.monday) for one in made}
    used = [
        pk
        for pk, doctor_id, monday in Standby.objects.values_list("pk", "doctor_id", "monday")
        if (doctor_id, monday) in pairs
    ]
    Standby.objects.filter(pk__in=used).delete()
    for mission in made:
        audit.record(
            mission,
            verb="rota.mission_placed",
            by=by,
            at=now,
            why=why,
            details={"state": str(mission.state), "locked": mission.is_locked},
        )
    return tuple(made)


def _estimate(one: Placement) -> int:
    centre = one.line.centre
    distance_km = geo.great_circle_km(
        one.doctor.latitude, one.doctor.longitude, centre.latitude, centre.longitude
    )
    return int(geo.travel_minutes(distance_km))
