"""Tables that go out, and come in."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from relais.accounts.states import Right
from relais.connectors import spreadsheets
from relais.engine.weeks import monday_of
from relais.network import permissions as network
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.board_sheet import board_table
from relais.portals.office.forms.board import BOARD_WEEKS
from relais.rota import queries as rota


@needs(Right.DATA_EXPORT)
def export(request: PersonRequest) -> HttpResponse:
    """Say what can be taken away, in which form."""
    return render(request, "office/export.html")


@needs(Right.DATA_EXPORT)
def export_board(request: PersonRequest) -> StreamingHttpResponse:
    """Give the board of the year as a table that French spreadsheets open."""
    today = timezone.localdate()
    centres = network.centres_of(request.user, today)
    board = rota.board(
        monday_of(today),
        weeks=BOARD_WEEKS,
        today=today,
        centre_ids=[centre.pk for centre in centres],
    )
    chunks = spreadsheets.csv_chunks(board_table(board), for_excel=True)
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="planning-{today:%Y-%m-%d}.csv"'
    return response
