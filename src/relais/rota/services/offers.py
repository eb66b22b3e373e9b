"""Weeks that doctors offer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, is_monday
from relais.rota.models import Mission, Offer, Standby
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, OfferSource


class PastWeekRefusal(Refusal):
    """The week has already begun."""


class WeekPromisedRefusal(Refusal):
    """The doctor has a mission or a reserve in the week to withdraw."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What offering or withdrawing changed: the weeks it concerned, in order."""

    changed: tuple[date, ...]
    unchanged: tuple[date, ...]


@transaction.atomic
def offer_weeks(
    doctor: Doctor,
    *,
    mondays: Collection[date],
    source: OfferSource,
    by: Actor,
    now: datetime,
) -> Offered:
    """Note that a doctor can come some weeks. A week already offered is left as it is.

    Raises PastWeekRefusal when a doctor offers a week that has begun; the team and an import may
    note past weeks. Raises ValueError for a day that is not a Monday.
    """
    days = _checked(mondays)
    today = localdate(now)
    if source == OfferSource.DOCTOR:
        _refuse_past(days, today)
    take_turn()
    known = set(
        Offer.objects.filter(doctor=doctor, monday__in=days).values_list("monday", flat=True)
    )
    new = [monday for monday in days if monday not in known]
    Offer.objects.bulk_create(
        [Offer(doctor=doctor, monday=monday, source=source, offered_at=now) for monday in new]
    )
    if new:
        audit.record(
            doctor,
            verb="rota.weeks_offered",
            by=by,
            at=now,
            details={"mondays": [monday.isoformat() for monday in new], "source": str(source)},
        )
    return Offered(tuple(new), tuple(sorted(known)))


@transaction.atomic
def withdraw_weeks(
    doctor: Doctor, *, mondays: Collection[date], by: Actor, now: datetime
) -> Offered:
    """Take some offered weeks back. A week that was not offered is left alone.

    Raises WeekPromisedRefusal when the doctor holds a mission or a reserve in one of them.
    """
    days = _checked(mondays)
    today = localdate(now)
    take_turn()
    missions = Mission.objects.filter(doctor=doctor, monday__in=days, state__in=ACTIVE)
    standbys = Standby.objects.filter(doctor=doctor, monday__in=days)
    for held, sentence in (
        (missions, "une mission y est prévue. Déclinez-la d’abord"),
        (standbys, "vous y êtes en réserve. Appelez d’abord l’équipe du planning"),
    ):
        first = held.order_by("monday").values_list("monday", flat=True).first()
        if first is not None:
            week = formats.week_label(first, today=today)
            raise WeekPromisedRefusal(f"La {week} ne peut pas être retirée : {sentence}.")
    rows = Offer.objects.filter(doctor=doctor, monday__in=days)
    gone = sorted(rows.values_list("monday", flat=True))
    rows.delete()
    if gone:
        audit.record(
            doctor,
            verb="rota.weeks_withdrawn",
            by=by,
            at=now,
            details={"mondays": [monday.isoformat() for monday in gone]},
        )
    return Offered(tuple(gone), tuple(monday for monday in days if monday not in gone))


def _checked(mondays: Collection[date]) -> list[date]:
    days = sorted(set(mondays))
    for day in days:
        if not is_monday(day):
            raise ValueError(f"{day} is not a Monday")
    return days


def _refuse_past(days: Collection[date], today: date) -> None:
    for monday in days:
        if monday <= today:
            week = formats.week_label(monday, today=today)
            raise PastWeekRefusal(
                f"La {week} a déjà commencé. Choisissez une semaine à partir du "
                f"{formats.date_words(today - today.weekday() * WEEK / 7 + WEEK, today=today)}."
            )
