"""Seasons: weeks that doctors choose themselves, opened in fair rounds."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.engine import parameters
from relais.engine.weeks import monday_of, monday_on_or_after
from relais.portals.days import DayField
from relais.portals.gates import PersonRequest, actor, needs
from relais.rota import services as rota
from relais.rota.models import Season
from relais.rota.queries import seasons as read

MOST_ROUNDS: Final = 6
MOST_DAYS: Final = 31


def _number(name: str) -> int:
    return int(parameters.load("choosing")[name].value)


class SeasonForm(forms.Form):
    """A season: its weeks, its opening, its rounds."""

    name = forms.CharField(label="Nom", max_length=80, help_text="Par exemple : Automne 2027.")
    first_on = DayField(
        label="Première semaine, celle du", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last_on = DayField(
        label="Dernière semaine, celle du", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    opens_on = DayField(
        label="Le choix s’ouvre le", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    opens_hour = forms.TimeField(
        label="à", initial=time(9), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    rounds = forms.IntegerField(
        label="Nombre de tours",
        min_value=1,
        max_value=MOST_ROUNDS,
        initial=lambda: _number("rounds"),
        help_text="Au premier tour choisissent ceux qui n’ont pas de semaine, au dernier tout le "
        "monde.",
    )
    days_per_round = forms.IntegerField(
        label="Jours par tour",
        min_value=1,
        max_value=MOST_DAYS,
        initial=lambda: _number("days_per_round"),
    )


@needs(Right.ROTA_PLAN)
def seasons(request: PersonRequest) -> HttpResponseBase:
    """Show the seasons and their rounds; open one."""
    now, today = timezone.now(), timezone.localdate()
    form = SeasonForm(request.POST or None)
    sentence = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        opens_at = timezone.make_aware(datetime.combine(said["opens_on"], said["opens_hour"]))
        try:
            made = rota.open_season(
                said["name"],
                first_monday=monday_on_or_after(said["first_on"]),
                last_monday=monday_of(said["last_on"]),
                opens_at=opens_at,
                rounds=said["rounds"],
                days_per_round=said["days_per_round"],
                by=actor(request),
                now=now,
            )
        except Refusal as refusal:
            sentence = refusal.sentence
        else:
            messages.success(request, f"La saison « {made.name} » est annoncée aux médecins.")
            return redirect("office_seasons")
    return render(
        request,
        "office/seasons.html",
        {
            "form": form,
            "sentence": sentence,
            "now": now,
            "seasons": [(one, read.rounds_of(one)) for one in read.seasons(today=today)],
        },
        status=422 if sentence or form.errors else 200,
    )


@needs(Right.ROTA_PLAN)
@require_POST
def close(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Close a season."""
    season = get_object_or_404(Season, pk=pk)
    rota.close_season(season, by=actor(request), now=timezone.now())
    messages.success(request, f"La saison « {season.name} » est fermée.")
    return redirect("office_seasons")
