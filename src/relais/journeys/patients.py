"""One click that touches a patient in several modules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from relais.agenda import queries as agenda_queries
from relais.agenda import services as agenda
from relais.agenda.list_states import ListKind
from relais.agenda.models import WaitEntry
from relais.booking import services as booking
from relais.booking.states import Access
from relais.connectors.typst import Page, render
from relais.core import formats
from relais.core.actors import Actor
from relais.engine import representation
from relais.network.models import Centre
from relais.outbox.wording import one_line
from relais.patients import queries as patient_queries
from relais.patients import services as patients
from relais.patients import texts
from relais.patients.models import Merge, Person, Registration
from relais.patients.states import Consent

BLANK: Final = "……………………………………"  # what is not known stays to be written by hand


@transaction.atomic
def merge_people(person: Person, *, into: Person, why: str, by: Actor, now: datetime) -> Person:
    """Reunite two files of one person: appointments and places on lists first, then the file.

    Raises PatientTakenRefusal when both have an appointment at one time, ListRefusal while a place
    is offered to one of them, PatientRefusal without a reason.
    """
    moved = agenda_queries.appointment_keys(person)
    agenda.take_over(person, into=into, by=by, now=now)
    agenda.take_over_lists(person, into=into, by=by, now=now)
    return patients.merge(person, into=into, why=why, by=by, now=now, also={"appointments": moved})


@transaction.atomic
def part_people(merge: Merge, *, why: str, by: Actor, now: datetime) -> Person:
    """Part two files that were reunited by mistake: the file first, then its appointments.

    A place on a waiting list stays with the file that was kept: the coordinator knows whose it is.
    Raises PatientRefusal without a reason or when it is done already, PatientTakenRefusal when the
    appointments of the two have met since.
    """
    gone = patients.part(merge, why=why, by=by, now=now)
    agenda.give_back(
        merge.kept, appointments=merge.undo.get("appointments", []), to=gone, by=by, now=now
    )
    return gone


@transaction.atomic
def register_patient(
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
    """Register a patient with a centre; who waited on its list waits no longer.

    Raises like `patients.register`.
    """
    made = patients.register(
        person,
        centre=centre,
        consent=consent,
        consent_by=consent_by,
        today=today,
        beyond=beyond,
        by=by,
        now=now,
    )
    waits = WaitEntry.objects.filter(
        person=person, centre=centre, kind=ListKind.ADMISSION, ended_at__isnull=True
    )
    for entry in waits:
        agenda.leave(entry, why="inscrit", served=True, by=by, now=now)
    return made


@transaction.atomic
def open_desk(
    centre: Centre,
    *,
    access: Access,
    names_doctor: bool,
    note: str,
    per_line: int | None,
    takes_patients: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Choose what the public page of a centre opens, and how many patients it takes.

    Raises BookingRefusal and PatientRefusal; then nothing changes.
    """
    booking.set_access(centre, access=access, names_doctor=names_doctor, note=note, by=by, now=now)
    patients.set_intake(centre, per_line=per_line, is_open=takes_patients, by=by, now=now)


def draw_declaration(registration: Registration, *, today: date, by: Actor, now: datetime) -> bytes:
    """Draw the declaration of the choice of the centre as médecin traitant, to be signed.

    It carries what the form of the health insurance (S3704) asks, in our own layout; the insurance
    may still want its own form. The number of the patient stays to be written by hand: it is not
    kept here. That the file was opened is noted.
    """
    person, centre = registration.person, registration.centre
    patients.note_reading(person, by=by, now=now, why="déclaration imprimée")
    words = texts.version(texts.REGISTRATION, registration.consent_version).words
    proxies = [
        f"{proxy.name} ({proxy.get_kind_display()})"
        for proxy in patient_queries.proxies_of(person, today=today)
    ]
    rule = representation.rule_for(
        representation.CHOOSE,
        born_on=min(person.born_on, today),
        day=today,
        protection=person.protection,
    )
    facts = [
        "# Le patient",
        _line("Nom de naissance", person.birth_name),
        _line("Nom utilisé", person.used_name or person.birth_name),
        _line("Prénoms de naissance", person.birth_names or person.first_birth_name),
        _line("Sexe", person.get_sex_display()),
        _line("Date de naissance", "/".join(reversed(person.birth_written.split("-")))),
        _line("Lieu de naissance (code INSEE)", person.birth_place.replace("99999", "")),
        _line("Numéro de sécurité sociale", ""),
        _line("Adresse", ", ".join(filter(None, (person.address, str(person.commune or ""))))),
        _line("Organisme d’assurance maladie", ""),
    ]
    if rule.kinds:
        facts += ["", "# Qui signe avec le patient, ou pour lui", _line("Nom", ", ".join(proxies))]
    facts += [
        "",
        "# Le médecin traitant choisi",
        _line("Centre de santé", centre.name),
        _line("Numéro FINESS", centre.finess),
        _line("Adresse", ", ".join(filter(None, (centre.address, str(centre.commune or ""))))),
        _line("Médecin du centre qui signe", ""),
        _line("Son numéro RPPS", ""),
        "",
        words,
        "",
        f"> Fait le {BLANK}",
        "",
        "== Signature du patient, ou de qui décide pour lui | Signature du médecin et cachet",
    ]
    page = Page(
        title="Déclaration de choix du médecin traitant",
        text="\n".join(facts),
        notice="À signer par le patient et un médecin du centre, puis à transmettre à sa caisse.",
        footer=f"{settings.NETWORK_NAME}, {centre.name}. Imprimé le {formats.date_words(today)}.",
    )
    return render(page, now=now)


def _line(label: str, value: str) -> str:
    """Write a fact on one line: what was typed cannot begin a heading nor a new line."""
    return f"{label} : {one_line(value) or BLANK}"
