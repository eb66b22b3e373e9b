"""Preparing a plan: asking, watching, reading beside today's, accepting all or part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.engine.rota import solve
from relais.portals.office.run_sheet import found_words, proof_words
from relais.rota import services
from relais.rota.models import Mission, PlannedHole, PlanRun
from relais.rota.services.compute import compute_run
from relais.rota.states import ChangeKind, MissionState, RunState
from tests import factories
from tests.factories import MONDAY, NOW
from tests.tasks import tasks_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

LIST_QUERIES = 5
RESULT = {"holes": 0, "holes_bound": 0, "proven_optimal": True, "gap": 0.0, "confirmed_moved": 0}
FORM = {"first_monday": "2027-01-11", "weeks": "4", "standby_depth": "0", "budget_seconds": "20"}


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER, name="Hélène Vasseur")
    client.force_login(user)
    return user


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\xa0", " ")


def page_of(client: Client, run: PlanRun) -> str:
    return text(client.get(reverse("office_run", args=(run.pk,))))


def proposal() -> tuple[PlanRun, Any, Any]:
    """Make a ready proposal that adds two missions at two centres."""
    run = factories.plan_run(result=RESULT)
    rows = []
    for name in ("Nevers", "Tulle"):
        doctor = factories.doctor(missions_before=1)
        factories.offer(doctor)
        centre = factories.centre(name=name)
        rows.append(factories.planned_mission(run, doctor=doctor, centre=centre))
    return run, rows[0], rows[1]


def test_a_plan_is_asked_for_and_computed(client: Client, planner: User) -> None:
    centre, doctor = factories.centre(), factories.doctor()
    factories.offer(doctor)
    with tasks_at_once():
        answer = client.post(reverse("office_runs"), FORM)
    run = PlanRun.objects.get()
    assert answer["Location"] == reverse("office_run", args=(run.pk,))  # type: ignore[index]
    assert (run.state, run.asked_by, run.weeks) == (RunState.FINISHED, planner, 4)
    page = page_of(client, run)
    assert "3 places sans médecin, pour les raisons ci-dessous." in page
    assert f"{centre}, semaine du lundi 18 janvier" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("first_monday", "2027-01-12", "Choisissez un lundi, par exemple le lundi 18 janvier"),
        ("weeks", "60", "52"),
        ("first_monday", "2026-12-07", "Cette semaine est passée."),
    ],
)
def test_a_plan_that_cannot_be_asked_says_why(
    client: Client, planner: User, field: str, value: str, sentence: str
) -> None:
    answer = client.post(reverse("office_runs"), {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert PlanRun.objects.count() == 0


def test_a_second_plan_of_the_same_weeks_waits(client: Client, planner: User) -> None:
    factories.plan_run(state=RunState.RUNNING, heartbeat_at=NOW)
    answer = client.post(reverse("office_runs"), FORM)
    assert answer.status_code == 422
    assert "porte déjà sur ces semaines" in text(answer)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_run_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        factories.plan_run(asked_by=planner, result=RESULT)
    client.get(reverse("office_runs"))
    with django_assert_num_queries(LIST_QUERIES):
        page = text(client.get(reverse("office_runs")))
    assert page.count("Aucune semaine vide") == rows


def test_progress_is_told_in_plain_words(client: Client, planner: User) -> None:
    run = factories.plan_run(
        state=RunState.RUNNING,
        started_at=NOW - timedelta(seconds=12),
        progress={"phase": solve.HOLES, "best": 2, "bound": 0, "gap": 1.0},
    )
    page = page_of(client, run)
    assert "Recherche d’un médecin pour chaque semaine." in page
    assert "2 places sans médecin ; il ne peut pas en rester moins de 0." in page
    assert "Depuis 12 secondes, sur 60 secondes au plus." in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_progress_asks_for_the_page_once_it_is_over(client: Client, planner: User) -> None:
    run = factories.plan_run(state=RunState.RUNNING)
    url = reverse("office_run_progress", args=(run.pk,))
    assert "HX-Refresh" not in client.get(url).headers
    PlanRun.objects.update(state=RunState.FINISHED, result=RESULT)
    assert client.get(url)["HX-Refresh"] == "true"


def test_a_plan_is_stopped(client: Client, planner: User) -> None:
    run = factories.plan_run(state=RunState.RUNNING)
    client.post(reverse("office_run_stop", args=(run.pk,)))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    answer = client.post(reverse("office_run_stop", args=(run.pk,)))
    assert answer.status_code == 422
    assert "Ce calcul est déjà terminé (arrêtée)." in text(answer)


def test_a_proposal_says_its_effect_before(client: Client, planner: User) -> None:
    run, _, _ = proposal()
    page = page_of(client, run)
    assert "2 missions proposées en plus. Aucune mission confirmée ne bouge." in page
    assert "Aucune semaine ne reste vide : on ne peut pas faire mieux." in page
    assert "Nevers : 1 semaine</summary>" in page


def test_a_hole_says_why_and_whom_to_ask(client: Client, planner: User) -> None:
    run = factories.plan_run(result={**RESULT, "holes": 1, "holes_bound": 1})
    PlannedHole.objects.create(
        run=run,
        centre=factories.centre(name="Nevers"),
        monday=MONDAY,
        missing=1,
        because="Vous pouvez demander à Dr Inès Roche.",
    )
    page = page_of(client, run)
    assert "Nevers, semaine du lundi 11 janvier" in page
    assert "Vous pouvez demander à Dr Inès Roche." in page
    assert "On ne peut pas faire mieux que 1 place sans médecin" in page


def test_the_hardest_weeks_are_explained(client: Client, planner: User) -> None:
    run, row, _ = proposal()
    factories.offer()
    page = page_of(client, run)
    assert "Les semaines les plus difficiles" in page
    assert f"3 médecins proposent cette semaine et peuvent venir à {row.centre}" in page
    assert f"{row.doctor} y vient" in page
    assert "1 est placé ailleurs la même semaine" in page


def test_the_whole_proposal_is_accepted(client: Client, planner: User) -> None:
    run, _, _ = proposal()
    url = reverse("office_run_accept", args=(run.pk,))
    page = text(client.post(url, {"everything": "on"}, follow=True))
    assert "La proposition est acceptée : 2 missions ajoutées, 0 mission retirée." in page
    assert Mission.objects.filter(state=MissionState.PROPOSED).count() == 2


def test_part_of_a_proposal_is_accepted(client: Client, planner: User) -> None:
    run, row, _ = proposal()
    client.post(reverse("office_run_accept", args=(run.pk,)), {"only": [str(row.pk)]})
    assert Mission.objects.get().doctor == row.doctor


def test_nothing_ticked_is_refused(client: Client, planner: User) -> None:
    run, _, _ = proposal()
    answer = client.post(reverse("office_run_accept", args=(run.pk,)))
    assert answer.status_code == 422
    assert "Cochez au moins un changement, ou acceptez toute la proposition." in text(answer)
    assert Mission.objects.count() == 0


def test_another_proposal_accepted_meanwhile_is_a_clear_no(client: Client, planner: User) -> None:
    first, _, _ = proposal()
    second, _, _ = proposal()
    url = reverse("office_run_accept", args=(first.pk,))
    client.post(url, {"everything": "on"})
    url = reverse("office_run_accept", args=(second.pk,))
    answer = client.post(url, {"everything": "on"})
    assert answer.status_code == 422
    assert "Une autre proposition a été acceptée depuis ce calcul" in text(answer)
    assert Mission.objects.count() == 2


def test_a_firm_mission_is_marked(client: Client, planner: User) -> None:
    mission = factories.mission()
    run = factories.plan_run(result=RESULT)
    factories.planned_mission(
        run,
        doctor=mission.doctor,
        centre=mission.line.centre,
        change=ChangeKind.REMOVED,
        mission=mission,
    )
    page = page_of(client, run)
    assert "déplace une mission confirmée" in page
    assert "1 mission confirmée ne bouge que si vous cochez sa ligne." in page


def test_a_proposal_is_set_aside(client: Client, planner: User) -> None:
    run, _, _ = proposal()
    client.post(reverse("office_run_discard", args=(run.pk,)))
    run.refresh_from_db()
    assert run.state == RunState.DISCARDED
    assert "Accepter toute la proposition" not in page_of(client, run)


def test_a_failed_run_says_what_happened(client: Client, planner: User) -> None:
    run = factories.plan_run(state=RunState.FAILED, failure="Deux missions se contredisent.")
    assert "Deux missions se contredisent." in page_of(client, run)


def test_only_a_planner_prepares_plans(client: Client) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    assert client.get(reverse("office_runs")).status_code == 403


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ({}, ""),
        (
            {"phase": solve.MOVED, "best": 3, "bound": 1},
            "Meilleur planning trouvé : 3 missions confirmées à déplacer.",
        ),
        (
            {"phase": solve.COST, "best": 1000, "bound": 996, "gap": 0.004},
            "Un planning complet est trouvé : au mieux, 0,40 % reste à gagner.",
        ),
        (
            {"phase": solve.COST, "best": 1000, "bound": 1000, "gap": 0.0},
            "Meilleur planning trouvé : on ne peut pas faire mieux.",
        ),
    ],
)
def test_what_was_found_is_said_without_a_word_of_computing(
    progress: dict[str, Any], words: str
) -> None:
    assert found_words(progress).replace("\xa0", " ") == words


def test_a_plan_that_is_not_proven_says_how_far_it_may_be() -> None:
    said = " ".join(proof_words({**RESULT, "proven_optimal": False, "gap": 0.012}))
    assert "au mieux, 1,20 % resterait à gagner." in said.replace("\xa0", " ")


def test_what_would_fill_the_empty_places_is_said_and_can_be_taken_away(
    client: Client, planner: User
) -> None:
    factories.centre(name="Centre =d’Ajain", lines=2)
    bridge_run = services.start_run(
        MONDAY,
        weeks=2,
        standby_depth=0,
        budget_seconds=5,
        seed=0,
        asked_by=None,
        by=factories.by(),
        now=NOW,
    )
    compute_run(bridge_run, clock=lambda: NOW)
    page = page_of(client, bridge_run)
    assert "Ce qui suffirait à tout pourvoir" in page
    assert "4 offres de plus au mois de janvier 2027 pour Centre =d’Ajain" in page
    answer = client.get(reverse("office_run_shortages", args=[bridge_run.pk]))
    head, row, *_ = answer.content.decode("utf-8-sig").splitlines()
    assert head.split(";")[3] == "offres manquantes"
    assert row.split(";")[2:4] == ["Centre =d’Ajain", "4"]
