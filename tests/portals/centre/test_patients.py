"""A coordinator finds, opens, registers, compares and prints; a doctor reads; nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.agenda.models import WaitEntry
from relais.booking import queries as booking
from relais.core.models import AuditEntry
from relais.patients import services as patient_services
from relais.patients.models import ExceptionalAccess, Merge, Person, Registration
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

TYPED: dict[str, Any] = {
    "birth_name": "Prévôt",
    "first_birth_name": "Éloïse",
    "sex": "F",
    "birth_day": "12",
    "birth_month": "4",
    "birth_year": "1950",
}


class Desk:
    """A coordinator signed in, a centre, a patient."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.centre = factories.centre(name="Centre du Morvan")
        self.user = factories.coordinator(self.centre)
        self.patient = factories.patient(
            self.centre,
            birth_name="PREVOT",
            first_name="ELOISE",
            born_on=date(1950, 4, 12),
            search_name="prevot eloise",
        )
        client.force_login(self.user)

    def at(self, name: str, *rest: Any, of: Person | None = None) -> str:
        person = of or self.patient
        return reverse(f"centre_patient{name}", args=[person.public_id, *rest])

    @property
    def file(self) -> str:
        return self.at("")

    @property
    def new(self) -> str:
        return reverse("centre_patient_new", args=[self.centre.pk])


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_somebody_who_looks_like_a_known_patient_is_shown_before_a_file_is_opened(
    desk: Desk,
) -> None:
    found = desk.client.post(reverse("centre_patients", args=[desk.centre.pk]), {"text": "pre"})
    assert desk.file in found.text
    page = desk.client.post(desk.new, TYPED)
    assert page.status_code == 422
    assert desk.file in page.text
    assert Person.objects.count() == 1
    opened = desk.client.post(desk.new, {**TYPED, "other_person": "on"})
    made = Person.objects.exclude(pk=desk.patient.pk).get()
    assert opened.headers["Location"] == desk.at("", of=made)
    assert (
        desk.at("_merge", desk.patient.public_id, of=made)
        in desk.client.get(desk.at("", of=made)).text
    )


def test_on_the_telephone_too_a_file_that_looks_alike_is_shown_first(desk: Desk) -> None:
    address = reverse("centre_new_patient", args=[desk.centre.pk, MONDAY.isoformat()])
    page = desk.client.post(address, TYPED)
    assert page.status_code == 422
    assert desk.patient.public_id in page.text
    desk.client.post(address, {**TYPED, "other_person": "on"})
    assert Person.objects.count() == 2


def test_a_birth_place_is_typed_by_its_name_or_its_code(desk: Desk) -> None:
    place = factories.commune(code="23030", name="Bourganeuf", search_name="bourganeuf")
    for typed, kept in (("Bourganeuf", "23030"), ("99100", "99100"), ("", "99999")):
        desk.client.post(desk.new, {**TYPED, "birth_place": typed, "other_person": "on",
                                    "commune": "Bourganeuf"})  # fmt: skip
        made = Person.objects.order_by("pk").last()
        assert made is not None
        assert (made.birth_place, made.commune) == (kept, place)
    page = desk.client.post(desk.new, {**TYPED, "birth_place": "Nullepart"})
    assert page.status_code == 422


def test_from_the_choice_to_the_declaration_that_is_sent(desk: Desk) -> None:
    said = {"centre": desk.centre.pk, "consent": "signed", "consent_by": "elle-même"}
    assert desk.client.post(desk.at("_register"), said).status_code == 302
    page = desk.client.get(desk.file)
    assert "Déclaration à signer" in page.text
    drawn = desk.client.get(desk.at("_declaration"))
    assert drawn.content.startswith(b"%PDF-")
    assert "PREVOT" not in drawn.headers["Content-Disposition"].upper()
    assert desk.client.post(desk.at("_sent")).status_code == 422
    desk.client.post(desk.at("_signed"), {"signed_on": "2027-01-06"})
    desk.client.post(desk.at("_sent"))
    row = Registration.objects.get()
    assert (row.signed_on, row.sent_on) == (date(2027, 1, 6), date(2027, 1, 6))
    desk.client.post(desk.at("_end"))
    row.refresh_from_db()
    assert row.until_on == date(2027, 1, 6)


def test_a_child_is_registered_once_a_parent_is_known(desk: Desk) -> None:
    child = factories.patient(desk.centre, born_on=date(2020, 1, 1))
    said = {"centre": desk.centre.pk, "consent": "signed", "consent_by": "sa mère"}
    refused = desk.client.post(desk.at("_register", of=child), said)
    assert refused.status_code == 422
    assert "Avant 16 ans, un parent choisit." in refused.text
    desk.client.post(desk.at("_proxy", of=child), {"kind": "parent", "name": "Anne Prévôt"})
    assert desk.client.post(desk.at("_register", of=child), said).status_code == 302
    assert Registration.objects.get().person == child


def test_a_full_centre_keeps_a_list_that_a_registration_ends(desk: Desk) -> None:
    patient_services.set_intake(
        desk.centre, per_line=None, is_open=False, by=factories.by(), now=factories.NOW
    )
    wait = desk.at("_wait")
    assert wait in desk.client.get(desk.file).text
    desk.client.post(wait, {"centre": desk.centre.key})
    entry = WaitEntry.objects.get()
    assert (entry.kind, entry.person, entry.state) == ("admission", desk.patient, "waiting")
    page = desk.client.get(desk.file).text
    assert "Liste d’inscription au centre" in page
    assert wait not in page
    said = {"centre": desk.centre.pk, "consent": "signed", "consent_by": "elle-même"}
    assert desk.client.post(desk.at("_register"), said).status_code == 422
    desk.client.post(desk.at("_register"), {**said, "beyond": "on"})
    entry.refresh_from_db()
    assert (entry.state, Registration.objects.count()) == ("served", 1)


