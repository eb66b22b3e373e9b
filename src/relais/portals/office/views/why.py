"""Why a week is as it is: in the rota, and in a proposal."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from relais.accounts.states import Right
from relais.core import formats
from relais.engine.weeks import WEEK
from relais.network import permissions as network
from relais.network.models import Centre, Line
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.board_sheet import line_words, week_url
from relais.rota import explaining
from relais.rota.models import PlanRun

CHANGED = (
    "Le planning a changé depuis ce calcul : la proposition ne tient plus en entier, et ses "
    "raisons ne peuvent plus être dites. Préparez un autre planning."
)


@needs(Right.ROTA_READ)
def week_why(request: PersonRequest, line_id: int, monday: date) -> HttpResponse:
    """Say why this doctor comes, who would otherwise, and why not one that the reader names."""
    today = timezone.localdate()
    centres = network.centres_of(request.user, today)
    line = get_object_or_404(Line.objects.select_related("centre"), pk=line_id, centre__in=centres)
    told = explaining.explain_week(line, monday=monday, today=today, doctor_id=_doctor(request))
    place = line_words(line.centre.name, line.number, line.centre.lines.count())
    return render(
        request,
        "office/why.html",
        {
            "told": told,
            "chosen": _doctor(request),
            "place": place,
            "week": formats.week_label(monday, today=today),
            "where": place,
            "where_url": week_url(line.pk, monday),
        },
    )


@needs(Right.ROTA_PLAN)
def run_why(request: PersonRequest, pk: int, centre_id: int, monday: date) -> HttpResponse:
    """Say the same of a week of a proposal."""
    today = timezone.localdate()
    run = get_object_or_404(PlanRun, pk=pk)
    centre = get_object_or_404(Centre, pk=centre_id)
    if not run.first_monday <= monday < run.first_monday + run.weeks * WEEK:
        raise Http404
    told = explaining.explain_run(
        run, centre_id=centre.pk, monday=monday, today=today, doctor_id=_doctor(request)
    )
    return render(
        request,
        "office/why.html",
        {
            "told": told,
            "changed": CHANGED,
            "chosen": _doctor(request),
            "place": centre.name,
            "week": formats.week_label(monday, today=today),
            "where": "Proposition",
            "where_url": reverse("office_run", args=(run.pk,)),
        },
    )


def _doctor(request: PersonRequest) -> int | None:
    text = request.GET.get("medecin", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
