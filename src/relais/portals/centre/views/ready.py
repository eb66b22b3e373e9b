"""« Lundi prochain »: is the week to come ready, and whom to call."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.engine.weeks import WEEK, is_monday, monday_of
from relais.journeys.monday_list import readiness
from relais.portals.centre.views.scope import my_centres
from relais.portals.gates import PersonRequest, needs

FARTHEST_WEEKS = 12


@needs(Right.STAYS_READ)
def ready(request: PersonRequest) -> HttpResponse:
    """Show each line of the next week: what is there, what is missing."""
    today = timezone.localdate()
    mine = my_centres(request)
    chosen = request.GET.get("centre", "")
    centres = [centre for centre in mine if chosen in ("", str(centre.pk))] or mine
    monday = _monday(request.GET.get("du", ""), today=today)
    lines = readiness(centres, monday=monday, today=today)
    return render(
        request,
        "centre/ready.html",
        {
            "mine": mine,
            "centre": centres[0] if len(centres) == 1 else None,
            "chosen": chosen,
            "monday": monday,
            "saturday": monday + timedelta(days=5),
            "lines": sorted(lines, key=lambda line: (not line.missing,)),
            "missing": sum(len(line.missing) for line in lines),
            "unready": sum(bool(line.missing) for line in lines),
            "previous": monday - WEEK if monday > monday_of(today) else None,
            "next": monday + WEEK if monday < monday_of(today) + FARTHEST_WEEKS * WEEK else None,
        },
    )


def _monday(text: str, *, today: date) -> date:
    """Read the week of the address; the next one when it says nothing that can be shown."""
    first = monday_of(today)
    try:
        monday = date.fromisoformat(text)
    except ValueError:
        return first + WEEK
    within = first <= monday <= first + FARTHEST_WEEKS * WEEK
    return monday if within and is_monday(monday) else first + WEEK
