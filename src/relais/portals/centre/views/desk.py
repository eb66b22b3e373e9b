"""The desk of a centre: who is expected, here, seen; it goes on when the connection is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import queries, reception, services
from relais.agenda.services import desk as desk_services
from relais.agenda.states import AppointmentState
from relais.core.errors import Refusal
from relais.engine import parameters
from relais.engine.agenda import wall
from relais.network.models import Centre
from relais.patients import permissions
from relais.portals.centre.desk_forms import ChoiceForm, MarkForm
from relais.portals.centre.forms import new_key
from relais.portals.gates import PersonRequest, actor, needs

_STEPS = {
    "booked": ("arrived", "Arrivé"),
    "arrived": ("started", "Entre en consultation"),
    "started": ("done", "Terminé"),
}


@needs(Right.ANYONE)
def worker(request: HttpRequest) -> HttpResponse:
    """Give the small program that keeps today's board readable without connection."""
    path = finders.find("js/desk-worker.js")
    if path is None:
        raise Http404
    with open(path, encoding="utf-8") as file:
        answer = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(answer, no_cache=True)
    return answer


@needs(Right.AGENDA_EDIT)
def entrance(request: PersonRequest) -> HttpResponseBase:
    """Go to the desk of the first centre of the person."""
    today = timezone.localdate()
    for centre in permissions.centres_with_patients(request.user, today=today):
        if permissions.may_book(request.user, centre=centre, today=today):
            return redirect("centre_desk", centre.pk)
    return render(request, "centre/no_day.html")


@needs(Right.AGENDA_EDIT)
def desk(request: PersonRequest, pk: int) -> HttpResponse:
    """Show today at the desk; htmx and the page itself ask for its board alone."""
    centre = centre_of(request, pk)
    return _page(request, centre)


@needs(Right.AGENDA_EDIT)
@require_POST
def mark(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Note where somebody stands; what was noted without connection comes here later."""
    centre = centre_of(request, pk)
    form = MarkForm(request.POST)
    wants_data = "application/json" in request.headers.get("Accept", "")
    if not form.is_valid():
        return _said(request, centre, "Cette note n’est pas lisible.", wants_data)
    said = form.cleaned_data
    row = queries.by_address(said["appointment"], centre=centre)
    if row is None:
        raise Http404
    now = timezone.now()
    at = _moment(said["at"], now)
    try:
        marked = desk_services.note(
            row,
            state=AppointmentState(said["state"]),
            happened_at=at,
            request_key=said["key"],
            sent_later=said["sent_later"],
            by=actor(request),
            now=now,
        )
    except Refusal as refusal:
        return _said(request, centre, refusal.sentence, wants_data)
    if wants_data:
        return JsonResponse({"moved": marked.moved, "words": marked.words})
    return redirect("centre_desk", pk)


@needs(Right.AGENDA_EDIT)
def choice(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Choose reminders and what becomes of freed places."""
    centre = centre_of(request, pk)
    row = reception.choice_of(centre)
    form = ChoiceForm(
        request.POST or None,
        initial={
            name: getattr(row, name)
            for name in ("reminds", "first_days", "last_days", "calls", "offers")
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            desk_services.set_desk(
                centre, **form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Les réglages de l’accueil sont notés.")
            return redirect("centre_desk_choice", pk)
    return render(
        request,
        "centre/desk_choice.html",
        {"centre": centre, "form": form},
        status=422 if form.errors else 200,
    )


def centre_of(request: PersonRequest, pk: int) -> Centre:
    """Give a centre at whose desk the person works."""
    centre = get_object_or_404(Centre.objects.select_related("commune"), pk=pk)
    if not permissions.may_book(request.user, centre=centre, today=timezone.localdate()):
        raise Http404
    return centre


def _moment(text: str, now: datetime) -> datetime:
    """Read the instant a page said; now when it says none that has a zone."""
    try:
        read = parse_datetime(text) if text else None
    except ValueError:
        read = None
    return now if read is None or read.tzinfo is None else min(read, now)


def _said(request: PersonRequest, centre: Centre, sentence: str, wants_data: bool) -> HttpResponse:
    if wants_data:
        return JsonResponse({"moved": False, "refused": sentence}, status=422)
    return _page(request, centre, refusal=sentence, status=422)


def _page(
    request: PersonRequest, centre: Centre, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    lines = queries.lines_of(centre, day=today)
    boards = reception.board(lines, day=today, now=now)
    shown = [row.appointment for line in boards for row in line.rows]
    services.note_day_read(
        centre, first=today, last=today, appointments=shown, by=actor(request), now=now
    )
    late = int(parameters.load("desk")["late_minutes"].value)
    data = {
        "centre": centre,
        "day": today,
        "boards": [_board(line, centre.time_zone, late) for line in boards],
        "calls": reception.calls(centre, now=now).count(),
        "read_at": now,
        "refusal": refusal,
        "is_empty": not shown,
    }
    part = request.headers.get("X-Relais-Part") == "board"
    name = "centre/desk_board.html" if part else "centre/desk.html"
    answer = render(request, name, data, status=status)
    answer["X-Relais-Day"] = today.isoformat()
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def _board(board: reception.LineBoard, zone: str, late: int) -> dict[str, Any]:
    rows = []
    for row in board.rows:
        state = str(row.visit.state)
        step = _STEPS.get(state)
        arrived = row.visit.arrived_at
        rows.append(
            {
                "row": row,
                "at": wall(row.appointment.tick, zone).time(),
                "state": state,
                "word": _WORDS[state],
                "step": step,
                "key": new_key(),
                "arrived": None if arrived is None else arrived.astimezone(_zone(zone)).time(),
            }
        )
    coming = board.next_row
    waiting = sum(row["state"] == "booked" for row in rows)
    return {
        "line": board.line,
        "rows": rows,
        "late": board.late if board.late >= late else 0,
        "next": coming,
        "next_at": None if coming is None else wall(coming.appointment.tick, zone).time(),
        "expected": waiting,
        "here": board.count("arrived"),
        "inside": board.count("started"),
        "seen": board.count("done"),
        "absent": board.count("no_show"),
    }


_WORDS = {
    "booked": "attendu",
    "arrived": "arrivé",
    "started": "en consultation",
    "done": "terminé",
    "no_show": "absent",
}


def _zone(name: str) -> Any:
    return wall(0, name).tzinfo
