"""The filters of the board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from relais.core.formats import month_words
from relais.engine.weeks import WEEK, is_monday, monday_of, mondays, weeks_between
from relais.network.models import Centre
from relais.portals.days import DayField
from relais.rota.states import WeekState

BOARD_WEEKS = 52
NAMED_WEEKS = 18  # up to this many weeks, names fit beside the icons on an ordinary screen
LIST_WEEKS = 13  # a list of everything is read a quarter at a time
AT_RISK = "risk"
YEAR, NAMES, LIST = "annee", "noms", "liste"
VIEWS = [(YEAR, "l’année"), (NAMES, "avec les noms"), (LIST, "en liste")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board shows: `weeks` weeks from `first_monday`, of a centre, marked for a state."""

    first_monday: date
    weeks: int
    centre_id: int | None
    state: str
    view: str
    start: date


class BoardForm(forms.Form):
    """What to show: a centre, a state, a month, and in which shape. Wrong values narrow nothing."""

    centre = forms.TypedChoiceField(
        label="Centre", required=False, coerce=int, empty_value=None, choices=[]
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[])
    mois = forms.ChoiceField(label="Mois", required=False, choices=[])
    vue = forms.ChoiceField(label="Présentation", required=False, choices=VIEWS)
    du = DayField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, centres: Iterable[Centre], today: date) -> None:
        super().__init__(data)
        self.start = monday_of(today)
        try:
            asked = self.fields["du"].clean(data.get("du"))
        except forms.ValidationError:
            asked = None
        if asked is not None and is_monday(asked):
            self.start = asked
        days = mondays(self.start, BOARD_WEEKS)
        self.months = sorted({day.replace(day=1) for day in days})
        self._choose("centre", "Tous les centres", [(c.pk, c.name) for c in centres])
        states = [(AT_RISK, "à risque"), *((s.value, str(s.label)) for s in WeekState)]
        self._choose("etat", "Tous les états", states)
        self._choose("mois", "Toute l’année", [(f"{m:%Y-%m}", month_words(m)) for m in self.months])

    def _choose(self, name: str, nothing: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]

    def wanted(self) -> Wanted:
        """Give what to show, whatever was typed in the address."""
        self.is_valid()
        said = self.cleaned_data
        days = mondays(self.start, BOARD_WEEKS)
        month = said.get("mois") or ""
        if month:
            days = [day for day in days if f"{day:%Y-%m}" == month] or days
        if said.get("vue") == LIST and not month and not said.get("etat"):
            days = days[:LIST_WEEKS]
        weeks = weeks_between(days[0], days[-1] + WEEK)
        view = said.get("vue") or (NAMES if weeks <= NAMED_WEEKS else YEAR)
        return Wanted(
            first_monday=days[0],
            weeks=weeks,
            centre_id=said.get("centre"),
            state=said.get("etat") or "",
            view=view,
            start=self.start,
        )
