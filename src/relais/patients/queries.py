"""Patients as they are found: by three letters, by birth date, by likeness."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Final

from django.db.models import F, Q, QuerySet

from relais.core.models import AuditEntry
from relais.engine import identity, parameters
from relais.engine.identity import LIKELY, Traits
from relais.engine.weeks import monday_of
from relais.network.models import Centre, Line
from relais.patients.models import (
    AgreementGiven,
    ExceptionalAccess,
    Intake,
    KnownAt,
    Merge,
    Person,
    Proxy,
    Registration,
)
from relais.patients.states import Agreement

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


def exceptions_seen() -> QuerySet[ExceptionalAccess]:
    """List the exceptional openings that a pioneer looked at, the latest first."""
    return (
        ExceptionalAccess.objects.filter(seen_at__isnull=False)
        .select_related("person", "user", "seen_by")
        .order_by("-opened_at", "-id")
    )


def number_registered(centre_ids: Collection[int]) -> dict[int, int]:
    """Count the patients registered at each of some centres; one query."""
    counts: dict[int, int] = defaultdict(int)
    rows = Registration.objects.filter(
        centre_id__in=centre_ids, until_on__isnull=True, person__merged_into__isnull=True
    ).values_list(F("centre_id"), flat=True)
    for centre_id in rows:
        counts[centre_id] += 1
    return dict(counts)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many patients a centre can follow as médecin traitant, and how many it does.

    `total` = `per_line` × `lines` active today; `is_own`: the centre set `per_line` itself.
    """

    lines: int
    per_line: int
    registered: int
    is_own: bool
    is_open: bool

    @property
    def total(self) -> int:
        """Count the places."""
        return self.per_line * self.lines

    @property
    def left(self) -> int:
        """Count the places that are left; below zero when the centre went beyond."""
        return self.total - self.registered

    @property
    def is_nearly_full(self) -> bool:
        """Say whether places run out."""
        share = parameters.load("patients")["nearly_full_share"].value
        return self.registered >= share * self.total


def capacity(centre: Centre, *, today: date) -> Capacity:
    """Work out the places of a centre today; three queries."""
    own = Intake.objects.filter(centre=centre).first()
    usual = int(parameters.load("patients")["patients_per_line"].value)
    lines = [
        line for line in Line.objects.filter(centre=centre) if line.is_active(monday_of(today))
    ]
    return Capacity(
        lines=len(lines),
        per_line=usual if own is None or own.per_line is None else own.per_line,
        registered=number_registered([centre.pk]).get(centre.pk, 0),
        is_own=own is not None and own.per_line is not None,
        is_open=own is None or own.is_open,
    )


def known_at(centre: Centre) -> QuerySet[Person]:
    """List the patients whom a centre knows, those merged into another left out."""
    keys = KnownAt.objects.filter(centre=centre).values("person_id")
    return Person.objects.filter(pk__in=keys, merged_into__isnull=True)


