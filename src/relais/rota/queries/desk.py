"""What waits for an act of the planner: doctors who ask to be replaced, weeks held."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from relais.rota.models import Hold, Mission
from relais.rota.states import ACTIVE


def asking_to_leave(from_monday: date) -> QuerySet[Mission]:
    """List the missions whose doctor asks to be replaced, the nearest first."""
    return (
        Mission.objects.filter(state__in=ACTIVE, monday__gte=from_monday, leaving_at__isnull=False)
        .select_related("doctor", "line__centre")
        .order_by("monday", "pk")
    )


def weeks_held(from_monday: date) -> QuerySet[Hold]:
    """List the weeks that doctors keep while they make up their mind, what ends first."""
    return (
        Hold.objects.filter(ended_at=None, monday__gte=from_monday)
        .select_related("doctor", "line__centre")
        .order_by("until", "pk")
    )
