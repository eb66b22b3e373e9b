"""Weeks offered together: « une semaine entre le … et le … », alone or with a colleague."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, monday_on_or_after
from relais.rota.models import DuoAsk, Mission, Offer, OfferSet, Standby
from relais.rota.services.offers import offer_weeks
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, OfferSetKind, OfferSource

LONGEST_WEEKS = 53  # a set reaches over a year at most


class OfferSetRefusal(Refusal):
    """The weeks cannot be offered together."""


class DuoRefusal(Refusal):
    """The two cannot come together this way."""


def weeks_from(first_on: date, *, last_on: date, today: date) -> list[date]:
    """List the Mondays of the whole weeks to come between two days, both included.

    Raises OfferSetRefusal where there is none or the days are more than a year apart.
    """
    if last_on < first_on:
        raise OfferSetRefusal("La deuxième date vient avant la première. Échangez-les.")
    if last_on - first_on > LONGEST_WEEKS * WEEK:
        raise OfferSetRefusal("Choisissez deux dates à moins d’un an l’une de l’autre.")
    monday = monday_on_or_after(max(first_on, today + WEEK / 7))
    found = []
    while monday <= last_on:
        found.append(monday)
        monday += WEEK
    if not found:
        raise OfferSetRefusal(
            "Aucune semaine à venir ne commence entre ces deux dates. Choisissez des dates plus "
            "éloignées."
        )
    return found


@transaction.atomic
def offer_among(
    doctor: Doctor,
    *,
    mondays: Collection[date],
    at_most: int,
    kind: OfferSetKind,
    first_on: date,
    last_on: date,
    by: Actor,
    now: datetime,
    may_stand_by: bool = True,
    source: OfferSource = OfferSource.DOCTOR,
) -> OfferSet:
    """Offer `at_most` weeks among several. The same words again change nothing more.

    A week that holds a mission or a reserve stays what it is; a week of another set joins this one.
    Raises OfferSetRefusal when there are fewer weeks than asked for, and what `offer_weeks` raises.
    """
    take_turn()
    days = set(mondays)
    held = set(
        Mission.objects.filter(doctor=doctor, monday__in=days, state__in=ACTIVE).values_list(
            "monday", flat=True
        )
    ) | set(Standby.objects.filter(doctor=doctor, monday__in=days).values_list("monday", flat=True))
    free = days - held
    if at_most < 1:
        raise OfferSetRefusal("Proposez au moins une semaine.")
    if len(free) < at_most:
        count = formats.plural(len(free), "semaine")
        raise OfferSetRefusal(
            f"Il n’y a que {count} libre{'s' if len(free) > 1 else ''} entre ces dates. Élargissez-"
            "les, ou proposez moins de semaines."
        )
    offer_weeks(doctor, mondays=free, source=source, by=by, now=now)
    made, is_new = OfferSet.objects.get_or_create(
        doctor=doctor,
        kind=kind,
        first_on=first_on,
        last_on=last_on,
        at_most=at_most,
        defaults={"made_at": now},
    )
    rows = Offer.objects.filter(doctor=doctor, monday__in=free)
    changed = rows.exclude(among=made, may_stand_by=may_stand_by).update(
        among=made, may_stand_by=may_stand_by
    )
    OfferSet.objects.filter(doctor=doctor, offers__isnull=True).exclude(pk=made.pk).delete()
    if is_new or changed:
        audit.record(
            doctor,
            verb="rota.set_offered",
            by=by,
            at=now,
            details={
                "mondays": sorted(day.isoformat() for day in free),
                "at_most": at_most,
                "may_stand_by": may_stand_by,
            },
        )
    return made


@transaction.atomic
def withdraw_set(made: OfferSet, *, by: Actor, now: datetime) -> int:
    """Take back the weeks of a set that hold nothing; count them. The others stay offered."""
    take_turn()
    today = localdate(now)
    doctor = made.doctor
    rows = Offer.objects.filter(among=made, monday__gt=today)
    days = set(rows.values_list("monday", flat=True))
    days -= set(
        Mission.objects.filter(doctor=doctor, monday__in=days, state__in=ACTIVE).values_list(
            "monday", flat=True
        )
    )
    days -= set(
        Standby.objects.filter(doctor=doctor, monday__in=days).values_list("monday", flat=True)
    )
    gone, _ = rows.filter(monday__in=days).delete()
    audit.record(
        doctor,
        verb="rota.set_withdrawn",
        by=by,
        at=now,
        details={"mondays": sorted(day.isoformat() for day in days)},
    )
    if not Offer.objects.filter(among=made).exists():
        made.delete()
    return gone


# -- with a colleague ------------------------------------------------------------------------------


@transaction.atomic
def ask_duo(
    doctor: Doctor,
    *,
    companion: Doctor,
    mondays: Collection[date],
    at_most: int,
    first_on: date,
    last_on: date,
    by: Actor,
    now: datetime,
) -> DuoAsk:
    """Note that a doctor would come with a colleague; a newer wish takes the place of an older.

    Nothing is offered until the colleague agrees. Raises DuoRefusal.
    """
    take_turn()
    if companion.pk == doctor.pk:
        raise DuoRefusal("Choisissez un autre médecin que vous-même.")
    _refuse_alone(doctor, now=now)
    DuoAsk.objects.filter(doctor=doctor, answered_at=None).update(answered_at=now, agreed=False)
    made = DuoAsk.objects.create(
        doctor=doctor,
        companion=companion,
        mondays=sorted(day.isoformat() for day in mondays),
        first_on=first_on,
        last_on=last_on,
        at_most=at_most,
        asked_at=now,
    )
    audit.record(
        doctor,
        verb="rota.duo_asked",
        by=by,
        at=now,
        details={"companion": companion.pk, "mondays": made.mondays, "at_most": at_most},
    )
    return made


@transaction.atomic
def answer_duo(ask: DuoAsk, *, agrees: bool, by: Actor, now: datetime) -> DuoAsk:
    """Hear the colleague. With a yes, both offer the weeks that are still to come.

    The caller makes them companions. The same answer again changes nothing. Raises DuoRefusal when
    another answer stands, one of them comes alone by now, or no week is left.
    """
    take_turn()
    fresh = DuoAsk.objects.select_for_update().get(pk=ask.pk)
    if fresh.answered_at is not None:
        if fresh.agreed == agrees:
            return fresh
        raise DuoRefusal("Vous avez déjà répondu. Pour changer, écrivez à l’équipe.")
    doctor, companion = ask.doctor, ask.companion
    if agrees:
        for person in (doctor, companion):
            _refuse_alone(person, now=now)
        days = [date.fromisoformat(day) for day in fresh.mondays]
        days = [day for day in days if day > localdate(now)]
        for person in (doctor, companion):
            offer_among(
                person,
                mondays=days,
                at_most=fresh.at_most,
                kind=OfferSetKind.SPAN,
                first_on=fresh.first_on,
                last_on=fresh.last_on,
                by=by,
                now=now,
            )
    fresh.answered_at, fresh.agreed = now, agrees
    fresh.save(update_fields=["answered_at", "agreed"])
    audit.record(
        doctor,
        verb="rota.duo_answered",
        by=by,
        at=now,
        details={"companion": companion.pk, "agrees": agrees},
    )
    return fresh


def _refuse_alone(doctor: Doctor, *, now: datetime) -> None:
    """Refuse a duo while one of the two is expected alone somewhere."""
    alone = Mission.objects.filter(
        doctor=doctor, monday__gt=localdate(now), state__in=ACTIVE
    ).order_by("monday")
    first = alone.values_list("monday", flat=True).first()
    if first is not None:
        week = formats.week_label(first, today=localdate(now))
        raise DuoRefusal(
            f"{doctor} a déjà une mission la {week}. Venir à deux vaut pour toutes les semaines : "
            "attendez qu’elle soit faite, ou déclinez-la d’abord."
        )


def require_no_mission_together(doctor: Doctor, *, companion: Doctor, now: datetime) -> None:
    """Raise DuoRefusal while the two are expected together somewhere."""
    weeks = Mission.objects.filter(
        doctor__in=(doctor, companion), monday__gt=localdate(now), state__in=ACTIVE
    )
    if weeks.exists():
        raise DuoRefusal(
            "Une mission à deux est prévue. Déclinez-la d’abord, ou écrivez à l’équipe."
        )
