"""A place, or an admission, offered to who waits: seen by its link, answered by a button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import services, tokens
from relais.agenda.list_states import OfferState
from relais.agenda.models import PlaceOffer
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine import parameters
from relais.engine.agenda import wall
from relais.portals.gates import needs, source_of
from relais.portals.patient.choice import numbers


@needs(Right.ANYONE)
@never_cache
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is offered. Opening the link answers nothing."""
    row = _find(token)
    return _altered(request) if row is None else _page(request, row, token)


@needs(Right.ANYONE)
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponseBase:
    """Say yes or no."""
    row = _find(token)
    if row is None:
        return _altered(request)
    said = request.POST.get("answer")
    if said not in {"yes", "no"}:
        return _page(request, row, token, refusal="Choisissez oui ou non.", status=422)
    by = Actor(
        key=f"patient:{row.entry.person_id}",
        label="le patient (lien reçu)",
        source=source_of(request),
    )
    act = services.accept if said == "yes" else services.refuse
    try:
        act(row, by=by, now=timezone.now())
    except Refusal as refusal:
        return _page(request, row, token, refusal=refusal.sentence, status=422)
    messages.success(
        request,
        "C’est noté, merci." if said == "yes" else "C’est noté. Vous gardez votre rang.",
    )
    return redirect("patient_offer", token)


def _find(token: str) -> PlaceOffer | None:
    public_id = tokens.read(token)
    if public_id is None:
        return None
    return (
        PlaceOffer.objects.filter(public_id=public_id)
        .select_related("entry__centre", "appointment")
        .first()
    )


def _page(
    request: HttpRequest, row: PlaceOffer, token: str, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    centre, kept = row.entry.centre, row.appointment
    until = row.expires_at.astimezone(wall(0, centre.time_zone).tzinfo)
    is_open = row.state == OfferState.OPEN and row.expires_at > timezone.now()
    return render(
        request,
        "patient/offer.html",
        {
            "token": token,
            "centre": centre,
            "row": row,
            "kept": kept,
            "at": None if kept is None else wall(kept.tick, centre.time_zone).time(),
            "until": until,
            "is_open": is_open,
            "has_later": row.entry.appointment_id is not None,
            "days_for_a_class": int(parameters.load("agenda")["days_for_a_class"].value),
            "refusal": refusal,
            "numbers": numbers(),
        },
        status=status,
    )


def _altered(request: HttpRequest) -> HttpResponse:
    return render(request, "patient/altered.html", {"numbers": numbers()}, status=404)
