"""Forms of the messages' pages."""

from __future__ import annotations

from typing import Any

from django import forms

from relais.outbox.catalogue import Template, catalogue
from relais.outbox.services.texts import LONGEST_SMS, LONGEST_SUBJECT, LONGEST_TEXT
from relais.outbox.states import Channel, DeliveryState, SmsUse


class LogFilterForm(forms.Form):
    """Which messages to look for."""

    q = forms.CharField(label="Nom, adresse ou objet", required=False, max_length=80)
    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "tous"), *DeliveryState.choices]
    )
    voie = forms.ChoiceField(
        label="Voie", required=False, choices=[("", "toutes"), *Channel.choices]
    )
    modele = forms.ChoiceField(label="Modèle", required=False)
    a_voir = forms.BooleanField(label="à voir seulement", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["modele"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "tous"), *((one.code, one.title) for one in catalogue().values())]

    def wanted(self) -> dict[str, Any]:
        """Give what was asked, in the words of `outbox.queries.log`."""
        asked = self.cleaned_data if self.is_valid() else {}
        return {
            "text": asked.get("q", ""),
            "state": asked.get("etat", ""),
            "channel": asked.get("voie", ""),
            "template_code": asked.get("modele", ""),
            "troubled": asked.get("a_voir", False),
        }


class ResendForm(forms.Form):
    """Where to send a message once more."""

    address = forms.CharField(label="Adresse ou numéro", required=False, max_length=254)


class TextForm(forms.Form):
    """The words of a text."""

    subject = forms.CharField(
        label="Objet",
        max_length=LONGEST_SUBJECT,
        error_messages={"required": "Écrivez l’objet."},
    )
    text = forms.CharField(
        label="Texte",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        strip=False,
        help_text="Une ligne vide sépare deux paragraphes ; « - » commence une liste. "
        "Une ligne « Voir ma mission : {lien} » devient un bouton.",
        error_messages={"required": "Écrivez le texte."},
    )
    sms = forms.CharField(
        label="SMS",
        max_length=LONGEST_SMS,
        error_messages={"required": "Il manque le texte du SMS."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, template: Template, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if template.sms_use == SmsUse.NEVER:
            del self.fields["sms"]

    def words(self) -> dict[str, str]:
        """Give the words, in the arguments of `outbox.services.rewrite`."""
        asked = self.cleaned_data
        return {
            "subject": asked["subject"],
            "text": asked["text"],
            "sms": asked.get("sms", ""),
        }
