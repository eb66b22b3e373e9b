"""Requests that nobody confirmed are forgotten; wishes that found nothing are counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from relais.agenda import services as agenda
from relais.agenda.models import Reason
from relais.agenda.states import Channel
from relais.booking.models import Request
from relais.booking.services.asking import drop
from relais.booking.services.limits import blurred, number
from relais.booking.states import RequestState
from relais.core.actors import Actor
from relais.network.models import Centre


def tell_unmet(
    centre: Centre, *, reason: Reason, source: str, today: date, by: Actor, now: datetime
) -> None:
    """Note that somebody found no place online: once a day for a network address and a reason."""
    agenda.note_refused(
        centre,
        reason=reason,
        channel=Channel.ONLINE,
        request_key=f"online-{blurred(f'{source} {today} {centre.pk} {reason.code}')[:40]}",
        by=by,
        now=now,
    )


def forget_old_requests(now: datetime, *, by: Actor) -> int:
    """End the requests whose code never came, and delete those that are no longer counted.

    The place was free again without it. Gives their number.
    """
    over = list(
        Request.objects.filter(state=RequestState.ASKED, expires_at__lte=now).order_by("pk")
    )
    for row in over:
        drop(row, by=by, now=now)
    old = Request.objects.filter(
        state=RequestState.DROPPED, ended_at__lt=now - timedelta(days=number("kept_days"))
    )
    return len(over) + old.delete()[0]
