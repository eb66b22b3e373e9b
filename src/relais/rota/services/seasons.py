"""A season opens: its weeks may be chosen, round after round."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.weeks import is_monday
from relais.rota.models import Season
from relais.rota.services.turn import take_turn


class SeasonRefusal(Refusal):
    """The season cannot open this way."""


@transaction.atomic
def open_season(
    name: str,
    *,
    first_monday: date,
    last_monday: date,
    opens_at: datetime,
    rounds: int,
    days_per_round: int,
    by: Actor,
    now: datetime,
) -> Season:
    """Announce a season. Raises SeasonRefusal when its weeks are another's or its days are wrong.

    Raises ValueError for a day that is not a Monday.
    """
    if not is_monday(first_monday) or not is_monday(last_monday):
        raise ValueError("a season goes from a Monday to a Monday")
    take_turn()
    if last_monday < first_monday:
        raise SeasonRefusal("La dernière semaine vient avant la première. Échangez-les.")
    if opens_at.date() >= last_monday:
        raise SeasonRefusal("La saison s’ouvrirait après ses propres semaines. Avancez la date.")
    other = Season.objects.filter(
        first_monday__lte=last_monday, last_monday__gte=first_monday, closed_at=None
    ).first()
    if other is not None:
        raise SeasonRefusal(
            f"Des semaines appartiennent déjà à la saison « {other.name} ». Fermez-la d’abord, ou "
            "choisissez d’autres semaines."
        )
    made = Season.objects.create(
        name=name,
        first_monday=first_monday,
        last_monday=last_monday,
        opens_at=opens_at,
        rounds=rounds,
        days_per_round=days_per_round,
        made_at=now,
    )
    audit.record(
        made,
        verb="rota.season_opened",
        by=by,
        at=now,
        details={
            "first_monday": first_monday.isoformat(),
            "last_monday": last_monday.isoformat(),
            "opens_at": opens_at.isoformat(),
            "rounds": rounds,
            "days_per_round": days_per_round,
        },
    )
    return made


@transaction.atomic
def close_season(season: Season, *, by: Actor, now: datetime) -> Season:
    """Close a season; its weeks follow the rule of weeks without one. Twice is once."""
    if Season.objects.filter(pk=season.pk, closed_at=None).update(closed_at=now):
        audit.record(season, verb="rota.season_closed", by=by, at=now)
    season.refresh_from_db()
    return season
