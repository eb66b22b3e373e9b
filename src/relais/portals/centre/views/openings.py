"""The page on which a centre paints its week, and the dates that are not as the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.agenda import queries, services
from relais.agenda.models import Opening
from relais.agenda.planning import Impact
from relais.agenda.states import PlaceKind
from relais.core.errors import Refusal
from relais.engine.agenda import wall
from relais.network.models import Centre, Line
from relais.patients import permissions
from relais.portals.centre.openings_forms import (
    RUB_OUT,
    WEEKDAYS,
    BrushForm,
    ExceptionForm,
    after,
    hours,
)
from relais.portals.gates import PersonRequest, actor, needs

SHORT: Final = {
    PlaceKind.PLANNED: "prévue",
    PlaceKind.SAME_DAY: "du jour",
    PlaceKind.ADMIN: "dossiers",
    PlaceKind.HOME_VISIT: "visites",
    PlaceKind.CLOSED: "fermé",
}
LEGEND: Final = tuple((str(kind), str(kind.label)) for kind in PlaceKind)


@dataclass(frozen=True, slots=True)
class Cell:
    """Half an hour of a weekday: what it is for, in a word, and whether it is so all along."""

    name: str
    label: str
    kind: str
    word: str
    exact: str


@needs(Right.AGENDA_EDIT)
def openings(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Show the painted week, and paint over it; what it would break is told before it is done."""
    centre, line, lines = _place(request, pk)
    now, by = timezone.now(), actor(request)
    form = BrushForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, centre, line, lines, form=form)
    strokes = form.strokes()

    def act() -> None:
        services.paint_strokes(centre, strokes=strokes, line=line, by=by, now=now)

    return _do(request, centre, line, lines, act=act, form=form, done="La semaine est changée.")


