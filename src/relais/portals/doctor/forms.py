"""What a doctor says of her weeks: how often, how far, with whom, to which centres."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django import forms
from django.forms import BoundField

from relais.core import formats
from relais.doctors.models import Doctor
from relais.doctors.states import PreferenceKind
from relais.network.models import Centre
from relais.territory.models import Commune
from relais.territory.queries import CommuneUnclear, find_commune

MOST_MISSIONS: Final = 52
MOST_GAP_WEEKS: Final = 52
TRAVEL_CHOICES: Final = (60, 90, 120, 180, 240, 300, 360)  # minutes offered by the list
WISHES: Final = (
    ("", "sans avis"),
    (PreferenceKind.PREFERRED.value, "j’aimerais y aller"),
    (PreferenceKind.REFUSED.value, "pas pour moi"),
)


class PreferencesForm(forms.Form):
    """Checks the preferences page. The centres are those of the network."""

    max_missions = forms.IntegerField(
        label="Missions par an, au plus",
        min_value=0,
        max_value=MOST_MISSIONS,
        help_text="Une seule suffit. Zéro met vos missions en pause.",
    )
    min_gap_weeks = forms.IntegerField(
        label="Semaines entre deux missions, au moins", min_value=0, max_value=MOST_GAP_WEEKS
    )
    max_travel_minutes = forms.TypedChoiceField(
        label="Trajet depuis chez vous, au plus", required=False, coerce=int, empty_value=None
    )
    home = forms.CharField(
        label="Commune où vous habitez",
        max_length=80,
        help_text="Pour estimer vos trajets. Par exemple : Guéret, ou Saint-Denis (93).",
    )
    brings_family = forms.BooleanField(label="Je viens en famille", required=False)
    brings_pet = forms.BooleanField(label="Je viens avec un animal", required=False)
    needs_step_free = forms.BooleanField(
        label="J’ai besoin d’un logement de plain-pied", required=False
    )
    phone = forms.CharField(
        label="Téléphone",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label="Adresse électronique",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Pour vous écrire au sujet de vos missions.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        doctor: Doctor,
        centres: Iterable[Centre],
        wishes: Mapping[int, str],
    ) -> None:
        super().__init__(data, initial=_initial(doctor))
        self.centres = list(centres)
        self.found_home: Commune | None = None
        travel = self.fields["max_travel_minutes"]
        assert isinstance(travel, forms.TypedChoiceField)
        travel.choices = _travel_choices(doctor.max_travel_minutes)
        for centre in self.centres:
            self.fields[f"centre_{centre.pk}"] = forms.ChoiceField(
                label=centre.name,
                choices=WISHES,
                required=False,
                widget=forms.Select,
                initial=wishes.get(centre.pk, ""),
            )

    def centre_fields(self) -> Iterator[BoundField]:
        """Give the fields of the centres."""
        return (self[f"centre_{centre.pk}"] for centre in self.centres)

    def clean_home(self) -> str:
        """Find the commune; the refusal of the territory is the error of the field."""
        text: str = self.cleaned_data["home"]
        try:
            self.found_home = find_commune(text)
        except CommuneUnclear as unclear:
            raise forms.ValidationError(unclear.sentence) from unclear
        return text

    def changes(self) -> dict[str, Any]:
        """Give the fields of the doctor's file."""
        names = (
            "max_missions",
            "min_gap_weeks",
            "max_travel_minutes",
            "brings_family",
            "brings_pet",
            "needs_step_free",
            "phone",
            "email",
        )
        return {**{name: self.cleaned_data[name] for name in names}, "home": self.found_home}

    def wishes(self) -> dict[Centre, PreferenceKind]:
        """Give what is wished of each centre."""
        return {
            centre: PreferenceKind(kind)
            for centre in self.centres
            if (kind := self.cleaned_data[f"centre_{centre.pk}"])
        }


def _initial(doctor: Doctor) -> dict[str, Any]:
    return {
        "max_missions": doctor.max_missions,
        "min_gap_weeks": doctor.min_gap_weeks,
        "max_travel_minutes": doctor.max_travel_minutes or "",
        "home": "" if doctor.home is None else str(doctor.home),
        "brings_family": doctor.brings_family,
        "brings_pet": doctor.brings_pet,
        "needs_step_free": doctor.needs_step_free,
        "phone": doctor.phone,
        "email": doctor.email,
    }


def _travel_choices(current: int | None) -> list[tuple[int | str, str]]:
    offered = sorted({*TRAVEL_CHOICES, *([current] if current else [])})
    return [
        ("", "sans limite"),
        *((minutes, formats.hours_minutes(minutes)) for minutes in offered),
    ]


class PaperForm(forms.Form):
    """The photo or PDF of one paper; what it holds is judged by the service."""

    file = forms.FileField(allow_empty_file=True)
