"""Forms of the call list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from relais.doctors.models import Interest
from relais.doctors.states import CallOutcome, InterestState
from relais.portals.days import DayField
from relais.portals.office.forms.places import PlaceField

OPEN = ("", "à appeler ou en discussion")


class InterestFilterForm(forms.Form):
    """Which part of the call list."""

    etat = forms.ChoiceField(label="État", required=False, choices=[OPEN, *InterestState.choices])
    source = forms.CharField(label="Venu par", required=False, max_length=40)


class CallForm(forms.Form):
    """What came of a call, and what comes next."""

    outcome = forms.ChoiceField(
        label="Ce que l’appel a donné", choices=CallOutcome.choices, widget=forms.RadioSelect
    )
    next_on = DayField(
        label="Rappeler le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vide : une date est choisie selon le résultat.",
    )
    words = forms.CharField(
        label="À retenir",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple ses questions, les mois possibles. Sans information de santé.",
    )


class AcceptForm(forms.Form):
    """What a file needs beside the three fields."""

    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)
    email = forms.EmailField(
        label="Adresse électronique", help_text="Elle sert à entrer, et les messages y partent."
    )
    home = PlaceField(label="Commune où habite ce médecin", help_text="Pour estimer les trajets.")
    rpps = forms.RegexField(
        label="Numéro RPPS",
        regex=r"^[0-9]{11}$",
        required=False,
        help_text="11 chiffres. Il peut venir plus tard.",
        error_messages={"invalid": "Un numéro RPPS a 11 chiffres."},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, interest: Interest) -> None:
        first, _, last = interest.name.rpartition(" ")
        initial = {"first_name": first, "last_name": last, "email": interest.email}
        super().__init__(data, initial=initial)
