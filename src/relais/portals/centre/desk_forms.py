"""Forms of the desk, of the calls and of the two lists."""

from __future__ import annotations

from typing import Any

from django import forms

from relais.agenda.list_states import CallResult, ListKind, Urgency
from relais.agenda.models import Reason
from relais.agenda.services.desk import MARKS
from relais.agenda.states import Channel
from relais.patients.models import Person
from relais.portals.days import DayField

DAYS = ((0, "lundi"), (1, "mardi"), (2, "mercredi"), (3, "jeudi"), (4, "vendredi"), (5, "samedi"))


class MarkForm(forms.Form):
    """Where somebody stands, since when, and the key of the click."""

    key = forms.CharField(max_length=64)
    appointment = forms.CharField(max_length=22)
    state = forms.ChoiceField(choices=[(str(state), str(state)) for state in MARKS])
    at = forms.CharField(max_length=40, required=False)
    sent_later = forms.BooleanField(required=False)


class ChoiceForm(forms.Form):
    """What a centre does about reminders and freed places."""

    reminds = forms.BooleanField(label="Rappeler les rendez-vous", required=False)
    first_days = forms.IntegerField(
        label="Premier rappel, jours avant",
        min_value=0,
        max_value=30,
        help_text="0 : un seul rappel.",
    )
    last_days = forms.IntegerField(
        label="Dernier rappel, jours avant",
        min_value=0,
        max_value=7,
        help_text="Écrit à 10 h ce jour-là ; 0 : pas de dernier rappel.",
    )
    calls = forms.BooleanField(
        label="Mettre dans les appels à passer les personnes sans mobile ni courriel",
        required=False,
    )
    offers = forms.BooleanField(
        label="Proposer les places libérées à la liste « plus tôt si possible »", required=False
    )


class CallForm(forms.Form):
    """How a call ended; nothing: nobody answered, to be tried again."""

    result = forms.ChoiceField(choices=[("again", "à rappeler"), *CallResult.choices])


class JoinForm(forms.Form):
    """Somebody joins a list."""

    kind = forms.ChoiceField(label="Liste", choices=ListKind.choices, widget=forms.RadioSelect)
    person = forms.ModelChoiceField(
        label="Patient",
        queryset=Person.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        help_text="Personnes connues du centre. Une nouvelle personne s’ajoute d’abord dans "
        "« Journée ».",
    )
    reason = forms.ModelChoiceField(
        label="Motif (liste « plus tôt »)",
        queryset=Reason.objects.none(),
        to_field_name="code",
        required=False,
    )
    urgency = forms.TypedChoiceField(
        label="Classe", choices=Urgency.choices, coerce=int, initial=Urgency.OTHER
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Jours qui conviennent",
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : tous.",
    )
    half = forms.ChoiceField(
        label="Moment",
        choices=[("", "peu importe"), ("morning", "le matin"), ("afternoon", "l’après-midi")],
        required=False,
    )
    since = DayField(
        label="Attend depuis",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vide : aujourd’hui. Une date d’une liste tenue sur papier compte.",
    )

    def __init__(self, *args: Any, people: Any, reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = _formal  # type: ignore[attr-defined]
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]


class AdmitForm(forms.Form):
    """How many people the centre takes on now."""

    count = forms.IntegerField(
        label="Nombre de personnes à qui proposer", min_value=1, max_value=200
    )


class ChangeForm(forms.Form):
    """What becomes of a request on a list."""

    act = forms.ChoiceField(
        choices=[("class", "classe"), ("leave", "sortir"), ("served", "inscrite")]
    )
    urgency = forms.TypedChoiceField(choices=Urgency.choices, coerce=int, required=False)
    why = forms.CharField(max_length=200, required=False)


class AnswerForm(forms.Form):
    """What somebody answered by telephone."""

    answer = forms.ChoiceField(choices=[("yes", "oui"), ("no", "non")])


class RefusedForm(forms.Form):
    """A request that found nothing."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.ModelChoiceField(
        label="Motif demandé",
        queryset=Reason.objects.none(),
        to_field_name="code",
        empty_label=None,
    )
    channel = forms.ChoiceField(
        label="Venue", choices=[(Channel.PHONE, "par téléphone"), (Channel.CENTRE, "au centre")]
    )

    def __init__(self, *args: Any, reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]


def _formal(person: Person) -> str:
    return person.formal_name
