"""The living page of the components: what exists, how it looks, how to call it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from relais.accounts.states import Right
from relais.core import formats
from relais.portals.gates import PersonRequest, needs
from relais.portals.templatetags.ui import ICONS
from relais.rota.states import WeekState

FIRST_MONDAY: Final = date(2027, 1, 4)
NAMES: Final = ("Dr Claire Aubry", "Dr Paul Sève", "Dr Inès Marchal", "Dr Jean Lebrun")
SPECIMEN_CENTRES: Final = ("Centre de la Loire", "Centre du Morvan", "Centre de la Creuse")


@dataclass(frozen=True, slots=True)
class SpecimenCell:
    """A week of the specimen board."""

    state: WeekState
    who: str
    risk: str
    label: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the specimen timeline."""

    when: str
    what: str
    who: str = ""
    is_now: bool = False


class SpecimenForm(forms.Form):
    """Every kind of field once."""

    name = forms.CharField(label="Nom", help_text="Comme sur votre carte professionnelle.")
    email = forms.EmailField(label="Adresse électronique", required=False)
    weeks = forms.IntegerField(label="Missions par an, au plus", min_value=0, max_value=52)
    first_on = forms.DateField(
        label="À partir du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    status = forms.ChoiceField(
        label="Statut", choices=[("installed", "installé ou installée"), ("retired", "retraité")]
    )
    company = forms.ChoiceField(
        label="Vous venez",
        widget=forms.RadioSelect,
        choices=[("alone", "seul ou seule"), ("family", "en famille")],
    )
    pet = forms.BooleanField(
        label="Avec un animal", required=False, help_text="Le logement doit l’admettre."
    )
    note = forms.CharField(label="Un mot pour l’équipe", required=False, widget=forms.Textarea)


class SpecimenFilter(forms.Form):
    """A search, a choice, a box."""

    text = forms.CharField(label="Nom", required=False)
    state = forms.ChoiceField(
        label="État", required=False, choices=[("", "tous"), *WeekState.choices]
    )
    ready = forms.BooleanField(label="Papiers prêts", required=False)


def _specimen_board() -> list[tuple[str, list[SpecimenCell]]]:
    """Draw three lines of eight weeks that show each state."""
    states = list(WeekState)
    known = {
        WeekState.PROPOSED: (NAMES[0], ""),
        WeekState.INVITED: (NAMES[1], "medium"),
        WeekState.CONFIRMED: (NAMES[2], "high"),
        WeekState.READY: (NAMES[3], ""),
        WeekState.RUNNING: (NAMES[0], ""),
        WeekState.DONE: (NAMES[1], ""),
    }
    rows = []
    for line, centre in enumerate(SPECIMEN_CENTRES):
        cells = []
        for column in range(len(states)):
            state = states[(column + 3 * line) % len(states)]
            who, risk = known.get(state, ("", ""))
            monday = FIRST_MONDAY + timedelta(weeks=column)
            label = f"{centre}, ligne 1, {formats.week_label(monday)} : {state.label}"
            is_locked = state is WeekState.READY and line == 1
            cells.append(SpecimenCell(state, who, risk, label, is_locked))
        rows.append((centre, cells))
    return rows


@needs(Right.DESIGN_READ)
def design(request: PersonRequest) -> HttpResponse:
    """Show every component with the line that calls it."""
    wrong = SpecimenForm({"name": "", "weeks": "80", "status": "installed", "company": "alone"})
    return render(
        request,
        "office/design.html",
        {
            "states": list(WeekState),
            "colours": ("paper", "paper-raised", "paper-sunk", "ink", "ink-soft", "accent"),
            "icons": sorted(path.stem for path in Path(ICONS).glob("*.svg")),
            "mondays": [FIRST_MONDAY + timedelta(weeks=index) for index in range(8)],
            "board": _specimen_board(),
            "form": wrong,
            "filter": SpecimenFilter(request.GET or None),
            "page": Paginator(range(950), 50).page(3),
            "steps": [
                Step("12 septembre 2026", "Semaine proposée par le médecin", NAMES[0]),
                Step("3 octobre 2026", "Mission proposée", "planification"),
                Step("5 octobre 2026", "Mission confirmée", NAMES[0], is_now=True),
                Step("4 janvier 2027", "Premier jour au centre"),
            ],
            "figure_on": date(2026, 11, 1),
        },
    )
