"""Forms of one line-week: whom to place, why to stop, what to note."""

from __future__ import annotations

from django import forms

from relais.doctors.models import Doctor
from relais.rota.repairing import Recipe


class PlaceForm(forms.Form):
    """A doctor chosen among those proposed or found; `despite`: why go beyond the rules."""

    doctor = forms.IntegerField(
        error_messages={"required": "Choisissez un médecin, puis validez."},
    )
    mission = forms.IntegerField(required=False)
    despite = forms.CharField(max_length=200, required=False)

    def clean_doctor(self) -> Doctor:
        """Find the doctor."""
        doctor = Doctor.objects.filter(pk=self.cleaned_data["doctor"]).first()
        if doctor is None:
            raise forms.ValidationError("Ce médecin n’existe plus. Choisissez-en un autre.")
        return doctor


class RepairForm(forms.Form):
    """A way to fill the week, as the page offered it."""

    recipe = forms.CharField(max_length=1_000)
    invites = forms.BooleanField(required=False)

    def clean_recipe(self) -> Recipe:
        """Read the repair again."""
        try:
            return Recipe.parse(self.cleaned_data["recipe"])
        except ValueError as error:
            raise forms.ValidationError(
                "Cette solution n’a pas pu être relue. Choisissez-en une ci-dessous."
            ) from error


class WhyForm(forms.Form):
    """Why a mission stops."""

    mission = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(
        label="Raison",
        max_length=200,
        required=False,
        help_text="Quelques mots pour l’équipe, sans information de santé.",
    )


class NoteForm(forms.Form):
    """What the team should know about a mission."""

    mission = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="Note de l’équipe",
        max_length=2000,
        required=False,
        help_text="Lue par l’équipe seulement, sans information de santé.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
