"""That a file was opened, a name shown, a file opened outside of one's scope: all of it is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from relais.accounts.models import User
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.patients.models import ExceptionalAccess, Person
from relais.patients.services.refusals import PatientRefusal

SHORTEST_REASON: Final = 10


def note_reading(person: Person, *, by: Actor, now: datetime, why: str = "") -> None:
    """Note that someone opened a patient's file; `why` names the page or the reason."""
    audit.record(person, verb="patients.read", by=by, at=now, why=why)


def note_search(people: Iterable[Person], *, by: Actor, now: datetime) -> None:
    """Note whose names a search showed; what was typed is kept nowhere."""
    shown = [person.pk for person in people]
    audit.record(None, verb="patients.searched", by=by, at=now, details={"patients": shown})


@transaction.atomic
def open_exceptionally(
    person: Person, *, user: User, why: str, by: Actor, now: datetime
) -> ExceptionalAccess:
    """Open a file outside of one's scope for four hours, with a reason that the pioneers will read.

    Raises PatientRefusal when the reason is missing or too short to mean anything.
    """
    reason = " ".join(why.split())
    if len(reason) < SHORTEST_REASON:
        raise PatientRefusal(
            "Écrivez en quelques mots pourquoi vous ouvrez cette fiche : les médecins pionniers"
            " le liront."
        )
    lasts = timedelta(hours=int(parameters.load("patients")["exception_hours"].value))
    made = ExceptionalAccess.objects.create(
        person=person, user=user, why=reason, opened_at=now, closes_at=now + lasts
    )
    audit.record(person, verb="patients.opened_exceptionally", by=by, at=now)
    return made


@transaction.atomic
def see_exception(access: ExceptionalAccess, *, user: User, by: Actor, now: datetime) -> None:
    """Note that a pioneer looked at an exceptional opening."""
    if access.seen_at is not None:
        return
    access.seen_at, access.seen_by = now, user
    access.save(update_fields=["seen_at", "seen_by"])
    audit.record(access.person, verb="patients.exception_seen", by=by, at=now)


def note_missed_exception(*, by: Actor, now: datetime) -> None:
    """Note that somebody tried to open a file outside of their scope and none was of that name."""
    audit.record(None, verb="patients.exception_missed", by=by, at=now)
