"""One doctor's missions and offers; who has come how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from django.db.models import Count, QuerySet

from relais.doctors.models import Doctor
from relais.engine.weeks import LAST_DAY, monday_of
from relais.rota.models import Mission, Offer, Standby
from relais.rota.states import ACTIVE, FIRM, MissionState, WeekState


def missions_of(doctor: Doctor, *, since: date | None = None) -> QuerySet[Mission]:
    """List the missions of a doctor by week, ended ones included, with line, centre and commune."""
    rows = (
        Mission.objects.filter(doctor=doctor)
        .select_related("line", "line__centre", "line__centre__commune", "shared__doctor")
        .order_by("monday", "id")
    )
    return rows if since is None else rows.filter(monday__gte=since)


def offers_of(doctor: Doctor, *, since: date | None = None) -> QuerySet[Offer]:
    """List the weeks a doctor offers, by week."""
    rows = Offer.objects.filter(doctor=doctor).order_by("monday")
    return rows if since is None else rows.filter(monday__gte=since)


def standbys_of(doctor: Doctor, *, since: date | None = None) -> QuerySet[Standby]:
    """List the weeks a doctor is in reserve, by week."""
    rows = Standby.objects.filter(doctor=doctor).order_by("monday")
    return rows if since is None else rows.filter(monday__gte=since)


def seniority(doctor_ids: Collection[int], *, today: date) -> dict[int, int]:
    """Count the missions each doctor has done, before this software and since. 2 queries."""
    ids = list(doctor_ids)
    counts: Counter[int] = Counter(
        dict(Doctor.objects.filter(pk__in=ids).values_list("pk", "missions_before"))
    )
    done = Mission.objects.filter(doctor_id__in=ids, state__in=FIRM, monday__lt=monday_of(today))
    for doctor_id, count in done.values_list("doctor_id").annotate(count=Count("pk")):
        counts[doctor_id] += count
    return {doctor_id: counts[doctor_id] for doctor_id in ids}


def week_state(state: str, monday: date, *, today: date) -> WeekState:
    """Say what a mission is called on a day: « en cours » and « faite » follow from the week.

    A mission ends on Saturday at noon: it is « en cours » until that day, « faite » from Sunday on.

    A mission whose week went by without a confirmation keeps its name: nothing says it was done. An
    ended mission (declined, cancelled) leaves its week open.
    """
    if MissionState(state) not in ACTIVE:
        return WeekState.OPEN
    if MissionState(state) in FIRM:
        if monday + LAST_DAY < today:
            return WeekState.DONE
        if monday <= today:
            return WeekState.RUNNING
    return WeekState(state)
