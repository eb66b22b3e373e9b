"""The page where a shared calendar is opened, shown once and closed: a doctor's, a centre's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from relais.doctors.models import Doctor
from relais.network.models import Centre
from relais.portals.gates import PersonRequest, actor
from relais.rota import services
from relais.rota.models import CalendarFeed


def feed_page(
    request: PersonRequest, owner: Doctor | Centre, *, what: str, back: str, back_label: str
) -> HttpResponseBase:
    """Open, change or close the address of a calendar; only the answer that opens it shows it.

    `what` says what the calendar holds; `back` is the address of the page to return to.
    """
    now = timezone.now()
    address = ""
    if request.method == "POST" and request.POST.get("act") == "close":
        current = _current(request, owner)
        if current is not None:
            services.revoke_feed(current, by=actor(request), now=now)
        messages.success(request, "L’adresse est fermée. Les agendas abonnés ne suivent plus.")
        return redirect(request.path)
    if request.method == "POST":
        _, token = services.open_feed(owner, user=request.user, by=actor(request), now=now)
        address = request.build_absolute_uri(reverse("feed", args=[token]))
    answer = render(
        request,
        "ui/feed.html",
        {
            "what": what,
            "back": back,
            "back_label": back_label,
            "address": address,
            "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
            "current": _current(request, owner),
        },
    )
    add_never_cache_headers(answer)
    return answer


def _current(request: PersonRequest, owner: Doctor | Centre) -> CalendarFeed | None:
    feeds = CalendarFeed.objects.filter(user=request.user, revoked_at__isnull=True)
    kind = {"doctor": owner} if isinstance(owner, Doctor) else {"centre": owner}
    return feeds.filter(**kind).order_by("-created_at", "-id").first()
