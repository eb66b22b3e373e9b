"""A doctor chooses a week herself: kept for some hours, then hers; or the hours pass."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.core import formats
from relais.core.actors import Actor
from relais.journeys import relay
from relais.journeys.recipients import of_doctor
from relais.outbox import services as outbox
from relais.rota import services as rota
from relais.rota.models import Hold, Mission

HOLD_OVER: Final = "hold_over"
CHOICE_PATH: Final = "/medecin/choisir/"
WORKER: Final = Actor.system("worker")


@transaction.atomic
def keep(one: Hold, *, by: Actor, now: datetime) -> Mission:
    """Make the week the doctor's, and set off what a confirmed mission sets off. Sent twice: once.

    Raises what `rota.services.keep` raises.
    """
    before = Hold.objects.only("end").get(pk=one.pk).end
    mission = rota.keep(one, by=by, now=now)
    if not before:
        relay.tell_confirmed(mission, by=by, now=now)
    return mission


@transaction.atomic
def end_late_holds(now: datetime) -> int:
    """End the holds whose hours are over and tell their doctors; count them."""
    late = rota.expire_holds(now=now)
    today = localdate(now)
    outbox.post_many(
        [
            outbox.Posting(
                recipient=of_doctor(one.doctor),
                template=HOLD_OVER,
                about=f"rota.hold:{one.pk}",
                values={
                    "name": str(one.doctor),
                    "week": formats.week_label(one.monday, today=today),
                    "centre": one.line.centre.name,
                    "link": settings.SITE_ADDRESS + CHOICE_PATH,
                },
                give_up_at=one.until + (one.until - one.held_at),
                page=CHOICE_PATH,
            )
            for one in late
        ],
        by=WORKER,
        now=now,
    )
    return len(late)
