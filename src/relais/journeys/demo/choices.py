"""What doctors say and choose in the demonstration: weeks « au choix », one kept, words given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.reminders import steps
from relais.engine.weeks import WEEK
from relais.journeys import offering, relay
from relais.rota import services as rota
from relais.rota.models import Mission
from relais.rota.queries import choosing
from relais.rota.states import MissionState, WordGiven

FLEXIBLE: Final = 40  # doctors who offer weeks « au choix »
SPAN_WEEKS: Final = 8
ASKED_DAYS_AGO: Final = 6  # beyond, silence counts
SEASON_FROM, SEASON_WEEKS, SEASON_IN_DAYS = 24, 12, 3


def say_and_choose(this_monday: date, *, by: Actor, now: datetime) -> None:
    """Play it through the services, after the plan and the accounts."""
    _offer_among(this_monday, by=by, now=now)
    _ask_again(this_monday, by=by, now=now)
    _keep_a_week(by=by, now=now)
    rota.open_season(
        "Saison prochaine",
        first_monday=this_monday + SEASON_FROM * WEEK,
        last_monday=this_monday + (SEASON_FROM + SEASON_WEEKS) * WEEK,
        opens_at=now + timedelta(days=SEASON_IN_DAYS),
        rounds=3,
        days_per_round=7,
        by=by,
        now=now,
    )


def _offer_among(this_monday: date, *, by: Actor, now: datetime) -> None:
    """Have some doctors offer one or two weeks among several, half of them not as a reserve."""
    first = this_monday + SEASON_FROM * WEEK
    people = Doctor.objects.filter(user__isnull=False) | Doctor.objects.filter(pk__lte=FLEXIBLE)
    for number, doctor in enumerate(people.distinct().order_by("pk")[:FLEXIBLE]):
        starts = first + (number % SPAN_WEEKS) * WEEK
        try:
            offering.offer(
                doctor,
                first_on=starts,
                last_on=starts + SPAN_WEEKS * WEEK,
                at_most=1 + number % 2,
                may_stand_by=number % 2 == 0,
                by=by,
                now=now,
            )
        except Refusal:
            continue  # as on the page: too few weeks are free


def _ask_again(this_monday: date, *, by: Actor, now: datetime) -> None:
    """Ask confirmed doctors again some days ago; two in three have said yes, one is silent."""
    then = now - timedelta(days=ASKED_DAYS_AGO)
    for step in steps():
        if not step.asks:
            continue
        until = then.date() + timedelta(days=step.days_before)
        due = list(
            Mission.objects.filter(
                state__in=(MissionState.CONFIRMED, MissionState.READY),
                monday__gt=max(this_monday + WEEK, until - WEEK),
                monday__lte=until,
            ).order_by("pk")
        )
        rota.note_reminders(due, days_before=step.days_before, asks=True, by=by, now=then)
        for mission in due:
            if mission.pk % 3:
                rota.give_word(mission, says=WordGiven.YES, by=by, now=then + timedelta(days=1))


def _keep_a_week(*, by: Actor, now: datetime) -> None:
    """Have a doctor decline an invitation, and one who signs in keep such a week for 48 hours."""
    asked = Mission.objects.filter(state=MissionState.INVITED).order_by("monday", "pk")
    for mission in asked.exclude(doctor__user__isnull=False).select_related("doctor")[:1]:
        relay.decline(mission, by=by, now=now)
    for doctor in Doctor.objects.filter(user__isnull=False).order_by("pk"):
        for week in choosing.open_weeks(doctor, now=now).weeks:
            if week.turn.now and week.held_until is None:
                rota.hold(week.line, doctor=doctor, monday=week.monday, by=by, now=now)
                return
