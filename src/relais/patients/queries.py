"""Patients as they are found: by three letters, by birth date, by likeness."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F, Q, QuerySet

from relais.core.models import AuditEntry
from relais.engine import identity
from relais.engine.identity import LIKELY, Traits
from relais.patients.models import ExceptionalAccess, Person, Proxy, Registration

LETTERS: Final = 3  # from how many letters on a search answers
MOST_FOUND: Final = 12
ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{1,22}")


def find(
    text: str, *, among: QuerySet[Person], birth: date | None = None, most: int = MOST_FOUND
) -> tuple[Person, ...]:
    """Find patients by the first letters of their names, accents or not, and by birth date.

    Every word must begin one of the names; « dup 4/1/1950 » looks for both. Fewer than three
    letters and no date find nobody. Those whose name begins so come first; one query.
    """
    words, born_on = [], birth
    for word in text.split():
        found = identity.date_searched(word)
        if found is not None:
            born_on = found
        else:
            words += identity.plain(word).split()
    if born_on is None and max((len(word) for word in words), default=0) < LETTERS:
        return ()
    rows = among
    for word in words:
        rows = rows.filter(Q(search_name__startswith=word) | Q(search_name__contains=f" {word}"))
    if born_on is not None:
        rows = rows.filter(born_on=born_on)
    if words:
        first = Q(search_name__startswith=words[0])
        rows = rows.annotate(_begins=first).order_by("-_begins", "search_name", "born_on", "id")
    else:
        rows = rows.order_by("search_name", "born_on", "id")
    return tuple(rows[:most])


def by_address(public_id: str, *, among: QuerySet[Person]) -> Person | None:
    """Find a patient by the identifier of addresses; who was merged leads to who was kept."""
    if not ADDRESS.fullmatch(public_id):
        return None
    person = Person.objects.filter(public_id=public_id).select_related("merged_into").first()
    while person is not None and person.merged_into is not None:
        person = person.merged_into
    if person is None:
        return None
    return among.select_related("commune").filter(pk=person.pk).first()


def traits_of(person: Person) -> Traits:
    """Give what a person is compared on."""
    digits = "".join(sign for sign in person.phone if sign.isdigit())
    return Traits(
        birth_name=identity.plain(person.birth_name),
        used_name=identity.plain(person.used_name),
        first_name=identity.plain(person.first_birth_name),
        born_on=person.born_on,
        sex=person.sex,
        contacts=frozenset({digits[-9:], person.email.casefold()} - {""}),
    )


@dataclass(frozen=True, slots=True)
class PossibleTwin:
    """Another file that may be the same person; `points` of engine.identity.likeness."""

    person: Person
    points: int


def possible_twins(person: Person, *, among: QuerySet[Person]) -> tuple[PossibleTwin, ...]:
    """List the files that look like one, most alike first; one query narrowed by date or name."""
    wanted = traits_of(person)
    near = among.exclude(pk=person.pk).filter(
        Q(born_on=person.born_on) | Q(birth_name=person.birth_name) | Q(used_name=person.birth_name)
    )
    found = [PossibleTwin(one, identity.likeness(wanted, traits_of(one))) for one in near]
    alike = [twin for twin in found if twin.points >= LIKELY]
    return tuple(sorted(alike, key=lambda twin: (-twin.points, twin.person.pk)))


def registration_of(person: Person) -> Registration | None:
    """Give the running registration of a person."""
    return (
        Registration.objects.filter(person=person, until_on__isnull=True)
        .select_related("centre")
        .first()
    )


def registered_at(people: Collection[Person]) -> Mapping[int, int]:
    """Give the centre where each of some people is registered, by person; one query."""
    rows = Registration.objects.filter(person__in=people, until_on__isnull=True)
    return dict(rows.values_list("person_id", "centre_id"))


def proxies_of(person: Person, *, today: date) -> tuple[Proxy, ...]:
    """List who answers for a person today."""
    rows = Proxy.objects.filter(person=person, since_on__lte=today)
    return tuple(
        rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).order_by("kind", "name", "id")
    )


def has_long_term(person: Person, *, on: date) -> bool:
    """Say whether the long-term flag of a person holds on a day."""
    if not person.has_long_term:
        return False
    return person.long_term_until is None or person.long_term_until >= on


def long_term_ends(*, until: date, among: QuerySet[Person]) -> QuerySet[Person]:
    """List the patients whose long-term flag ends by a day, first the earliest."""
    return among.filter(has_long_term=True, long_term_until__lte=until).order_by(
        "long_term_until", "search_name", "id"
    )


def readers_of(person: Person) -> tuple[AuditEntry, ...]:
    """List who opened or changed a person's file, the latest first: what a patient may ask for."""
    rows = AuditEntry.objects.filter(
        subject_type=person._meta.label_lower, subject_id=str(person.pk)
    )
    return tuple(rows.order_by("-at", "-id"))


def exceptions_to_see(*, now: datetime) -> tuple[ExceptionalAccess, ...]:
    """List the exceptional openings that no pioneer has looked at, the latest first."""
    rows = ExceptionalAccess.objects.filter(seen_at__isnull=True, opened_at__lte=now)
    return tuple(rows.select_related("person", "user").order_by("-opened_at", "-id"))


def number_registered(centre_ids: Collection[int]) -> dict[int, int]:
    """Count the patients registered at each of some centres; one query."""
    counts: dict[int, int] = defaultdict(int)
    rows = Registration.objects.filter(
        centre_id__in=centre_ids, until_on__isnull=True, person__merged_into__isnull=True
    ).values_list(F("centre_id"), flat=True)
    for centre_id in rows:
        counts[centre_id] += 1
    return dict(counts)
