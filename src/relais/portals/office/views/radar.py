"""The radar: how many weeks without a doctor to expect, which ones, and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.network import permissions as network
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.forms.radar import RadarForm
from relais.portals.office.radar_sheet import SHOWN_MOST, sheet, watch_from
from relais.rota import queries as rota


@needs(Right.ROTA_READ)
def radar(request: PersonRequest) -> HttpResponse:
    """Show the weeks most likely to come without a doctor."""
    today = timezone.localdate()
    centres = list(network.centres_of(request.user, today))
    form = RadarForm(request.GET, centres=centres)
    centre_id, weeks = form.wanted()
    read = rota.radar(
        today,
        centre_ids=[centre_id] if centre_id else [centre.pk for centre in centres],
        weeks=weeks,
        least=watch_from(),
        most=SHOWN_MOST,
    )
    page = {
        "form": form,
        "centres": centres,
        "sheet": None if read is None else sheet(read, asked=weeks, today=today),
        "weeks": weeks,
        "searches": [one for one in rota.running_searches() if one.line.centre in set(centres)],
    }
    return render(request, "office/radar.html", page)
