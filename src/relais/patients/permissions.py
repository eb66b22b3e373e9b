"""Whose patients: the scope of coordinators, of the doctor of a week, of who opened by exception.

A named right opens a page (portals); what stands here says of whom. Nobody sees all patients, not
even who sees the whole network.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from relais.accounts.models import User
from relais.network.models import Centre, Coordination
from relais.patients.models import ExceptionalAccess, KnownAt, Person
from relais.rota.models import Mission
from relais.rota.states import FIRM

# A doctor reads from the Friday before the Monday and finishes letters until the Wednesday after.
DAYS_BEFORE: Final = timedelta(days=3)
LAST_DAY: Final = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Scope:
    """The centres whose patients a user may meet today, and how."""

    coordinates: frozenset[int]
    doctor_at: frozenset[int]

    @property
    def centre_ids(self) -> frozenset[int]:
        """Give all of them."""
        return self.coordinates | self.doctor_at


def scope_of(user: User, *, today: date) -> Scope:
    """Work out the scope of a user; two queries."""
    running = Coordination.objects.filter(user=user, since_on__lte=today).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=today)
    )
    missions = Mission.objects.filter(
        doctor__user=user,
        state__in=FIRM,
        monday__lte=today + DAYS_BEFORE,
        monday__gte=today - LAST_DAY,
    )
    return Scope(
        coordinates=frozenset(running.values_list("centre_id", flat=True)),
        doctor_at=frozenset(missions.values_list("line__centre_id", flat=True)),
    )


def centres_with_patients(user: User, *, today: date) -> QuerySet[Centre]:
    """List the centres whose patients a user may meet today, by name."""
    ids = scope_of(user, today=today).centre_ids
    return Centre.objects.filter(pk__in=ids).order_by("name", "id")


def may_book(user: User, *, centre: Centre, today: date) -> bool:
    """Say whether a user gives appointments at a centre: its coordinators."""
    return centre.pk in scope_of(user, today=today).coordinates


def may_read_day(user: User, *, centre: Centre, day: date, today: date) -> bool:
    """Say whether a user may read a day of a centre: a coordinator any, a doctor of one's week."""
    if may_book(user, centre=centre, today=today):
        return True
    monday = day - timedelta(days=day.weekday())
    if not monday - DAYS_BEFORE <= today <= monday + LAST_DAY:
        return False
    return Mission.objects.filter(
        doctor__user=user, state__in=FIRM, monday=monday, line__centre=centre
    ).exists()


def people_of(user: User, *, now: datetime, today: date) -> QuerySet[Person]:
    """List the patients a user may open now, those merged into another left out."""
    known = KnownAt.objects.filter(
        person=OuterRef("pk"), centre_id__in=scope_of(user, today=today).centre_ids
    )
    opened = ExceptionalAccess.objects.filter(
        person=OuterRef("pk"), user=user, opened_at__lte=now, closes_at__gt=now
    )
    return Person.objects.filter(Exists(known) | Exists(opened), merged_into__isnull=True)


def may_read(user: User, *, person: Person, now: datetime, today: date) -> bool:
    """Say whether a user may open a patient's file now."""
    return people_of(user, now=now, today=today).filter(pk=person.pk).exists()


def may_edit(user: User, *, person: Person, today: date) -> bool:
    """Say whether a user may write a patient's identity: the coordinators of a centre of theirs."""
    ids = scope_of(user, today=today).coordinates
    return KnownAt.objects.filter(person=person, centre_id__in=ids).exists()
