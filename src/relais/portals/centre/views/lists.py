"""The two lists of a centre: who is next and why, joining, leaving, answering by telephone."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import queries, services, waiting_rows
from relais.agenda.list_states import ListKind, Urgency
from relais.agenda.models import PlaceOffer, WaitEntry
from relais.agenda.states import Channel
from relais.core import formats
from relais.core.errors import Refusal
from relais.engine import parameters
from relais.engine.agenda import instant
from relais.network.models import Centre
from relais.patients import queries as patients
from relais.patients import services as patient_services
from relais.patients.queries import ADDRESS
from relais.portals.centre.desk_forms import (
    AdmitForm,
    AnswerForm,
    ChangeForm,
    JoinForm,
    RefusedForm,
)
from relais.portals.centre.forms import new_key
from relais.portals.centre.views.desk import centre_of
from relais.portals.gates import PersonRequest, actor, needs


@needs(Right.AGENDA_EDIT)
def lists(request: PersonRequest, pk: int) -> HttpResponse:
    """Show both lists in their order, the freed places and what is offered."""
    return _page(request, centre_of(request, pk))


@needs(Right.AGENDA_EDIT)
@require_POST
def join(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Put somebody on a list."""
    centre = centre_of(request, pk)
    form = _join_form(centre, request.POST)
    if not form.is_valid():
        return _page(request, centre, join_form=form, status=422)
    said = dict(form.cleaned_data)
    person, day, now = said.pop("person"), said.pop("since"), timezone.now()
    kind, days = ListKind(said.pop("kind")), said.pop("weekdays")
    try:
        services.join(
            person,
            centre=centre,
            kind=kind,
            weekdays=days or None,
            since=None if day is None else instant(day, _NOON, centre.time_zone),
            by=actor(request),
            now=now,
            **said,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, centre, join_form=form, status=422)
    messages.success(request, f"C’est noté : {person.name}, {kind.label}.")
    return redirect("centre_lists", pk)


_NOON = time(12)


@needs(Right.AGENDA_EDIT)
@require_POST
def admit(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Offer to the first of the admission list to be taken on."""
    centre = centre_of(request, pk)
    form = AdmitForm(request.POST)
    if not form.is_valid():
        return _page(request, centre, refusal="Dites combien de personnes.", status=422)
    count = services.offer_admissions(
        centre, count=form.cleaned_data["count"], by=actor(request), now=timezone.now()
    )
    messages.success(
        request,
        f"{formats.plural(count, 'personne')} : la proposition part."
        if count
        else "Personne n’attend sans proposition.",
    )
    return redirect("centre_lists", pk)


@needs(Right.AGENDA_EDIT)
@require_POST
def refused(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Note a request that found nothing."""
    centre = centre_of(request, pk)
    form = RefusedForm(request.POST, reasons=queries.reasons())
    if not form.is_valid():
        return _page(request, centre, refusal="Choisissez un motif.", status=422)
    said = form.cleaned_data
    services.note_refused(
        centre,
        reason=said["reason"],
        channel=Channel(said["channel"]),
        request_key=said["key"],
        by=actor(request),
        now=timezone.now(),
    )
    messages.success(request, "La demande sans place est comptée.")
    return redirect("centre_lists", pk)


@needs(Right.AGENDA_EDIT)
@require_POST
def change(request: PersonRequest, pk: int, entry: str) -> HttpResponseBase:
    """Change the class of a request, or take it off its list."""
    centre = centre_of(request, pk)
    row = get_object_or_404(WaitEntry, public_id=_written(entry), centre=centre)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, centre, refusal="Choisissez ce qui change.", status=422)
    said, by, now = form.cleaned_data, actor(request), timezone.now()
    try:
        if said["act"] == "class":
            urgency = said["urgency"]
            services.set_class(
                row,
                urgency=row.urgency if urgency == "" else urgency,
                why=said["why"],
                by=by,
                now=now,
            )
        else:
            services.leave(row, why=said["why"], served=said["act"] == "served", by=by, now=now)
    except Refusal as refusal:
        return _page(request, centre, refusal=refusal.sentence, status=422)
    messages.success(request, "C’est noté.")
    return redirect("centre_lists", pk)


@needs(Right.AGENDA_EDIT)
@require_POST
def answer(request: PersonRequest, pk: int, offer: str) -> HttpResponseBase:
    """Note what somebody answered by telephone."""
    centre = centre_of(request, pk)
    row = get_object_or_404(PlaceOffer, public_id=_written(offer), entry__centre=centre)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, centre, refusal="Notez oui ou non.", status=422)
    act = services.accept if form.cleaned_data["answer"] == "yes" else services.refuse
    try:
        act(row, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, centre, refusal=refusal.sentence, status=422)
    messages.success(request, "La réponse est notée.")
    return redirect("centre_lists", pk)


def _written(public_id: str) -> str:
    """Give back what may be the name of a row in an address; nothing else is asked for."""
    if not ADDRESS.fullmatch(public_id):
        raise Http404
    return public_id


def _join_form(centre: Centre, data: Any = None) -> JoinForm:
    people = patients.known_at(centre).order_by("search_name", "pk")
    return JoinForm(data, people=people, reasons=queries.reasons())


def _page(
    request: PersonRequest,
    centre: Centre,
    *,
    join_form: JoinForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    shown = waiting_rows.read(centre, now=now)
    people = {row.entry.person_id: row.entry.person for one in shown.lists for row in one.rows}
    patient_services.note_search(list(people.values()), by=actor(request), now=now)
    return render(
        request,
        "centre/lists.html",
        {
            "centre": centre,
            "shown": shown,
            "classes": Urgency.choices,
            "days_for_a_class": int(parameters.load("agenda")["days_for_a_class"].value),
            "join_form": join_form or _join_form(centre),
            "admit_form": AdmitForm(),
            "refused_form": RefusedForm(reasons=queries.reasons(), initial={"key": new_key()}),
            "refusal": refusal,
        },
        status=status,
    )
