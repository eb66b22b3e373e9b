"""A gap from the first wave to the yes, with the messages that leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.journeys import answers, searching
from relais.network.models import Line
from relais.outbox.models import Message
from relais.outbox.recipients import DOCTOR
from relais.rota import services as rota
from relais.rota.models import Ask, Mission, Search
from relais.rota.states import AnswerKind, AskOutcome, MissionState, SearchState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)  # a Wednesday morning
WEEK = 4


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def _able(count: int, week: int = WEEK) -> list[Doctor]:
    found = []
    for number in range(count):
        doctor = factories.doctor(email=f"medecin{number}-{week}@exemple.fr", phone="0612345678")
        factories.offer(doctor, monday=monday(week))
        found.append(doctor)
    return found


def _search(line: Line, week: int = WEEK, *, by_itself: bool = True) -> Search:
    return rota.open_search(line, monday=monday(week), by_itself=by_itself, by=by(), now=NOW)


def _requests(search: Search) -> list[Message]:
    return list(
        Message.objects.filter(about=f"rota.search:{search.pk}", cancelled_at=None).order_by("pk")
    )


def test_a_wave_writes_one_message_a_doctor_with_a_link_of_its_own() -> None:
    line = factories.line()
    _able(4)
    search = _search(line)
    assert searching.send_wave(search, by=by(), now=NOW) == 2
    messages = _requests(search)
    assert [one.recipient_key for one in messages] == [
        str(ask.doctor_id) for ask in search.asks.order_by("pk")
    ]
    assert len({one.secrets["lien"] for one in messages}) == 2
    assert "vous avez offert cette semaine" in messages[0].text


def test_a_search_that_runs_by_itself_sends_the_next_wave_when_the_first_has_had_its_time() -> None:
    line = factories.line()
    _able(4)
    search = _search(line)
    assert searching.carry_on(NOW) == 1
    assert searching.carry_on(NOW + timedelta(hours=23)) == 0
    assert searching.carry_on(NOW + timedelta(hours=24)) == 1
    assert sorted(search.asks.values_list("wave", flat=True)) == [1, 1, 2, 2]
    for ask in search.asks.all():
        searching.answer(ask, kind=AnswerKind.NO, by=by(), now=NOW)
    assert searching.carry_on(NOW + timedelta(hours=25)) == 0  # nobody is left to ask
    search.refresh_from_db()
    assert search.nobody_left_at == NOW + timedelta(hours=25)
    _able(1)
    assert searching.carry_on(NOW + timedelta(hours=26)) == 0
    assert searching.carry_on(NOW + timedelta(hours=50)) == 1


def test_a_search_that_breaks_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = factories.line(), factories.line()
    _able(2)
    broken, fine = _search(first), _search(second)
    send_wave = searching.send_wave

    def sends(search: Search, *, by: Actor, now: datetime) -> int:
        if search == broken:
            raise RuntimeError("a fault of ours")
        return send_wave(search, by=by, now=now)

    monkeypatch.setattr(searching, "send_wave", sends)
    assert searching.carry_on(NOW) == 1
    assert (broken.asks.count(), fine.asks.count()) == (0, 2)


def test_all_answers_in_the_next_wave_does_not_wait() -> None:
    line = factories.line()
    _able(4)
    search = _search(line)
    searching.carry_on(NOW)
    for ask in search.asks.all():
        searching.answer(ask, kind=AnswerKind.NO, by=by(), now=NOW)
    assert searching.carry_on(NOW + timedelta(minutes=1)) == 1


def test_a_search_by_hand_waits_for_the_planner() -> None:
    _able(1)
    search = _search(factories.line(), by_itself=False)
    assert searching.carry_on(NOW) == 0
    assert searching.send_wave(search, by=by(), now=NOW) == 1


def test_the_first_yes_calls_back_what_has_not_left_and_sends_the_event() -> None:
    line = factories.line()
    _able(4)
    search = _search(line)
    searching.carry_on(NOW)
    ask = search.asks.order_by("pk")[0]
    heard = searching.answer(ask, kind=AnswerKind.YES, by=by(), now=NOW)
    assert heard.outcome == AskOutcome.PLACED
    assert _requests(search) == []  # the worker had sent none yet
    confirmed = Message.objects.get(template="mission_confirmed")
    assert confirmed.recipient_key == str(ask.doctor_id)
    assert f"rota.mission:{heard.mission_id}" == confirmed.about
    searching.answer(ask, kind=AnswerKind.YES, by=by(), now=NOW + timedelta(minutes=1))
    assert Message.objects.filter(template="mission_confirmed").count() == 1


def test_a_week_filled_otherwise_or_begun_closes_the_search() -> None:
    line, other = factories.line(), factories.line()
    _able(1)
    filled, begun = _search(line), _search(other, week=1)
    searching.carry_on(NOW)
    factories.mission(factories.doctor(), line, monday=monday(WEEK))
    searching.carry_on(NOW + timedelta(weeks=2))
    assert set(Search.objects.values_list("pk", "state")) == {
        (filled.pk, SearchState.FOUND),
        (begun.pk, SearchState.OVER),
    }
    assert _requests(filled) == []


def test_who_was_asked_twice_this_month_is_left_in_peace() -> None:
    (doctor,) = _able(1)
    for week in (WEEK + 6, WEEK + 12):
        factories.offer(doctor, monday=monday(week))
        searching.send_wave(_search(factories.line(), week), by=by(), now=NOW)
    found = searching.preview(factories.line(), monday=monday(WEEK), now=NOW)
    assert (found.wave.people, found.wave.left_in_peace) == ((), 1)


def test_at_night_the_wave_leaves_in_the_morning_and_has_its_time_from_then_on() -> None:
    _able(1)
    night = NOW.replace(hour=22)
    found = searching.preview(factories.line(), monday=monday(WEEK), now=night)
    assert found.leaves_at == datetime(2027, 1, 7, 7, tzinfo=UTC)  # 8 h in Paris
    assert found.answer_by == found.leaves_at + timedelta(hours=24)


def test_who_has_no_address_at_all_is_not_counted_on() -> None:
    doctor = factories.doctor(email="", phone="")
    factories.offer(doctor, monday=monday(WEEK))
    assert searching.preview(factories.line(), monday=monday(WEEK), now=NOW).wave.people == ()


def test_a_yes_by_sms_keeps_the_week_and_the_link_makes_it_hers(client: Client) -> None:
    line = factories.line()
    doctor = _able(1)[0]
    search = _search(line)
    searching.send_wave(search, by=by(), now=NOW)
    (message,) = _requests(search)
    assert answers.keep_request(message, by(), NOW) == answers.KEPT
    assert answers.keep_request(message, by(), NOW) == answers.KEPT
    mission = Mission.objects.get(line=line, monday=monday(WEEK))
    assert (mission.doctor, mission.state) == (doctor, MissionState.INVITED)
    assert Message.objects.filter(template="mission_invitation").count() == 1
    heard = searching.answer(Ask.objects.get(), kind=AnswerKind.YES, by=by(), now=NOW)
    mission.refresh_from_db()
    assert (heard.outcome, mission.state) == (AskOutcome.PLACED, MissionState.CONFIRMED)
    assert Search.objects.get().state == SearchState.FOUND


def test_an_answer_by_sms_is_heard() -> None:
    line = factories.line()
    (doctor,) = _able(1)
    search = _search(line)
    searching.carry_on(NOW)
    (message,) = _requests(search)
    assert message.recipient_kind == DOCTOR
    who = Actor(key="doctor:1", label="elle", source="SMS")
    said = answers.ANSWERS[message.template](message, True, who, NOW)
    assert said == "Réponse notée : vient."
    assert Mission.objects.get(line=line, monday=monday(WEEK)).doctor == doctor


def test_the_address_is_that_of_the_page() -> None:
    assert searching.address("abc").endswith(reverse("public_answer", args=["abc"]))


def _link(search: Search) -> str:
    question = rota.ask(
        search,
        people=searching.preview(search.line, monday=search.monday, now=NOW).wave.people,
        answer_by=NOW,
        by=by(),
        now=NOW,
    )[0]
    return searching.address(question.token).removeprefix("http://localhost:8000")


def test_the_link_shows_the_question_and_only_a_button_answers(client: Client) -> None:
    line = factories.line(factories.centre(name="Centre d’Ajain"))
    _able(1)
    link = _link(_search(line))
    page = client.get(link).content.decode()
    assert "Pourriez-vous venir ?" in page
    assert "Centre d’Ajain" in page
    assert Ask.objects.get().outcome == AskOutcome.WAITING
    page = client.post(link, {"answer": "yes"}, follow=True).content.decode()
    assert "Merci, cette semaine est à vous" in page
    assert Mission.objects.get(line=line).monday == monday(WEEK)
    again = client.post(link, {"answer": "no"})
    assert again.status_code == 422
    assert "Votre oui est déjà noté" in again.content.decode()


def test_a_no_may_become_a_yes_and_a_late_yes_is_kept_in_reserve(client: Client) -> None:
    line = factories.line()
    _able(1)
    link = _link(_search(line))
    page = client.post(link, {"answer": "no"}, follow=True).content.decode()
    assert "Nous ne vous solliciterons plus pour cette semaine" in page
    factories.mission(factories.doctor(), line, monday=monday(WEEK))
    page = client.post(link, {"answer": "yes"}, follow=True).content.decode()
    assert "Merci, vous êtes en réserve" in page


def test_a_link_nobody_sent_is_not_found_and_nonsense_answers_nothing(client: Client) -> None:
    assert client.get("/r/nothing/").status_code == 404
    _able(1)
    link = _link(_search(factories.line()))
    assert client.post(link, {"answer": "perhaps"}).status_code == 200
    assert Ask.objects.get().outcome == AskOutcome.WAITING


def test_a_planner_sends_a_wave_lets_it_run_and_stops_it(client: Client) -> None:
    client.force_login(factories.user(Role.PLANNER))
    line = factories.line()
    _able(3)
    page = f"/bureau/semaines/{line.pk}/{monday(WEEK).isoformat()}/chercher/"
    shown = client.get(page).content.decode()
    assert "Envoyer à 2\u00a0médecins" in shown
    assert "58\u00a0% de chances" in shown
    assert (
        "2\u00a0médecins sollicités" in client.post(f"{page}envoyer/", follow=True).content.decode()
    )
    assert Ask.objects.count() == 2
    shown = client.post(f"{page}laisser-faire/", follow=True).content.decode()
    assert "La recherche se poursuit seule" in shown
    assert "Vague 1" in shown
    client.post(f"{page}arreter/")
    assert Search.objects.get().state == SearchState.STOPPED
    assert client.post(f"{page}arreter/").status_code == 404


def test_a_filled_week_has_nobody_to_look_for(client: Client) -> None:
    client.force_login(factories.user(Role.PLANNER))
    line = factories.line()
    factories.mission(factories.doctor(), line, monday=monday(WEEK))
    page = f"/bureau/semaines/{line.pk}/{monday(WEEK).isoformat()}/chercher/"
    assert "Un médecin est placé cette semaine-là" in client.get(page).content.decode()
    assert client.post(f"{page}envoyer/").status_code == 422
