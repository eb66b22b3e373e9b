"""Which confirmed missions are due a word, and what their doctors' words are worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from relais.engine.reminders import parameter, times_as_likely
from relais.rota.models import Mission, Reminder
from relais.rota.states import FIRM, WordGiven


def missions_due(
    days_before: int, *, asks: bool, late_days: int, now: datetime, most: int
) -> QuerySet[Mission]:
    """List confirmed missions whose step is due and not written, the nearest week first.

    Who asks to be replaced is left alone; so is, for a question, who said yes a few days ago.
    """
    today = localdate(now)
    found = Mission.objects.filter(
        state__in=FIRM,
        leaving_at=None,
        monday__gt=max(today, today + timedelta(days=days_before - late_days)),
        monday__lte=today + timedelta(days=days_before),
    )
    written = Reminder.objects.filter(mission=OuterRef("pk"), days_before=days_before)
    found = found.filter(~Exists(written))
    if asks:
        rest = timedelta(days=parameter("rest_days"))
        found = found.filter(changed_at__lte=now - rest)
    return found.select_related("doctor__home", "line__centre__commune").order_by("monday", "pk")[
        :most
    ]


def words_of(first_monday: date, *, now: datetime) -> dict[int, float]:
    """Give how many times as likely to cancel the doctors asked again are. 1 query.

    By mission, from `first_monday` on: less than 1 after a yes, more after silence. The latest
    question counts; missions whose question is still fresh, or was never asked, are left out.
    """
    worth: dict[int, float] = {}
    rows = Reminder.objects.filter(
        asks=True, mission__state__in=FIRM, mission__monday__gte=first_monday
    ).order_by("mission_id", "-days_before")
    for mission_id, answer, sent_at in rows.values_list("mission_id", "answer", "sent_at"):
        times = times_as_likely(
            answered_yes=answer == WordGiven.YES, silent_days=(now - sent_at) / timedelta(days=1)
        )
        if times is not None:
            worth[mission_id] = times
    return worth


def last_question(mission: Mission) -> Reminder | None:
    """Give the latest « toujours d’accord ? » of a mission; None before the first."""
    return Reminder.objects.filter(mission=mission, asks=True).order_by("days_before").first()
