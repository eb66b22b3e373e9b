"""« Je ne peux pas venir »: nobody is left alone, no week is left without a search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.journeys import leaving, searching
from relais.outbox.models import Message
from relais.rota import services as rota
from relais.rota.models import Mission, RiskReading, Search
from relais.rota.services import LeavingRefusal, WeekOverRefusal
from relais.rota.states import AnswerKind, AskOutcome, MissionState, SearchState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
WEEK = 4


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def _mission(week: int = WEEK, doctor: Doctor | None = None) -> Mission:
    who = doctor or factories.doctor(email="elle@exemple.fr")
    factories.offer(who, monday=monday(week))
    return factories.mission(who, monday=monday(week))


def _other(week: int = WEEK) -> Doctor:
    doctor = factories.doctor(email="autre@exemple.fr")
    factories.offer(doctor, monday=monday(week))
    return doctor


def _letters(template: str) -> list[str]:
    rows = Message.objects.filter(template=template).order_by("pk")
    return list(rows.values_list("recipient_key", flat=True))


def test_who_asks_to_be_replaced_keeps_the_week_until_another_says_yes() -> None:
    mission, other = _mission(), _other()
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    assert (mission.state, mission.leaving_at) == (MissionState.CONFIRMED, NOW)
    search = Search.objects.get()
    assert (search.state, search.by_itself) == (SearchState.RUNNING, True)
    assert searching.carry_on(NOW) == 1
    (ask,) = search.asks.all()
    assert ask.doctor == other  # never the one who leaves
    heard = searching.answer(ask, kind=AnswerKind.YES, by=by(), now=NOW)
    assert heard.outcome == AskOutcome.PLACED
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED
    new = Mission.objects.get(state=MissionState.CONFIRMED)
    assert (new.doctor, new.line, new.monday) == (other, mission.line, mission.monday)
    assert _letters("mission_replaced") == [str(mission.doctor_id)]
    assert _letters("mission_confirmed") == [str(other.pk)]


def test_the_team_and_the_centre_are_told_once() -> None:
    mission = _mission()
    planner = factories.user(Role.PLANNER)
    coordinator = factories.coordinator(mission.line.centre)
    factories.coordinator(factories.centre())
    for _ in range(2):
        leaving.ask_to_leave(mission, by=by(), now=NOW)
    assert sorted(_letters("doctor_leaves")) == sorted([str(planner.pk), str(coordinator.pk)])
    pages = dict(
        Message.objects.filter(template="doctor_leaves").values_list("recipient_key", "page")
    )
    assert pages[str(coordinator.pk)] == reverse(
        "centre_week", args=[mission.line.centre_id, mission.monday.isoformat()]
    )
    assert pages[str(planner.pk)] == reverse(
        "office_search", args=[mission.line_id, mission.monday]
    )


def test_who_comes_after_all_stops_the_search_and_a_late_yes_is_a_reserve() -> None:
    mission, other = _mission(), _other()
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    searching.carry_on(NOW)
    leaving.stay_after_all(mission, by=by(), now=NOW)
    assert mission.leaving_at is None
    search = Search.objects.get()
    assert search.state == SearchState.STOPPED
    heard = searching.answer(search.asks.get(), kind=AnswerKind.YES, by=by(), now=NOW)
    assert (heard.outcome, heard.doctor) == (AskOutcome.RESERVE, other)
    mission.refresh_from_db()
    assert mission.state == MissionState.CONFIRMED


def test_who_has_been_replaced_cannot_come_after_all() -> None:
    mission, _ = _mission(), _other()
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    searching.carry_on(NOW)
    ask = Search.objects.get().asks.get()
    searching.answer(ask, kind=AnswerKind.YES, by=by(), now=NOW)
    with pytest.raises(LeavingRefusal, match="à votre place"):
        leaving.stay_after_all(mission, by=by(), now=NOW)


def test_an_urgent_departure_empties_the_week_and_searches_at_once() -> None:
    mission = _mission(0)
    leaving.leave_at_once(mission, by=by(), now=NOW)
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED
    assert Search.objects.get().state == SearchState.RUNNING
    assert leaving.is_near(mission, now=NOW)
    assert not leaving.is_near(_mission(1), now=NOW)


def test_only_a_confirmed_mission_to_come_can_be_left_so() -> None:
    invited = factories.mission(monday=monday(WEEK), state=MissionState.INVITED)
    with pytest.raises(LeavingRefusal, match="déclinez-la"):
        leaving.ask_to_leave(invited, by=by(), now=NOW)
    with pytest.raises(WeekOverRefusal):
        leaving.ask_to_leave(factories.mission(monday=monday(-1)), by=by(), now=NOW)
    assert not Search.objects.exists()


def test_a_week_whose_doctor_leaves_reads_as_empty_on_the_radar() -> None:
    mission = _mission()
    _other()
    rota.refresh_radar(NOW)
    before = RiskReading.objects.get(monday=monday(WEEK))
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    rota.refresh_radar(NOW)
    after = RiskReading.objects.get(monday=monday(WEEK))
    assert (before.says_yes, after.says_yes) == (1.0, 0.0)
    assert before.chance < after.chance < 1.0  # somebody could still come


def test_the_planner_reads_who_asks_to_be_replaced(client: Client) -> None:
    client.force_login(factories.user(Role.PLANNER))
    mission = _mission()
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    rota.refresh_radar(NOW)
    words = f"{mission.doctor} demande un remplacement"
    assert words in client.get(reverse("office_radar")).content.decode()
    week = client.get(reverse("office_week", args=[mission.line_id, mission.monday]))
    assert words in week.content.decode()
    assert reverse("office_search", args=[mission.line_id, mission.monday]) in week.content.decode()


def test_a_mission_that_ended_and_comes_back_asks_nothing_any_more() -> None:
    mission = _mission()
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    rota.cancel(mission, by=by(), now=NOW)
    rota.reopen(mission, by=by(), now=NOW)
    mission.refresh_from_db()
    assert (mission.state, mission.leaving_at) == (MissionState.PROPOSED, None)


def test_the_word_given_stays_out_of_the_audit() -> None:
    mission = _mission()
    leaving.ask_to_leave(mission, by=by(), now=NOW, why="ma fille se marie")
    assert mission.note == "ma fille se marie"
    told = AuditEntry.objects.values_list("why", "details")
    assert told
    assert "marie" not in str(list(told))


def test_a_doctor_asks_on_her_page_and_changes_her_mind(client: Client) -> None:
    doctor, user = factories.doctor_user()
    mission = _mission(doctor=doctor)
    client.force_login(user)
    page = reverse("doctor_mission", args=[mission.pk])
    replaced = reverse("doctor_answer", args=[mission.pk, "remplacer"])
    assert replaced in client.get(page).content.decode()
    shown = client.get(replaced).content.decode()
    assert reverse("doctor_answer", args=[mission.pk, "annuler"]) in shown
    client.post(replaced, {"why": ""})
    mission.refresh_from_db()
    assert mission.leaving_at == NOW
    assert "Nous cherchons quelqu’un pour vous remplacer" in client.get(page).content.decode()
    client.post(reverse("doctor_answer", args=[mission.pk, "venir"]))
    mission.refresh_from_db()
    assert mission.leaving_at is None


def test_a_near_week_is_given_back_at_once(client: Client) -> None:
    doctor, user = factories.doctor_user()
    mission = _mission(0, doctor=doctor)
    client.force_login(user)
    shown = client.get(reverse("doctor_mission", args=[mission.pk])).content.decode()
    given_back = reverse("doctor_answer", args=[mission.pk, "annuler"])
    assert given_back in shown
    client.post(given_back, {"why": ""})
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED
    assert Search.objects.get().opened_at == NOW + timedelta(0)
