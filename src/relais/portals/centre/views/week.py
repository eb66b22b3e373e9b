"""One week of one centre."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.engine import calendar_fr
from relais.engine.weeks import WEEK, is_monday, monday_of, weeks_between
from relais.network import queries as network
from relais.network.permissions import centres_of
from relais.portals.centre.guests import guest_weeks
from relais.portals.gates import PersonRequest, needs
from relais.rota import queries as rota

FARTHEST_WEEKS: Final = 104


@needs(Right.CENTRE_READ)
def week(request: PersonRequest, pk: int, day: str) -> HttpResponse:
    """Show who comes to a centre in one week, this one or a later one, and who comes around it."""
    today = timezone.localdate()
    centre = get_object_or_404(centres_of(request.user, today).select_related("commune"), pk=pk)
    monday = _monday(day, today)
    ahead = weeks_between(monday_of(today), monday)
    arrivals = rota.arrivals([centre], today=today, weeks=ahead + 2)
    weeks = {one.monday: one for one in guest_weeks(arrivals, today=today)}
    department = "" if centre.commune is None else centre.commune.department
    return render(
        request,
        "centre/week.html",
        {
            "centre": centre,
            "coordinators": network.centres(today=today, ids=[centre.pk])[0].coordinators,
            "monday": monday,
            "week": weeks.get(monday),
            "before": weeks.get(monday - WEEK),
            "after": weeks.get(monday + WEEK),
            "previous": monday - WEEK if ahead else None,
            "next": monday + WEEK,
            "public": calendar_fr.holidays_in_week(monday, department or None),
            "is_school_holiday": calendar_fr.on_school_holiday(monday, department),
        },
    )


def _monday(day: str, today: date) -> date:
    """Read the Monday of the address; weeks that are over are not shown here."""
    try:
        monday = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    first = monday_of(today)
    if not is_monday(monday) or not first <= monday < first + FARTHEST_WEEKS * WEEK:
        raise Http404
    return monday
