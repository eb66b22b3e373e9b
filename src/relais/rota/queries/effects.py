"""What an act would touch, so that a page can say it before."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from relais.engine.weeks import monday_of
from relais.network.models import Centre, Line
from relais.rota.models import Mission
from relais.rota.states import ACTIVE

MISSION_DAYS = timedelta(days=5)  # from the Monday to the Saturday of a relay week


def missions_within(centre: Centre | None, *, first_on: date, last_on: date) -> QuerySet[Mission]:
    """List the missions that some days touch, at a centre or everywhere with None, by week."""
    rows = Mission.objects.filter(
        state__in=ACTIVE, monday__gte=monday_of(first_on), monday__lte=last_on
    ).exclude(monday__lt=first_on - MISSION_DAYS)
    if centre is not None:
        rows = rows.filter(line__centre=centre)
    return rows.select_related("doctor", "line", "line__centre").order_by("monday", "line_id", "id")


def missions_after(line: Line, *, ends_on: date) -> QuerySet[Mission]:
    """List the missions of a line from a day on, by week."""
    return (
        Mission.objects.filter(line=line, state__in=ACTIVE, monday__gte=ends_on)
        .select_related("doctor", "line", "line__centre")
        .order_by("monday", "id")
    )