@needs(Right.AGENDA_EDIT)
def exception(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Note a date, or half of it, that is not as the others."""
    centre, line, lines = _place(request, pk)
    if request.method != "POST":
        return redirect("centre_openings", pk)
    now, by = timezone.now(), actor(request)
    form = ExceptionForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _page(request, centre, line, lines, exception_form=form)
    said = form.cleaned_data

    def act() -> None:
        services.except_half(
            centre,
            day=said["day"],
            half=said["half"],
            kind=None if said["what"] == RUB_OUT else said["what"],
            starts=said["opens"],
            ends=said["closes"],
            note=said["note"],
            line=line,
            by=by,
            now=now,
        )

    return _do(
        request, centre, line, lines, act=act, exception_form=form, done="La date est notée."
    )


def _do(
    request: PersonRequest,
    centre: Centre,
    line: Line | None,
    lines: Sequence[Line],
    *,
    act: Callable[[], None],
    done: str,
    form: BrushForm | None = None,
    exception_form: ExceptionForm | None = None,
) -> HttpResponseBase:
    """Do it, unless appointments would be left outside and nobody said « quand même » yet."""
    now = timezone.now()
    impacts: tuple[Impact, ...] = ()
    try:
        if "anyway" not in request.POST:
            concerned = [line] if line is not None else lines
            impacts = services.try_out(act, lines=concerned, now=now)
        if not impacts:
            act()
    except Refusal as refusal:
        (form or exception_form or BrushForm(request.POST)).add_error(None, refusal.sentence)
        return _page(request, centre, line, lines, form=form, exception_form=exception_form)
    if impacts:
        return _page(
            request,
            centre,
            line,
            lines,
            form=form,
            exception_form=exception_form,
            impacts=impacts,
            status=200,
        )
    messages.success(request, done)
    back = redirect("centre_openings", centre.pk)
    if line is not None:
        back["Location"] += f"?ligne={line.number}"
    return back


def _place(request: PersonRequest, pk: int) -> tuple[Centre, Line | None, tuple[Line, ...]]:
    """Give the centre, the line that is painted (None: all) and the lines."""
    today = timezone.localdate()
    centre = get_object_or_404(Centre.objects.select_related("commune"), pk=pk)
    if not permissions.may_book(request.user, centre=centre, today=today):
        raise Http404
    lines = queries.lines_of(centre, day=today)
    number = request.POST.get("ligne") or request.GET.get("ligne") or ""
    line = next((one for one in lines if str(one.number) == number), None)
    if number and line is None:
        raise Http404
    return centre, line, lines


def _page(
    request: PersonRequest,
    centre: Centre,
    line: Line | None,
    lines: Sequence[Line],
    *,
    form: BrushForm | None = None,
    exception_form: ExceptionForm | None = None,
    impacts: Sequence[Impact] = (),
    status: int | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    wrong = bool((form and form.errors) or (exception_form and exception_form.errors))
    rows = [row for row in queries.painted(centre) if row.line in {None, line}]
    return render(
        request,
        "centre/openings.html",
        {
            "centre": centre,
            "line": line,
            "lines": lines,
            "weekdays": WEEKDAYS,
            "grid": _grid(rows),
            "legend": LEGEND,
            "week": _week(rows),
            "form": form or BrushForm(),
            "exception_form": exception_form or ExceptionForm(),
            "exceptions": _dates(queries.exceptions(centre, since=today)),
            "is_exception": exception_form is not None,
            "impacts": [_told(impact, centre) for impact in impacts],
            "said": _said_again(request) if impacts else (),
        },
        status=status or (422 if wrong else 200),
    )


def _said_again(request: PersonRequest) -> list[tuple[str, str]]:
    """List what was sent, to be sent again with « quand même »."""
    return [
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken"
        for value in request.POST.getlist(name)
    ]


def _grid(rows: Sequence[Opening]) -> list[dict[str, Any]]:
    """Draw the week in half hours; a line's paint covers the centre's."""
    drawn = []
    for at in hours():
        cells = []
        for day, name in enumerate(WEEKDAYS):
            here = [row for row in rows if row.weekday == day and _meets(row, at)]
            top = [row for row in here if row.line_id is not None] or here
            row = max(top, key=lambda one: _common(one, at), default=None)
            whole = row is not None and row.starts <= at and row.ends >= after(at)
            kind = "" if row is None else str(row.kind)
            exact = ""
            if row is not None and not whole:
                exact = f"de {row.starts:%H:%M} à {row.ends:%H:%M}"
            word = SHORT[PlaceKind(kind)] if kind else ""
            label = f"{name} {at:%H:%M}, {word or 'rien'}"
            cells.append(Cell(f"{day}.{at:%H%M}", label, kind, word, exact))
        drawn.append({"at": at, "cells": cells})
    return drawn


def _meets(row: Opening, at: time) -> bool:
    return row.starts < after(at) and at < row.ends


def _common(row: Opening, at: time) -> int:
    begin, end = max(row.starts, at), min(row.ends, after(at))
    return (end.hour - begin.hour) * 60 + end.minute - begin.minute


def _week(rows: Sequence[Opening]) -> list[dict[str, Any]]:
    """List the week in words, for those who read."""
    return [
        {"name": name, "rows": [row for row in rows if row.weekday == day]}
        for day, name in enumerate(WEEKDAYS)
    ]


def _dates(rows: Any) -> list[dict[str, Any]]:
    """Group the coming exceptions by date and line."""
    found: dict[tuple[date, int | None], dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(
            (row.day, row.line_id),
            {"day": row.day, "line": row.line, "note": row.note, "rows": []},
        )
        one["rows"].append(row)
    return list(found.values())


def _told(impact: Impact, centre: Centre) -> dict[str, Any]:
    way = impact.proposal
    at: datetime = wall(impact.appointment.tick, centre.time_zone)
    return {
        "row": impact.appointment,
        "at": at.time(),
        "problems": impact.problems,
        "way": way,
        "way_at": wall(way.tick, centre.time_zone).time() if way else None,
    }
