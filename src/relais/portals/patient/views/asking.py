"""Asking for a place: who comes, the code, and it is done."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.booking import links, places, queries, services
from relais.booking.models import Request
from relais.booking.services import CodeRefusal
from relais.core.errors import Refusal
from relais.engine.agenda import wall
from relais.portals.gates import actor, needs, source_of
from relais.portals.patient.choice import Choice, known_centre, numbers, read
from relais.portals.patient.forms import FOR_ME, FOR_OTHER, AskForm, AskForOtherForm, CodeForm

SESSION: Final = "booking"  # the request of this browser, by its key
DEMO_CODE: Final = "booking_demo_code"  # the demonstration sends no SMS: the page shows the code


@needs(Right.ANYONE)
@never_cache
def ask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask who comes, keep the place and send the code. The answer never tells who is known."""
    now, today = timezone.now(), timezone.localdate()
    centre = known_centre(pk, today=today)
    chosen = read(request)
    if (
        chosen.reason is None
        or chosen.tick is None
        or not queries.is_bookable(queries.access_of(centre))
    ):
        return redirect("patient_centre", pk)
    whom = FOR_OTHER if request.GET.get("pour") == FOR_OTHER else FOR_ME
    form = (AskForOtherForm if whom == FOR_OTHER else AskForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, code = services.ask(
                centre,
                tick=chosen.tick,
                reason=chosen.reason,
                wanted=form.wanted(is_new=chosen.is_new),
                source=source_of(request),
                today=today,
                by=actor(request),
                now=now,
                before=_mine(request),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            request.session[SESSION] = made.key
            _show_in_demo(request, code)
            return redirect("patient_code")
    slot = _slot(chosen, places.sheets_of(centre, today=today, now=now), now)
    return render(
        request,
        "patient/ask.html",
        {
            "centre": centre,
            "chosen": chosen,
            "slot": slot,
            "form": form,
            "whom": whom,
            "for_me": chosen.address(place=chosen.tick),
            "for_other": chosen.address(place=chosen.tick, pour=FOR_OTHER),
            "numbers": numbers(),
        },
        status=422 if form.errors else 200,
    )


@needs(Right.ANYONE)
@never_cache
def code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; the right one makes the appointment."""
    now = timezone.now()
    key = str(request.session.get(SESSION, ""))
    done = Request.objects.filter(key=key, state="confirmed").select_related("appointment").first()
    if done is not None:
        return redirect("patient_appointment", links.token_of(done.appointment.public_id))
    waiting = queries.waiting_request(key, now=now)
    if waiting is None:
        return render(request, "patient/too_late.html", {"numbers": numbers()}, status=200)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.confirm(
                waiting,
                code=form.cleaned_data["code"],
                today=timezone.localdate(),
                by=actor(request),
                now=now,
            )
        except CodeRefusal as refusal:
            form.add_error("code", refusal.sentence)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect("patient_centre", waiting.centre_id)
        else:
            request.session.pop(DEMO_CODE, None)
            messages.success(request, "C’est noté. Votre rendez-vous est pris.")
            return redirect("patient_appointment", links.token_of(row.public_id))
    return render(
        request,
        "patient/code.html",
        {
            "waiting": waiting,
            "form": form,
            "phone_end": waiting.phone[-2:],
            "demo_code": request.session.get(DEMO_CODE) if settings.DEMO else None,
            **_when(waiting),
        },
        status=422 if form.errors else 200,
    )


@needs(Right.ANYONE)
@require_POST
def again(request: HttpRequest) -> HttpResponseBase:
    """Send another code."""
    now = timezone.now()
    waiting = queries.waiting_request(str(request.session.get(SESSION, "")), now=now)
    if waiting is not None:
        try:
            _show_in_demo(request, services.send_again(waiting, by=actor(request), now=now))
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "Un autre code est parti.")
    return redirect("patient_code")


@needs(Right.ANYONE)
@require_POST
def give_up(request: HttpRequest) -> HttpResponseBase:
    """Give the place back before the code came."""
    mine = _mine(request)
    request.session.pop(SESSION, None)
    request.session.pop(DEMO_CODE, None)
    if mine is None:
        return redirect("patient_centres")
    services.drop(mine, by=actor(request), now=timezone.now())
    messages.success(request, "La place est rendue.")
    return redirect("patient_centre", mine.centre_id)


def _mine(request: HttpRequest) -> Request | None:
    return queries.waiting_request(str(request.session.get(SESSION, "")), now=timezone.now())


def _show_in_demo(request: HttpRequest, code: str) -> None:
    if settings.DEMO:
        request.session[DEMO_CODE] = code


def _slot(chosen: Choice, sheets: Any, now: Any) -> places.Slot | None:
    """Give the time chosen, as long as it can be taken."""
    if chosen.reason is None:
        return None
    found = places.slots(sheets, reason=chosen.reason, is_new=chosen.is_new, now=now)
    return next((one for one in found if one.tick == chosen.tick), None)


def _when(waiting: Request) -> dict[str, Any]:
    zone = waiting.centre.time_zone
    return {
        "at": wall(waiting.appointment.tick, zone).time(),
        "until": waiting.expires_at.astimezone(wall(waiting.appointment.tick, zone).tzinfo).time(),
    }
