"""Choosing a week: the open weeks that fit, one kept for 48 hours, then a yes or a release."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import is_monday
from relais.journeys import choosing
from relais.network.models import Line
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.rota import services as rota
from relais.rota.models import Hold
from relais.rota.queries import choosing as choices
from relais.rota.queries import seasons


@as_doctor(Right.OFFERS_OWN)
def choose(request: PersonRequest, doctor: Doctor) -> HttpResponse:
    """Show the week that is kept, the rounds of the season, and the open weeks."""
    return _page(request, doctor)


@as_doctor(Right.OFFERS_OWN)
def hold(request: PersonRequest, doctor: Doctor, line_id: int, day: str) -> HttpResponseBase:
    """Keep a week for the doctor."""
    if request.method != "POST":
        return redirect("doctor_choose")
    line = get_object_or_404(Line.objects.select_related("centre"), pk=line_id)
    try:
        rota.hold(line, doctor=doctor, monday=_monday(day), by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, doctor, sentence=refusal.sentence)
    messages.success(request, "Cette semaine est retenue pour vous. Dites oui quand vous êtes sûr.")
    return redirect("doctor_choose")


@as_doctor(Right.OFFERS_OWN)
def keep(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Say yes to the week that is kept."""
    one = get_object_or_404(Hold, pk=pk, doctor=doctor)
    if request.method != "POST":
        return redirect("doctor_choose")
    try:
        mission = choosing.keep(one, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, doctor, sentence=refusal.sentence)
    messages.success(request, "Merci. Cette semaine est la vôtre, le centre vous attend.")
    return redirect("doctor_mission", mission.pk)


@as_doctor(Right.OFFERS_OWN)
def release(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponseBase:
    """Give the week back."""
    one = get_object_or_404(Hold, pk=pk, doctor=doctor)
    if request.method == "POST":
        rota.release(one, by=actor(request), now=timezone.now())
        messages.success(request, "C’est noté : la semaine est de nouveau libre.")
    return redirect("doctor_choose")


def _page(request: PersonRequest, doctor: Doctor, *, sentence: str = "") -> HttpResponse:
    now = timezone.now()
    choice = choices.open_weeks(doctor, now=now)
    return render(
        request,
        "doctor/choose.html",
        {
            "choice": choice,
            "seasons": [(one, seasons.rounds_of(one)) for one in choice.seasons],
            "now": now,
            "sentence": sentence,
        },
        status=422 if sentence else 200,
    )


def _monday(day: str) -> date:
    try:
        monday = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if not is_monday(monday):
        raise Http404
    return monday
