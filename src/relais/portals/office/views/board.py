"""The board: every line, week after week."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.engine.weeks import WEEK
from relais.network import permissions as network
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.board_sheet import sheet
from relais.portals.office.forms.board import BOARD_WEEKS, BoardForm
from relais.rota import queries as rota
from relais.rota.states import WeekState


@needs(Right.ROTA_READ)
def board(request: PersonRequest) -> HttpResponse:
    """Show which weeks are at risk, worst first, then every line and week."""
    today = timezone.localdate()
    centres = list(network.centres_of(request.user, today))
    form = BoardForm(request.GET, centres=centres, today=today)
    wanted = form.wanted()
    shown = [wanted.centre_id] if wanted.centre_id else [centre.pk for centre in centres]
    read = rota.board(wanted.first_monday, weeks=wanted.weeks, today=today, centre_ids=shown)
    page = {
        "form": form,
        "centres": centres,
        "wanted": wanted,
        "sheet": sheet(read, wanted, today=today),
        "address": request.get_full_path(),
        "states": list(WeekState),
        "earlier": wanted.start - BOARD_WEEKS // 2 * WEEK,
        "after": wanted.first_monday + wanted.weeks * WEEK,
        "later": wanted.start + BOARD_WEEKS // 2 * WEEK,
    }
    piece = "#board" if request.headers.get("HX-Target") == "board" else ""
    return render(request, f"office/board.html{piece}", page)
