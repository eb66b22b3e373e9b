"""Communes suggested while a name is typed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from relais.accounts.states import Right
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.forms.places import CommuneForm
from relais.territory.queries import search_communes


@needs(Right.NETWORK_READ)
def communes(request: PersonRequest) -> HttpResponse:
    """Suggest communes for the file of a centre or of a doctor."""
    found = search_communes(CommuneForm(request.GET).text())
    return render(request, "ui/communes.html", {"communes": found})
