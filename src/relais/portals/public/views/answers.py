"""The page behind the link of a question: « pourriez-vous venir ? », three answers, one gesture."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from relais.accounts.states import Right
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.journeys import searching
from relais.portals.gates import needs
from relais.rota import services as rota
from relais.rota.models import Ask
from relais.rota.states import AnswerKind, AskOutcome

THANKS: Final = {
    AskOutcome.PLACED: (
        "Merci, cette semaine est à vous",
        "Le centre vous attend. Vous recevrez la suite par courriel.",
    ),
    AskOutcome.RESERVE: (
        "Merci, vous êtes en réserve",
        "Un médecin avait déjà dit oui. Si un imprévu l’empêche de venir, nous vous appelons en "
        "premier.",
    ),
    AskOutcome.THANKED: (
        "Merci d’avoir dit oui",
        "Un médecin avait déjà dit oui, et une autre mission vous retient autour de cette semaine. "
        "Rien de plus à faire.",
    ),
    AskOutcome.DECLINED: (
        "Merci de votre réponse",
        "Nous ne vous solliciterons plus pour cette semaine. Vous pouvez encore changer d’avis "
        "ici.",
    ),
    AskOutcome.OTHER_WEEK: (
        "Merci, dites-nous quelle semaine vous conviendrait",
        "Connectez-vous pour cocher vos semaines. Nous ne vous solliciterons plus pour celle-ci.",
    ),
}


class AnswerForm(forms.Form):
    """One of the three answers."""

    answer = forms.ChoiceField(choices=AnswerKind)


@needs(Right.ANYONE)
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question of a link and hear its answer. Opening the link changes nothing."""
    ask = rota.find_ask(token)
    if ask is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if form.is_valid():
            kind = AnswerKind(form.cleaned_data["answer"])
            try:
                searching.answer(ask, kind=kind, by=_who(request, ask), now=timezone.now())
            except Refusal as said:
                refusal = said.sentence
            else:
                return redirect("public_answer", token)
    return render(
        request, "public/answer.html", _page(ask, refusal), status=422 if refusal else 200
    )


def _page(ask: Ask, refusal: str) -> dict[str, object]:
    outcome = AskOutcome(ask.outcome)
    title, then = THANKS.get(outcome, ("", ""))
    return {
        "ask": ask,
        "centre": ask.search.line.centre,
        "monday": ask.search.monday,
        "is_over": ask.search.monday <= timezone.localdate(),
        "said_yes": ask.answer == AnswerKind.YES,
        "refusal": refusal,
        "thanks": title,
        "then": then,
    }


def _who(request: HttpRequest, ask: Ask) -> Actor:
    """Name the doctor behind the link as the one who acts."""
    return Actor(
        key=f"doctor:{ask.doctor_id}",
        label=f"{ask.doctor} (lien reçu)",
        source=request.META.get("REMOTE_ADDR", ""),
    )
