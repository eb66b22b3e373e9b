"""A coordinator with the telephone ringing: from the keyboard alone, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.agenda import services
from relais.agenda.models import Appointment
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Centre
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def centre() -> tuple[Centre, User]:
    """Make a centre with its usual week, doctors next week, and patients."""
    place = factories.centre(name="Centre du Morvan", lines=2)
    services.prepare_centre(place, by=factories.by(), now=timezone.now())
    monday = monday_of(timezone.localdate()) + WEEK
    for line in place.lines.all():
        factories.mission(None, line, monday=monday)
    factories.patient(place, birth_name="DUPRE", search_name="dupre louise", phone="06 01 02 03 04")
    factories.patient(place, birth_name="DURAND", search_name="durand louise")
    return place, factories.coordinator(place)


def tuesday(centre: Centre, base: str) -> str:
    day = monday_of(timezone.localdate()) + WEEK + timedelta(days=1)
    return f"{base}/centre/{centre.pk}/jour/{day}/"


def test_three_letters_enter_enter(
    page: Page, live_server: LiveServer, centre: tuple[Centre, User]
) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, centre[1])
    page.goto(tuesday(centre[0], live_server.url))
    look(page, ear, "centre-day-desk")
    page.keyboard.press("/")
    page.keyboard.type("dup")
    expect(page.locator("#found a")).to_have_count(1)
    look(page, ear, "centre-day-found-desk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("DUPRE Louise")
    look(page, ear, "centre-book-desk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Rendez-vous donné")
    row = Appointment.objects.get()
    assert (row.state, row.minutes) == ("booked", 30)
    look(page, ear, "centre-day-booked-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    look(page, ear, "centre-day-phone")
    page.get_by_role("link", name="DUPRE Louise").click()
    look(page, ear, "centre-appointment-phone")
    page.go_back()
    page.get_by_role("button", name="Défaire").click()
    expect(page.get_by_role("status").first).to_contain_text("C’est défait.")
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_the_same_without_javascript_on_a_small_phone(
    browser: Browser, live_server: LiveServer, centre: tuple[Centre, User]
) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        viewport=SMALL,  # type: ignore[arg-type]
        locale="fr-FR",
    )
    page = context.new_page()
    sign_in(page, live_server.url, centre[1])
    page.goto(tuesday(centre[0], live_server.url))
    page.get_by_label("Patient").fill("dur")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="DURAND").click()
    page.get_by_role("button", name="Donner ce rendez-vous").click()
    expect(page.get_by_role("status").first).to_contain_text("Rendez-vous donné")
    assert Appointment.objects.get().state == "booked"
    context.close()


def test_every_page_of_the_day_is_clean_at_320_pixels(
    page: Page, live_server: LiveServer, centre: tuple[Centre, User]
) -> None:
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, centre[1])
    day = tuesday(centre[0], live_server.url)
    person = factories.patient(centre[0], birth_name="MARTINEAU")
    for name, address in (
        ("day", day),
        ("week", f"{day}semaine/"),
        ("new", f"{day}nouveau/"),
        ("book", f"{day}{person.public_id}/"),
    ):
        page.goto(address)
        look(page, ear, f"centre-{name}-small")
