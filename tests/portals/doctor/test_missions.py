"""A doctor reads her missions and answers."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.portals.doctor import cards
from relais.rota.models import Mission
from relais.rota.states import MissionState, WeekState
from tests import factories
from tests.factories import TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def doctor(client: Client) -> Doctor:
    """Sign a doctor in."""
    found, user = factories.doctor_user()
    client.force_login(user)
    return found


def answer_url(mission: Mission, act: str) -> str:
    """Give the address of an answer."""
    return reverse("doctor_answer", args=[mission.pk, act])


def state_of(mission: Mission) -> MissionState:
    """Read the state from the database."""
    return MissionState(Mission.objects.get(pk=mission.pk).state)


def test_a_card_says_when_with_whom_and_what_is_needed(doctor: Doctor) -> None:
    place = factories.centre(lines=2)
    first, second = place.lines.order_by("number")
    mine = factories.mission(doctor, first)
    friend = factories.doctor(first_name="Paul", last_name="Sève")
    factories.mission(friend, second)
    factories.coordination(factories.user(name="Sam Ortega"), place)
    doctor.ready_on = None
    [card] = cards.cards(doctor, [mine], today=TODAY)
    assert card.when == "dans 5\u00a0jours"
    assert card.state is WeekState.CONFIRMED
    assert card.companions == ("Dr Paul Sève",)
    assert card.coordinators == ("Sam Ortega",)
    assert [(need.text, need.is_done) for need in card.needs] == [
        ("Vos papiers sont à compléter avec l’équipe avant le 11\u00a0janvier", False),
        ("Un téléphone où vous joindre", False),
        ("Dites quels actes vous pratiquez, pour que l’agenda vous convienne", False),
    ]


def test_papers_that_come_in_time_are_said_with_their_day(doctor: Doctor) -> None:
    doctor.ready_on = date(2027, 1, 9)
    [card] = cards.cards(doctor, [factories.mission(doctor)], today=TODAY)
    assert card.needs[0].text == "Vos papiers sont attendus pour le 9\u00a0janvier"
    doctor.ready_on = TODAY
    [card] = cards.cards(doctor, [factories.mission(doctor, monday=monday(4))], today=TODAY)
    assert (card.needs[0].text, card.needs[0].is_done) == ("Vos papiers sont prêts", True)


def test_someone_not_confirmed_is_not_announced_as_company(doctor: Doctor) -> None:
    place = factories.centre(lines=2)
    first, second = place.lines.order_by("number")
    mine = factories.mission(doctor, first)
    factories.mission(factories.doctor(), second, state=MissionState.INVITED)
    assert cards.cards(doctor, [mine], today=TODAY)[0].companions == ()


def test_a_mission_names_who_passes_and_who_takes_the_relay(client: Client, doctor: Doctor) -> None:
    mission = factories.mission(doctor)
    for shift, name in ((-1, "Avant"), (1, "Après")):
        person = factories.doctor(first_name="Lou", last_name=name)
        factories.mission(person, mission.line, monday=monday(shift))
    factories.mission(None, mission.line, monday=monday(2))
    page = client.get(reverse("doctor_mission", args=[mission.pk]))
    assert page.context["around"] == cards.Neighbours("Dr Lou Avant", "Dr Lou Après")
    assert "après vous : Dr Lou Après" in page.content.decode()


def test_missions_are_told_apart_by_the_end_of_their_week(doctor: Doctor) -> None:
    running = factories.mission(doctor, monday=monday(-1))
    done = factories.mission(doctor, monday=monday(-2))
    coming = factories.mission(doctor, monday=monday(0))
    declined = factories.mission(doctor, monday=monday(2), state=MissionState.DECLINED)
    assert cards.split(doctor, today=TODAY) == ([running, coming], [declined, done])


def test_home_without_mission_asks_for_a_week(client: Client, doctor: Doctor) -> None:
    page = client.get(reverse("doctor_home")).content.decode()
    assert "Quand pourriez-vous venir" in page
    factories.offer(doctor)
    page = client.get(reverse("doctor_home")).content.decode()
    assert "Pas encore de mission prévue" in page
    assert "Semaine du lundi 11\u00a0janvier" in page


def test_an_answer_asks_before_it_acts(client: Client, doctor: Doctor) -> None:
    mission = factories.mission(doctor, state=MissionState.INVITED)
    page = client.get(answer_url(mission, "confirmer"))
    assert "Le centre le verra aussitôt sur sa page" in page.content.decode()
    assert state_of(mission) == MissionState.INVITED


@pytest.mark.parametrize("state", [MissionState.PROPOSED, MissionState.INVITED])
def test_a_yes_confirms_and_thanks(client: Client, doctor: Doctor, state: MissionState) -> None:
    mission = factories.mission(doctor, state=state)
    answer = client.post(answer_url(mission, "confirmer"))
    assert state_of(mission) == MissionState.CONFIRMED
    assert answer.headers["Location"] == reverse("doctor_home")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Merci. Votre mission est confirmée, le centre vous attend."
    ]
    entry = AuditEntry.objects.get(verb="rota.mission_confirmed")
    assert entry.actor == f"user:{doctor.user_id}"


def test_a_no_keeps_its_word_and_asks_for_another_week(client: Client, doctor: Doctor) -> None:
    mission = factories.mission(doctor, state=MissionState.INVITED)
    answer = client.post(answer_url(mission, "decliner"), {"why": "Un mariage ce samedi."})
    assert state_of(mission) == MissionState.DECLINED
    assert answer.headers["Location"] == reverse("doctor_weeks")
    mission.refresh_from_db()
    assert mission.note == "Un mariage ce samedi."


def test_the_word_of_a_no_stays_out_of_the_audit(client: Client, doctor: Doctor) -> None:
    # The audit cannot forget: a health word that slips in would stay there for ever.
    mission = factories.mission(doctor, state=MissionState.INVITED, note="Vient en train.")
    client.post(answer_url(mission, "decliner"), {"why": "Une opération du genou."})
    entry = AuditEntry.objects.get(verb="rota.mission_declined")
    assert entry.why == ""
    assert entry.details == {"from": "invited", "to": "declined", "reason": "dans la note"}
    mission.refresh_from_db()
    assert mission.note == "Vient en train.\nUne opération du genou."


def test_a_confirmed_week_can_be_given_back(client: Client, doctor: Doctor) -> None:
    mission = factories.mission(doctor)
    client.post(answer_url(mission, "annuler"), {"why": ""})
    assert state_of(mission) == MissionState.CANCELLED


def test_a_refusal_is_said_on_the_same_page(client: Client, doctor: Doctor) -> None:
    mission = factories.mission(doctor)
    answer = client.post(answer_url(mission, "confirmer"))
    assert answer.status_code == 422
    assert "Cette mission est déjà confirmée." in answer.content.decode()


@pytest.mark.parametrize("act", ["confirmer", "decliner", "annuler"])
def test_another_doctor_s_mission_does_not_exist_here(
    client: Client, doctor: Doctor, act: str
) -> None:
    mission = factories.mission(factories.doctor(), state=MissionState.INVITED)
    assert client.get(reverse("doctor_mission", args=[mission.pk])).status_code == 404
    assert client.get(answer_url(mission, act)).status_code == 404
    assert client.post(answer_url(mission, act)).status_code == 404
    assert state_of(mission) == MissionState.INVITED


def test_an_unknown_answer_is_not_found(client: Client, doctor: Doctor) -> None:
    assert client.post(answer_url(factories.mission(doctor), "verrouiller")).status_code == 404


def test_an_account_without_file_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(factories.user(Role.DOCTOR))
    assert "n’est pas encore reliée" in client.get(reverse("doctor_home")).content.decode()


def test_home_asks_the_same_number_of_questions_for_one_and_three_missions(
    client: Client, doctor: Doctor, django_assert_num_queries: object
) -> None:
    def home() -> None:
        with django_assert_num_queries(15):  # type: ignore[operator]
            client.get(reverse("doctor_home"))

    factories.mission(doctor, monday=monday(1))
    client.get(reverse("doctor_home"))  # the first page also notes the session
    home()
    factories.mission(doctor, monday=monday(2))
    factories.mission(doctor, monday=monday(3))
    home()
