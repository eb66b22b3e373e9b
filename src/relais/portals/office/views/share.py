"""Sharing a week between two doctors, when nobody can take it whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core import formats
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.doctors.queries import plain
from relais.engine.weeks import LAST_DAY
from relais.journeys import leaving, sharing
from relais.network import permissions as network
from relais.network.models import Line
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.board_sheet import week_url
from relais.rota import queries as rota_read
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.queries import sharing as shares
from relais.rota.states import FIRM

DAY = timedelta(days=1)
FIRST, LAST = "first", "last"
FOUND_MOST = 20  # doctors found by name


class ShareForm(forms.Form):
    """Who takes which days of the week, and why it goes beyond the rules where it does."""

    doctor = forms.TypedChoiceField(label="Second médecin", coerce=int)
    part = forms.ChoiceField(
        label="Il prend",
        choices=[(LAST, "la fin de la semaine"), (FIRST, "le début de la semaine")],
        widget=forms.RadioSelect,
        initial=LAST,
    )
    turn_on = forms.ChoiceField(label="Le second médecin commence, ou finit, le")
    despite = forms.CharField(
        label="Pourquoi passer outre une règle",
        required=False,
        max_length=200,
        help_text="Seulement si une règle s’y oppose. La raison reste dans le journal.",
    )

    def __init__(self, *args: Any, doctors: list[tuple[int, str]], monday: date) -> None:
        super().__init__(*args)
        days = [monday + shift * DAY for shift in range(LAST_DAY.days + 1)]
        self.fields["doctor"].choices = doctors  # type: ignore[attr-defined]
        self.fields["turn_on"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), formats.date_words(day)) for day in days
        ]


@needs(Right.ROTA_EDIT)
def share(request: PersonRequest, line_id: int, monday: date) -> HttpResponseBase:
    """Show who could share the week; share it, or end that."""
    today, now = timezone.localdate(), timezone.now()
    centres = network.centres_of(request.user, today)
    lines = Line.objects.select_related("centre", "centre__commune")
    line = get_object_or_404(lines, pk=line_id, centre__in=centres)
    missions = Mission.objects.select_related("doctor", "line__centre", "shared__doctor")
    mission = get_object_or_404(missions, line=line, monday=monday, state__in=FIRM)
    found = rota_read.week(line, monday, today=today).alternatives
    people = [
        (one.doctor_id, f"{one.doctor_name}, à {formats.hours_minutes(one.travel_minutes)}")
        for one in found
        if not one.busy
    ]
    known = {key for key, _ in people}
    text = plain(request.GET.get("q", "").replace("\x00", ""))
    if text:
        named = Doctor.objects.filter(search_name__icontains=text, left_on=None)
        people += [
            (one.pk, str(one))
            for one in named.exclude(pk=mission.doctor_id).order_by("search_name")[:FOUND_MOST]
            if one.pk not in known
        ]
    form = ShareForm(request.POST or None, doctors=people, monday=monday)
    sentence = ""
    if request.method == "POST" and request.POST.get("end"):
        rota.end_share(mission, by=actor(request), now=now)
        messages.success(request, f"La semaine est de nouveau entière pour {mission.doctor}.")
        return redirect(week_url(line.pk, monday))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        turn = date.fromisoformat(said["turn_on"])
        days = (turn, monday + LAST_DAY) if said["part"] == LAST else (monday, turn)
        try:
            sharing.share(
                mission,
                doctor=get_object_or_404(Doctor, pk=said["doctor"]),
                first_on=days[0],
                last_on=days[1],
                despite=said["despite"],
                by=actor(request),
                now=now,
            )
        except Refusal as refusal:
            sentence = refusal.sentence
        else:
            messages.success(request, "La semaine est partagée. Les deux médecins sont prévenus.")
            return redirect(week_url(line.pk, monday))
    shared = shares.shared_of(mission)
    return render(
        request,
        "office/share.html",
        {
            "line": line,
            "monday": monday,
            "mission": mission,
            "url": week_url(line.pk, monday),
            "form": form,
            "sentence": sentence,
            "text": request.GET.get("q", ""),
            "appointments": leaving.appointments_of(mission, now=now),
            "days": ""
            if shared is None
            else shares.days_words(shared, first_doctor=str(mission.doctor), today=today),
        },
        status=422 if sentence or form.errors else 200,
    )
