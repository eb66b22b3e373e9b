"""Weeks that two doctors share, as they are read everywhere a doctor is named."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from relais.core import formats
from relais.doctors.models import Doctor
from relais.engine.weeks import LAST_DAY, WEEK
from relais.rota.models import Mission, SharedWeek

_DAY = WEEK / 7


def shared_of(mission: Mission) -> SharedWeek | None:
    """Give how a mission is shared. No query with `select_related("shared__doctor")`."""
    found: SharedWeek | None = getattr(mission, "shared", None)
    return found


def shared_weeks(missions: Collection[int]) -> dict[int, SharedWeek]:
    """Give the shares of some missions, by mission. 1 query."""
    rows = SharedWeek.objects.filter(mission_id__in=missions).select_related("doctor")
    return {one.mission_id: one for one in rows}


def shares_of(doctor: Doctor, *, since: date) -> list[SharedWeek]:
    """List the weeks of which a doctor has some days, with their mission. 1 query."""
    return list(
        SharedWeek.objects.filter(doctor=doctor, last_on__gte=since)
        .select_related("mission__doctor", "mission__line__centre__commune")
        .order_by("monday")
    )


def days_words(shared: SharedWeek, *, first_doctor: str, today: date) -> str:
    """Say who comes when: « Dr A du lundi 8 au mercredi 10 février, Dr B du jeudi 11… »."""
    monday, end = shared.monday, shared.monday + LAST_DAY
    second = (shared.first_on, shared.last_on, str(shared.doctor))
    if shared.first_on == monday:
        own = (shared.last_on + _DAY, end, first_doctor)
    else:
        own = (monday, shared.first_on - _DAY, first_doctor)
    parts = []
    for first, last, name in sorted((own, second)):
        day = formats.date_words(first, today=today)
        until = "" if first == last else f" au {formats.date_words(last, today=today)}"
        parts.append(f"{name} {'le' if first == last else 'du'} {day}{until}")
    return ", ".join(parts)
