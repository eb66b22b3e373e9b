"""A patient of eighty with a small telephone, and the coordinator who keeps the file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.agenda import services as agenda
from relais.agenda.models import Appointment
from relais.booking import services as booking
from relais.booking.states import Access
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Centre
from relais.outbox.models import Message
from relais.patients import services as patients
from relais.patients.states import CameBy
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def centre(settings: Any) -> Centre:
    """Make a centre whose public page is open, with doctors this week and the next one."""
    settings.SMS_GATEWAY = "https://sms.exemple.fr"
    place = factories.centre(name="Centre du Morvan", lines=2, phone="0555000000")
    agenda.prepare_centre(place, by=factories.by(), now=timezone.now())
    monday = monday_of(timezone.localdate())
    for line in place.lines.all():
        for week in (monday, monday + WEEK):
            factories.mission(None, line, monday=week)
    booking.set_access(
        place,
        access=Access.OPEN,
        names_doctor=True,
        note="Parking derrière la mairie.",
        by=factories.by(),
        now=timezone.now(),
    )
    return place


def test_from_the_page_to_the_appointment_without_javascript_at_320_pixels(
    browser: Browser, live_server: LiveServer, centre: Centre
) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        viewport=SMALL,  # type: ignore[arg-type]
        locale="fr-FR",
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/rendez-vous/")
    page.get_by_role("link", name="Centre du Morvan").click()
    page.get_by_role("link", name=re.compile("^Consultation")).click()
    page.get_by_role("link", name="C’est ma première fois").click()
    page.locator(".times a").first.click()
    page.get_by_label("Nom de naissance").fill("Prévôt")
    page.get_by_label("Prénom").fill("Éloïse")
    page.get_by_label("Jour").fill("12")
    page.get_by_label("Mois").fill("4")
    page.get_by_label("Année").fill("1945")
    page.get_by_label("Téléphone mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Recevoir le code").click()
    secrets = Message.objects.get(template="booking_code").secrets
    page.get_by_label("Code reçu par SMS").fill(next(iter(secrets.values())))
    page.get_by_role("button", name="Confirmer le rendez-vous").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre rendez-vous est pris.")
    row = Appointment.objects.get()
    assert (row.state, row.minutes) == ("booked", 30)
    page.get_by_role("link", name="Changer l’heure").click()
    page.locator(".times button").nth(1).click()
    expect(page.get_by_role("status").first).to_contain_text("Votre rendez-vous est changé.")
    page.get_by_role("button", name="Annuler ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rendez-vous annulé")
    row.refresh_from_db()
    assert row.state == "cancelled"
    context.close()


def test_every_page_of_the_patient_is_clean_at_320_and_360_pixels(
    page: Page, live_server: LiveServer, centre: Centre
) -> None:
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    ear = Ear.on(page)
    name = "patient"
    for what, address in (
        ("centres", "/rendez-vous/"),
        ("centre", f"/rendez-vous/{centre.pk}/"),
        ("places", f"/rendez-vous/{centre.pk}/?motif=consultation"),
    ):
        page.goto(live_server.url + address)
        look(page, ear, f"{name}-{what}")
    page.locator(".times a").first.click()
    look(page, ear, f"{name}-ask")
    page.get_by_role("link", name="Pour quelqu’un d’autre").click()
    page.get_by_label("son père ou sa mère").check()
    page.get_by_label("Votre nom et votre prénom").fill("Anne Prévôt")
    page.get_by_label("Nom de naissance").fill("Prévôt")
    page.get_by_label("Prénom", exact=True).fill("Léo")
    page.get_by_label("Jour").fill("1")
    page.get_by_label("Mois").fill("2")
    page.get_by_label("Année").fill("2020")
    page.get_by_label("Votre téléphone mobile").fill("0612345678")
    page.get_by_label("Cette personne est d’accord").check()
    page.get_by_role("button", name="Recevoir le code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tapez le code")
    look(page, ear, f"{name}-code")
    secrets = Message.objects.get(template="booking_code").secrets
    page.get_by_label("Code reçu par SMS").fill(next(iter(secrets.values())))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre rendez-vous")
    look(page, ear, f"{name}-appointment")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("link", name="Changer l’heure").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changer l’heure")
    look(page, ear, f"{name}-move")


def test_the_desk_is_clean_and_a_file_is_opened_by_keyboard(
    page: Page, live_server: LiveServer, centre: Centre
) -> None:
    user = factories.coordinator(centre)
    kept = factories.patient(
        centre, birth_name="PREVOT", first_name="ELOISE", search_name="prevot eloise"
    )
    twin = factories.patient(
        centre, birth_name="PREVOT", first_name="ELOISE", search_name="prevot eloise"
    )
    patients.add_person(
        centre,
        birth_name="Belair",
        first_birth_name="Ninon",
        sex="U",
        birth_written="1988-11-05",
        came_by=CameBy.ONLINE,
        by=factories.by(),
        now=timezone.now() - timedelta(hours=1),
    )
    ear = Ear.on(page)
    sign_in(page, live_server.url, user)
    base = f"{live_server.url}/centre"
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(f"{base}/{centre.pk}/patients/")
    look(page, ear, "files-home-desk")
    page.goto(f"{base}/patient/{kept.public_id}/")
    look(page, ear, "files-file-desk")
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    for what, address in (
        ("check", f"{base}/{centre.pk}/patients/verifier/"),
        ("new", f"{base}/{centre.pk}/patients/nouveau/"),
        ("public", f"{base}/{centre.pk}/page-publique/"),
        ("file", f"{base}/patient/{kept.public_id}/"),
        ("edit", f"{base}/patient/{kept.public_id}/modifier/"),
        ("readings", f"{base}/patient/{kept.public_id}/lectures/"),
        ("merge", f"{base}/patient/{kept.public_id}/reunir/{twin.public_id}/"),
        ("exception", f"{base}/ouverture/"),
    ):
        page.goto(address)
        look(page, ear, f"files-{what}-small")
    page.goto(f"{base}/{centre.pk}/patients/")
    page.get_by_label("Patient").focus()
    page.keyboard.type("pre")
    page.keyboard.press("Enter")
    expect(page.locator(".found a")).to_have_count(2)
    look(page, ear, "files-found-small")
    page.locator(".found a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("PREVOT Eloise")
