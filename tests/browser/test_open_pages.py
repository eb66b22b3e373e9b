"""The open pages, the centre's pages and the living page of components, in both schemes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.states import Role
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": DESK, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_open_pages_are_clean(page: Page, live_server: LiveServer, size: str, scheme: str) -> None:
    factories.mission()
    ear = Ear.on(page)
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for name, path in (("home", "/"), ("legal", "/mentions/")):
        page.goto(live_server.url + path)
        look(page, ear, f"public-{name}-{size}-{scheme}")


@pytest.mark.parametrize("size", SIZES)
def test_the_centre_s_pages_are_clean(page: Page, live_server: LiveServer, size: str) -> None:
    place = factories.centre(lines=2)
    user = factories.coordinator(place)
    ear = Ear.on(page)
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    sign_in(page, live_server.url, user)
    page.goto(f"{live_server.url}/centre/")
    look(page, ear, f"centre-home-{size}")
    page.get_by_role("link", name="La semaine prochaine").click()
    look(page, ear, f"centre-week-{size}")
    page.goto(f"{live_server.url}/centre/{place.pk}/agenda/")
    page.get_by_role("button", name="Ouvrir mon adresse").click()
    expect(page.get_by_label("Adresse de l’agenda")).to_be_visible()
    look(page, ear, f"centre-feed-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_every_component_is_clean(page: Page, live_server: LiveServer, size: str) -> None:
    ear = Ear.on(page)
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    sign_in(page, live_server.url, factories.user(Role.PLANNER))
    page.goto(f"{live_server.url}/bureau/composants/")
    look(page, ear, f"components-{size}")
    page.get_by_role("link", name="Ouvrir une question").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, ear, f"components-dialog-{size}")


def test_a_wide_screen_shows_the_navigation_without_a_button(
    page: Page, live_server: LiveServer
) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    sign_in(page, live_server.url, factories.user(Role.PLANNER))
    page.goto(f"{live_server.url}/bureau/composants/")
    expect(page.get_by_role("link", name="Volontaires")).to_be_visible()
    expect(page.get_by_role("link", name="Médecins")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page.get_by_role("button", name="Fermer", exact=True)).to_have_count(0)


def test_the_menu_of_the_phone_opens_and_closes(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    sign_in(page, live_server.url, factories.user(Role.PLANNER))
    page.goto(f"{live_server.url}/bureau/composants/")
    link = page.get_by_role("link", name="Médecins")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
