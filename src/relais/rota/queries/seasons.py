"""Seasons: weeks that doctors choose themselves, in rounds that first serve who has no week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, localtime

from relais.core import formats
from relais.doctors.models import Doctor
from relais.engine import parameters
from relais.engine.weeks import WEEK
from relais.rota.models import Mission, Season
from relais.rota.states import ACTIVE


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a season. `most`: who has fewer weeks than that may choose; None: everybody."""

    number: int
    begins_at: datetime
    most: int | None

    @property
    def rule(self) -> str:
        """Say who may choose."""
        if self.most is None:
            return "tous les médecins"
        if self.most == 1:
            return "les médecins qui n’ont pas encore de semaine dans la saison"
        return f"les médecins qui ont moins de {self.most} semaines dans la saison"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a doctor may choose a week now; else the sentence that says why and when."""

    now: bool
    sentence: str = ""


def seasons(*, today: date) -> QuerySet[Season]:
    """List the seasons that are not over, the first to come first."""
    return Season.objects.filter(last_monday__gte=today, closed_at=None).order_by(
        "first_monday", "pk"
    )


def rounds_of(season: Season) -> tuple[Round, ...]:
    """List the rounds of a season, in order."""
    length = timedelta(days=season.days_per_round)
    return tuple(
        Round(
            number,
            season.opens_at + (number - 1) * length,
            None if number == season.rounds else number,
        )
        for number in range(1, season.rounds + 1)
    )


def round_at(season: Season, *, now: datetime) -> Round | None:
    """Give the round of a moment; None before the season opens."""
    begun = [one for one in rounds_of(season) if one.begins_at <= now]
    return begun[-1] if begun else None


def season_of(monday: date) -> Season | None:
    """Give the season that holds a week, the latest made where several do."""
    return (
        Season.objects.filter(first_monday__lte=monday, last_monday__gte=monday, closed_at=None)
        .order_by("-made_at", "-pk")
        .first()
    )


def weeks_in(season: Season, *, doctor: Doctor) -> int:
    """Count the weeks that a doctor has in a season."""
    inside = Q(monday__gte=season.first_monday, monday__lte=season.last_monday)
    return Mission.objects.filter(inside, doctor=doctor, state__in=ACTIVE).count()


def may_choose(doctor: Doctor, *, monday: date, now: datetime) -> Turn:
    """Say whether a doctor may choose a week now, by the rounds of its season. 2 queries."""
    today = localdate(now)
    if monday <= today:
        return Turn(False, "Cette semaine a commencé.")
    season = season_of(monday)
    if season is None:
        free = int(parameters.load("choosing")["free_weeks"].value)
        if monday <= today + free * WEEK:
            return Turn(True)
        return Turn(
            False,
            "Le choix n’est pas encore ouvert pour cette semaine. Vous pouvez déjà la proposer.",
        )
    return turn_in(season, weeks=weeks_in(season, doctor=doctor), now=now)


def turn_in(season: Season, *, weeks: int, now: datetime) -> Turn:
    """Say whether a doctor with so many weeks in a season may choose now. No query."""
    here = round_at(season, now=now)
    if here is not None and (here.most is None or weeks < here.most):
        return Turn(True)
    own = next(one for one in rounds_of(season) if one.most is None or weeks < one.most)
    when = localtime(own.begins_at)
    words = (
        f"{formats.date_words(when.date(), today=localdate(now))} à "
        f"{formats.time_words(when.time())}"
    )
    if here is None:
        return Turn(False, f"La saison « {season.name} » s’ouvre pour vous le {words}.")
    return Turn(
        False,
        f"C’est d’abord le tour de ceux qui ont moins de semaines. Le vôtre vient le {words}.",
    )
