"""A place typed by its name."""

from __future__ import annotations

from typing import Any

from django import forms

from relais.territory.models import Commune
from relais.territory.queries import CommuneUnclear, find_commune


class PlaceField(forms.CharField):
    """A commune, by its name, « Ajain (23) » or its INSEE code; says which ones it may be."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 90)
        kwargs.setdefault("error_messages", {"required": "Écrivez le nom de la commune."})
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Commune | None:
        """Find the one commune that was meant."""
        text: str = super().clean(value)
        if not text:
            return None
        try:
            return find_commune(text)
        except CommuneUnclear as unclear:
            raise forms.ValidationError(unclear.sentence) from unclear
