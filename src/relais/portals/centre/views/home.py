"""The home of a centre: who comes this week, the next one, and after."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.engine.weeks import WEEK, monday_of
from relais.network import queries as network
from relais.network.permissions import centres_of
from relais.portals.centre.guests import guest_weeks
from relais.portals.gates import PersonRequest, needs
from relais.rota import queries as rota

SHOWN_WEEKS: Final = 12
NEAR_WEEKS: Final = 2  # this week and the next one are shown whole


@needs(Right.CENTRE_READ)
def home(request: PersonRequest) -> HttpResponse:
    """Show the arrivals of the centres that the person may see, or of one of them."""
    today = timezone.localdate()
    mine = list(centres_of(request.user, today))
    chosen = request.GET.get("centre", "")
    centres = [centre for centre in mine if chosen in ("", str(centre.pk))] or mine
    weeks = guest_weeks(rota.arrivals(centres, today=today, weeks=SHOWN_WEEKS), today=today)
    first = monday_of(today)
    return render(
        request,
        "centre/home.html",
        {
            "mine": mine,
            "centres": centres,
            "centre": centres[0] if len(centres) == 1 else None,
            "near": [week for week in weeks if week.monday < first + NEAR_WEEKS * WEEK],
            "later": [week for week in weeks if week.monday >= first + NEAR_WEEKS * WEEK],
            "closures": network.closures(
                first=today,
                last=first + SHOWN_WEEKS * WEEK,
                centre_ids=[centre.pk for centre in centres],
            ),
        },
    )
