"""Forms of the patient portal: few fields, plain words."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms

from relais.booking.services import Wanted
from relais.booking.states import ASKERS

FOR_ME, FOR_OTHER = "moi", "autre"


def new_key() -> str:
    """Draw the key of a form: sent twice, it counts once."""
    return secrets.token_urlsafe(16)


def _number(label: str, low: int, high: int, *, width: int, complete: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "maxlength": str(width),
                "size": str(width),
                "autocomplete": complete,
            }
        ),
    )


class AskForm(forms.Form):
    """Who comes, and the mobile telephone that gets the code."""

    birth_name = forms.CharField(
        label="Nom de naissance",
        max_length=100,
        help_text="Comme sur la carte d’identité.",
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    first_name = forms.CharField(
        label="Prénom",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    birth_day = _number("Jour", 1, 31, width=2, complete="bday-day")
    birth_month = _number("Mois", 1, 12, width=2, complete="bday-month")
    birth_year = _number("Année", 1850, 2199, width=4, complete="bday-year")
    phone = forms.CharField(
        label="Téléphone mobile",
        max_length=20,
        help_text="Nous envoyons un code par SMS à ce numéro.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def wanted(self, *, is_new: bool) -> Wanted:
        """Give what was typed as the service wants it."""
        said = self.cleaned_data
        return Wanted(
            birth_name=said["birth_name"],
            first_name=said["first_name"],
            birth_written=(
                f"{said['birth_year']:04d}-{said['birth_month']:02d}-{said['birth_day']:02d}"
            ),
            phone=said["phone"],
            is_new=is_new,
            asker_name=said.get("asker_name", ""),
            asker_kind=said.get("asker_kind", ""),
        )


class AskForOtherForm(AskForm):
    """The same for somebody else: who asks, by what right, with the person's word."""

    asker_kind = forms.ChoiceField(
        label="Vous êtes",
        choices=[(kind.value, label) for kind, label in ASKERS],
        widget=forms.RadioSelect,
    )
    asker_name = forms.CharField(label="Votre nom et votre prénom", max_length=150)
    agreed = forms.BooleanField(
        label="Cette personne est d’accord, ou j’ai le droit de décider pour elle."
    )
    field_order = ("asker_kind", "asker_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("birth_name", "first_name", "birth_day", "birth_month", "birth_year"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].label = "Votre téléphone mobile"


class CodeForm(forms.Form):
    """The code of the SMS."""

    code = forms.CharField(
        label="Code reçu par SMS",
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
    )


class KeyForm(forms.Form):
    """The key of a click, so that it counts once."""

    key = forms.CharField(max_length=64)


class MoveForm(KeyForm):
    """One of the times that are proposed."""

    place = forms.IntegerField(min_value=1, max_value=99_999_999)
