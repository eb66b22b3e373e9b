"""The board in a real browser: keyboard, drawer, phone, paper, without JavaScript."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Line
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 640}


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


@pytest.fixture
def planner() -> User:
    return factories.user(Role.PLANNER, name="Hélène Vasseur")


@pytest.fixture
def lines() -> list[Line]:
    """Make two centres with three lines, where one week is to fill and one is invited."""
    first = factories.centre(name="Ajain", lines=2, commune=factories.commune())
    second = factories.centre(name="Nevers", commune=factories.commune(department="58"))
    found = [*first.lines.order_by("number"), second.lines.get()]
    for line in found:
        for week in range(12):
            if (line, week) != (found[0], 3):
                state = MissionState.INVITED if week == 5 else MissionState.READY
                doctor = factories.doctor(missions_before=1)
                factories.mission(doctor, line, monday=soon(week), state=state)
    return found


def cell(line: Line, week: int) -> str:
    """Give the address on the page of the cell of a line-week."""
    return f"#cell-{line.pk}-{soon(week):%Y%m%d}"


def open_board(page: Page, live_server: LiveServer, planner: User, query: str = "") -> Ear:
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/{query}")
    return ear


def test_the_arrows_move_and_enter_opens_the_drawer(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = open_board(page, live_server, planner)
    look(page, ear, "office-board")
    assert page.locator('[data-relais-cell][tabindex="0"]').count() == 1
    page.locator(cell(lines[0], 0)).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator(cell(lines[0], 3))).to_be_focused()
    page.keyboard.press("PageDown")
    expect(page.locator(cell(lines[0], 7))).to_be_focused()
    page.keyboard.press("PageUp")
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("Personne n’est placé")
    expect(drawer.get_by_role("heading").first).to_contain_text("Ajain, ligne 1, semaine du lundi")
    look(page, ear, "office-drawer")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(cell(lines[0], 3))).to_be_focused()


def test_a_doctor_is_placed_from_the_drawer_and_the_board_follows(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    doctor = factories.doctor(first_name="Claire", last_name="Aubry", missions_before=1)
    factories.offer(doctor, monday=soon(3))
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = open_board(page, live_server, planner)
    page.locator(cell(lines[0], 3)).click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("button", name="Placer Dr Claire Aubry").click()
    expect(drawer.locator(".done-note")).to_contain_text("Le médecin est placé.")
    expect(drawer.locator(".done-note")).to_be_focused()
    expect(page.locator(cell(lines[0], 3))).to_have_attribute("data-state", "proposed")
    look(page, ear, "office-drawer-placed")
    drawer.get_by_role("button", name="Défaire").click()
    expect(page.locator(cell(lines[0], 3))).to_have_attribute("data-state", "open")
    page.keyboard.press("Escape")
    expect(page.locator(cell(lines[0], 3))).to_be_focused()


def test_a_no_is_read_where_one_is(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    factories.doctor(first_name="Paul", last_name="Sève", search_name="paul seve")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = open_board(page, live_server, planner)
    page.locator(cell(lines[0], 3)).click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("searchbox").fill("seve")
    drawer.get_by_role("button", name="Chercher").click()
    ear.is_deaf = True  # the browser tells every answer 422 as an error of the network
    drawer.get_by_role("button", name="Placer Dr Paul Sève").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Dr Paul Sève n’a pas proposé la semaine")
    ear.is_deaf = False
    look(page, ear, "office-drawer-refused")
    drawer.get_by_label("Pourquoi passer outre ?").fill("Il a dit oui au téléphone.")
    drawer.get_by_role("button", name="Placer quand même").click()
    expect(page.locator(cell(lines[0], 3))).to_have_attribute("data-locked", "")


def test_a_filter_follows_the_choice_and_its_address_can_be_sent(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = open_board(page, live_server, planner)
    page.get_by_label("Centre").select_option("Nevers")
    expect(page.locator("table.board tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(rf"centre={lines[2].centre_id}"))
    page.reload()
    expect(page.locator("table.board tbody tr")).to_have_count(1)
    page.get_by_label("Présentation").select_option("en liste")
    expect(page.locator(".week-group").first).to_be_visible()
    look(page, ear, "office-board-list")


@pytest.mark.parametrize("view", ["", "?vue=noms", "?vue=liste"])
def test_a_phone_reads_the_board_without_scrolling_the_page_sideways(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line], view: str
) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    ear = open_board(page, live_server, planner, view)
    look(page, ear, f"office-board-phone{view.replace('?vue=', '-')}")
    if not view:
        page.get_by_role("link", name="Lire en liste").click()
        expect(page.locator(".week-group").first).to_be_visible()


def test_a_week_has_a_page_of_its_own(
    page: Page, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/semaines/{lines[0].pk}/{soon(5)}/")
    look(page, ear, "office-week-phone")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator(".done-note")).to_contain_text("La mission est confirmée.")
    look(page, ear, "office-week-confirmed-phone")


def test_everything_works_without_javascript(
    browser: Browser, live_server: LiveServer, planner: User, lines: list[Line]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/")
    page.get_by_label("État").select_option("invitée")
    page.get_by_label("Présentation").select_option("en liste")
    page.get_by_role("button", name="Afficher").click()
    assert page.locator(".week-group").count() == 1
    page.locator(".week-group a").first.click()
    page.get_by_role("button", name="Confirmer").click()
    assert page.locator(".done-note").inner_text().startswith("La mission est confirmée.")
    page.get_by_role("button", name="Défaire").click()
    assert Mission.objects.filter(state=MissionState.CONFIRMED).count() == 0
    context.close()


def test_a_year_of_fourteen_lines_prints_on_one_a3_sheet(
    page: Page, live_server: LiveServer, planner: User, tmp_path: Path
) -> None:
    for number in range(14):
        factories.mission(line_=factories.line(factories.centre(name=f"Centre {number}", lines=0)))
    open_board(page, live_server, planner)
    file = tmp_path / "board.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    content = file.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    (box,) = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", content)
    assert [round(float(side) / 72 * 25.4) for side in box] == [420, 297]
