"""Three fields on a phone in under a minute, then charter and papers with the same thumb."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.doctors.models import CharterSignature, Interest, Paper
from relais.doctors.services import open_checklist
from relais.doctors.states import PaperState
from relais.journeys import joining
from tests import factories
from tests.browser.pages import PHONE, Ear, look, sign_in
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INTEREST_SECONDS = 60  # research on volunteers, goal G8


def test_from_three_fields_to_the_first_paper_on_a_phone(
    page: Page, live_server: LiveServer, settings: Any, tmp_path: Path
) -> None:
    settings.PRIVATE_FILES = tmp_path / "private"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    began = time.monotonic()
    page.goto(f"{live_server.url}/venir/?source=ami")
    look(page, ear, "interest-phone")
    page.get_by_label("Prénom et nom").fill("Camille Aubert")
    page.get_by_label("Adresse électronique ou téléphone").fill("elle@exemple.fr")
    page.get_by_label("Vous êtes").select_option("substitute")
    page.get_by_role("button", name="Appelez-moi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, c’est bien arrivé")
    assert time.monotonic() - began < INTEREST_SECONDS
    look(page, ear, "interest-thanks-phone")
    interest = Interest.objects.get()
    page.goto(live_server.url + joining.FOLLOW_PATH.format(token=joining.token_of(interest)))
    look(page, ear, "interest-follow-phone")

    doctor, user = factories.doctor_user(first_name="Camille", last_name="Aubert")
    open_checklist(doctor, by=factories.by(), now=NOW, today=TODAY)
    factories.practice(label="sutures")
    sign_in(page, live_server.url, user)
    page.goto(f"{live_server.url}/medecin/charte/")
    look(page, ear, "charter-phone")
    page.get_by_label("Pour signer, écrivez votre prénom et votre nom").fill("Camille Aubert")
    page.get_by_role("button", name="Je signe la charte").click()
    assert CharterSignature.objects.get().doctor == doctor
    page.goto(f"{live_server.url}/medecin/pratique/")
    look(page, ear, "practice-phone")
    page.goto(f"{live_server.url}/medecin/papiers/")
    photo = {"name": "p.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    page.locator("#file-identity").set_input_files(photo)  # type: ignore[arg-type]
    page.get_by_role("button", name="Envoyer : Pièce d’identité").click()
    expect(page.get_by_role("status").first).to_contain_text("bien arrivé")
    assert Paper.objects.get(code="identity").state == PaperState.GIVEN
    look(page, ear, "papers-phone")


def test_the_call_list_and_the_papers_of_a_doctor_on_a_desk(
    page: Page, live_server: LiveServer
) -> None:
    ear = Ear.on(page)
    interest = factories.interest()
    doctor = factories.doctor()
    open_checklist(doctor, by=factories.by(), now=NOW, today=TODAY)
    sign_in(page, live_server.url, factories.user("planner"))
    for name, path in (
        ("calls", "appels/"),
        ("call", f"appels/{interest.pk}/"),
        ("welcome", f"appels/{interest.pk}/accueillir/"),
        ("office-papers", f"medecins/{doctor.pk}/papiers/"),
        ("letters", f"medecins/{doctor.pk}/documents/"),
        ("letter-text", "documents/modeles/contract/"),
    ):
        page.goto(f"{live_server.url}/bureau/{path}")
        look(page, ear, name)
