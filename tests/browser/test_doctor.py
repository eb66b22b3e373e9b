"""A doctor on a phone: weeks offered in under a minute, a mission confirmed in two taps."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, monday_of
from relais.rota.models import Mission, Offer
from relais.rota.states import MissionState
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


@pytest.fixture
def doctor() -> tuple[Doctor, User]:
    """Make a doctor who is invited to a mission."""
    found, user = factories.doctor_user()
    factories.mission(found, monday=soon(5), state=MissionState.INVITED)
    return found, user


def offered(doctor: Doctor) -> list[date]:
    """Read the weeks offered."""
    return list(
        Offer.objects.filter(doctor=doctor).order_by("monday").values_list("monday", flat=True)
    )


def test_weeks_are_offered_on_a_phone(
    page: Page, live_server: LiveServer, doctor: tuple[Doctor, User]
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, doctor[1])
    page.goto(f"{live_server.url}/medecin/semaines/")
    look(page, ear, "doctor-weeks-phone")
    page.locator(f'input[value="{soon(2)}"]').check()
    page.locator(f'input[value="{soon(9)}"]').check()
    expect(page.locator("[data-relais-count]")).to_have_text(
        "2\u00a0semaines à ajouter. Il reste à enregistrer."
    )
    assert page.locator(f'input[value="{soon(5)}"]').is_disabled()
    page.get_by_role("button", name="Enregistrer mes semaines").click()
    expect(page.get_by_role("status").first).to_contain_text("2\u00a0semaines ajoutées")
    assert offered(doctor[0]) == [soon(2), soon(9)]
    look(page, ear, "doctor-weeks-saved-phone")


def test_a_mission_is_confirmed_on_a_phone(
    page: Page, live_server: LiveServer, doctor: tuple[Doctor, User]
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, doctor[1])
    page.goto(f"{live_server.url}/medecin/")
    look(page, ear, "doctor-home-phone")
    page.get_by_role("link", name="Confirmer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    look(page, ear, "doctor-confirm-phone")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Confirmer").click()
    dialog.get_by_role("button", name="Confirmer ma venue").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre mission est confirmée")
    assert Mission.objects.get().state == MissionState.CONFIRMED
    look(page, ear, "doctor-home-confirmed-phone")


def test_everything_works_without_javascript(
    browser: Browser, live_server: LiveServer, doctor: tuple[Doctor, User]
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live_server.url, doctor[1])
    page.goto(f"{live_server.url}/medecin/semaines/")
    october = next(
        month
        for weeks in range(1, 53)
        if (month := f"{soon(weeks):%Y-%m}").endswith("-10") and soon(weeks - 4).month != 10
    )
    page.locator(f'button[name="pick"][value="{october}"]').click()
    page.get_by_role("button", name="Enregistrer mes semaines").click()
    assert {f"{day:%Y-%m}" for day in offered(doctor[0])} == {october}
    page.goto(f"{live_server.url}/medecin/")
    page.get_by_role("link", name="Confirmer").click()
    page.get_by_role("button", name="Confirmer ma venue").click()
    expect(page.get_by_text("Votre mission est confirmée")).to_be_visible()
    assert Mission.objects.get().state == MissionState.CONFIRMED
    context.close()


def test_preferences_suggest_communes_and_save(
    page: Page, live_server: LiveServer, doctor: tuple[Doctor, User]
) -> None:
    factories.commune(name="Ajain", department="23")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, doctor[1])
    page.goto(f"{live_server.url}/medecin/preferences/")
    look(page, ear, "doctor-preferences")
    page.get_by_label("Commune où vous habitez").press_sequentially("aja", delay=30)
    expect(page.locator("#communes option")).to_have_attribute("value", "Ajain (23)")
    page.get_by_label("Commune où vous habitez").fill("Ajain (23)")
    page.get_by_role("button", name="Enregistrer mes préférences").click()
    expect(page.get_by_role("status").first).to_contain_text("Vos préférences sont enregistrées")
    assert Doctor.objects.get(pk=doctor[0].pk).home_id is not None
    assert ear.heard == []
