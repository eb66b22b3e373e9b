"""Choosing a centre as médecin traitant, the declaration, what the patient agrees to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.engine import representation
from relais.engine.identity import ADULT_AT
from relais.network.models import Centre
from relais.patients import queries, texts
from relais.patients.models import AgreementGiven, Intake, KnownAt, Person, Registration
from relais.patients.services.refusals import FullRefusal, PatientRefusal
from relais.patients.states import Agreement, Consent, ProxyKind

MOST_PER_LINE: Final = 5_000  # far beyond what a doctor follows: a typing mistake


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
    beyond: bool = False,
) -> Registration:
    """Register a person with a centre as médecin traitant; the registration before ends today.

    `beyond`: though the centre is full. Raises PatientRefusal when somebody must speak for the
    patient and nobody is known to (engine.representation), FullRefusal when there is no place.
    """
    said = consent_by.strip()
    if not said:
        raise PatientRefusal("Écrivez qui a donné son accord.")
    _check_representation(person, today=today)
    running = list(
        Registration.objects.select_for_update().filter(person=person, until_on__isnull=True)
    )
    for other in running:
        if other.centre_id == centre.pk:
            return other
    if not beyond:
        _check_place(centre, today=today)
    for other in running:
        other.until_on = max(today, other.since_on)
        other.save(update_fields=["until_on"])
    made = Registration.objects.create(
        person=person,
        centre=centre,
        since_on=today,
        consent=consent,
        consent_on=today,
        consent_by=said,
        consent_version=texts.current(texts.REGISTRATION, today=today).version,
    )
    KnownAt.objects.get_or_create(person=person, centre=centre, defaults={"since_at": now})
    audit.record(
        person,
        verb="patients.registered",
        by=by,
        at=now,
        details={"centre": centre.key, "beyond": beyond},
    )
    return made


@transaction.atomic
def end_registration(registration: Registration, *, today: date, by: Actor, now: datetime) -> None:
    """End a registration: the person chose another doctor, moved or died."""
    registration.until_on = max(today, registration.since_on)
    registration.save(update_fields=["until_on"])
    audit.record(registration.person, verb="patients.registration_ended", by=by, at=now)


@transaction.atomic
def sign_declaration(
    registration: Registration, *, signed_on: date, today: date, by: Actor, now: datetime
) -> None:
    """Note that the declaration is signed by the patient and by a doctor of the centre.

    Raises PatientRefusal for a day to come or before the registration.
    """
    if signed_on > today:
        raise PatientRefusal("La signature est datée de plus tard qu’aujourd’hui.")
    if signed_on < registration.since_on:
        raise PatientRefusal("La signature est datée d’avant l’inscription.")
    registration.signed_on = signed_on
    registration.save(update_fields=["signed_on"])
    audit.record(registration.person, verb="patients.declaration_signed", by=by, at=now)


@transaction.atomic
def send_declaration(registration: Registration, *, today: date, by: Actor, now: datetime) -> None:
    """Note that the signed declaration went to the health insurance; once.

    Raises PatientRefusal before it is signed.
    """
    if registration.signed_on is None:
        raise PatientRefusal("La déclaration n’est pas encore signée.")
    if registration.sent_on is not None:
        return
    registration.sent_on = today
    registration.save(update_fields=["sent_on"])
    audit.record(registration.person, verb="patients.declaration_sent", by=by, at=now)


@transaction.atomic
def note_agreement(
    person: Person,
    *,
    kind: Agreement,
    agrees: bool,
    how: Consent,
    said_by: str,
    today: date,
    by: Actor,
    now: datetime,
) -> AgreementGiven:
    """Note that a patient agrees to something, or no longer does; the version read is kept.

    Raises PatientRefusal when nobody said it.
    """
    said = said_by.strip()
    if not said:
        raise PatientRefusal("Écrivez qui l’a dit.")
    made = AgreementGiven.objects.create(
        person=person,
        kind=kind,
        version=texts.current(kind, today=today).version,
        agrees=agrees,
        how=how,
        said_by=said,
        at=now,
    )
    audit.record(
        person,
        verb="patients.agreement_noted",
        by=by,
        at=now,
        details={"kind": kind, "agrees": agrees, "version": made.version},
    )
    return made


@transaction.atomic
def set_intake(
    centre: Centre, *, per_line: int | None, is_open: bool, by: Actor, now: datetime
) -> Intake:
    """Say how many patients a centre follows by line (None: the usual number), and if it takes any.

    Raises PatientRefusal for a number that no line can follow.
    """
    if per_line is not None and not 1 <= per_line <= MOST_PER_LINE:
        raise PatientRefusal(f"Un nombre de patients par ligne va de 1 à {MOST_PER_LINE}.")
    made, _ = Intake.objects.update_or_create(
        centre=centre, defaults={"per_line": per_line, "is_open": is_open}
    )
    audit.record(
        centre,
        verb="patients.intake_set",
        by=by,
        at=now,
        details={"per_line": per_line, "is_open": is_open},
    )
    return made


def _check_representation(person: Person, *, today: date) -> None:
    rule = representation.rule_for(
        representation.CHOOSE,
        born_on=min(person.born_on, today),
        day=today,
        protection=person.protection,
    )
    if not rule.kinds:
        return
    if any(proxy.kind in rule.kinds for proxy in queries.proxies_of(person, today=today)):
        return
    who = " ou ".join(str(kind.label).lower() for kind in ProxyKind if kind.value in rule.kinds)
    if rule.who == representation.FOR:
        raise PatientRefusal(
            f"Avant 16 ans, un parent choisit. Ajoutez d’abord à la fiche : {who}."
        )
    if rule.below <= ADULT_AT:
        raise PatientRefusal(
            f"À 16 et 17 ans, l’accord d’un parent est demandé. Ajoutez d’abord à la fiche : {who}."
        )
    raise PatientRefusal(
        f"La personne qui protège ce patient signe aussi. Ajoutez d’abord à la fiche : {who}."
    )


def _check_place(centre: Centre, *, today: date) -> None:
    found = queries.capacity(centre, today=today)
    if not found.is_open:
        raise FullRefusal("Ce centre n’inscrit plus de nouveaux patients pour l’instant.")
    if found.left <= 0:
        raise FullRefusal(
            f"Le centre suit déjà {found.registered} patients pour {found.total} places."
        )
