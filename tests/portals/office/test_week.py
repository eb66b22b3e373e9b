"""One line-week: what its page says, what a planner does there, how the network says no."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.network.models import Line
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

HTMX = {"HX-Request": "true"}
OPEN_QUERIES = 22
TAKEN_QUERIES = 23


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER, name="Hélène Vasseur")
    client.force_login(user)
    return user


@pytest.fixture
def line() -> Line:
    return factories.line(factories.centre(name="Nevers", lines=0))


def text(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\xa0", " ")


def address(line: Line, day: date = MONDAY) -> str:
    return reverse("office_week", args=(line.pk, day))


def act(client: Client, mission: Mission, key: str, **data: str) -> HttpResponse:
    url = reverse("office_week_move", args=(mission.line_id, mission.monday, key))
    return client.post(url, {"mission": mission.pk, **data}, headers=HTMX)  # type: ignore[return-value]


def state_of(mission: Mission) -> str:
    mission.refresh_from_db()
    return mission.state


def placed(client: Client, line: Line, **data: object) -> HttpResponse:
    url = reverse("office_week_place", args=(line.pk, MONDAY))
    return client.post(url, data, headers=HTMX)  # type: ignore[return-value]


# -- reading ----------------------------------------------------------------------------------


def test_a_taken_week_says_who_why_and_who_else(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor(first_name="Claire", last_name="Aubry", phone="0612345678")
    factories.mission(doctor, line, because="Elle connaît le centre.")
    other = factories.doctor(first_name="Paul", last_name="Sève")
    factories.offer(other)
    page = text(client.get(address(line)))
    assert "Dr Claire Aubry</a>" in page
    assert "06 12 34 56 78" in page
    assert "Elle connaît le centre." in page
    assert "1 autre médecin propose cette semaine et peut venir ici." in page
    assert "Dr Paul Sève</a>" in page


def test_an_empty_week_says_that_nobody_offers_and_whom_to_ask(
    client: Client, planner: User, line: Line
) -> None:
    page = text(client.get(address(line)))
    assert "Personne n’est placé" in page
    assert "Aucun médecin ne propose cette semaine." in page
    assert "À qui demander : cherchez ci-dessous" in page


def test_an_empty_week_says_that_all_are_taken(client: Client, planner: User, line: Line) -> None:
    for _ in range(3):
        doctor = factories.doctor()
        factories.offer(doctor)
        factories.mission(doctor)
    page = text(client.get(address(line)))
    assert "3 médecins proposent cette semaine, tous déjà pris ou empêchés." in page


def test_a_reserve_is_the_one_to_ask(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor(first_name="Inès", last_name="Roche", max_missions=1)
    factories.standby(doctor)
    page = text(client.get(address(line)))
    assert "À qui demander : Dr Inès Roche, en réserve cette semaine." in page


def test_a_closed_week_says_why(client: Client, planner: User, line: Line) -> None:
    factories.closure(line.centre, note="travaux du toit")
    page = text(client.get(address(line)))
    assert "Personne n’est attendu" in page
    assert "Travaux du toit." in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_week_costs_the_same_for_one_candidate_and_three(
    client: Client,
    planner: User,
    line: Line,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        factories.offer()
    client.get(address(line))
    with django_assert_num_queries(OPEN_QUERIES):
        client.get(address(line))
    factories.mission(line_=line)
    with django_assert_num_queries(TAKEN_QUERIES):
        client.get(address(line))


def test_a_search_finds_a_doctor_to_place(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor(last_name="Zanetti", search_name="camille zanetti")
    page = text(client.get(address(line), {"q": "zanet"}))
    assert "1 médecin trouvé pour « zanet »." in page
    assert reverse("office_doctor", args=(doctor.pk,)) in page


def test_a_day_that_is_no_monday_is_not_found(client: Client, planner: User, line: Line) -> None:
    assert client.get(f"/bureau/semaines/{line.pk}/2027-01-12/").status_code == 404


def test_a_reader_is_offered_no_act(client: Client, line: Line) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    mission = factories.mission(line_=line)
    assert (
        "<button"
        not in text(client.get(address(line)))
        .partition('id="week-file"')[2]
        .partition("<footer")[0]
    )
    assert act(client, mission, "annuler").status_code == 403


def test_the_drawer_gets_the_week_alone(client: Client, planner: User, line: Line) -> None:
    page = text(client.get(address(line), headers=HTMX))
    assert page.lstrip().startswith('<div id="week-file"')
    assert 'data-relais-title="Nevers, semaine du lundi 11 janvier"' in page


# -- acting -----------------------------------------------------------------------------------


def test_a_doctor_is_placed_on_an_empty_week(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor()
    factories.offer(doctor)
    answer = placed(client, line, doctor=doctor.pk)
    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "board-changed"
    mission = Mission.objects.get(line=line)
    assert (mission.doctor, mission.state) == (doctor, MissionState.PROPOSED)
    assert "Le médecin est placé. Il reste à le lui demander." in text(answer)


def test_placing_can_be_undone(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor()
    factories.offer(doctor)
    page = text(placed(client, line, doctor=doctor.pk))
    mission = Mission.objects.get(line=line)
    undo = reverse("office_week_move", args=(line.pk, MONDAY, "annuler"))
    assert f'hx-post="{undo}"' in page.partition("week-why-text")[0]
    act(client, mission, "annuler")
    assert state_of(mission) == MissionState.CANCELLED


def test_a_doctor_takes_the_place_of_another(client: Client, planner: User, line: Line) -> None:
    first = factories.mission(line_=line, state=MissionState.PROPOSED)
    doctor = factories.doctor()
    factories.offer(doctor)
    answer = placed(client, line, doctor=doctor.pk, mission=first.pk)
    assert answer.status_code == 200
    assert state_of(first) == MissionState.CANCELLED
    assert Mission.objects.get(line=line, state=MissionState.PROPOSED).doctor == doctor


def test_a_rule_says_no_and_lets_a_planner_insist(
    client: Client, planner: User, line: Line
) -> None:
    doctor = factories.doctor(first_name="Paul", last_name="Sève")
    answer = placed(client, line, doctor=doctor.pk)
    assert answer.status_code == 422
    assert "Dr Paul Sève n’a pas proposé la semaine du lundi 11 janvier." in text(answer)
    assert "Pourquoi passer outre ?" in text(answer)
    assert Mission.objects.count() == 0
    answer = placed(client, line, doctor=doctor.pk, despite="Il a dit oui au téléphone.")
    assert answer.status_code == 200
    assert Mission.objects.get().is_locked is True
    assert AuditEntry.objects.get(verb="rota.mission_placed").why == "Il a dit oui au téléphone."


def test_a_taken_line_week_says_no(client: Client, planner: User, line: Line) -> None:
    factories.mission(line_=line)
    doctor = factories.doctor(missions_before=2)
    factories.offer(doctor)
    answer = placed(client, line, doctor=doctor.pk)
    assert answer.status_code == 422
    assert "Un médecin est déjà placé sur Nevers, ligne 1 la semaine du lundi 11 janvier." in text(
        answer
    )


def test_placing_nobody_says_what_to_do(client: Client, planner: User, line: Line) -> None:
    answer = placed(client, line)
    assert answer.status_code == 422
    assert "Choisissez un médecin, puis validez." in text(answer)


@pytest.mark.parametrize(
    ("origin", "key", "target"),
    [
        (MissionState.PROPOSED, "inviter", MissionState.INVITED),
        (MissionState.INVITED, "confirmer", MissionState.CONFIRMED),
        (MissionState.CONFIRMED, "rouvrir", MissionState.PROPOSED),
        (MissionState.CONFIRMED, "prete", MissionState.READY),
        (MissionState.READY, "reprendre", MissionState.CONFIRMED),
        (MissionState.INVITED, "decliner", MissionState.DECLINED),
        (MissionState.CONFIRMED, "annuler", MissionState.CANCELLED),
        (MissionState.CANCELLED, "retablir", MissionState.PROPOSED),
    ],
)
def test_an_act_moves_the_mission(
    client: Client, planner: User, line: Line, origin: str, key: str, target: str
) -> None:
    mission = factories.mission(line_=line, state=origin)
    assert act(client, mission, key).status_code == 200
    assert state_of(mission) == target


def test_a_mission_is_locked_then_unlocked(client: Client, planner: User, line: Line) -> None:
    mission = factories.mission(line_=line)
    assert "Aucun planning ne la déplacera." in text(act(client, mission, "verrouiller"))
    mission.refresh_from_db()
    assert mission.is_locked is True
    act(client, mission, "deverrouiller")
    mission.refresh_from_db()
    assert mission.is_locked is False


def test_the_reason_of_a_cancellation_is_kept(client: Client, planner: User, line: Line) -> None:
    mission = factories.mission(line_=line)
    act(client, mission, "annuler", why="Elle a prévenu tôt.")
    entry = AuditEntry.objects.get(verb="rota.mission_cancelled")
    assert (entry.why, entry.actor_label) == ("", "Hélène Vasseur")
    mission.refresh_from_db()
    assert mission.note == "Elle a prévenu tôt."
    shown = client.get(reverse("office_week", args=[line.pk, mission.monday])).content.decode()
    assert "annulée (Elle a prévenu tôt.)" in shown


def test_cancelling_says_its_effect_before(client: Client, planner: User, line: Line) -> None:
    factories.mission(line_=line)
    assert (
        "La semaine redeviendra à pourvoir. Aucun autre médecin n’est libre pour la reprendre."
        in text(client.get(address(line)))
    )


def test_an_impossible_move_is_refused_in_a_sentence(
    client: Client, planner: User, line: Line
) -> None:
    mission = factories.mission(line_=line, state=MissionState.CONFIRMED)
    answer = act(client, mission, "confirmer")
    assert answer.status_code == 422
    assert "Cette mission est déjà confirmée." in text(answer)


def test_a_note_is_kept_and_shown(client: Client, planner: User, line: Line) -> None:
    mission = factories.mission(line_=line)
    url = reverse("office_week_note", args=(line.pk, MONDAY))
    answer = client.post(url, {"mission": mission.pk, "note": "Clés chez Mme Roy."}, headers=HTMX)
    mission.refresh_from_db()
    assert mission.note == "Clés chez Mme Roy."
    assert "Clés chez Mme Roy.</textarea>" in text(answer)  # type: ignore[arg-type]


def test_the_history_tells_who_did_what(client: Client, planner: User, line: Line) -> None:
    doctor = factories.doctor(first_name="Claire", last_name="Aubry")
    mission = factories.mission(doctor, line, state=MissionState.INVITED)
    page = text(act(client, mission, "confirmer"))
    assert "Dr Claire Aubry : confirmée" in page
    assert "Hélène Vasseur" in page


def test_without_javascript_the_page_comes_back_with_what_was_done(
    client: Client, planner: User, line: Line
) -> None:
    mission = factories.mission(line_=line, state=MissionState.INVITED)
    url = reverse("office_week_move", args=(line.pk, MONDAY, "confirmer"))
    answer = client.post(url, {"mission": mission.pk}, follow=True)
    assert answer.redirect_chain == [(f"{address(line)}?fait=confirmer", 302)]
    assert "La mission est confirmée." in text(answer)  # type: ignore[arg-type]


def test_a_mission_of_another_week_is_not_found(client: Client, planner: User, line: Line) -> None:
    mission = factories.mission(line_=line, monday=monday(1))
    url = reverse("office_week_move", args=(line.pk, MONDAY, "confirmer"))
    assert client.post(url, {"mission": mission.pk}).status_code == 404


def test_an_act_that_does_not_exist_is_not_found(client: Client, planner: User, line: Line) -> None:
    mission = factories.mission(line_=line)
    assert act(client, mission, "effacer").status_code == 404
