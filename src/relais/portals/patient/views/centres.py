"""The public page of a centre: open or not, who is the doctor, the next places."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.booking import places, queries, services
from relais.booking.states import Access
from relais.portals.gates import actor, needs, source_of
from relais.portals.patient.choice import known_centre, numbers, read

DAYS_SHOWN: Final = 5


@needs(Right.ANYONE)
def centres(request: HttpRequest) -> HttpResponse:
    """List the centres where people can come."""
    return render(
        request,
        "patient/centres.html",
        {"centres": queries.open_centres(today=timezone.localdate()), "numbers": numbers()},
    )


@needs(Right.ANYONE)
@require_POST
def nothing(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note that somebody found no place; nothing of the person is asked."""
    now, today = timezone.now(), timezone.localdate()
    found = known_centre(pk, today=today)
    asked = request.POST.get("motif", "")
    reason = next((one for one in places.online_reasons() if one.code == asked), None)
    if reason is not None:
        services.tell_unmet(
            found, reason=reason, source=source_of(request), today=today, by=actor(request), now=now
        )
        messages.success(request, "Merci, le centre le saura. Cela aide à ouvrir des places.")
    return redirect("patient_centre", pk)


@needs(Right.ANYONE)
@never_cache
def centre(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a centre, and the places of a reason once one is chosen."""
    now, today = timezone.now(), timezone.localdate()
    found = known_centre(pk, today=today)
    access = queries.access_of(found)
    chosen = read(request)
    sheets = places.sheets_of(found, today=today, now=now)
    shows = access.access != Access.CLOSED
    page = {
        "centre": found,
        "access": access,
        "may_book": queries.is_bookable(access),
        "shows": shows,
        "door": places.door(sheets, today=today, now=now),
        "duty": places.on_duty(sheets, today=today) if access.names_doctor else (),
        "numbers": numbers(),
        "chosen": chosen,
        "days_ahead": places.days_ahead(),
    }
    if not shows:
        return render(request, "patient/centre.html", page)
    if chosen.reason is None:
        firsts = [
            (
                reason,
                next(
                    iter(places.slots(sheets, reason=reason, is_new=False, now=now, most_days=1)),
                    None,
                ),
            )
            for reason in places.online_reasons()
        ]
        page["firsts"] = firsts
        page["nothing"] = not any(slot for _, slot in firsts)
        return render(request, "patient/centre.html", page)
    slots = places.slots(
        sheets,
        reason=chosen.reason,
        is_new=chosen.is_new,
        now=now,
        first=chosen.after,
        most_days=DAYS_SHOWN + 1,
    )
    days = places.by_day(slots)
    page["days"] = days[:DAYS_SHOWN]
    page["later"] = days[DAYS_SHOWN][0] if len(days) > DAYS_SHOWN else None
    page["nothing"] = not days
    page["is_later"] = chosen.after is not None and chosen.after > today + timedelta(days=0)
    return render(request, "patient/places.html", page)