def to_check(centre: Centre) -> QuerySet[Person]:
    """List the files opened online that the desk of a centre has not looked at, oldest first."""
    return known_at(centre).filter(to_check_since__isnull=False).order_by("to_check_since", "pk")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files of a centre that may be one person; `points` of engine.identity.likeness."""

    one: Person
    other: Person
    points: int


def likely_pairs(centre: Centre, *, most: int = 50) -> tuple[Pair, ...]:
    """List pairs of files of a centre that look alike, most alike first; one query.

    Only files of one birth date or one birth name are compared: others cannot reach LIKELY.
    """
    people = list(known_at(centre).order_by("pk"))
    traits = {person.pk: traits_of(person) for person in people}
    groups: dict[object, list[Person]] = defaultdict(list)
    for person in people:
        groups[person.born_on].append(person)
        groups[traits[person.pk].birth_name].append(person)
    found: dict[tuple[int, int], Pair] = {}
    for group in groups.values():
        for one, other in combinations(group, 2):
            points = identity.likeness(traits[one.pk], traits[other.pk])
            if points >= LIKELY:
                found[one.pk, other.pk] = Pair(one, other, points)
    order = sorted(found.values(), key=lambda pair: (-pair.points, pair.one.pk, pair.other.pk))
    return tuple(order[:most])


def alike(centre: Centre, *, wanted: Traits) -> tuple[PossibleTwin, ...]:
    """List the files of a centre that look like what is about to be opened; one query."""
    near = known_at(centre).filter(born_on=wanted.born_on)
    found = [PossibleTwin(one, identity.likeness(wanted, traits_of(one))) for one in near]
    likely = [twin for twin in found if twin.points >= LIKELY]
    return tuple(sorted(likely, key=lambda twin: (-twin.points, twin.person.pk)))


def exactly(
    *, name: str, first_name: str, born_on: date, among: QuerySet[Person]
) -> tuple[Person, ...]:
    """Find the files that bear a name, a first name and a birth date, accents or not; one query."""
    last, first = identity.plain(name), identity.plain(first_name)
    if not last or not first:
        return ()
    rows = among.filter(born_on=born_on, merged_into__isnull=True).order_by("pk")
    return tuple(row for row in rows if _bears(row, last, first))


def _bears(person: Person, last: str, first: str) -> bool:
    lasts = {identity.plain(person.birth_name), identity.plain(person.used_name)}
    firsts = {
        identity.plain(person.first_birth_name),
        identity.plain(person.used_first_name),
    }
    return last in lasts and first in firsts


def reachable_at(person: Person, *, today: date) -> frozenset[str]:
    """List the telephones of a person and of who answers for them: their last nine digits."""
    numbers = [person.phone, *(proxy.phone for proxy in proxies_of(person, today=today))]
    return frozenset(last_digits(number) for number in numbers) - {""}


def last_digits(number: str) -> str:
    """Give the nine last digits of a telephone number: the same for 06… and +336…."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return digits[-9:] if len(digits) >= 9 else ""


def agreements_of(person: Person) -> Mapping[str, AgreementGiven]:
    """Give what holds of what a patient agreed to, by kind; one query."""
    rows = AgreementGiven.objects.filter(person=person).order_by("at", "pk")
    return {row.kind: row for row in rows}


def accepts_messages(person: Person) -> bool:
    """Say whether a patient takes messages: unless the last word on it was no."""
    last = agreements_of(person).get(Agreement.MESSAGES)
    return last is None or last.agrees


def merges_of(person: Person) -> tuple[Merge, ...]:
    """List the files that were merged into one and not parted since, the latest first."""
    rows = Merge.objects.filter(kept=person, undone_at__isnull=True).select_related("gone")
    return tuple(rows.order_by("-at", "-pk"))


def declarations_waiting(centre: Centre) -> QuerySet[Registration]:
    """List the registrations whose declaration is not signed, or not sent, oldest first."""
    return (
        Registration.objects.filter(centre=centre, until_on__isnull=True, sent_on__isnull=True)
        .select_related("person")
        .order_by("since_on", "pk")
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody saw a patient's name or file: when, who, and on which page (a verb of the audit)."""

    at: datetime
    who: str
    verb: str
    why: str


SHOWN_IN_LISTS: Final = ("patients.searched", "agenda.day_read")


def readings_of(person: Person) -> tuple[Reading, ...]:
    """List every time a patient's file was opened, changed, or the name was shown in a list.

    Those merged into it count. The latest first; reads the lists of names shown since the file
    was opened, one by one: for a page that is asked for rarely.
    """
    gone = list(Person.objects.filter(merged_into=person).values_list("pk", flat=True))
    keys = {person.pk, *gone}
    since = Person.objects.filter(pk__in=keys).order_by("created_at").values_list("created_at")
    first = since[0][0]
    found = list(
        AuditEntry.objects.filter(
            subject_type=person._meta.label_lower, subject_id__in=[str(key) for key in keys]
        )
    )
    lists = AuditEntry.objects.filter(verb__in=SHOWN_IN_LISTS, at__gte=first)
    found += [
        entry
        for entry in lists.iterator(chunk_size=2_000)
        if not keys.isdisjoint(entry.details.get("patients", ()))
    ]
    found.sort(key=lambda entry: (entry.at, entry.pk), reverse=True)
    return tuple(Reading(one.at, one.actor_label, one.verb, one.why) for one in found)


def twins_of(
    people: Iterable[Person], *, among: QuerySet[Person]
) -> tuple[tuple[Person, tuple[PossibleTwin, ...]], ...]:
    """Give each of some files with those that look like it; one query a file."""
    return tuple((person, possible_twins(person, among=among)) for person in people)
