"""The day of a centre: who comes, what is free, and finding a patient in three letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import planning, queries, services
from relais.engine.agenda import wall
from relais.engine.weeks import monday_of
from relais.network.models import Centre, Line
from relais.patients import permissions
from relais.patients import queries as patients
from relais.patients import services as patient_services
from relais.portals.centre import day_sheet
from relais.portals.centre.forms import FindForm, new_key
from relais.portals.days import is_within
from relais.portals.gates import PersonRequest, actor, needs

SUNDAY: Final = 6
DONE: Final = "agenda_done"  # in the session: the last act, so that it can be undone


@needs(Right.AGENDA_READ)
def agenda(request: PersonRequest) -> HttpResponse:
    """Go to today in the first centre of the person."""
    today = timezone.localdate()
    centre = permissions.centres_with_patients(request.user, today=today).first()
    if centre is None:
        return render(request, "centre/no_day.html")
    return redirect("centre_day", centre.pk, _open_day(today).isoformat())


@needs(Right.AGENDA_READ)
def day(request: PersonRequest, pk: int, day: str) -> HttpResponse:
    """Show the day of a centre, by line."""
    centre, chosen, may_book = readable(request, pk, day)
    return day_page(request, centre, chosen, may_book=may_book)


@needs(Right.AGENDA_EDIT)
@require_POST
def find(request: PersonRequest, pk: int, day: str) -> HttpResponse:
    """Find patients among those that the person may open; only what was shown is noted."""
    centre, chosen, may_book = readable(request, pk, day)
    if not may_book:
        raise Http404
    form = FindForm(request.POST)
    now, today = timezone.now(), timezone.localdate()
    found: Any = ()
    if form.is_valid():
        among = permissions.people_of(request.user, now=now, today=today)
        found = patients.find(form.cleaned_data["text"], among=among)
        patient_services.note_search(found, by=actor(request), now=now)
    said = {"found": found, "asked": True, "form": form}
    if getattr(request, "htmx", False):
        return render(request, "centre/found.html", {"centre": centre, "day": chosen, **said})
    return day_page(request, centre, chosen, may_book=True, **said)


@needs(Right.AGENDA_READ)
def week(request: PersonRequest, pk: int, day: str) -> HttpResponse:
    """Show the week of a centre, by line."""
    centre, chosen, may_book = readable(request, pk, day)
    monday, now = monday_of(chosen), timezone.now()
    lines = queries.lines_of(centre, day=monday)
    found = list(
        queries.appointments_between(lines, first=monday, last=monday + timedelta(days=5), now=now)
    )
    services.note_day_read(
        centre,
        first=monday,
        last=monday + timedelta(days=5),
        appointments=found,
        by=actor(request),
        now=now,
    )
    return render(
        request,
        "centre/agenda_week.html",
        {
            "centre": centre,
            "monday": monday,
            "may_book": may_book,
            "impacts": _impacts(lines, monday, now),
            "week": day_sheet.week(lines, monday=monday, found=found, now=now).items(),
            "previous": monday - timedelta(days=7),
            "next": monday + timedelta(days=7),
        },
    )


@needs(Right.AGENDA_EDIT)
@require_POST
def prepare(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Give a centre the usual week and reasons."""
    today = timezone.localdate()
    centre = get_object_or_404(Centre, pk=pk)
    if not permissions.may_book(request.user, centre=centre, today=today):
        raise Http404
    services.prepare_centre(centre, by=actor(request), now=timezone.now())
    return redirect("centre_day", pk, _open_day(today).isoformat())


def _impacts(lines: Sequence[Line], monday: date, now: datetime) -> list[dict[str, Any]]:
    """List the appointments that the doctors of a week cannot keep as they are, and a way out."""
    told = []
    for line in lines:
        for impact in planning.impact_of_week(line, monday=monday, now=now):
            way = impact.proposal
            told.append(
                {
                    "row": impact.appointment,
                    "at": wall(impact.appointment.tick, line.centre.time_zone).time(),
                    "problems": impact.problems,
                    "way": way,
                    "way_at": wall(way.tick, line.centre.time_zone).time() if way else None,
                    "place": f"{way.sheet.line.pk}.{way.tick}" if way else "",
                    "key": new_key(),
                }
            )
    return told


def readable(request: PersonRequest, pk: int, day: str) -> tuple[Centre, date, bool]:
    """Give a centre and a day that the person may read, and whether they may book there."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    today = timezone.localdate()
    centre = get_object_or_404(Centre.objects.select_related("commune"), pk=pk)
    if not is_within(chosen) or not permissions.may_read_day(
        request.user, centre=centre, day=chosen, today=today
    ):
        raise Http404
    return centre, chosen, permissions.may_book(request.user, centre=centre, today=today)


def day_page(
    request: PersonRequest, centre: Centre, chosen: date, *, may_book: bool, **said: Any
) -> HttpResponse:
    """Show a day, with what a search found."""
    now, today = timezone.now(), timezone.localdate()
    lines = queries.lines_of(centre, day=monday_of(chosen))
    found = list(queries.appointments_between(lines, first=chosen, last=chosen, now=now))
    services.note_day_read(
        centre, first=chosen, last=chosen, appointments=found, by=actor(request), now=now
    )
    centres = permissions.centres_with_patients(request.user, today=today)
    return render(
        request,
        "centre/day.html",
        {
            "centre": centre,
            "centres": centres,
            "day": chosen,
            "monday": monday_of(chosen),
            "may_book": may_book,
            "columns": day_sheet.columns(lines, day=chosen, found=found, now=now),
            "has_a_week": queries.has_a_week(centre),
            "previous": _step(chosen, -1),
            "next": _step(chosen, 1),
            "is_today": chosen == today,
            "open_day": _open_day(today),
            "form": FindForm(),
            "undo": undo_of(request, centre),
            **said,
        },
    )


def undo_of(request: PersonRequest, centre: Centre) -> dict[str, Any] | None:
    """Give the last act of the person at this centre, when it can still be undone."""
    done = request.session.get(DONE)
    if not isinstance(done, dict) or done.get("centre") != centre.pk:
        return None
    return {**done, "key": new_key()}


def _step(day: date, way: int) -> date:
    """Give the day before or after, Sundays passed over."""
    day += timedelta(days=way)
    return day + timedelta(days=way) if day.weekday() == SUNDAY else day


def _open_day(today: date) -> date:
    return today + timedelta(days=1) if today.weekday() == SUNDAY else today
