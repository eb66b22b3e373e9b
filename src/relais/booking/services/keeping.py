"""Requests that nobody confirmed are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from relais.booking.models import Request
from relais.booking.services.asking import drop
from relais.booking.services.limits import number
from relais.booking.states import RequestState
from relais.core.actors import Actor


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
