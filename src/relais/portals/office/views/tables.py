"""Tables that come in, all or nothing, and tables that go out."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors import spreadsheets as files
from relais.core.errors import Refusal
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import spreadsheets
from relais.journeys.spreadsheets import Export, ImportMistakesRefusal, ImportReport
from relais.network import permissions as network
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.board_sheet import board_table
from relais.portals.office.forms.board import BOARD_WEEKS
from relais.portals.office.forms.tables import (
    AgreeForm,
    FolderForm,
    ImportForm,
    WorkbookForm,
)
from relais.rota import queries as rota


@needs(Right.DATA_IMPORT)
def import_tables(request: PersonRequest) -> HttpResponse:
    """Take tables, read them, and say what they would change; write nothing."""
    if request.method != "POST":
        return _import_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _import_page(request, form, status=422)
    try:
        report = spreadsheets.preview(form.files_given(), by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _import_page(request, ImportForm(), refusal=refusal.sentence, status=422)
    return _import_page(
        request, ImportForm(), report=report, status=200 if report.is_sound else 422
    )


@needs(Right.DATA_IMPORT)
@require_POST
def import_agreed(request: PersonRequest) -> HttpResponse:
    """Write what the preview announced."""
    form = AgreeForm(request.POST)
    token = form.cleaned_data["token"] if form.is_valid() else ""
    try:
        report = spreadsheets.apply(token, by=actor(request), now=timezone.now())
    except ImportMistakesRefusal as refusal:
        return _import_page(
            request,
            ImportForm(),
            report=refusal.report,
            refusal="Les données ont changé depuis la lecture : rien n’est écrit.",
            status=422,
        )
    except Refusal as refusal:
        return _import_page(request, ImportForm(), refusal=refusal.sentence, status=422)
    return _import_page(request, ImportForm(), report=report)


@needs(Right.DATA_EXPORT)
def export(request: PersonRequest) -> HttpResponse:
    """Say what can be taken away, in which form."""
    first = monday_of(timezone.localdate()) + WEEK
    form = FolderForm(initial={"first_monday": first, "weeks": BOARD_WEEKS})
    return render(request, "office/export.html", {"form": form})


@needs(Right.DATA_EXPORT)
def export_board(request: PersonRequest) -> StreamingHttpResponse:
    """Give the board of the year as a table that French spreadsheets open."""
    today = timezone.localdate()
    board = rota.board(
        monday_of(today),
        weeks=BOARD_WEEKS,
        today=today,
        centre_ids=[centre.pk for centre in network.centres_of(request.user, today)],
    )
    table = board_table(board)
    spreadsheets.note_board_export(len(list(table.rows)), by=actor(request), now=timezone.now())
    chunks = files.csv_chunks(table, for_excel=True)
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="planning-{today:%Y-%m-%d}.csv"'
    return response


@needs(Right.DATA_EXPORT)
@require_POST
def export_folder(request: PersonRequest) -> HttpResponse:
    """Give the plan folder of some weeks."""
    form = FolderForm(request.POST)
    if not form.is_valid():
        return render(request, "office/export.html", {"form": form}, status=422)
    given = spreadsheets.export_folder(
        form.monday(), weeks=form.cleaned_data["weeks"], by=actor(request), now=timezone.now()
    )
    return _download(given)


@needs(Right.DATA_EXPORT)
@require_POST
def export_workbook(request: PersonRequest) -> HttpResponse:
    """Give everything as one workbook, which the import reads back."""
    form = WorkbookForm(request.POST)
    with_contacts = form.is_valid() and form.cleaned_data["with_contacts"]
    return _download(
        spreadsheets.export_xlsx(by=actor(request), now=timezone.now(), with_contacts=with_contacts)
    )


def _download(given: Export) -> HttpResponse:
    response = HttpResponse(given.content, content_type=given.content_type)
    response["Content-Disposition"] = f'attachment; filename="{given.name}"'
    return response


def _import_page(
    request: PersonRequest,
    form: ImportForm,
    *,
    report: ImportReport | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    page = {
        "form": form,
        "report": report,
        "refusal": refusal,
        "mistakes_file": _mistakes_file(report) if report else "",
    }
    return render(request, "office/import.html", page, status=status)


def _mistakes_file(report: ImportReport) -> str:
    """Write the mistakes as a table inside an address: nothing of them stays here."""
    if report.is_sound:
        return ""
    titles = ("fichier", "ligne", "colonne", "valeur", "ce qui ne va pas", "quoi faire")
    rows = [(m.file, m.line, m.column, m.value, m.wrong, m.remedy) for m in report.mistakes]
    content = files.csv_bytes(files.Sheet("erreurs", titles, rows), for_excel=True)
    return f"data:text/csv;charset=utf-8,{quote(content)}"
