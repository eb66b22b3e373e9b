"""The story of a first Monday, told in a browser.

A planner brings a table with mistakes, corrects it from what the page says, has a planning
computed, reads why weeks are hard, accepts; a doctor confirms on a phone.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import people
from relais.network.models import Line
from relais.rota.models import Mission, Offer, PlanRun
from relais.rota.states import MissionState, RunState
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WEEKS = 6
NAMES = ("Valbrune", "Clairmont", "Rochelune", "Hautefeuille", "Montperle", "Bellegarde")


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


def table(rows: list[list[str]]) -> bytes:
    """Write a table as French spreadsheets do: semicolons, and the code page of old Windows."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode("cp1252")


def doctors_table(*, with_mistakes: bool) -> bytes:
    """Write six doctors; with three mistakes, or without."""
    rows = [["Code", "Nom", "Prénom", "E-mail", "Commune", "Missions par an"]]
    for number, name in enumerate(NAMES, start=1):
        rows.append([f"M{number}", name, "Camille", f"m{number}@exemple.fr", "Guéret (23)", "2"])
    if with_mistakes:
        rows[2][3] = "m2 chez exemple.fr"
        rows[4][4] = "Guérett (23)"
        rows[6][5] = "deux"
    return table(rows)


def offers_table() -> bytes:
    """Write the weeks offered: two doctors each week, but nobody for the last two weeks."""
    rows = [["Médecin", "Lundi"]]
    for week in range(1, WEEKS - 1):
        for number in (week % 6 + 1, (week + 1) % 6 + 1):
            rows.append([f"M{number}", f"{soon(week):%d/%m/%Y}"])
    return table(rows)


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    """Give files to the import page."""
    page.locator('input[type="file"]').set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files]
    )
    page.locator('main form button:not([type="button"])').first.click()


def test_from_a_table_with_mistakes_to_a_confirmed_mission(
    page: Page, browser: Browser, live_server: LiveServer
) -> None:
    factories.commune(code="23096", name="Guéret", department="23", search_name="gueret")
    factories.centre(key="ajain", name="Ajain")
    planner = factories.user(Role.PLANNER)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)

    # A table with three mistakes: each is told, and nothing is written.
    page.goto(f"{live_server.url}/bureau/tableaux/importer/")
    ear.is_deaf = True  # a refused page answers 422, and the browser says so in its console
    choose(page, ("medecins.csv", doctors_table(with_mistakes=True)))
    expect(page.get_by_role("heading", name="Ce qu’il faut corriger")).to_be_visible()
    mistakes = page.locator("table", has_text="m2 chez exemple.fr").locator("tbody tr")
    assert mistakes.locator("td:nth-child(1)").all_inner_texts() == ["3", "5", "7"]
    assert Doctor.objects.count() == 0
    ear.is_deaf = False
    look(page, ear, "story-mistakes")

    # Corrected, with the weeks beside: read, announced, then written at once.
    choose(
        page,
        ("medecins.csv", doctors_table(with_mistakes=False)),
        ("semaines.csv", offers_table()),
    )
    expect(page.get_by_role("button", name="Importer", exact=True)).to_be_visible()
    assert Doctor.objects.count() == 0
    look(page, ear, "story-announced")
    page.get_by_role("button", name="Importer", exact=True).click()
    expect(page.get_by_text("Les tableaux sont importés.")).to_be_visible()
    assert (Doctor.objects.count(), Offer.objects.count()) == (6, 2 * (WEEKS - 2))

    # A planning of six weeks, computed by the worker while the page waits.
    page.goto(f"{live_server.url}/bureau/planning/")
    page.get_by_label("Première semaine").fill(soon(1).isoformat())
    page.get_by_label("Nombre de semaines").fill(str(WEEKS))
    page.get_by_label("Réserves souhaitées par semaine").fill("0")
    page.get_by_role("button", name="Préparer un planning").click()
    expect(page.get_by_text("Vous pouvez quitter cette page")).to_be_visible()
    look(page, ear, "story-waiting")
    call_command("worker", "--once", verbosity=0)
    expect(page.get_by_role("heading", name="Ce qui reste vide, et à qui demander")).to_be_visible(
        timeout=15_000
    )

    # Two weeks are hard, and the page says why.
    holes = page.locator("section", has=page.locator("#holes")).locator("li")
    assert holes.count() == 2
    for text in holes.all_inner_texts():
        assert "Aucun médecin ne propose cette semaine. Vous pouvez demander à Dr Camille" in text
    look(page, ear, "story-proposal")
    page.get_by_role("button", name="Accepter toute la proposition").click()
    page.wait_for_load_state()
    run = PlanRun.objects.get()
    assert run.state == RunState.ACCEPTED
    line = Line.objects.get()
    placed = Mission.objects.filter(line=line, state=MissionState.PROPOSED).order_by("monday")
    assert [mission.monday for mission in placed] == [soon(week) for week in range(1, WEEKS - 1)]

    # On a phone, the first doctor says yes.
    mission = placed.first()
    assert mission is not None
    now = timezone.now()
    account = people.open_doctor_account(mission.doctor, by=factories.by(planner), now=now)
    phone = browser.new_context(viewport=PHONE, locale="fr-FR").new_page()  # type: ignore[arg-type]
    pocket = Ear.on(phone)
    sign_in(phone, live_server.url, account)
    phone.goto(f"{live_server.url}/medecin/")
    look(phone, pocket, "story-phone")
    phone.get_by_role("link", name="Confirmer").first.click()
    phone.get_by_role("button", name="Confirmer ma venue").click()
    phone.wait_for_load_state()
    mission.refresh_from_db()
    assert mission.state == MissionState.CONFIRMED
    phone.context.close()

    # The planner sees it on the board, and the audit tells the whole story.
    page.goto(f"{live_server.url}/bureau/")
    look(page, ear, "story-board")
    told = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"rota.run_accepted", "rota.mission_confirmed", "rota.run_started"} <= told
