"""What the planner's desk asks."""

from __future__ import annotations

from django import forms

from relais.doctors.models.campaigns import CODE


class CampaignForm(forms.Form):
    """A campaign: its name, the code of its link, its dates, what it reached and cost."""

    name = forms.CharField(label="Nom", max_length=120)
    code = forms.CharField(
        label="Code du lien",
        max_length=40,
        validators=[CODE],
        help_text="Il va dans le lien et ne change plus : « congres-2027 ».",
    )
    channel = forms.CharField(
        label="Canal", max_length=60, help_text="Congrès, courriel de l’Ordre, revue, radio…"
    )
    starts_on = forms.DateField(
        label="Du", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label="Au", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    contacts = forms.IntegerField(label="Médecins touchés", required=False, min_value=0)
    cost_eur = forms.DecimalField(
        label="Coût (€)", required=False, min_value=0, max_digits=9, decimal_places=2
    )
    text = forms.CharField(
        label="Texte", required=False, max_length=4000, widget=forms.Textarea({"rows": 6})
    )
