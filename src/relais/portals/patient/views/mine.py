"""One's own appointment, by its link: seen, moved or given back in two taps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.agenda.models import Appointment
from relais.agenda.states import AppointmentState
from relais.booking import places, queries, services
from relais.booking.services.confirming import doctor_words
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.agenda import wall
from relais.portals.gates import needs, source_of
from relais.portals.patient.choice import numbers
from relais.portals.patient.forms import KeyForm, MoveForm, new_key


@needs(Right.ANYONE)
@never_cache
def appointment(request: HttpRequest, token: str) -> HttpResponse:
    """Show an appointment. Opening the link changes nothing."""
    row = queries.appointment_of(token)
    if row is None:
        return _altered(request)
    return _page(request, row, token)


@needs(Right.ANYONE)
@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give an appointment back."""
    row = queries.appointment_of(token)
    if row is None:
        return _altered(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, row, token, status=422)
    try:
        services.cancel(
            row,
            request_key=form.cleaned_data["key"],
            by=_who(request, row),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, row, token, refusal=refusal.sentence, status=422)
    messages.success(request, "C’est fait. La place est rendue, merci de nous l’avoir dit.")
    return redirect("patient_appointment", token)


@needs(Right.ANYONE)
@never_cache
def move(request: HttpRequest, token: str) -> HttpResponseBase:
    """Propose other times, and move the appointment to the one that is chosen."""
    row = queries.appointment_of(token)
    if row is None:
        return _altered(request)
    now, today = timezone.now(), timezone.localdate()
    if not _may_change(row):
        return redirect("patient_appointment", token)
    refusal = ""
    if request.method == "POST":
        form = MoveForm(request.POST)
        refusal = "Choisissez une des places proposées."
        if form.is_valid():
            try:
                services.move(
                    row,
                    tick=form.cleaned_data["place"],
                    request_key=form.cleaned_data["key"],
                    today=today,
                    by=_who(request, row),
                    now=now,
                )
            except Refusal as said:
                refusal = said.sentence
            else:
                messages.success(request, "C’est noté. Votre rendez-vous est changé.")
                return redirect("patient_appointment", token)
    days = places.by_day(services.proposed(row, today=today, now=now))
    return render(
        request,
        "patient/move.html",
        {**_facts(row), "token": token, "days": days, "key": new_key(), "refusal": refusal},
        status=422 if refusal else 200,
    )


@needs(Right.ANYONE)
@require_POST
def earlier(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask to be told when an earlier place falls free."""
    row = queries.appointment_of(token)
    if row is None:
        return _altered(request)
    try:
        services.want_earlier(row, by=_who(request, row), now=timezone.now())
    except Refusal as refusal:
        return _page(request, row, token, refusal=refusal.sentence, status=422)
    messages.success(request, "C’est noté. Nous vous écrivons si une place se libère plus tôt.")
    return redirect("patient_appointment", token)


def _may_change(row: Appointment) -> bool:
    return row.state == AppointmentState.BOOKED and row.starts_at > timezone.now()


def _facts(row: Appointment) -> dict[str, Any]:
    centre = row.line.centre
    return {
        "row": row,
        "centre": centre,
        "at": wall(row.tick, centre.time_zone).time(),
        "may_change": _may_change(row),
        "is_cancelled": row.state == AppointmentState.CANCELLED,
        "numbers": numbers(),
    }


def _page(
    request: HttpRequest, row: Appointment, token: str, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    access = queries.access_of(row.line.centre)
    return render(
        request,
        "patient/appointment.html",
        {
            **_facts(row),
            "token": token,
            "key": new_key(),
            "refusal": refusal,
            "wants_earlier": queries.wants_earlier(row),
            "doctor": doctor_words(row) if access.names_doctor else "",
        },
        status=status,
    )


def _altered(request: HttpRequest) -> HttpResponse:
    """Say that a link is not whole; the same whether it was altered or made up."""
    return render(request, "patient/altered.html", {"numbers": numbers()}, status=404)


def _who(request: HttpRequest, row: Appointment) -> Actor:
    """Name the patient behind the link, as the audit does: without a name."""
    return Actor(
        key=f"patient:{row.patient_id}", label="le patient (lien reçu)", source=source_of(request)
    )
