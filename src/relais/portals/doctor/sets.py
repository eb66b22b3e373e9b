"""Weeks « au choix » and the duo of a doctor, as she reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from relais.core import formats
from relais.doctors.models import Companionship, Doctor
from relais.engine import calendar_fr
from relais.rota.models import DuoAsk, Mission, Offer, OfferSet
from relais.rota.states import ACTIVE, OfferSetKind


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set: its sentence, its weeks to come, how many of them are taken."""

    made: OfferSet
    sentence: str
    weeks: tuple[date, ...]
    taken: int
    holidays: str
    may_stand_by: bool


@dataclass(frozen=True, slots=True)
class Duo:
    """With whom a doctor comes, or whom she has asked."""

    companions: tuple[Doctor, ...]
    asked: DuoAsk | None


def sets_of(doctor: Doctor, *, today: date) -> list[SetRow]:
    """List the sets of a doctor that have weeks to come. 2 queries."""
    rows = (
        Offer.objects.filter(doctor=doctor, among__isnull=False, monday__gt=today)
        .select_related("among")
        .order_by("monday")
    )
    by_set: dict[OfferSet, list[Offer]] = {}
    for one in rows:
        if one.among is not None:
            by_set.setdefault(one.among, []).append(one)
    held = set(
        Mission.objects.filter(doctor=doctor, state__in=ACTIVE, monday__gt=today).values_list(
            "monday", flat=True
        )
    )
    return [
        SetRow(
            made=made,
            sentence=sentence_of(made, today=today),
            weeks=tuple(one.monday for one in offers),
            taken=sum(one.monday in held for one in offers),
            holidays=_holidays([one.monday for one in offers]),
            may_stand_by=all(one.may_stand_by for one in offers),
        )
        for made, offers in by_set.items()
    ]


def sentence_of(made: OfferSet, *, today: date) -> str:
    """Say a set: « une semaine d’octobre », « 2 semaines entre le 1er et le 30 mars »."""
    count = "Une semaine" if made.at_most == 1 else formats.plural(made.at_most, "semaine")
    if made.kind == OfferSetKind.MONTH:
        name = formats.month_words(made.first_on)
        return f"{count} {'d’' if name[0] in 'ao' else 'de '}{name}"
    return f"{count} {formats.period_words(made.first_on, made.last_on, today=today)}"


def duo_of(doctor: Doctor) -> Duo:
    """Read with whom a doctor comes. 2 queries."""
    couples = Companionship.objects.filter(Q(first=doctor) | Q(second=doctor)).select_related(
        "first", "second"
    )
    companions = tuple(
        one.second if one.first_id == doctor.pk else one.first for one in couples.order_by("pk")
    )
    asked = (
        DuoAsk.objects.filter(doctor=doctor, answered_at=None).select_related("companion").first()
    )
    return Duo(companions, asked)


def _holidays(weeks: list[date]) -> str:
    """Say which of the weeks fall in school holidays."""
    count = sum(bool(calendar_fr.school_zones_on_holiday(day)) for day in weeks)
    if not count:
        return ""
    return f"dont {count} en vacances scolaires d’une zone au moins"
