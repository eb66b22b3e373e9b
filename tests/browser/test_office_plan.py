"""From the board to an accepted plan, and tables in and out, in a real browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.doctors.models import Doctor
from relais.engine.rota import solve
from relais.engine.weeks import WEEK, monday_of
from relais.rota.models import Mission, PlanRun
from relais.rota.states import RunState
from tests import factories
from tests.browser.pages import DESK, Ear, is_too_wide, keep_picture, look, sign_in
from tests.tasks import tasks_at_once

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 640}
RESULT = {"holes": 0, "holes_bound": 0, "proven_optimal": True, "gap": 0.0, "confirmed_moved": 0}


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


@pytest.fixture
def planner() -> User:
    return factories.user(Role.PLANNER, name="Hélène Vasseur")


def ready_run() -> PlanRun:
    """Make a proposal that adds a mission."""
    run = factories.plan_run(result=RESULT, first_monday=soon(1), weeks=4)
    doctor = factories.doctor(missions_before=1)
    factories.offer(doctor, monday=soon(2))
    factories.planned_mission(run, doctor=doctor, monday=soon(2))
    return run


def test_from_the_board_to_an_accepted_plan(
    page: Page, live_server: LiveServer, planner: User
) -> None:
    factories.centre(name="Nevers")
    for week in range(1, 5):
        doctor = factories.doctor(missions_before=1)
        factories.offer(doctor, monday=soon(week))
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/")
    page.get_by_role("link", name="Préparer un planning").click()
    look(page, ear, "office-runs")
    page.get_by_label("Nombre de semaines").fill("4")
    page.get_by_label("Réserves souhaitées par semaine").fill("0")
    with tasks_at_once():
        page.get_by_role("button", name="Préparer un planning").click()
        expect(page.get_by_role("heading", level=2).first).to_have_text(
            "Chaque semaine a un médecin."
        )
    expect(page.get_by_role("main")).to_contain_text("Aucune mission confirmée ne bouge.")
    page.get_by_text("Nevers : 4\u00a0semaines").click()
    look(page, ear, "office-run")
    page.get_by_role("button", name="Accepter toute la proposition").click()
    expect(page.get_by_role("status").first).to_contain_text("4\u00a0missions ajoutées")
    assert Mission.objects.count() == 4
    look(page, ear, "office-run-accepted")


def test_progress_is_followed_to_its_end(
    page: Page, live_server: LiveServer, planner: User
) -> None:
    run = ready_run()
    PlanRun.objects.update(
        state=RunState.RUNNING,
        started_at=timezone.now(),
        progress={"phase": solve.HOLES, "best": 2, "bound": 0, "gap": 1.0},
    )
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/planning/{run.pk}/")
    expect(page.get_by_role("main")).to_contain_text("Recherche d’un médecin pour chaque semaine.")
    look(page, ear, "office-run-progress")
    PlanRun.objects.update(state=RunState.FINISHED)
    expect(page.get_by_role("button", name="Accepter toute la proposition")).to_be_visible()
    look(page, ear, "office-run-ready")


def test_part_of_a_plan_is_accepted_without_javascript(
    browser: Browser, live_server: LiveServer, planner: User
) -> None:
    run = ready_run()
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport=NARROW)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/planning/{run.pk}/")
    page.get_by_role("button", name="Accepter les lignes cochées").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez au moins un changement")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Accepter les lignes cochées").click()
    expect(page.get_by_role("main")).to_contain_text("Acceptée")
    assert Mission.objects.count() == 1
    context.close()


def test_a_table_with_mistakes_is_corrected_then_imported(
    page: Page, live_server: LiveServer, planner: User, tmp_path: Path
) -> None:
    file = tmp_path / "doctors.csv"
    file.write_text("doctor,latitude,longitude,max_missions\nm1,46.1,1.9,deux\n", "utf-8")
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/tableaux/importer/")
    look(page, ear, "office-import")
    page.get_by_label("Fichiers", exact=True).set_input_files(file)
    ear.is_deaf = True  # the browser tells every answer 422 as an error of the network
    page.get_by_role("button", name="Lire les fichiers").click()
    expect(page.get_by_role("cell", name="deux")).to_be_visible()
    ear.is_deaf = False
    look(page, ear, "office-import-mistakes")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Emporter la liste").click()
    assert "deux" in taken.value.path().read_text("utf-8")
    file.write_text("doctor,latitude,longitude,max_missions\nm1,46.1,1.9,2\n", "utf-8")
    page.get_by_label("Fichiers", exact=True).set_input_files(file)
    page.get_by_role("button", name="Lire les fichiers").click()
    look(page, ear, "office-import-ready")
    page.get_by_role("button", name="Importer", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Les tableaux sont importés.")
    assert Doctor.objects.get().max_missions == 2


@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "narrow"])
def test_every_page_of_the_office_is_clean(
    page: Page, live_server: LiveServer, planner: User, size: dict[str, int]
) -> None:
    place = factories.commune(name="Ajain")
    centre = factories.centre(name="Ajain", lines=2, commune=place)
    factories.closure(centre)
    factories.coordinator(centre)
    practice = factories.practice()
    factories.practice_need(centre, practice)
    doctor = factories.doctor(home=place, rpps="10000000001")
    factories.offer(doctor, monday=soon(3))
    factories.mission(doctor, centre.lines.first(), monday=soon(3))
    factories.mission(doctor, centre.lines.first(), monday=soon(-9))
    run = ready_run()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    for address in (
        "medecins/",
        "medecins/?q=personne",
        "medecins/nouveau/",
        f"medecins/{doctor.pk}/?semaine={soon(3)}",
        f"medecins/{doctor.pk}/fiche/",
        f"medecins/{doctor.pk}/actes/",
        f"medecins/{doctor.pk}/souhaits/",
        "centres/",
        "centres/nouveau/",
        f"centres/{centre.pk}/",
        f"centres/{centre.pk}/modifier/",
        f"centres/{centre.pk}/actes/",
        f"planning/{run.pk}/",
        "tableaux/importer/",
        "tableaux/exporter/",
    ):
        page.goto(f"{live_server.url}/bureau/{address}")
        page.evaluate(
            "document.querySelectorAll('main details').forEach((one) => (one.open = true))"
        )
        name = f"office-{address.split('?')[0].replace('/', '-')}{size['width']}"
        if size == DESK:
            look(page, ear, name)
        else:
            assert (ear.heard, is_too_wide(page)) == ([], False)
            keep_picture(page, name)


def test_a_first_day_leads_from_an_empty_network_to_a_centre(
    page: Page, live_server: LiveServer, planner: User
) -> None:
    factories.commune(name="Ajain", department="23")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, planner)
    page.goto(f"{live_server.url}/bureau/")
    look(page, ear, "office-empty")
    page.get_by_role("link", name="Ajouter un centre").click()
    page.get_by_label("Nom").fill("Ajain")
    page.get_by_label("Identifiant").fill("ajain")
    page.get_by_label("Commune").press_sequentially("aja", delay=30)
    expect(page.locator("#communes option")).to_have_attribute("value", "Ajain (23)")
    look(page, ear, "office-centre-typed")
    page.get_by_label("Commune").fill("Ajain (23)")
    page.get_by_role("button", name="Ajouter le centre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ajain")
    assert ear.heard == []
