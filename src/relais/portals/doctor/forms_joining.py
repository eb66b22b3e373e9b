"""Forms of the way to a first week: the signature, and the way of working."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django import forms
from django.forms import BoundField

from relais.doctors.models import PracticeProfile
from relais.doctors.states import PracticeLevel
from relais.engine import practice
from relais.network.models import Practice

LEVELS: Final = (
    (PracticeLevel.YES.value, "oui"),
    (PracticeLevel.WITH_HELP.value, "avec de l’aide"),
    (PracticeLevel.NO.value, "non"),
)


class CharterForm(forms.Form):
    """A signature: the name typed under one version."""

    version = forms.IntegerField(min_value=0, max_value=32767, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Pour signer, écrivez votre prénom et votre nom",
        max_length=170,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Écrivez votre prénom et votre nom."},
    )


class PracticeForm(forms.Form):
    """How a doctor works. The acts are those of the network."""

    minutes = forms.TypedChoiceField(
        label="Une consultation dure en général", coerce=int, widget=forms.RadioSelect
    )
    most_a_day = forms.IntegerField(
        label="Patients par jour, au plus",
        required=False,
        help_text="Vide : comme le centre en a l’habitude, une vingtaine.",
    )
    languages = forms.MultipleChoiceField(
        label="Langues parlées avec les patients, outre le français",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    limits = forms.CharField(
        label="Ce que vous préférez éviter",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : pas de visite après 18 h. Rien sur votre santé.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        practices: Iterable[Practice],
        levels: Mapping[str, str],
        profile: PracticeProfile | None,
    ) -> None:
        initial: dict[str, Any] = {"minutes": practice.parameter("usual_minutes")}
        if profile is not None:
            names = ("minutes", "most_a_day", "languages", "limits")
            initial = {name: getattr(profile, name) for name in names}
        super().__init__(data, initial=initial)
        self.practices = list(practices)
        minutes, languages = self.fields["minutes"], self.fields["languages"]
        assert isinstance(minutes, forms.TypedChoiceField)
        assert isinstance(languages, forms.MultipleChoiceField)
        minutes.choices = [(one, f"{one} min") for one in practice.parameter("offered_minutes")]
        languages.choices = [(one, one) for one in practice.parameter("languages")]
        for one in self.practices:
            self.fields[f"practice_{one.code}"] = forms.ChoiceField(
                label=f"{one.label[:1].upper()}{one.label[1:]}",
                choices=LEVELS,
                required=False,
                widget=forms.RadioSelect,
                initial=levels.get(one.code, ""),
            )

    def practice_fields(self) -> Iterator[BoundField]:
        """Give the fields of the acts."""
        return (self[f"practice_{one.code}"] for one in self.practices)

    def said(self) -> dict[str, Any]:
        """Give what was said, as the journey takes it."""
        names = ("minutes", "most_a_day", "languages", "limits")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "levels": {
                one: PracticeLevel(level)
                for one in self.practices
                if (level := self.cleaned_data[f"practice_{one.code}"])
            },
        }
