"""The identity of a patient, as the papers say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.engine import identity
from relais.engine.identity import BirthDate, BirthDateError
from relais.network.models import Centre
from relais.patients.models import KnownAt, Person
from relais.patients.services.refusals import PatientRefusal
from relais.patients.states import CameBy, IdentityStatus, Proof

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
        "protection",
    }
)
STRICT_TRAITS: Final = frozenset(
    {"birth_name", "first_birth_name", "birth_names", "sex", "birth_written", "birth_place"}
)


@transaction.atomic
def add_person(
    centre: Centre,
    *,
    by: Actor,
    now: datetime,
    came_by: CameBy = CameBy.DESK,
    **fields: Any,
) -> Person:
    """Open the file of a person whom a centre meets for the first time.

    One that came online waits to be looked at by the desk. Raises PatientRefusal when a trait is
    missing or wrong, TypeError for an unknown field.
    """
    person = Person(created_at=now, changed_at=now, came_by=came_by)
    if came_by == CameBy.ONLINE:
        person.to_check_since = now
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
def mark_checked(person: Person, *, by: Actor, now: datetime) -> None:
    """Note that the desk looked at a file opened online; does nothing when it was."""
    if person.to_check_since is None:
        return
    person.to_check_since, person.changed_at = None, now
    person.save(update_fields=["to_check_since", "changed_at"])
    audit.record(person, verb="patients.checked", by=by, at=now)


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
    person.search_name = search_name_of(person)
    try:
        person.full_clean(exclude=["merged_into"], validate_constraints=False)
    except ValidationError as error:
        told = [message for messages in error.message_dict.values() for message in messages]
        raise PatientRefusal(" ".join(told)) from error


def search_name_of(person: Person, *, and_of: Person | None = None) -> str:
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
