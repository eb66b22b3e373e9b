"""The search of a doctor for an empty week: whom the next wave asks, and sending it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core import formats
from relais.core.errors import Refusal
from relais.journeys import searching
from relais.network import permissions as network
from relais.network.models import Line
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.search_sheet import search_sheet
from relais.rota import queries as rota_read
from relais.rota import services as rota
from relais.rota.states import SearchState

SEND, BY_ITSELF, BY_HAND, STOP = "envoyer", "laisser-faire", "a-la-main", "arreter"


@needs(Right.ROTA_EDIT)
def search(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Show whom the next wave would ask, with which chance, and what earlier waves gave."""
    return _page(request, _line(request, line_id), monday)


@needs(Right.ROTA_EDIT)
@require_POST
def act(request: PersonRequest, line_id: int, monday: date, what: str) -> HttpResponse:
    """Send a wave, let the search run by itself, take it back in hand, or stop it."""
    line = _line(request, line_id)
    by, now = actor(request), timezone.now()
    try:
        if what == SEND:
            found = rota.open_search(line, monday=monday, by_itself=False, by=by, now=now)
            count = searching.send_wave(found, by=by, now=now)
            asked = formats.plural(count, "médecin")
            said = (
                f"{asked} {formats.agree(count, 'sollicité')}."
                if count
                else "Personne à solliciter."
            )
        elif what == BY_ITSELF:
            found = rota.open_search(line, monday=monday, by_itself=True, by=by, now=now)
            said = "La recherche se poursuit seule : la première vague part dans la minute."
        elif what == BY_HAND:
            rota.open_search(line, monday=monday, by_itself=False, by=by, now=now)
            said = "La recherche ne se poursuit plus seule. Vous envoyez chaque vague."
        elif what == STOP:
            running = rota_read.search_of(line, monday=monday)
            if running is None or running.state != SearchState.RUNNING:
                raise Http404
            searching.stop(running, by=by, now=now)
            said = "La recherche est arrêtée. Un oui qui arriverait encore sera gardé en réserve."
        else:
            raise Http404
    except Refusal as refusal:
        return _page(request, line, monday, refusal.sentence)
    messages.success(request, said)
    return redirect("office_search", line_id, monday)


def _page(request: PersonRequest, line: Line, monday: date, refusal: str = "") -> HttpResponse:
    now = timezone.now()
    sheet = search_sheet(
        line,
        monday=monday,
        search=rota_read.search_of(line, monday=monday),
        asks=rota_read.asks_of(line, monday=monday),
        preview=searching.preview(line, monday=monday, now=now),
        now=now,
    )
    page = {
        "sheet": sheet,
        "refusal": refusal,
        "is_filled": rota_read.is_filled(line, monday=monday),
        "is_over": monday <= timezone.localdate(),
    }
    return render(request, "office/search.html", page, status=422 if refusal else 200)


def _line(request: PersonRequest, line_id: int) -> Line:
    centres = network.centres_of(request.user, timezone.localdate())
    return get_object_or_404(Line.objects.select_related("centre"), pk=line_id, centre__in=centres)
