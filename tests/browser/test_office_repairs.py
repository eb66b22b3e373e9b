"""A doctor cancels: the planner sees at once who could come, and applies it in one click."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Line
from relais.rota.models import Mission
from relais.rota.states import ACTIVE, MissionState
from tests import factories
from tests.browser.pages import DESK, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 360, "height": 740}
FAR_NORTH = {"latitude": 50.4, "longitude": 2.8}


def soon() -> date:
    """Give the Monday of the week after next."""
    return monday_of(timezone.localdate()) + 2 * WEEK


@pytest.fixture
def planner() -> User:
    return factories.user(Role.PLANNER, name="Hélène Vasseur")


@pytest.fixture
def missions() -> tuple[Mission, Mission]:
    """Nevers and Ajain are held; only a chain through Ajain could fill Nevers."""
    nevers = factories.line(factories.centre(name="Nevers", lines=0, **FAR_NORTH))
    ajain = factories.line(factories.centre(name="Ajain", lines=0))
    names = (("Luc", "Morel"), ("Claire", "Aubry"), ("Paul", "Sève"))
    luc, claire, paul = (
        factories.doctor(first_name=first, last_name=last, missions_before=3, phone="0612345678")
        for first, last in names
    )
    paul.max_travel_minutes = 200
    paul.save()
    for doctor in (luc, claire, paul):
        factories.offer(doctor, monday=soon())
    confirmed = {"monday": soon(), "state": MissionState.CONFIRMED}
    return factories.mission(luc, nevers, **confirmed), factories.mission(
        claire, ajain, **confirmed
    )


def address(live_server: LiveServer, line: Line) -> str:
    return f"{live_server.url}/bureau/semaines/{line.pk}/{soon():%Y-%m-%d}/"


def held() -> set[tuple[str, str]]:
    rows = Mission.objects.filter(state__in=ACTIVE)
    return set(rows.values_list("doctor__last_name", "line__centre__name"))


def test_a_cancellation_is_answered_by_a_chain_in_one_click(
    page: Page, live_server: LiveServer, planner: User, missions: tuple[Mission, Mission]
) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(address(live_server, missions[0].line))
    page.get_by_text("Noter un refus ou annuler la mission").click()
    page.get_by_role("button", name="Annuler la mission").click()
    solutions = page.locator("#week-solutions")
    expect(solutions).to_contain_text("Dr Claire Aubry quitte Ajain")
    expect(solutions).to_contain_text("Dr Paul Sève va à Ajain")
    expect(solutions).to_contain_text("qui avait dit oui à Ajain")
    look(page, ear, "office-solutions")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    look(page, ear, "office-solutions-phone")
    page.reload()
    ear = Ear.on(page)  # the pictures above are told late
    solutions.get_by_role("button", name="Appliquer et inviter").first.click()
    note = page.locator(".done-note")
    expect(note).to_contain_text("les invitations partent")
    expect(note).to_contain_text("Dr Paul Sève : invitation partie pour Ajain")
    look(page, ear, "office-solution-applied-phone")
    assert held() == {("Aubry", "Nevers"), ("Sève", "Ajain")}


def test_the_drawer_of_an_empty_week_brings_its_solutions(
    page: Page, live_server: LiveServer, planner: User, missions: tuple[Mission, Mission]
) -> None:
    missions[0].state = MissionState.DECLINED
    missions[0].save()
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/")
    page.locator(f"#cell-{missions[0].line_id}-{soon():%Y%m%d}").click()
    solutions = page.locator("#drawer #week-solutions")
    expect(solutions).to_contain_text("Dr Paul Sève va à Ajain")
    look(page, ear, "office-solutions-drawer")


def test_without_javascript_two_tabs_apply_a_solution_once(
    browser: Browser, live_server: LiveServer, planner: User, missions: tuple[Mission, Mission]
) -> None:
    missions[0].state = MissionState.CANCELLED
    missions[0].save()
    context = browser.new_context(java_script_enabled=False)
    one, other = context.new_page(), context.new_page()
    sign_in(one, live_server.url, planner)
    for tab in (one, other):
        tab.goto(address(live_server, missions[0].line))
        tab.get_by_role("link", name="Voir les trois meilleures solutions").click()
        expect(tab.locator("#week-solutions")).to_contain_text("Dr Claire Aubry quitte Ajain")
    one.get_by_role("button", name="Appliquer seulement").first.click()
    expect(one.locator(".done-note")).to_contain_text("Il reste à demander aux médecins.")
    other.get_by_role("button", name="Appliquer seulement").first.click()
    expect(other.locator(".done-note")).to_contain_text("La solution est appliquée.")
    assert held() == {("Aubry", "Nevers"), ("Sève", "Ajain")}
    assert Mission.objects.count() == 4
    context.close()
