"""Forms of pages open to all: they only validate."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator, validate_email

from relais.doctors.queries import contact_of
from relais.doctors.states import BestTime, DoctorStatus

_SOURCE: Final = re.compile(r"[a-z0-9_-]{1,40}")
# A name leaves in a letter to an address nobody has proven: letters only, so that it carries no
# address of a page.
_NAME: Final = RegexValidator(
    r"^[^\W\d_]+(?:[ \u00a0’'.-]+[^\W\d_]+)*\.?$", "Écrivez votre prénom et votre nom, en lettres."
)


def source_in(text: str) -> str:
    """Read where a visitor comes from; empty when it is no short plain word."""
    said = text.strip().lower()
    return said if _SOURCE.fullmatch(said) else ""


class InterestForm(forms.Form):
    """Three fields, and one that only programs fill in."""

    name = forms.CharField(
        label="Prénom et nom",
        max_length=80,
        validators=[_NAME],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Écrivez votre prénom et votre nom."},
    )
    contact = forms.CharField(
        label="Adresse électronique ou téléphone",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Dites-nous comment vous joindre."},
    )
    status = forms.ChoiceField(
        label="Vous êtes",
        choices=[("", "Choisissez…"), *DoctorStatus.choices],
        error_messages={"required": "Choisissez ce qui vous ressemble le plus."},
    )
    site = forms.CharField(required=False, max_length=200)  # the trap: people do not see it

    def clean_contact(self) -> str:
        """Refuse what is neither an address nor a number."""
        text: str = self.cleaned_data["contact"].strip()
        known, kind = contact_of(text)
        if kind == "email":
            try:
                validate_email(known)
            except forms.ValidationError:
                kind = ""
        if not kind:
            raise forms.ValidationError(
                "Écrivez une adresse comme nom@exemple.fr, ou un numéro comme 06 12 34 56 78."
            )
        return text

    @property
    def is_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("site", "").strip())


class FollowForm(forms.Form):
    """What somebody interested adds behind the link."""

    email = forms.EmailField(
        label="Adresse électronique",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Ce n’est pas une adresse. Exemple : nom@exemple.fr."},
    )
    phone = forms.CharField(
        label="Téléphone",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    best_time = forms.ChoiceField(
        label="Vous appeler", choices=BestTime.choices, widget=forms.RadioSelect
    )

    def clean_phone(self) -> Any:
        """Refuse what nobody can dial."""
        text: str = self.cleaned_data["phone"].strip()
        if text and contact_of(text)[1] != "phone":
            raise forms.ValidationError("Écrivez un numéro comme 06 12 34 56 78.")
        return text
