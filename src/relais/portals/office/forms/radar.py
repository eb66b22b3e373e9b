"""The filters of the radar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from relais.network.models import Centre

HORIZONS = [(52, "un an"), (26, "six mois"), (12, "trois mois"), (4, "un mois")]


class RadarForm(forms.Form):
    """Which centre, how far ahead. Wrong values narrow nothing."""

    centre = forms.TypedChoiceField(
        label="Centre", required=False, coerce=int, empty_value=None, choices=[]
    )
    semaines = forms.TypedChoiceField(
        label="D’ici", required=False, coerce=int, empty_value=None, choices=HORIZONS
    )

    def __init__(self, data: Any, *, centres: Iterable[Centre]) -> None:
        super().__init__(data)
        field = self.fields["centre"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Tous les centres"), *((c.pk, c.name) for c in centres)]

    def wanted(self) -> tuple[int | None, int]:
        """Give the centre (None for all) and the number of weeks, whatever was typed."""
        self.is_valid()
        said = self.cleaned_data
        return said.get("centre"), said.get("semaines") or HORIZONS[0][0]
