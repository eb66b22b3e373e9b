"""What changes or opens a patient's file. Each act, and each reading, leaves an audit entry.

Audit details name fields, never what stands in them: the journal is read by people who have no
business with patients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from relais.accounts.models import User
from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine import identity
from relais.engine.identity import ADULT_AT, BirthDate, BirthDateError
from relais.network.models import Centre
from relais.patients.models import ExceptionalAccess, KnownAt, Person, Proxy, Registration
from relais.patients.permissions import EXCEPTION_LASTS
from relais.patients.states import (
    ENDS_WITH_CHILDHOOD,
    Consent,
    IdentityStatus,
    Proof,
    ProxyKind,
)

WRITABLE: Final = frozenset(
    {
        "birth_name",
        "first_birth_name",
        "birth_names",
        "used_name",
        "used_first_name",
        "sex",
        "birth_written",
        "birth_place",
        "phone",
        "email",
        "address",
        "commune",
        "has_long_term",
        "long_term_until",
        "needs_time",
    }
)
STRICT_TRAITS: Final = frozenset(
    {"birth_name", "first_birth_name", "birth_names", "sex", "birth_written", "birth_place"}
)
SHORTEST_REASON: Final = 10


class PatientRefusal(Refusal):
    """A patient's file cannot be kept like this."""


@transaction.atomic
def add_person(centre: Centre, *, by: Actor, now: datetime, **fields: Any) -> Person:
    """Open the file of a person whom a centre meets for the first time.

    Raises PatientRefusal when a trait is missing or wrong, TypeError for an unknown field.
    """
    person = Person(created_at=now, changed_at=now)
    _write(person, fields, now=now)
    person.save()
    KnownAt.objects.create(person=person, centre=centre, since_at=now)
    audit.record(person, verb="patients.added", by=by, at=now, details={"centre": centre.key})
    return person


