"""Shared calendars behind secret addresses: a doctor's missions, a centre's weeks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from relais.accounts import permissions
from relais.accounts.states import Right
from relais.connectors.ics import calendar_of
from relais.engine.weeks import WEEK, monday_of
from relais.journeys.calendars import mission_event
from relais.network.permissions import may_see_centre
from relais.portals.gates import needs
from relais.rota import queries as rota
from relais.rota import services
from relais.rota.models import CalendarFeed, Mission
from relais.rota.states import FIRM

WEEKS_BEHIND = 26  # how far back a calendar goes, so that last season stays readable


@needs(Right.ANYONE)
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give the calendar of a secret address, or nothing at all.

    The address closes with the rights of the person who opened it.
    """
    now = timezone.now()
    found = services.read_feed(token, now=now)
    if found is None or not _still_allowed(found, today=timezone.localdate(now)):
        raise Http404
    missions = list(
        _missions(found, since=monday_of(timezone.localdate(now)) - WEEKS_BEHIND * WEEK)
    )
    changed_at = max([found.created_at, *(mission.changed_at for mission in missions)])
    etag = _etag(found, missions)
    answer = get_conditional_response(request, etag=etag, last_modified=int(changed_at.timestamp()))
    if answer is None:
        answer = HttpResponse(
            _calendar(found, missions, now=changed_at),
            content_type="text/calendar; charset=utf-8",
        )
        answer["Content-Disposition"] = 'inline; filename="relais.ics"'
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(changed_at.timestamp())
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _still_allowed(found: CalendarFeed, *, today: date) -> bool:
    if not found.user.is_active:
        return False
    if found.doctor is not None:
        is_own = found.doctor.user_id == found.user_id
        return is_own and permissions.may(found.user, Right.MISSIONS_OWN)
    if found.centre is None or not permissions.may(found.user, Right.CENTRE_READ):
        return False
    return may_see_centre(found.user, centre=found.centre, today=today)


def _missions(found: CalendarFeed, *, since: date) -> Iterable[Mission]:
    """List what the calendar holds. A doctor also sees what ended; a centre, who has said yes."""
    if found.doctor is not None:
        return rota.missions_of(found.doctor, since=since)
    return (
        Mission.objects.filter(line__centre=found.centre, monday__gte=since, state__in=FIRM)
        .select_related("doctor", "line", "line__centre", "line__centre__commune")
        .order_by("monday", "line__number", "id")
    )


def _etag(found: CalendarFeed, missions: Iterable[Mission]) -> str:
    parts = [str(found.pk), settings.VERSION]
    parts += [f"{one.pk}.{one.sequence}.{one.changed_at.timestamp()}" for one in missions]
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def _calendar(found: CalendarFeed, missions: Iterable[Mission], *, now: datetime) -> bytes:
    if found.doctor is not None:
        name = f"Mes missions – {settings.NETWORK_NAME}"
    else:
        name = f"{found.centre} – médecins de la semaine"
    return calendar_of(
        (mission_event(mission, is_own=found.doctor is not None) for mission in missions),
        name=name,
        now=now.astimezone(UTC),
    )
