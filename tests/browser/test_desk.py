"""The desk in a browser: from the keyboard, without connection, without a fault for axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.agenda import services
from relais.agenda.models import Appointment, AppointmentChange
from relais.agenda.states import AppointmentState
from relais.network.models import Centre
from tests import factories
from tests.browser.pages import DESK, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def desk() -> tuple[Centre, User]:
    """Make a centre where two people are expected today."""
    centre = factories.centre(name="Centre du Morvan")
    line = centre.lines.get()
    for minutes, name in ((0, "ALBERT"), (30, "BLANC")):
        starts = timezone.now().replace(hour=9, minute=minutes, second=0, microsecond=0)
        tick = int(starts.timestamp()) // 300
        row = factories.appointment(
            line,
            factories.patient(centre, birth_name=name),
            starts_at=starts,
            tick=tick,
            day=timezone.localdate(),
        )
        assert row.state == AppointmentState.BOOKED
    return centre, factories.coordinator(centre)


def test_arrivals_from_the_keyboard_and_without_connection(
    page: Page, live_server: LiveServer, desk: tuple[Centre, User]
) -> None:
    centre, user = desk
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, user)
    address = f"{live_server.url}/centre/{centre.pk}/accueil/"
    page.goto(address)
    look(page, ear, "desk-desk")
    rows = page.locator(".desk-row")
    expect(rows).to_have_count(2)

    rows.nth(0).get_by_role("button", name="Arrivé").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator("[data-relais-word]")).to_have_text("arrivé")
    expect(page.locator("[data-waits-to-leave]")).to_have_count(0)

    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    ear.is_deaf = True  # the browser itself notes each request that finds no network
    page.context.set_offline(True)
    rows.nth(0).get_by_role("button", name="Arrivé").click()
    expect(page.locator("[data-relais-line]")).to_contain_text("Hors connexion depuis")
    expect(page.locator("[data-relais-line]")).to_contain_text("1 note attend d’être envoyée.")
    expect(rows.nth(0).locator("[data-relais-word]")).to_have_text("arrivé")
    first = Appointment.objects.order_by("tick").first()
    assert first is not None
    assert first.state == AppointmentState.BOOKED
    # What this browser keeps: the marks without a name, and today's board for a reload.
    assert "ALBERT" not in page.evaluate("JSON.stringify(localStorage)")
    kept = page.evaluate(
        "caches.open('relais-desk').then((one) => one.match(location.pathname))"
        ".then(async (one) => [one.headers.get('X-Relais-Day'), await one.text()])"
    )
    assert kept[0] == timezone.localdate().isoformat()
    assert "ALBERT" in kept[1]

    page.context.set_offline(False)
    expect(page.locator("[data-relais-line]")).to_be_hidden(timeout=15000)
    first.refresh_from_db()
    assert first.state == AppointmentState.ARRIVED
    change = AppointmentChange.objects.get(appointment=first, verb="arrived")
    assert timezone.now() - change.at < timedelta(minutes=2)
    assert "received_at" in change.after

    ear.is_deaf = False
    page.locator("summary", has_text=user.name).click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()
    assert page.evaluate("caches.has('relais-desk')") is False


@pytest.mark.parametrize(
    "what", ["listes", "appels", "chiffres", "deuxieme-ligne", "accueil/reglages"]
)
def test_every_page_of_the_desk_is_sound_at_320(
    page: Page, live_server: LiveServer, desk: tuple[Centre, User], what: str
) -> None:
    centre, user = desk
    person = factories.patient(centre, phone="03 86 00 00 00")
    services.join(
        person,
        centre=centre,
        kind="admission",  # type: ignore[arg-type]
        by=factories.by(),
        now=timezone.now(),
    )
    services.offer_admissions(centre, count=1, by=factories.by(), now=timezone.now())
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, user)
    page.goto(f"{live_server.url}/centre/{centre.pk}/{what}/")
    look(page, ear, f"desk-{what.replace('/', '-')}-small")
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) == 0
