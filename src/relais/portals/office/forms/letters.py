"""Forms of letters and of their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from relais.core.formats import week_label
from relais.doctors.services.letters import TEXT_AT_MOST
from relais.doctors.states import LetterKind
from relais.network.models import Centre
from relais.rota.models import Mission


class LetterForm(forms.Form):
    """Which letter, and for what: one of the doctor's missions, or a centre."""

    kind = forms.ChoiceField(label="Document", choices=LetterKind.choices)
    about = forms.ChoiceField(label="Pour")

    def __init__(
        self, *args: Any, missions: Iterable[Mission], centres: Iterable[Centre], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.missions = {f"mission:{one.pk}": one for one in missions}
        self.centres = {f"centre:{one.pk}": one for one in centres}
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)
        weeks = [
            (key, f"{week_label(one.monday)}, {one.line.centre.name}")
            for key, one in self.missions.items()
        ]
        places = [(key, one.name) for key, one in self.centres.items()]
        about.choices = [
            *([("Une mission", weeks)] if weeks else []),
            ("Un centre, sans semaine", places),
        ]

    def wanted(self) -> dict[str, Any]:
        """Give what the letter is for, as the journey takes it."""
        key = self.cleaned_data["about"]
        return {
            "kind": LetterKind(self.cleaned_data["kind"]),
            "mission": self.missions.get(key),
            "centre": self.centres.get(key),
        }


class LetterTextForm(forms.Form):
    """The words of a letter."""

    text = forms.CharField(
        label="Le texte",
        max_length=TEXT_AT_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 26}),
        error_messages={"required": "Le document est vide."},
    )
