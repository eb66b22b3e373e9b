"""Forms of a plan: what to compute, what to keep of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from relais.core.formats import date_words
from relais.engine.weeks import is_monday, monday_on_or_after
from relais.portals.days import DayField


class RunForm(forms.Form):
    """What a plan should cover."""

    first_monday = DayField(
        label="Première semaine",
        help_text="Un lundi. Les semaines d’avant ne changent pas.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Choisissez le lundi de la première semaine.",
            "invalid": "Écrivez une date, par exemple 04/01/2027.",
        },
    )
    weeks = forms.IntegerField(
        label="Nombre de semaines",
        min_value=1,
        max_value=52,
        initial=52,
        help_text="52 pour une année.",
    )
    standby_depth = forms.IntegerField(
        label="Réserves souhaitées par semaine",
        min_value=0,
        max_value=9,
        initial=2,
        help_text="Des médecins promis à une semaine, prêts à remplacer.",
    )
    budget_seconds = forms.TypedChoiceField(
        label="Temps de recherche",
        coerce=int,
        initial=60,
        choices=[
            (20, "court : 20 secondes"),
            (60, "habituel : 1 minute"),
            (300, "long : 5 minutes"),
            (900, "très long : 15 minutes"),
        ],
        help_text="Le meilleur planning trouvé est gardé, avec ce qu’il reste à gagner.",
    )

    def clean_first_monday(self) -> date:
        """Ask for a Monday, and name the next one."""
        day: date = self.cleaned_data["first_monday"]
        if not is_monday(day):
            near = date_words(monday_on_or_after(day))
            raise forms.ValidationError(f"Choisissez un lundi, par exemple le {near}.")
        return day


class AcceptForm(forms.Form):
    """What to keep of a proposal: everything, or the ticked changes.

    A change is a centre-week: its value holds the ids of its lines, « 12,13 ». `invites`: ask the
    doctors of the new missions at once.
    """

    invites = forms.BooleanField(required=False)
    everything = forms.BooleanField(required=False)
    only = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, changes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["only"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(value, value) for value in changes]

    def clean(self) -> dict[str, Any]:
        """Ask for something to accept."""
        cleaned = super().clean() or {}
        if not cleaned.get("everything") and not cleaned.get("only"):
            raise forms.ValidationError(
                "Cochez au moins un changement, ou acceptez toute la proposition."
            )
        return cleaned

    def chosen(self) -> list[int] | None:
        """Give the ids of the ticked lines; None for the whole proposal."""
        if self.cleaned_data["everything"]:
            return None
        return [int(one) for value in self.cleaned_data["only"] for one in value.split(",")]
