"""A place typed by its name, with suggestions while it is typed."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.urls import reverse_lazy

from relais.territory.models import Commune
from relais.territory.queries import CommuneUnclear, find_commune

SUGGEST: Final = {
    "list": "communes",
    "autocomplete": "off",
    "hx-get": reverse_lazy("office_communes"),
    "hx-trigger": "input delay:250ms",
    "hx-target": "#communes",
    "hx-swap": "innerHTML",
}


class CommuneForm(forms.Form):
    """What is typed of a commune, in the field of a centre or of a doctor."""

    commune = forms.CharField(required=False, max_length=90)
    home = forms.CharField(required=False, max_length=90)

    def text(self) -> str:
        """Give what was typed; nothing when it is too long to be a commune."""
        if not self.is_valid():
            return ""
        return str(self.cleaned_data["commune"] or self.cleaned_data["home"])


class PlaceField(forms.CharField):
    """A commune, by its name, « Ajain (23) » or its INSEE code; says which ones it may be."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 90)
        kwargs.setdefault("error_messages", {"required": "Écrivez le nom de la commune."})
        kwargs.setdefault("widget", forms.TextInput(attrs=SUGGEST))
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
