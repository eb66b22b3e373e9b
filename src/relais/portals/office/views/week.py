"""One line-week: in the drawer of the board, or on its own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.journeys import relay
from relais.network import permissions as network
from relais.network.models import Line
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.board_sheet import week_url
from relais.portals.office.forms.week import NoteForm, PlaceForm, RepairForm, WhyForm
from relais.portals.office.week_sheet import (
    ACTS,
    NOTED,
    PLACED,
    REPAIRED,
    REPAIRED_AND_ASKED,
    WITH_REASON,
    page_of,
    to_tell,
    week_sheet,
)
from relais.rota import repairing
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.services import RuleRefusal

SOLUTIONS = "week-solutions"  # id of the piece of the page
REFUSED = 422


@needs(Right.ROTA_READ)
def week(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Show who comes, why, who else could, and what one may do."""
    line = _line(request, line_id)
    text = request.GET.get("q", "").replace("\x00", "")  # PostgreSQL cannot even look for it
    return _answer(request, line, monday, done=request.GET.get("fait", ""), text=text)


@needs(Right.ROTA_EDIT)
def solutions(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Show the three best ways to fill an empty week: a piece of its page, or the page."""
    line = _line(request, line_id)
    found = repairing.solutions(line, monday=monday, today=timezone.localdate())
    if request.headers.get("HX-Target") != SOLUTIONS:
        return _answer(request, line, monday, solutions=found)
    sheet = week_sheet(line, monday, today=timezone.localdate())
    page = {"sheet": sheet, "solutions": found}
    return render(request, "office/parts/solutions.html", page)


@needs(Right.ROTA_EDIT)
@require_POST
def repair(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Apply one of the ways to fill the week, whole or not at all."""
    line = _line(request, line_id)
    form = RepairForm(request.POST)
    if not form.is_valid():
        return _refuse(request, line, monday, _first_error(form))
    try:
        relay.accept_repair(
            line,
            monday=monday,
            by=actor(request),
            now=timezone.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        return _refuse(request, line, monday, refusal.sentence)
    act = REPAIRED_AND_ASKED if form.cleaned_data["invites"] else REPAIRED
    return _done(request, line, monday, act.key)


@needs(Right.ROTA_EDIT)
@require_POST
def place(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Place a doctor, in the place of the one who is there if there is one."""
    line = _line(request, line_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _refuse(request, line, monday, _first_error(form))
    doctor, despite = form.cleaned_data["doctor"], form.cleaned_data["despite"]
    call = {"doctor": doctor, "by": actor(request), "now": timezone.now(), "despite": despite}
    try:
        if form.cleaned_data["mission"]:
            mission = _mission(line, monday, form.cleaned_data["mission"])
            relay.replace(mission, **call)
        else:
            rota.place(line, monday=monday, **call)
    except RuleRefusal as refusal:
        return _refuse(request, line, monday, refusal.sentence, insist=doctor)
    except Refusal as refusal:
        return _refuse(request, line, monday, refusal.sentence)
    return _done(request, line, monday, PLACED.key)


@needs(Right.ROTA_EDIT)
@require_POST
def move(request: PersonRequest, line_id: int, monday: date, act: str) -> HttpResponse:
    """Confirm, lock, cancel…: one act on one mission."""
    line = _line(request, line_id)
    form = WhyForm(request.POST)
    if act not in ACTS or not form.is_valid():
        raise Http404
    mission = _mission(line, monday, form.cleaned_data["mission"])
    why = {"why": form.cleaned_data["why"]} if act in WITH_REASON else {}
    try:
        ACTS[act].call(mission, by=actor(request), now=timezone.now(), **why)
    except Refusal as refusal:
        return _refuse(request, line, monday, refusal.sentence)
    return _done(request, line, monday, act)


@needs(Right.ROTA_EDIT)
@require_POST
def note(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Write the team's note."""
    line = _line(request, line_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refuse(request, line, monday, _first_error(form))
    mission = _mission(line, monday, form.cleaned_data["mission"])
    rota.annotate(mission, note=form.cleaned_data["note"], by=actor(request), now=timezone.now())
    return _done(request, line, monday, NOTED.key)


def _line(request: PersonRequest, line_id: int) -> Line:
    """Find a line of the centres this person may see."""
    centres = network.centres_of(request.user, timezone.localdate())
    lines = Line.objects.select_related("centre", "centre__commune")
    return get_object_or_404(lines, pk=line_id, centre__in=centres)


def _mission(line: Line, monday: date, mission_id: int) -> Mission:
    missions = Mission.objects.select_related("doctor", "line", "line__centre")
    return get_object_or_404(missions, pk=mission_id, line=line, monday=monday)


def _first_error(form: PlaceForm | NoteForm | RepairForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _answer(
    request: PersonRequest,
    line: Line,
    monday: date,
    *,
    done: str = "",
    text: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    today = timezone.localdate()
    sheet = week_sheet(line, monday, today=today)
    piece = "#file" if request.headers.get("HX-Request") else ""
    page = {**page_of(sheet, done=done, text=text), **more}
    at_once = (done in WITH_REASON or status == REFUSED) and "solutions" not in page
    if at_once and sheet.may_repair and may(request.user, Right.ROTA_EDIT):
        page["solutions"] = repairing.solutions(line, monday=monday, today=today)
    if done in (REPAIRED.key, REPAIRED_AND_ASKED.key):
        page["to_tell"] = to_tell(sheet, today=today)
    return render(request, f"office/week.html{piece}", page, status=status)


def _refuse(
    request: PersonRequest, line: Line, monday: date, sentence: str, **more: Any
) -> HttpResponse:
    return _answer(request, line, monday, status=REFUSED, refusal=sentence, **more)


def _done(request: PersonRequest, line: Line, monday: date, act: str) -> HttpResponse:
    """Show the week again; without JavaScript, on a page that can be loaded again safely."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{week_url(line.pk, monday)}?fait={act}")
    response = _answer(request, line, monday, done=act)
    response["HX-Trigger"] = "board-changed"
    return response
