"""Forms of the centre's day."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms

from relais.agenda.models import Reason
from relais.agenda.states import CancelledBy
from relais.network.models import Line
from relais.patients.states import Sex
from relais.portals.days import DayField

OTHER_TIME = "autre"


def new_key() -> str:
    """Draw the key of a form: sent twice, it counts once."""
    return secrets.token_urlsafe(16)


class FindForm(forms.Form):
    """Three letters of a name, a birth date, or both."""

    text = forms.CharField(
        label="Patient",
        max_length=80,
        help_text="Trois lettres du nom ou du prénom, ou la date de naissance.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )


class ReasonForm(forms.Form):
    """Why the patient comes."""

    motif = forms.ModelChoiceField(
        label="Motif", queryset=Reason.objects.none(), empty_label=None, to_field_name="code"
    )

    def __init__(self, *args: Any, reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].queryset = reasons  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """One of the proposed places, or another hour; the length may be changed."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    place = forms.CharField(max_length=40)
    minutes = forms.IntegerField(
        label="Durée en minutes",
        required=False,
        min_value=5,
        max_value=120,
        help_text="Vide : la durée expliquée à côté de chaque place.",
    )
    day = DayField(
        label="Jour",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label="Heure",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )
    line = forms.ModelChoiceField(
        label="Ligne", queryset=Line.objects.none(), required=False, empty_label=None
    )
    between = forms.BooleanField(
        label="Entre deux : ajouter malgré un autre rendez-vous", required=False
    )

    def __init__(self, *args: Any, lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        field.queryset = Line.objects.filter(  # type: ignore[attr-defined]
            pk__in=[line.pk for line in lines]
        ).order_by("number")
        field.label_from_instance = _line_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for day, hour and line when another hour is wanted."""
        said = super().clean() or {}
        if said.get("place") == OTHER_TIME:
            for name in ("day", "at", "line"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, "À remplir pour une autre heure.")
        return said


class QuickForm(forms.Form):
    """A place, « line.tick », asked for in a few words."""

    key = forms.CharField(max_length=64)
    place = forms.RegexField(regex=r"^\d{1,9}\.\d{1,8}$")
    motif = forms.CharField(max_length=40)
    minutes = forms.IntegerField(required=False, min_value=5, max_value=120)
    between = forms.BooleanField(required=False)
    note = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Part the place into its line and its tick."""
        said = super().clean() or {}
        line, _, tick = said.get("place", "").partition(".")
        return {**said, "line": int(line or 0), "tick": int(tick or 0)}


class BookForm(PlaceForm):
    """An appointment to give."""

    motif = forms.CharField(widget=forms.HiddenInput, max_length=40)
    note = forms.CharField(
        label="Note",
        max_length=200,
        required=False,
        help_text="Sans détail de santé : elle se lit au guichet.",
    )


class CancelForm(forms.Form):
    """Whose doing the cancellation is."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    rev = forms.IntegerField(widget=forms.HiddenInput)
    cancelled_by = forms.ChoiceField(
        label="À la demande de", choices=CancelledBy.choices, widget=forms.RadioSelect
    )


class UndoForm(forms.Form):
    """Which act is undone."""

    key = forms.CharField(max_length=64)
    change = forms.IntegerField(min_value=1, max_value=10**15)


class PatientForm(forms.Form):
    """A patient whom the centre meets for the first time."""

    birth_name = forms.CharField(label="Nom de naissance", max_length=100)
    first_birth_name = forms.CharField(label="Premier prénom de naissance", max_length=100)
    used_name = forms.CharField(label="Nom utilisé", max_length=100, required=False)
    used_first_name = forms.CharField(label="Prénom utilisé", max_length=100, required=False)
    sex = forms.ChoiceField(label="Sexe", choices=Sex.choices, widget=forms.RadioSelect)
    birth_day = forms.IntegerField(
        label="Jour de naissance", min_value=1, max_value=31, required=False
    )
    birth_month = forms.IntegerField(label="Mois", min_value=1, max_value=12, required=False)
    birth_year = forms.IntegerField(label="Année", min_value=1850, max_value=2199)
    birth_place = forms.RegexField(
        label="Code INSEE du lieu de naissance",
        regex=r"^(\d{5}|2[AB]\d{3})$",
        required=False,
        help_text="Vide s’il est inconnu.",
    )
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Courriel", required=False)

    def traits(self) -> dict[str, Any]:
        """Give the fields as the service wants them; unknown parts of the date are zeros."""
        said = dict(self.cleaned_data)
        year, month, day = (said.pop(f"birth_{part}") for part in ("year", "month", "day"))
        said["birth_written"] = f"{year:04d}-{month or 0:02d}-{day or 0:02d}"
        said["birth_place"] = said["birth_place"] or "99999"
        return said


def _line_name(line: Line) -> str:
    return f"Ligne {line.number}"
