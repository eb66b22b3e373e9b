"""Two doctors share a week as a last resort; the database still holds one full place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.journeys import leaving, relay, sharing
from relais.outbox.models import Message
from relais.rota import services as rota
from relais.rota.models import Mission, Search, SharedWeek
from relais.rota.services import DoctorElsewhereRefusal, RuleRefusal, SharingRefusal
from relais.rota.states import MissionState, SearchState
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
WEEK = 4
THURSDAY, SATURDAY = monday(WEEK) + timedelta(days=3), monday(WEEK) + timedelta(days=5)


@pytest.fixture(autouse=True)
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def _mission() -> Mission:
    doctor = factories.doctor(email="elle@exemple.fr")
    factories.offer(doctor, monday=monday(WEEK))
    return factories.mission(doctor, monday=monday(WEEK))


def _share(
    mission: Mission, doctor: Doctor, first_on: date = THURSDAY, last_on: date = SATURDAY, **more
) -> SharedWeek:
    return sharing.share(
        mission, doctor=doctor, first_on=first_on, last_on=last_on, by=by(), now=NOW, **more
    )


def test_who_could_not_come_for_the_whole_week_shares_it_and_the_search_stops() -> None:
    mission, second = _mission(), factories.doctor(email="autre@exemple.fr")
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    _share(mission, second)
    mission.refresh_from_db()
    assert (mission.state, mission.leaving_at) == (MissionState.CONFIRMED, None)
    assert Search.objects.get().state == SearchState.STOPPED
    told = Message.objects.filter(template="week_shared").values_list("recipient_key", flat=True)
    assert sorted(told) == sorted([str(mission.doctor_id), str(second.pk)])
    assert AuditEntry.objects.filter(verb="rota.week_shared").count() == 1


def test_a_double_click_shares_once_and_tells_once() -> None:
    mission, second = _mission(), factories.doctor(email="autre@exemple.fr")
    for _ in range(2):
        _share(mission, second)
    assert SharedWeek.objects.count() == 1
    assert Message.objects.filter(template="week_shared").count() == 2


@pytest.mark.parametrize(("first", "last"), [(0, 5), (1, 4), (-1, 2), (3, 6), (4, 3)], ids=str)
def test_days_that_leave_nobody_or_a_hole_are_refused(first: int, last: int) -> None:
    start = monday(WEEK)
    with pytest.raises(SharingRefusal, match="les premiers jours de la semaine, ou les derniers"):
        _share(
            _mission(),
            factories.doctor(),
            start + timedelta(days=first),
            start + timedelta(days=last),
        )


def test_nobody_is_in_two_places() -> None:
    mission, busy = _mission(), factories.doctor()
    factories.mission(busy, monday=monday(WEEK))
    with pytest.raises(DoctorElsewhereRefusal, match="a déjà une mission"):
        _share(mission, busy)
    second, line = factories.doctor(), factories.line()
    factories.offer(second, monday=monday(WEEK))
    _share(mission, second)
    with pytest.raises(DoctorElsewhereRefusal, match="partage déjà une mission"):
        rota.place(line, doctor=second, monday=monday(WEEK), by=by(), now=NOW)
    with pytest.raises(DoctorElsewhereRefusal, match="partage déjà une semaine"):
        _share(_mission(), second)


def test_two_full_missions_on_a_line_week_stay_impossible() -> None:
    mission, second = _mission(), factories.doctor()
    _share(mission, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.mission(second, mission.line, monday=monday(WEEK))


def test_rules_speak_against_a_second_doctor_too_unless_a_planner_insists() -> None:
    mission = _mission()
    late = factories.doctor(ready_on=monday(WEEK + 10))
    with pytest.raises(RuleRefusal, match="papiers"):
        _share(mission, late)
    _share(mission, late, despite="papiers vus en main propre")


def test_a_mission_that_ends_frees_the_second_doctor() -> None:
    mission, second = _mission(), factories.doctor()
    _share(mission, second)
    relay.cancel(mission, by=by(), now=NOW)
    assert SharedWeek.objects.count() == 0


def test_only_a_confirmed_week_to_come_is_shared() -> None:
    invited = factories.mission(monday=monday(WEEK), state=MissionState.INVITED)
    with pytest.raises(SharingRefusal, match="confirmée"):
        _share(invited, factories.doctor())
    past = factories.mission(monday=monday(-3))
    with pytest.raises(SharingRefusal, match="passée"):
        _share(past, factories.doctor())


def test_a_shared_week_is_seen_as_such_everywhere(client: Client) -> None:
    first, first_user = factories.doctor_user(last_name="Alpha")
    second, second_user = factories.doctor_user(last_name="Béta", search_name="camille beta")
    factories.offer(first, monday=monday(WEEK))
    mission = factories.mission(first, monday=monday(WEEK))
    centre = mission.line.centre
    planner, coordinator = factories.user(Role.PLANNER), factories.coordinator(centre)
    client.force_login(planner)
    page = reverse("office_week_share", args=[mission.line_id, mission.monday]) + "?q=béta"
    assert "Aucun rendez-vous" in client.get(page).content.decode()
    said = {"doctor": second.pk, "part": "last", "turn_on": THURSDAY.isoformat()}
    assert client.post(page, said).status_code == 302
    days = "Béta du jeudi 11"
    seen = {
        planner: [
            reverse("office_week", args=[mission.line_id, mission.monday]),
            page,
        ],
        coordinator: [reverse("centre_week", args=[centre.pk, mission.monday.isoformat()])],
        first_user: [reverse("doctor_home"), reverse("doctor_mission", args=[mission.pk])],
        second_user: [reverse("doctor_home")],
    }
    for user, paths in seen.items():
        client.force_login(user)
        for path in paths:
            assert days in client.get(path).content.decode().replace("\xa0", " "), path
    client.force_login(planner)
    board = client.get(reverse("office_board")).content.decode()
    assert f"{first} et {second}" in board
    client.post(page, {"end": "1"})
    assert SharedWeek.objects.count() == 0


def test_the_appointments_of_the_week_are_counted_and_told() -> None:
    mission = _mission()
    factories.user(Role.PLANNER)
    patient = factories.patient(mission.line.centre)
    factories.appointment(mission.line, patient, day=monday(WEEK))
    assert leaving.appointments_of(mission, now=NOW) == 1
    leaving.ask_to_leave(mission, by=by(), now=NOW)
    entry = AuditEntry.objects.get(verb="rota.appointments_counted")
    assert entry.details == {"count": 1}
    what = Message.objects.filter(template="doctor_leaves").first()
    assert what is not None
    assert "1\xa0rendez-vous est donné cette semaine-là" in what.text
