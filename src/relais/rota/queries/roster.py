"""The list of doctors as the planner reads it, and why a doctor does not come one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from relais.doctors.models import Doctor
from relais.engine.weeks import is_monday, monday_of
from relais.network.models import Centre
from relais.rota.models import Mission, Offer
from relais.rota.queries import situation as facts
from relais.rota.states import ACTIVE, FIRM

FIRST, NOT_READY, IDLE, PIONEER, LEFT = "first", "not_ready", "idle", "pioneer", "left"
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("last_name", "first_name", "pk"),
    "recent": ("-joined_on", "last_name", "first_name", "pk"),
    "missions": ("-done", "last_name", "first_name", "pk"),
}


def roster(
    rows: QuerySet[Doctor], *, today: date, who: str = "", order: str = "name"
) -> QuerySet[Doctor]:
    """Narrow and order a list of doctors by what the rota knows of them. One query when read.

    Each doctor gets `done` (missions done, here and before), `next_monday` (the next mission, or
    None) and `offered` (weeks offered from now on). `who` is one of the names above; « idle » means
    no mission in the calendar year of `today`.
    """
    monday = monday_of(today)
    missions = Mission.objects.filter(doctor=OuterRef("pk")).order_by()
    past = missions.filter(state__in=FIRM, monday__lt=monday).values("doctor")
    done = past.annotate(count=Count("pk")).values("count")
    following = missions.filter(state__in=ACTIVE, monday__gte=monday).order_by("monday")
    ahead = Offer.objects.filter(doctor=OuterRef("pk"), monday__gt=today).order_by()
    offers = ahead.values("doctor").annotate(count=Count("pk")).values("count")
    rows = rows.annotate(
        done=F("missions_before") + Coalesce(Subquery(done, output_field=IntegerField()), 0),
        next_monday=Subquery(following.values("monday")[:1], output_field=DateField()),
        offered=Coalesce(Subquery(offers, output_field=IntegerField()), 0),
    )
    if who == FIRST:
        rows = rows.filter(done=0)
    elif who == NOT_READY:
        rows = rows.filter(Q(ready_on__isnull=True) | Q(ready_on__gt=today))
    elif who == IDLE:
        year = missions.filter(state__in=ACTIVE, monday__year=today.year)
        rows = rows.filter(~Exists(year))
    elif who == PIONEER:
        rows = rows.filter(is_pioneer=True)
    elif who == LEFT:
        rows = rows.filter(left_on__isnull=False)
    return rows.order_by(*ORDERS.get(order, ORDERS["name"]))


@dataclass(frozen=True, slots=True)
class WhyNotHere:
    """What speaks against a doctor at one centre, besides what speaks against her everywhere."""

    centre: Centre
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What speaks against a doctor one week: at every centre, at some, and nowhere more."""

    everywhere: tuple[str, ...]
    somewhere: tuple[WhyNotHere, ...]
    fine: tuple[Centre, ...]


def why_not(doctor: Doctor, monday: date, *, today: date) -> WhyNot:
    """Say what speaks against a doctor one week, everywhere then centre by centre. 13 queries.

    A mission of that very week is said first. Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    now = facts.load(monday, monday, today=today, doctor_ids=[doctor.pk])
    fresh = now.doctors[doctor.pk]
    placed = [
        f"{doctor} est déjà à {now.centres[one.centre_id].name} cette semaine-là."
        for one in now.of_doctor.get(doctor.pk, ())
        if one.monday == monday
    ]
    found: list[tuple[Centre, list[str]]] = []
    for centre in sorted(now.centres.values(), key=lambda one: (one.name, one.pk)):
        lines = [line for line in now.lines.values() if line.centre_id == centre.pk]
        if lines:
            line = min(lines, key=lambda one: (not one.is_active(monday), one.number))
            said = [one.sentence for one in now.objections(fresh, line, monday)]
            found.append((centre, said))
    common = [
        sentence
        for sentence in (found[0][1] if found else ())
        if all(sentence in said for _, said in found)
    ]
    here = [
        WhyNotHere(centre, tuple(sentence for sentence in said if sentence not in common))
        for centre, said in found
    ]
    return WhyNot(
        everywhere=(*placed, *common),
        somewhere=tuple(one for one in here if one.sentences),
        fine=tuple(one.centre for one in here if not one.sentences),
    )
