"""Where a user gives appointments, and to whom, as conditions that a statement carries with it."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from relais.accounts.models import User
from relais.network.models import Coordination, Line
from relais.patients.models import KnownAt, Person


def lines_to_book(user: User, *, today: date) -> QuerySet[Line]:
    """List the lines of the centres that a user coordinates today, with their centre."""
    running = _running(user, today=today).filter(centre_id=OuterRef("centre_id"))
    return Line.objects.filter(Exists(running)).select_related("centre__commune")


def patients_to_book(user: User, *, today: date) -> QuerySet[Person]:
    """List the patients whom a centre that a user coordinates today knows, merged files left out.

    Narrower than what the user may open: exceptional access gives no appointments here.
    """
    known = KnownAt.objects.filter(
        person=OuterRef("pk"), centre_id__in=_running(user, today=today).values("centre_id")
    )
    return Person.objects.filter(Exists(known), merged_into__isnull=True)


def _running(user: User, *, today: date) -> QuerySet[Coordination]:
    return Coordination.objects.filter(user=user, since_on__lte=today).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=today)
    )
