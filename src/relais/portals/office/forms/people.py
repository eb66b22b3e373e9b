"""Forms of the accounts' pages and of the journal."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from relais.accounts.states import Role
from relais.portals.days import DayField
from relais.portals.office.audit_words import AREAS

STATES = [("open", "ouverts"), ("closed", "fermés"), ("all", "tous")]


class PeopleFilterForm(forms.Form):
    """Whom to look for among the accounts."""

    q = forms.CharField(label="Nom ou adresse", required=False, max_length=80)
    role = forms.ChoiceField(
        label="Rôle", required=False, choices=[("", "tous les rôles"), *Role.choices]
    )
    etat = forms.ChoiceField(label="Comptes", required=False, choices=STATES)

    def wanted(self) -> dict[str, Any]:
        """Give what was asked, in the words of `accounts.queries.people`."""
        asked = self.cleaned_data if self.is_valid() else {}
        state = asked.get("etat") or "open"
        return {
            "text": asked.get("q", ""),
            "role": Role(asked["role"]) if asked.get("role") else None,
            "is_active": None if state == "all" else state == "open",
        }


class RolesForm(forms.Form):
    """What someone may do."""

    roles = forms.MultipleChoiceField(
        label="Rôles",
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_roles(self) -> list[Role]:
        """Give the roles."""
        return [Role(role) for role in self.cleaned_data["roles"]]


class NameForm(forms.Form):
    """The name that others read."""

    name = forms.CharField(
        label="Nom", max_length=150, error_messages={"required": "Écrivez le nom de la personne."}
    )


class OpenAccountForm(RolesForm, NameForm):
    """A new account."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="La personne entrera avec un lien reçu à cette adresse.",
        error_messages={
            "required": "Écrivez l’adresse électronique de la personne.",
            "invalid": "Ce n’est pas une adresse électronique. Exemple : nom@exemple.fr.",
        },
    )
    field_order = ["name", "email", "roles"]


class WhyForm(forms.Form):
    """The reason of a grave act, for the journal."""

    why = forms.CharField(label="Raison", required=False, max_length=400)


class JournalForm(forms.Form):
    """What to look for in the journal."""

    qui = forms.CharField(label="Personne", required=False, max_length=80)
    quoi = forms.CharField(label="Objet", required=False, max_length=80)
    domaine = forms.ChoiceField(
        label="Domaine", required=False, choices=[("", "tous"), *AREAS.items()]
    )
    du = DayField(
        label="Du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    au = DayField(
        label="Au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("du"), cleaned.get("au")
        if first and last and last < first:
            self.add_error("au", "La fin vient avant le début.")
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """Give what was asked, in the words of `core.audit.journal`; nothing when it is wrong."""
        asked = self.cleaned_data if self.is_valid() else {}
        zone = timezone.get_current_timezone()
        first, last = asked.get("du"), asked.get("au")
        return {
            "who": asked.get("qui", ""),
            "what": asked.get("quoi", ""),
            "area": asked.get("domaine", ""),
            "since": datetime.combine(first, time.min, tzinfo=zone) if first else None,
            "until": datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
            if last
            else None,
        }
