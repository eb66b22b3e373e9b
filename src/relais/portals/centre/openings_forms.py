"""Forms of the page on which a centre paints its week."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Final

from django import forms

from relais.agenda.services import Stroke
from relais.agenda.states import PlaceKind
from relais.portals.days import DayField

RUB_OUT: Final = "rub"
FIRST_HOUR, LAST_HOUR, CELL_MINUTES = 7, 20, 30
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
RELEASED_BY: Final = time(8)  # what the field proposes for care of the day


def hours() -> list[time]:
    """List the beginnings of the cells of a day."""
    per_hour = 60 // CELL_MINUTES
    return [
        time(FIRST_HOUR + step // per_hour, step % per_hour * CELL_MINUTES)
        for step in range((LAST_HOUR - FIRST_HOUR) * per_hour)
    ]


def after(at: time) -> time:
    """Give the end of a cell."""
    minutes = at.hour * 60 + at.minute + CELL_MINUTES
    return time(minutes // 60, minutes % 60)


class BrushForm(forms.Form):
    """What some time is for: the cells that are ticked, or days and exact hours."""

    kind = forms.ChoiceField(
        label="Peindre en",
        choices=[*PlaceKind.choices, (RUB_OUT, "effacer")],
        widget=forms.RadioSelect,
        initial=PlaceKind.PLANNED,
    )
    released = forms.TimeField(
        label="Soin du jour : s’ouvre le jour même à",
        required=False,
        initial=RELEASED_BY,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )
    cells = forms.MultipleChoiceField(
        required=False,
        choices=[(f"{day}.{at:%H%M}", "") for day in range(len(WEEKDAYS)) for at in hours()],
    )
    days = forms.TypedMultipleChoiceField(
        label="Jours",
        required=False,
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        widget=forms.CheckboxSelectMultiple,
    )
    starts = forms.TimeField(
        label="De",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )
    ends = forms.TimeField(
        label="À",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for hours in order when days are ticked."""
        said = super().clean() or {}
        if said.get("days"):
            for name in ("starts", "ends"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, "À remplir avec les jours.")
            if said.get("starts") and said.get("ends") and said["ends"] <= said["starts"]:
                self.add_error("ends", "La fin vient après le début.")
        return said

    def strokes(self) -> list[Stroke]:
        """Give what is painted."""
        said = self.cleaned_data
        kind = None if said["kind"] == RUB_OUT else said["kind"]
        released = said["released"] if kind == PlaceKind.SAME_DAY else None
        found = []
        for cell in said["cells"]:
            day, _, at = cell.partition(".")
            starts = time(int(at[:2]), int(at[2:]))
            found.append(Stroke(int(day), starts, after(starts), kind, released))
        found += [Stroke(day, said["starts"], said["ends"], kind, released) for day in said["days"]]
        return found


class ExceptionForm(forms.Form):
    """One date, or half of it, that is not as the others."""

    day = DayField(
        label="Date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    half = forms.ChoiceField(
        label="Moment",
        choices=[
            ("day", "toute la journée"),
            ("morning", "le matin"),
            ("afternoon", "l’après-midi"),
        ],
    )
    what = forms.ChoiceField(
        label="Ce jour-là",
        choices=[*reversed(PlaceKind.choices), (RUB_OUT, "comme les autres semaines")],
    )
    opens = forms.TimeField(
        label="Ouvert de",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
        help_text="Vide pour une fermeture.",
    )
    closes = forms.TimeField(
        label="à",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )
    note = forms.CharField(label="Pourquoi", max_length=200, required=False)

    def clean_day(self) -> date:
        """Take no date of the past: what was open then stays written."""
        day: date = self.cleaned_data["day"]
        if self.today is not None and day < self.today:
            raise forms.ValidationError("Choisissez une date à venir.")
        return day

    def __init__(self, *args: Any, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
