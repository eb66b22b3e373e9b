"""A stay on a phone: the hour in two taps, the code at the door, the page without network."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.engine.weeks import WEEK, monday_of
from relais.premises import services as premises
from relais.stays.models import Stay
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in
from tests.factories import by

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_stay_this_week() -> Stay:
    """Make a stay that has begun, whose house has a code, with a welcome pack."""
    now = timezone.now()
    doctor, _ = factories.doctor_user()
    mission = factories.mission(doctor, monday=monday_of(timezone.localdate()))
    stay = factories.stay(mission, leaves_on=mission.monday + timedelta(days=7))
    factories.welcome(mission.line.centre)
    assert stay.lodging is not None
    premises.set_code(stay.lodging, code="4137B", by=by(), now=now)
    return stay


def test_a_stay_is_lived_on_a_phone_with_and_without_network(
    page: Page, live_server: LiveServer
) -> None:
    stay = a_stay_this_week()
    user = stay.mission.doctor.user
    assert user is not None
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, user)
    page.goto(f"{live_server.url}/medecin/sejours/")
    look(page, ear, "stay-phone")
    page.get_by_role("button", name="18\u00a0h", exact=True).click()
    expect(page.get_by_role("heading", name="Vous arrivez")).to_be_visible()
    page.get_by_role("button", name="Voir le code").click()
    expect(page.get_by_text("4137B")).to_be_visible()
    look(page, ear, "stay-code-phone")
    page.goto(f"{live_server.url}/medecin/sejours/{stay.pk}/livret/")
    look(page, ear, "stay-pack-phone")
    page.goto(f"{live_server.url}/medecin/sejours/{stay.pk}/voyage/")
    look(page, ear, "stay-travel-phone")

    page.goto(f"{live_server.url}/medecin/sejours/{stay.pk}/")
    page.get_by_role("button", name="Garder sur ce téléphone").click()
    expect(page.get_by_text("Cette page est gardée")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    ear.is_deaf = True  # the missing network is heard
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/medecin/sejours/{stay.pk}/")
    expect(page.get_by_text("4137B")).to_be_visible()
    expect(page.get_by_text("Bienvenue.")).to_be_visible()
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/medecin/sejours/{stay.pk}/")
    page.get_by_role("button", name="Ne plus garder").click()
    expect(page.get_by_text("La page n’est plus sur ce téléphone")).to_be_visible()
    assert page.evaluate("caches.has('relais-sejour')") is False


def test_a_coordinator_settles_next_monday(page: Page, live_server: LiveServer) -> None:
    doctor = factories.doctor(phone="0601020304")
    mission = factories.mission(doctor, monday=monday_of(timezone.localdate()) + WEEK)
    centre = mission.line.centre
    stay = factories.stay(mission)
    factories.lodging(centre, name="Maison du Parc")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, factories.coordinator(centre))
    page.goto(f"{live_server.url}/centre/pret/")
    look(page, ear, "ready")
    page.get_by_role("link", name=str(doctor)).click()
    look(page, ear, "stay-desk")
    page.get_by_label("Maison du Parc").check()
    page.get_by_role("button", name="Réserver ce logement").click()
    expect(page.get_by_role("status").first).to_contain_text("Le logement est réservé")
    page.goto(f"{live_server.url}/centre/sejours/")
    look(page, ear, "stays-grid")
    page.get_by_role("link", name="Maison du Parc").click()
    look(page, ear, "lodging")
    page.goto(f"{live_server.url}/centre/{centre.pk}/livret/modifier/")
    look(page, ear, "welcome-edit")
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", name="Aperçu")).to_be_visible()
    look(page, ear, "welcome-preview")
    page.get_by_role("button", name="Publier cette version").click()
    expect(page.get_by_text("Version 1, publiée")).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path, name in (
        ("/centre/pret/", "ready-phone"),
        ("/centre/sejours/", "stays-grid-phone"),
        (f"/centre/sejours/{stay.pk}/", "stay-desk-phone"),
        (f"/centre/voitures/{stay.car_id}/", "car-phone"),
    ):
        page.goto(f"{live_server.url}{path}")
        look(page, ear, name)