def test_two_files_are_compared_merged_and_parted(desk: Desk) -> None:
    twin = factories.patient(desk.centre, birth_name="PREVOT", first_name="ELOISE")
    compare = desk.at("_merge", twin.public_id)
    page = desk.client.get(compare)
    assert "différent" in page.text
    said = {"keep": desk.patient.public_id, "why": "même pièce d’identité lue au guichet"}
    assert desk.client.post(compare, {**said, "why": "oui"}).status_code == 422
    assert desk.client.post(compare, said).headers["Location"] == desk.file
    twin.refresh_from_db()
    assert twin.merged_into == desk.patient
    assert desk.client.get(desk.at("", of=twin)).context["patient"] == desk.patient
    merge = Merge.objects.get()
    desk.client.post(desk.at("_part", merge.pk), {"why": "ce sont deux cousines"})
    twin.refresh_from_db()
    assert twin.merged_into is None
    assert (
        desk.client.post(
            desk.at("_part", merge.pk, of=twin), {"why": "ce sont deux cousines"}
        ).status_code
        == 404
    )


def test_who_opened_the_file_is_printed_for_the_patient(desk: Desk) -> None:
    desk.client.get(desk.file)
    page = desk.client.get(desk.at("_readings"))
    assert "a ouvert la fiche" in page.text
    assert desk.user.name in page.text


def test_the_desk_chooses_what_the_public_page_opens(desk: Desk) -> None:
    address = reverse("centre_online", args=[desk.centre.pk])
    said = {"access": "open", "note": "Parking derrière la mairie", "is_open": "on", "per_line": ""}
    assert desk.client.post(address, said).status_code == 302
    assert booking.access_of(desk.centre).access == "open"
    page = desk.client.post(address, {**said, "note": "Épidémie de grippe"})
    assert page.status_code == 422
    assert booking.access_of(desk.centre).note == "Parking derrière la mairie"


def test_a_doctor_reads_in_the_week_and_changes_nothing(desk: Desk, client: Client) -> None:
    doctor, user = factories.doctor_user()
    client.force_login(user)
    assert client.get(desk.file).status_code == 404
    factories.mission(
        doctor, desk.centre.lines.get(), monday=date(2027, 1, 4), state=MissionState.CONFIRMED
    )
    page = client.get(desk.file)
    assert "PREVOT" in page.text
    assert desk.at("_edit") not in page.text
    assert client.get(desk.at("_edit")).status_code == 403


def test_a_coordinator_of_another_centre_opens_nothing(desk: Desk, client: Client) -> None:
    client.force_login(factories.coordinator(factories.centre()))
    assert [client.get(desk.at(name)).status_code for name in ("", "_edit", "_readings")] == [
        404,
        404,
        404,
    ]
    assert client.get(reverse("centre_patients", args=[desk.centre.pk])).status_code == 404
    assert client.post(desk.at("_checked")).status_code == 404


def test_a_file_opened_by_exception_is_read_for_a_while_and_its_reason_is_seen(
    desk: Desk, client: Client
) -> None:
    stranger = factories.coordinator(factories.centre())
    client.force_login(stranger)
    address = reverse("centre_exception")
    said = {
        "birth_name": "Prevot",
        "first_name": "éloïse",
        "born_on": "1950-04-12",
        "why": "appel du service des urgences",
    }
    assert client.post(address, {**said, "why": "oui"}).status_code == 422
    missed = client.post(address, {**said, "first_name": "Élo"})
    assert "Aucune fiche ne porte exactement ce nom" in missed.text
    assert AuditEntry.objects.filter(verb="patients.exception_missed").count() == 1
    assert client.post(address, said).headers["Location"] == desk.file
    page = client.get(desk.file)
    assert (page.status_code, page.context["keeps"]) == (200, False)
    assert client.get(desk.at("_edit")).status_code == 404
    pioneer = factories.user(Role.PIONEER)
    client.force_login(pioneer)
    waiting = client.get(reverse("office_exceptions"))
    assert "appel du service des urgences" in waiting.text
    assert "PREVOT" not in waiting.text
    access = ExceptionalAccess.objects.get()
    client.post(reverse("office_exception_seen", args=[access.pk]))
    access.refresh_from_db()
    assert access.seen_by == pioneer


def test_the_end_of_a_mandate_and_an_agreement_are_noted(desk: Desk) -> None:
    proxy = factories.proxy(desk.patient)
    desk.client.post(desk.at("_end_proxy", proxy.pk))
    proxy.refresh_from_db()
    assert proxy.until_on == date(2027, 1, 6)
    said = {"kind": "messages", "agrees": "non", "how": "spoken", "said_by": "elle-même"}
    assert desk.client.post(desk.at("_agreement"), said).status_code == 302
    assert desk.client.post(desk.at("_agreement"), {**said, "agrees": "?"}).status_code == 422
    assert [(row.kind, row.agrees) for row in desk.patient.agreements.all()] == [
        ("messages", False)
    ]
    desk.client.post(desk.at("_identity"), {"proof": "passport"})
    desk.patient.refresh_from_db()
    assert desk.patient.identity == "validated"


def test_a_name_stands_in_no_address(desk: Desk) -> None:
    for address in (desk.file, desk.at("_readings"), desk.new):
        assert "prevot" not in address.lower()
    assert MONDAY
