"""One stay with all that its page shows, and the welcome packs of a centre."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from relais.doctors.models import Doctor
from relais.network.models import Centre
from relais.rota.models import Mission
from relais.stays.models import CarTrip, Stay, WelcomeVersion

_WITH = ("mission__doctor", "mission__line__centre", "lodging", "car", "welcome")


def whole_stays() -> QuerySet[Stay]:
    """List stays with their mission, doctor, centre, lodging, car and pack, by arrival."""
    return Stay.objects.select_related(*_WITH).order_by("arrives_on", "id")


def stays_of(doctor: Doctor, *, since: date) -> QuerySet[Stay]:
    """List the stays of a doctor that are not over on a day, the next one first."""
    return whole_stays().filter(mission__doctor=doctor, released_at=None, leaves_on__gte=since)


def stay_of_mission(mission: Mission) -> Stay | None:
    """Give the stay of a mission, None when it has none or gave it back. One query."""
    return whole_stays().filter(mission=mission, released_at=None).first()


def trip_of(stay: Stay) -> CarTrip | None:
    """Give the kilometres noted for the car of a stay."""
    return None if stay.car is None else CarTrip.objects.filter(stay=stay, car=stay.car).first()


def last_welcome(*, centre_ids: Collection[int]) -> dict[int, WelcomeVersion]:
    """Give the published welcome pack of some centres, by centre. One query."""
    rows = WelcomeVersion.objects.filter(centre_id__in=centre_ids).order_by("centre_id", "number")
    return {version.centre_id: version for version in rows}


def welcome_versions(centre: Centre) -> QuerySet[WelcomeVersion]:
    """List the versions of a centre's welcome pack, the last first."""
    return WelcomeVersion.objects.filter(centre=centre).order_by("-number")
