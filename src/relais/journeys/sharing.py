"""Two doctors share a week, when nobody can take it whole: both are told which days are whose."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.core import formats
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.journeys import relay, searching
from relais.journeys.recipients import of_doctor
from relais.outbox import services as outbox
from relais.rota import services as rota
from relais.rota.models import Mission, SharedWeek
from relais.rota.queries import sharing

TEMPLATE: Final = "week_shared"
HOME_PATH: Final = "/medecin/"


@transaction.atomic
def share(
    mission: Mission,
    *,
    doctor: Doctor,
    first_on: date,
    last_on: date,
    by: Actor,
    now: datetime,
    despite: str = "",
) -> SharedWeek:
    """Share a week; the search for somebody else stops, and both doctors are told their days.

    Raises what `rota.services.share_week` raises.
    """
    shared = rota.share_week(
        mission,
        doctor=doctor,
        first_on=first_on,
        last_on=last_on,
        despite=despite,
        by=by,
        now=now,
    )
    searching.stop_for(mission.line, monday=mission.monday, by=by, now=now)
    today = localdate(now)
    days = sharing.days_words(shared, first_doctor=str(mission.doctor), today=today)
    outbox.post_many(
        [
            outbox.Posting(
                recipient=of_doctor(one),
                template=TEMPLATE,
                about=relay.about(mission),
                version=shared.first_on.toordinal() * 10 + (shared.last_on - shared.first_on).days,
                values={
                    "name": str(one),
                    "network": settings.NETWORK_NAME,
                    "week": formats.week_label(mission.monday, today=today),
                    "centre": mission.line.centre.name,
                    "days": days,
                    "link": settings.SITE_ADDRESS + HOME_PATH,
                },
                give_up_at=relay.end_of_week(mission),
                urgent=True,
                page=HOME_PATH,
            )
            for one in (mission.doctor, shared.doctor)
        ],
        by=by,
        now=now,
    )
    return shared
