"""Calls to make: offers, reminders, absences, and what two desks said differently."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda import reception
from relais.agenda.list_states import CallKind, CallResult
from relais.agenda.models import CallTask
from relais.agenda.services import desk as desk_services
from relais.engine.agenda import wall
from relais.patients import queries as patients
from relais.patients import services as patient_services
from relais.portals.centre.desk_forms import CallForm
from relais.portals.centre.views.desk import centre_of
from relais.portals.gates import PersonRequest, actor, needs


@needs(Right.AGENDA_EDIT)
def calls(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the calls to make, the most pressing first."""
    centre = centre_of(request, pk)
    now, today = timezone.now(), timezone.localdate()
    tasks = list(reception.calls(centre, now=now))
    zone = wall(0, centre.time_zone).tzinfo
    shown: list[dict[str, Any]] = []
    for task in tasks:
        row = task.appointment or (task.offer.appointment if task.offer else None)
        until = task.offer.expires_at if task.offer else task.useless_at
        proxies = () if task.person.phone else patients.proxies_of(task.person, today=today)
        shown.append(
            {
                "task": task,
                "row": row,
                "at": None if row is None else wall(row.tick, centre.time_zone).time(),
                "until": None if until is None else until.astimezone(zone),
                "phone": task.person.phone,
                "proxies": [one for one in proxies if one.phone],
                "is_offer": task.kind == CallKind.OFFER and task.offer is not None,
            }
        )
    patient_services.note_search(
        list({task.person_id: task.person for task in tasks}.values()), by=actor(request), now=now
    )
    return render(request, "centre/calls.html", {"centre": centre, "calls": shown})


@needs(Right.AGENDA_EDIT)
@require_POST
def settle(request: PersonRequest, pk: int, task: int) -> HttpResponseBase:
    """Note how a call ended."""
    centre = centre_of(request, pk)
    row = get_object_or_404(CallTask, pk=task, centre=centre)
    form = CallForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data["result"]
        desk_services.settle_call(
            row,
            result=None if said == "again" else CallResult(said),
            by=actor(request),
            now=timezone.now(),
        )
        messages.success(request, "Noté : à rappeler." if said == "again" else "L’appel est réglé.")
    return redirect("centre_calls", pk)
