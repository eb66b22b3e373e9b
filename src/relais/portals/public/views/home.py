"""The home page of the network: what it is, where it is, what it achieves, how to join."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.network import queries as network
from relais.portals import france
from relais.portals.gates import needs
from relais.portals.public.figures import figures
from relais.portals.public.forms import source_in
from relais.territory.reference import departments


@needs(Right.ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Show the map, the figures and the two doors."""
    today = timezone.localdate()
    known = network.centres(today=today)
    centres = [row for row in known if row.closes_on is None or row.closes_on > today]
    marks = france.marks(
        (row.place or row.name, "open" if row.is_open else "soon", row.latitude, row.longitude)
        for row in centres
    )
    return render(
        request,
        "public/home.html",
        {
            "source": source_in(request.GET.get("source", "")),
            "centres": [(row, departments().get(row.department, "")) for row in centres],
            "figures": figures(known, today=today),
            "marks": marks,
            "shows_overseas": any(
                france.is_overseas(row.latitude, row.longitude) for row in centres
            ),
            "has_soon": any(not row.is_open for row in centres),
        },
    )
