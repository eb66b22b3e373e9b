"""One mission of the doctor who signed in: read it, say yes, say no, give it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.journeys import leaving, relay
from relais.portals.doctor import cards
from relais.portals.doctor.gates import as_doctor
from relais.portals.gates import PersonRequest, actor
from relais.rota import queries as rota
from relais.rota.models import Mission

LONGEST_REASON: Final = 400


class WhyForm(forms.Form):
    """An optional word about a no; never a reason that is asked for."""

    why = forms.CharField(
        label="Un mot pour l’équipe",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Si vous le souhaitez. Rien sur votre santé : ce mot est conservé.",
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a mission: what is asked before, what is done, what is said after."""

    question: str
    effect: str
    button: str
    kind: str
    asks_why: bool
    call: Callable[..., Mission]
    thanks: str
    then: str
    instead: str = ""  # another act that the page offers, by its key
    instead_button: str = ""


ANSWERS: Final = {
    "confirmer": Answer(
        "Confirmer cette mission ?",
        "Le centre le verra aussitôt sur sa page, puis dans son agenda. "
        "Vous recevrez un courriel avec l’événement pour le vôtre.",
        "Confirmer ma venue",
        "primary",
        False,
        relay.confirm,
        "Merci. Votre mission est confirmée, le centre vous attend.",
        "doctor_home",
    ),
    "decliner": Answer(
        "Décliner cette mission ?",
        "L’équipe cherchera un autre médecin dès maintenant. Vous pourrez proposer une autre "
        "semaine.",
        "Décliner la mission",
        "danger",
        True,
        relay.decline,
        "Merci de l’avoir dit tôt : l’équipe peut chercher un autre médecin. Une autre semaine "
        "vous conviendrait-elle ?",
        "doctor_weeks",
    ),
    "remplacer": Answer(
        "Vous ne pouvez plus venir ?",
        "Nous cherchons quelqu’un dès maintenant. La semaine reste la vôtre jusqu’à ce qu’un autre "
        "médecin dise oui : c’est le plus sûr pour le centre. En cas d’urgence, nous vous libérons "
        "tout de suite.",
        "Cherchez quelqu’un, je garde la semaine en attendant",
        "primary",
        True,
        leaving.ask_to_leave,
        "Merci de nous prévenir. Nous cherchons quelqu’un et vous écrivons dès que c’est fait.",
        "doctor_home",
        "annuler",
        "C’est urgent : libérez-moi tout de suite",
    ),
    "annuler": Answer(
        "Vous ne pouvez plus venir ?",
        "La semaine sera rendue à l’équipe, qui cherchera un autre médecin dès maintenant.",
        "Rendre cette semaine",
        "danger",
        True,
        leaving.leave_at_once,
        "Merci de nous prévenir : l’équipe cherche un autre médecin. Une autre semaine vous "
        "conviendrait-elle ?",
        "doctor_weeks",
    ),
    "venir": Answer(
        "Vous venez finalement ?",
        "Nous arrêtons de chercher quelqu’un d’autre.",
        "Je viens",
        "primary",
        False,
        leaving.stay_after_all,
        "Merci. La semaine reste la vôtre, le centre vous attend.",
        "doctor_home",
    ),
}


@as_doctor(Right.MISSIONS_OWN)
def mission(request: PersonRequest, doctor: Doctor, pk: int) -> HttpResponse:
    """Show one mission whole."""
    found = _own(doctor, pk)
    return render(
        request,
        "doctor/mission.html",
        {"card": _card(doctor, found), "around": cards.neighbours(found)},
    )


@as_doctor(Right.MISSIONS_OWN)
def answer(request: PersonRequest, doctor: Doctor, pk: int, act: str) -> HttpResponseBase:
    """Ask before an answer, then note it."""
    if act not in ANSWERS:
        raise Http404
    found = _own(doctor, pk)
    asked = ANSWERS[act]
    form = WhyForm(request.POST or None) if asked.asks_why else None
    sentence = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        why = {"why": form.cleaned_data["why"]} if form is not None else {}
        try:
            asked.call(found, by=actor(request), now=timezone.now(), **why)
        except Refusal as refusal:
            sentence = refusal.sentence
        else:
            messages.success(request, asked.thanks)
            return redirect(asked.then)
    return render(
        request,
        "doctor/answer.html",
        {
            "card": _card(doctor, found),
            "act": act,
            "answer": asked,
            "form": form,
            "sentence": sentence,
        },
        status=422 if sentence or (form is not None and form.errors) else 200,
    )


def _own(doctor: Doctor, pk: int) -> Mission:
    """Give one of the doctor's own missions; another doctor's does not exist here."""
    return get_object_or_404(rota.missions_of(doctor), pk=pk)


def _card(doctor: Doctor, found: Mission) -> cards.MissionCard:
    return cards.cards(doctor, [found], today=timezone.localdate())[0]
