"""A doctor chooses a week: kept 48 hours, then hers; nobody else takes it meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.journeys import choosing, searching
from relais.network.models import Line
from relais.outbox.models import Message
from relais.rota import planning
from relais.rota import services as rota
from relais.rota.models import Hold, Mission, Offer, Season
from relais.rota.queries import choosing as choices
from relais.rota.queries import seasons
from relais.rota.services import HoldRefusal, LineWeekHeldRefusal, LineWeekTakenRefusal
from relais.rota.states import HoldEnd, MissionState, SearchState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=48)
WEEK = 4


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def _hold(doctor: Doctor, line: Line, week: int = WEEK) -> Hold:
    return rota.hold(line, doctor=doctor, monday=monday(week), by=by(), now=NOW)


def _season(**fields: object) -> Season:
    return rota.open_season(
        "Printemps",
        **{
            "first_monday": monday(2),
            "last_monday": monday(12),
            "opens_at": NOW,
            "rounds": 3,
            "days_per_round": 7,
            **fields,
        },  # type: ignore[arg-type]
        by=by(),
        now=NOW,
    )


def test_a_doctor_keeps_a_week_says_yes_and_is_confirmed_at_once() -> None:
    doctor, line = factories.doctor(), factories.line()
    held = _hold(doctor, line)
    assert held.until == LATER
    mission = choosing.keep(held, by=by(), now=NOW + timedelta(hours=47))
    assert (mission.doctor, mission.line, mission.state) == (doctor, line, MissionState.CONFIRMED)
    assert Offer.objects.filter(doctor=doctor, monday=monday(WEEK)).exists()
    held.refresh_from_db()
    assert held.end == HoldEnd.KEPT
    assert Message.objects.filter(template="mission_confirmed").count() == 1
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"rota.week_held", "rota.hold_ended", "rota.mission_placed"} <= verbs


def test_a_double_click_holds_once_and_says_yes_once() -> None:
    doctor, line = factories.doctor(), factories.line()
    assert _hold(doctor, line) == _hold(doctor, line)
    held = Hold.objects.get()
    missions = {choosing.keep(held, by=by(), now=NOW).pk for _ in range(2)}
    assert missions == set(Mission.objects.values_list("pk", flat=True))
    assert Message.objects.filter(template="mission_confirmed").count() == 1


def test_another_doctor_is_told_until_when_the_week_is_kept() -> None:
    first, second, line = factories.doctor(), factories.doctor(), factories.line()
    _hold(first, line)
    with pytest.raises(LineWeekHeldRefusal, match=r"vendredi 8.janvier à 10.h"):
        _hold(second, line)
    (shown,) = [
        one for one in choices.open_weeks(second, now=NOW).weeks if one.monday == monday(WEEK)
    ]
    assert shown.held_until == LATER


def test_a_second_tab_keeps_no_second_week() -> None:
    doctor, line = factories.doctor(), factories.line()
    _hold(doctor, line)
    with pytest.raises(HoldRefusal, match=r"Vous retenez déjà la semaine du lundi 8.février"):
        _hold(doctor, line, WEEK + 5)
    assert Hold.objects.count() == 1


def test_the_database_refuses_a_second_hold_whoever_forgets_to_ask() -> None:
    line = factories.line()
    _hold(factories.doctor(), line)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(
            doctor=factories.doctor(), line=line, monday=monday(WEEK), held_at=NOW, until=LATER
        )


def test_the_worker_opens_a_week_again_after_its_hours_and_tells_the_doctor_once() -> None:
    first, second, line = factories.doctor(), factories.doctor(), factories.line()
    held = _hold(first, line)
    assert choosing.end_late_holds(LATER - timedelta(minutes=1)) == 0
    assert [choosing.end_late_holds(LATER), choosing.end_late_holds(LATER)] == [1, 0]
    with pytest.raises(HoldRefusal, match=r"le délai est passé"):
        choosing.keep(held, by=by(), now=LATER)
    assert Message.objects.filter(template="hold_over").count() == 1
    rota.hold(line, doctor=second, monday=monday(WEEK), by=by(), now=LATER)


def test_hours_that_are_over_hold_nobody_back_even_without_a_worker() -> None:
    first, second, line = factories.doctor(), factories.doctor(), factories.line()
    _hold(first, line)
    made = rota.hold(line, doctor=second, monday=monday(WEEK), by=by(), now=LATER)
    assert made.doctor == second
    assert Hold.objects.get(doctor=first).end == HoldEnd.EXPIRED


def test_a_kept_week_is_no_place_for_the_planner_a_plan_or_a_search() -> None:
    first, second, line = factories.doctor(), factories.doctor(), factories.line()
    factories.offer(second, monday=monday(WEEK))
    _hold(first, line)
    with pytest.raises(LineWeekHeldRefusal, match=r"passez outre"):
        rota.place(line, doctor=second, monday=monday(WEEK), by=by(), now=NOW)
    bridge = planning.problem_for(monday(), weeks=8, standby_depth=0, today=TODAY)
    column = bridge.index.centre_of[line.centre_id]
    ghosts = [
        one
        for one in bridge.problem.missions
        if one.centre == column and one.week == WEEK and bridge.index.is_ghost(one.doctor)
    ]
    assert (
        len(ghosts) == bridge.problem.centres[column].lines
        or not bridge.problem.capacity[column, WEEK]
    )
    search = rota.open_search(line, monday=monday(WEEK), by_itself=True, by=by(), now=NOW)
    assert searching.carry_on(NOW) == 0
    search.refresh_from_db()
    assert search.state == SearchState.RUNNING


def test_a_planner_may_insist_and_the_hold_ends() -> None:
    first, second, line = factories.doctor(), factories.doctor(), factories.line()
    factories.offer(second, monday=monday(WEEK))
    held = _hold(first, line)
    rota.place(
        line, doctor=second, monday=monday(WEEK), by=by(), now=NOW, despite="accord au téléphone"
    )
    held.refresh_from_db()
    assert held.end == HoldEnd.RELEASED


def test_a_week_that_somebody_has_is_refused_in_words() -> None:
    line = factories.line()
    factories.mission(factories.doctor(), line, monday=monday(WEEK))
    with pytest.raises(LineWeekTakenRefusal, match=r"choisissez-en une autre"):
        _hold(factories.doctor(), line)


def test_a_season_serves_first_who_has_no_week() -> None:
    line = factories.line()
    idle, busy = factories.doctor(max_missions=3), factories.doctor(max_missions=3)
    factories.mission(busy, monday=monday(10))
    season = _season()
    assert [one.most for one in seasons.rounds_of(season)] == [1, 2, None]
    _hold(idle, line, 3)
    with pytest.raises(HoldRefusal, match=r"Le vôtre vient le mercredi 13.janvier à 10.h"):
        _hold(busy, line, 4)
    second_round = NOW + timedelta(days=7)
    made = rota.hold(line, doctor=busy, monday=monday(4), by=by(), now=second_round)
    assert made.doctor == busy


def test_nobody_chooses_before_a_season_opens() -> None:
    line = factories.line()
    _season(opens_at=NOW + timedelta(days=2))
    with pytest.raises(HoldRefusal, match=r"s’ouvre pour vous le vendredi 8.janvier"):
        _hold(factories.doctor(), line, 3)


def test_without_a_season_far_weeks_are_not_open_yet() -> None:
    with pytest.raises(HoldRefusal, match=r"n’est pas encore ouvert"):
        _hold(factories.doctor(), factories.line(), 30)


def test_the_page_sorts_what_she_offered_before_what_is_near_and_says_why(client: Client) -> None:
    doctor, user = factories.doctor_user()
    near = factories.centre(name="Tout près", latitude=doctor.latitude, longitude=doctor.longitude)
    factories.centre(name="Plus loin", latitude=doctor.latitude + 1, longitude=doctor.longitude)
    factories.offer(doctor, monday=monday(6))
    weeks = choices.open_weeks(doctor, now=NOW).weeks
    assert [one.monday for one in weeks[:2]] == [monday(6), monday(6)]
    assert weeks[0].line.centre == near
    assert weeks[0].because.startswith("Vous avez proposé cette semaine et à ")
    client.force_login(user)
    page = client.get(reverse("doctor_choose")).content.decode()
    assert page.index("Tout près") < page.index("Plus loin")


def test_the_list_costs_the_same_for_one_centre_and_three(
    django_assert_num_queries,
) -> None:
    doctor = factories.doctor()
    for _ in range(2):
        factories.centre()
        with django_assert_num_queries(16):
            choices.open_weeks(doctor, now=NOW)


def test_from_the_page_hold_yes_and_a_used_page_is_answered_in_words(client: Client) -> None:
    _, user = factories.doctor_user()
    line = factories.line()
    client.force_login(user)
    path = reverse("doctor_hold", args=[line.pk, monday(WEEK).isoformat()])
    assert client.post(path).status_code == 302
    held = Hold.objects.get()
    assert client.get(reverse("doctor_keep", args=[held.pk])).status_code == 302
    assert Mission.objects.count() == 0
    done = client.post(reverse("doctor_keep", args=[held.pk]))
    assert done["Location"] == reverse("doctor_mission", args=[Mission.objects.get().pk])
    other = factories.doctor_user()[1]
    client.force_login(other)
    assert client.post(reverse("doctor_keep", args=[held.pk])).status_code == 404
    refused = client.post(path)
    assert refused.status_code == 422
    assert "Un autre médecin vient d’avoir cette semaine" in refused.content.decode()


def test_a_planner_opens_and_closes_a_season(client: Client) -> None:
    from relais.accounts.states import Role

    client.force_login(factories.user(Role.PLANNER))
    said = {
        "name": "Automne",
        "first_on": "2027-09-01",
        "last_on": "2027-12-19",
        "opens_on": "2027-05-03",
        "opens_hour": "09:00",
        "rounds": "3",
        "days_per_round": "7",
    }
    assert client.post(reverse("office_seasons"), said).status_code == 302
    season = Season.objects.get()
    assert (season.first_monday.isoformat(), season.last_monday.isoformat()) == (
        "2027-09-06",
        "2027-12-13",
    )
    again = client.post(reverse("office_seasons"), said)
    assert again.status_code == 422
    assert "appartiennent déjà à la saison « Automne »" in again.content.decode()
    client.post(reverse("office_season_close", args=[season.pk]))
    season.refresh_from_db()
    assert season.closed_at is not None