@transaction.atomic
def edit_person(person: Person, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Person:
    """Change a file. An identity whose strict traits change is provisional again.

    Raises like `add_person`; nothing is written when nothing changes.
    """
    before = {name: getattr(person, name) for name in changes}
    _write(person, changes, now=now)
    changed = [name for name in sorted(changes) if getattr(person, name) != before[name]]
    if not changed:
        return person
    if STRICT_TRAITS & set(changed):
        person.identity, person.identity_proof = IdentityStatus.PROVISIONAL, ""
    person.changed_at = now
    person.save()
    audit.record(person, verb="patients.edited", by=by, at=now, details={"fields": changed})
    return person


@transaction.atomic
def validate_identity(person: Person, *, proof: Proof, by: Actor, now: datetime) -> Person:
    """Note that the identity was read on a paper. It is then « validée », never « qualifiée ».

    Raises PatientRefusal without a paper, or when the birth date is not exact.
    """
    if not proof:
        raise PatientRefusal("Dites sur quelle pièce l’identité a été lue.")
    person.identity, person.identity_proof = IdentityStatus.VALIDATED, proof
    person.changed_at = now
    person.save(update_fields=["identity", "identity_proof", "changed_at"])
    audit.record(
        person, verb="patients.identity_validated", by=by, at=now, details={"proof": proof}
    )
    return person


@transaction.atomic
def make_known(person: Person, *, centre: Centre, by: Actor, now: datetime) -> None:
    """Note that one more centre knows a person; does nothing when it does."""
    _, is_new = KnownAt.objects.get_or_create(
        person=person, centre=centre, defaults={"since_at": now}
    )
    if is_new:
        audit.record(
            person, verb="patients.made_known", by=by, at=now, details={"centre": centre.key}
        )


@transaction.atomic
def register(
    person: Person,
    *,
    centre: Centre,
    consent: Consent,
    consent_by: str,
    today: date,
    by: Actor,
    now: datetime,
) -> Registration:
    """Register a person with a centre as médecin traitant; the registration before ends today.

    Raises PatientRefusal when nobody of age consents (Code de la sécurité sociale, L. 162-5-3:
    a parent chooses under 16 and agrees at 16 and 17).
    """
    said = consent_by.strip()
    if not said:
        raise PatientRefusal("Écrivez qui a donné son accord.")
    need = identity.needs_parent(person.born_on, today)
    if need and not _has_parent(person, today):
        sentence = (
            "Avant 16 ans, un parent choisit : ajoutez d’abord le parent ou le tuteur à la fiche."
            if need == "decides"
            else "À 16 et 17 ans, l’accord d’un parent est demandé : ajoutez-le d’abord à la fiche."
        )
        raise PatientRefusal(sentence)
    running = Registration.objects.select_for_update().filter(person=person, until_on__isnull=True)
    for other in running:
        if other.centre_id == centre.pk:
            return other
        other.until_on = max(today, other.since_on)
        other.save(update_fields=["until_on"])
    made = Registration.objects.create(
        person=person,
        centre=centre,
        since_on=today,
        consent=consent,
        consent_on=today,
        consent_by=said,
    )
    KnownAt.objects.get_or_create(person=person, centre=centre, defaults={"since_at": now})
    audit.record(person, verb="patients.registered", by=by, at=now, details={"centre": centre.key})
    return made


@transaction.atomic
def end_registration(registration: Registration, *, today: date, by: Actor, now: datetime) -> None:
    """End a registration: the person chose another doctor, moved or died."""
    registration.until_on = max(today, registration.since_on)
    registration.save(update_fields=["until_on"])
    audit.record(registration.person, verb="patients.registration_ended", by=by, at=now)


@transaction.atomic
def add_proxy(
    person: Person,
    *,
    name: str,
    kind: ProxyKind,
    today: date,
    by: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
    until_on: date | None = None,
) -> Proxy:
    """Note who answers for a person. A parent's word ends on the eighteenth birthday, or before.

    Raises PatientRefusal without a name, for a parent of an adult, or an end before today.
    """
    if not name.strip():
        raise PatientRefusal("Écrivez le nom de la personne qui répond pour ce patient.")
    if kind in ENDS_WITH_CHILDHOOD:
        adult_on = identity.birthday(person.born_on, ADULT_AT)
        if adult_on <= today:
            raise PatientRefusal(
                "Ce patient est majeur : choisissez « tuteur ou tutrice » ou « personne de"
                " confiance »."
            )
        until_on = adult_on if until_on is None else min(until_on, adult_on)
    if until_on is not None and until_on <= today:
        raise PatientRefusal("La date de fin est déjà passée.")
    proxy = Proxy.objects.create(
        person=person,
        name=name.strip(),
        kind=kind,
        phone=phone,
        email=email,
        since_on=today,
        until_on=until_on,
    )
    audit.record(person, verb="patients.proxy_added", by=by, at=now, details={"kind": kind})
    return proxy


@transaction.atomic
def end_proxy(proxy: Proxy, *, today: date, by: Actor, now: datetime) -> None:
    """End what a proxy may say, from today on."""
    proxy.until_on = today
    proxy.save(update_fields=["until_on"])
    audit.record(proxy.person, verb="patients.proxy_ended", by=by, at=now)


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
    made = ExceptionalAccess.objects.create(
        person=person, user=user, why=reason, opened_at=now, closes_at=now + EXCEPTION_LASTS
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


@transaction.atomic
def merge(person: Person, *, into: Person, why: str, by: Actor, now: datetime) -> Person:
    """Merge a file into another: what the kept one lacks is taken over, the other points to it.

    Modules above move what they keep of `person` before (journeys.patients.merge_people). Raises
    PatientRefusal when one of them is merged already, both are the same, or no reason is given.
    """
    reason = " ".join(why.split())
    if person.pk == into.pk:
        raise PatientRefusal("Ces deux fiches n’en font qu’une.")
    locked = Person.objects.select_for_update().filter(pk__in=(person.pk, into.pk)).order_by("pk")
    gone, kept = (next(row for row in locked if row.pk == one.pk) for one in (person, into))
    if gone.merged_into_id or kept.merged_into_id:
        raise PatientRefusal("Une de ces fiches est déjà réunie à une autre. Rechargez la page.")
    if len(reason) < SHORTEST_REASON:
        raise PatientRefusal("Écrivez ce qui prouve que c’est la même personne.")
    for name in ("phone", "email", "address", "commune", "used_name", "used_first_name"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    if gone.has_long_term and not kept.has_long_term:
        kept.has_long_term, kept.long_term_until = True, gone.long_term_until
    kept.needs_time = kept.needs_time or gone.needs_time
    kept.changed_at = now
    kept.search_name = _search_name(kept, and_of=gone)
    kept.save()
    known = set(KnownAt.objects.filter(person=kept).values_list("centre_id", flat=True))
    KnownAt.objects.filter(person=gone).exclude(centre_id__in=known).update(person=kept)
    if Registration.objects.filter(person=kept, until_on__isnull=True).exists():
        for running in Registration.objects.filter(person=gone, until_on__isnull=True):
            running.until_on = max(now.date(), running.since_on)
            running.save(update_fields=["until_on"])
    Registration.objects.filter(person=gone).update(person=kept)
    Proxy.objects.filter(person=gone).update(person=kept)
    gone.merged_into, gone.changed_at = kept, now
    gone.save(update_fields=["merged_into", "changed_at"])
    for one, other in ((gone, kept), (kept, gone)):
        audit.record(
            one, verb="patients.merged", by=by, at=now, why=reason, details={"with": other.pk}
        )
    return kept


def _has_parent(person: Person, today: date) -> bool:
    rows = Proxy.objects.filter(
        person=person, kind__in=(ProxyKind.PARENT, ProxyKind.GUARDIAN), since_on__lte=today
    )
    return any(proxy.until_on is None or proxy.until_on > today for proxy in rows)


def _write(person: Person, fields: Mapping[str, Any], *, now: datetime) -> None:
    for name, value in fields.items():
        if name not in WRITABLE:
            raise TypeError(f"a patient has no field {name!r} to write")
        setattr(person, name, value.strip() if isinstance(value, str) else value)
    try:
        person.birth_name = identity.capitals(person.birth_name)
        person.first_birth_name = identity.capitals(person.first_birth_name)
        if person.birth_names:
            person.birth_names = identity.capitals(person.birth_names)
    except ValueError:
        raise PatientRefusal("Le nom et le premier prénom de naissance sont demandés.") from None
    try:
        born = BirthDate.read(person.birth_written)
    except BirthDateError:
        raise PatientRefusal(
            "La date de naissance s’écrit jour, mois, année ; laissez vide ce qui est inconnu."
        ) from None
    person.born_on = born.day_used()
    if born.is_exact and person.born_on > now.date():
        raise PatientRefusal("La date de naissance est dans l’avenir.")
    if not identity.is_birthplace(person.birth_place):
        raise PatientRefusal(
            "Le lieu de naissance est un code INSEE de 5 caractères ; 99999 s’il est inconnu."
        )
    if not person.has_long_term:
        person.long_term_until = None
    person.search_name = _search_name(person)
    try:
        person.full_clean(exclude=["merged_into"], validate_constraints=False)
    except ValidationError as error:
        told = [message for messages in error.message_dict.values() for message in messages]
        raise PatientRefusal(" ".join(told)) from error


def _search_name(person: Person, *, and_of: Person | None = None) -> str:
    """Write all names a person may be looked for by, each once, without accents.

    Names that were found before a merge are found after it.
    """
    words: list[str] = []
    for one in (person, and_of):
        if one is None:
            continue
        for name in (
            one.used_name,
            one.birth_name,
            one.used_first_name,
            one.first_birth_name,
            one.birth_names,
        ):
            words += identity.plain(name).split()
    return " ".join(dict.fromkeys(words))[:420]
