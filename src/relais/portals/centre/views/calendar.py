"""The doctors of a centre in the agenda of a telephone."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from relais.accounts.states import Right
from relais.network.permissions import centres_of
from relais.portals.feeds import feed_page
from relais.portals.gates import PersonRequest, needs


@needs(Right.CENTRE_READ)
def calendar(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Open, change or close the person's address of a centre's calendar."""
    centre = get_object_or_404(centres_of(request.user, timezone.localdate()), pk=pk)
    return feed_page(
        request,
        centre,
        what=f"{centre.name} : le nom des médecins confirmés, semaine par semaine.",
        back=reverse("centre_home"),
        back_label="Arrivées",
    )
