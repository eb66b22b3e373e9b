"""The stay, where it sets off messages: the welcome pack, and what is missing on Friday."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from relais.core import formats
from relais.core.actors import Actor
from relais.engine import stays as engine
from relais.engine.weeks import WEEK, monday_of
from relais.journeys.monday_list import LineReadiness, readiness
from relais.journeys.recipients import of_doctor, of_user
from relais.network.models import Centre
from relais.network.queries import coordinators_of
from relais.outbox import services as outbox
from relais.rota.states import FIRM
from relais.stays import queries as stays_read
from relais.stays import services as stays
from relais.stays.models import Stay, WelcomeVersion

STAY_PATH: Final = "/medecin/sejours/{pk}/"
PACK_PATH: Final = "/medecin/sejours/{pk}/livret/"
READINESS_PATH: Final = "/centre/pret/?centre={pk}"
PACK, FRIDAY = "stay_welcome", "stay_friday"
WORKER: Final = Actor.system("worker")
_FRIDAY: Final = 4
_MOST_AT_ONCE: Final = 50  # packs a minute: a first day with a hundred missions stays short


def about(stay: Stay) -> str:
    """Name a stay as messages do."""
    return f"stays.stay:{stay.pk}"


@transaction.atomic
def send_welcome(stay: Stay, *, by: Actor, now: datetime) -> Stay:
    """Send a doctor the welcome pack of the centre as it is today; once a version."""
    done = stays.mark_sent(stay, by=by, now=now)
    version = done.welcome
    if version is None:
        raise ValueError("a pack that was sent has a version")
    mission = done.mission
    begins = datetime.combine(mission.monday, engine.parameter("friday_from"), _zone(done))
    outbox.post(
        of_doctor(mission.doctor),
        template=PACK,
        about=about(done),
        version=version.number,
        values={
            "name": str(mission.doctor),
            "centre": mission.line.centre.name,
            "week": formats.week_label(mission.monday, today=localdate(now)),
            "link": settings.SITE_ADDRESS + STAY_PATH.format(pk=done.pk),
        },
        give_up_at=max(begins, now + engine.DAY),
        page=PACK_PATH.format(pk=done.pk),
        by=by,
        now=now,
    )
    return done


def send_due_welcomes(now: datetime) -> int:
    """Send the packs of the missions that come soon and have none yet; count them."""
    today = localdate(now)
    until = today + int(engine.parameter("welcome_days_before")) * engine.DAY
    centres = WelcomeVersion.objects.values("centre")
    due = stays_read.whole_stays().filter(
        welcome=None,
        released_at=None,
        mission__state__in=FIRM,
        mission__monday__lte=until,
        mission__monday__gte=today,
        mission__line__centre__in=centres,
    )[:_MOST_AT_ONCE]
    sent = 0
    for stay in due:
        try:
            send_welcome(stay, by=WORKER, now=now)
        except stays.BookingRefusal:
            continue  # its mission has just ended
        sent += 1
    return sent


def tell_what_is_missing(now: datetime) -> int:
    """Tell the coordinators, on Friday morning, what next Monday lacks; count the messages.

    One message a coordinator, a centre and a week, and none where nothing is missing.
    """
    centres = [
        centre
        for centre in Centre.objects.order_by("name", "id")
        if _is_friday_morning(centre, now=now)
    ]
    if not centres:
        return 0
    today = localdate(now)
    monday = monday_of(today) + WEEK
    lines = readiness(centres, monday=monday, today=today)
    told = 0
    for centre in centres:
        own = [line for line in lines if line.arrival.centre.pk == centre.pk and line.missing]
        if own:
            told += _tell(centre, lines=own, now=now)
    return told


def _tell(centre: Centre, *, lines: list[LineReadiness], now: datetime) -> int:
    today = localdate(now)
    monday = lines[0].arrival.monday
    zone = ZoneInfo(centre.time_zone)
    told = 0
    for user in coordinators_of(centre, today=today):
        before = outbox.post(
            of_user(user),
            template=FRIDAY,
            about=f"network.centre:{centre.pk}",
            version=monday.toordinal(),
            values={
                "name": str(user),
                "centre": centre.name,
                "week": formats.week_label(monday, today=today),
                "missing": _missing_words(lines),
                "link": settings.SITE_ADDRESS + READINESS_PATH.format(pk=centre.pk),
            },
            give_up_at=datetime.combine(monday, engine.parameter("friday_until"), zone),
            page=READINESS_PATH.format(pk=centre.pk),
            by=WORKER,
            now=now,
        )
        told += before.posted_at == now
    return told


def _missing_words(lines: list[LineReadiness]) -> str:
    """Say what is missing by its short names: no reason, no person, nothing private."""
    labels = list(dict.fromkeys(item.label.lower() for line in lines for item in line.missing))
    return formats.listing(labels)


def _is_friday_morning(centre: Centre, *, now: datetime) -> bool:
    here = now.astimezone(ZoneInfo(centre.time_zone))
    begins, ends = engine.parameter("friday_from"), engine.parameter("friday_until")
    return here.weekday() == _FRIDAY and begins <= here.time() < ends


def _zone(stay: Stay) -> ZoneInfo:
    return ZoneInfo(stay.mission.line.centre.time_zone)
