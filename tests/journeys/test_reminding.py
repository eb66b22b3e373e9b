"""From a yes to the week: asked again, told what is practical, once a step and never too late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from relais.core.models import AuditEntry
from relais.engine.reminders import parameter
from relais.journeys import reminding
from relais.journeys.answers import ANSWERS
from relais.outbox.models import Delivery, Message
from relais.rota import queries, services
from relais.rota.models import Mission, Reminder, RiskReading, Search
from relais.rota.states import MissionState, WeekState, WordGiven
from tests import factories
from tests.factories import TODAY, by, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)


def _before(mission: Mission, days: int) -> datetime:
    return datetime.combine(mission.monday - timedelta(days=days), time(9), UTC)


def _mission(week: int = 10, **fields: object) -> Mission:
    doctor = factories.doctor(email="elle@exemple.fr", phone="06 00 00 00 01")
    factories.offer(doctor, monday=monday(week))
    return factories.mission(doctor, monday=monday(week), **{"changed_at": LONG_AGO, **fields})


def _steps() -> list[int]:
    return list(Reminder.objects.order_by("-days_before").values_list("days_before", flat=True))


def test_each_step_is_written_once_on_its_day() -> None:
    mission = _mission()
    day = _before(mission, 75)
    while day.date() < mission.monday + timedelta(days=7):
        for _ in range(2):  # the worker comes by every minute
            reminding.remind(day)
        day += timedelta(days=1)
    assert _steps() == [60, 30, 14, 7, 2]
    sent = Reminder.objects.order_by("-days_before").values_list("days_before", "sent_at")
    assert [(mission.monday - at.date()).days for _, at in sent] == [60, 30, 14, 7, 2]
    texts = Message.objects.order_by("pk").values_list("template", "version")
    assert list(texts) == [
        ("still_agreed", 60),
        ("still_agreed", 30),
        ("still_agreed", 14),
        ("mission_practical", 7),
        ("mission_practical", 2),
    ]


def test_a_step_that_comes_too_late_is_given_up() -> None:
    mission = _mission()
    assert reminding.remind(_before(mission, 50)) == 0  # the worker slept ten days
    assert reminding.remind(_before(mission, 24)) == 1  # J-30, six days late: still worth it
    assert _steps() == [30]


def test_who_has_just_said_yes_is_not_asked_again() -> None:
    mission = _mission(changed_at=_before(_mission(12), 100))
    Mission.objects.filter(pk=mission.pk).update(changed_at=_before(mission, 32))
    assert reminding.remind(_before(mission, 30)) == 0


def test_who_is_not_confirmed_or_leaves_is_written_nothing() -> None:
    invited = _mission(state=MissionState.INVITED)
    leaving = _mission(11, leaving_at=NOW)
    assert reminding.remind(_before(invited, 60)) + reminding.remind(_before(leaving, 60)) == 0


def test_nothing_leaves_at_night_and_what_waits_too_long_is_given_up() -> None:
    mission = _mission()
    night = _before(mission, 60).replace(hour=23)
    reminding.remind(night)
    delivery = Delivery.objects.get()
    assert delivery.due_at.hour >= 6  # eight in Paris, whatever the season
    assert delivery.due_at > night
    assert Message.objects.get().give_up_at == night + timedelta(days=10)


def test_one_tap_says_yes_and_opening_the_link_changes_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission = _mission()
    day = _before(mission, 30)
    monkeypatch.setattr("django.utils.timezone.now", lambda: day)
    reminding.remind(day)
    path = reminding.path_of(mission)
    page = client.get(path).content.decode()
    assert "Toujours d’accord ?" in page
    assert Reminder.objects.get().answer == ""
    for _ in range(2):
        assert client.post(path, {"answer": "yes"}).status_code == 302
    assert Reminder.objects.get().answer == WordGiven.YES
    assert AuditEntry.objects.filter(verb="rota.word_given").count() == 1
    assert "Merci, c’est noté" in client.get(path).content.decode()


def test_a_no_looks_for_somebody_else_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission = _mission()
    day = _before(mission, 30)
    monkeypatch.setattr("django.utils.timezone.now", lambda: day)
    reminding.remind(day)
    client.post(reminding.path_of(mission), {"answer": "no"})
    mission.refresh_from_db()
    assert (mission.state, mission.leaving_at) == (MissionState.CONFIRMED, day)
    assert Search.objects.get().by_itself
    page = client.get(reminding.path_of(mission)).content.decode()
    assert "Nous cherchons quelqu’un" in page


def test_the_link_of_a_mission_that_is_another_doctors_opens_nothing(client: Client) -> None:
    mission = _mission()
    path = reminding.path_of(mission)
    Mission.objects.filter(pk=mission.pk).update(doctor=factories.doctor())
    assert client.get(path).status_code == 404


def test_oui_by_sms_is_heard() -> None:
    mission = _mission()
    reminding.remind(_before(mission, 14))
    message = Message.objects.get()
    said = ANSWERS["still_agreed"](message, True, by(), _before(mission, 13))
    assert said == "Vient toujours."
    assert Reminder.objects.get().answer == WordGiven.YES


def test_a_yes_lowers_the_risk_and_silence_raises_it() -> None:
    mission = _mission(6)
    services.refresh_radar(NOW)

    def chance(after_days: int = 0) -> float:
        services.refresh_radar(NOW + timedelta(days=after_days))
        return RiskReading.objects.get(line=mission.line, monday=mission.monday).chance

    before = chance()
    assert 0 < before < 0.5
    asked = Reminder.objects.create(mission=mission, days_before=60, asks=True, sent_at=NOW)
    assert chance() == before  # the question is fresh
    Reminder.objects.filter(pk=asked.pk).update(sent_at=NOW - timedelta(days=4))
    assert chance() == pytest.approx(before * parameter("silent_times"))
    Reminder.objects.filter(pk=asked.pk).update(answer=WordGiven.YES, answered_at=NOW)
    assert chance() == pytest.approx(before * parameter("agreed_times"))


def test_a_word_given_makes_the_radar_read_again() -> None:
    mission = _mission(6)
    reminding.remind(_before(mission, 30))
    services.refresh_radar(_before(mission, 30))
    assert not services.radar_is_stale(_before(mission, 30))
    reminding.say_yes(mission, by=by(), now=_before(mission, 30))
    assert services.radar_is_stale(_before(mission, 30))


def test_the_states_of_a_week_move_by_themselves() -> None:
    mission = _mission(0)
    days = [mission.monday + timedelta(days=shift) for shift in (-1, 0, 5, 6)]
    assert [queries.week_state(mission.state, mission.monday, today=day) for day in days] == [
        WeekState.CONFIRMED,
        WeekState.RUNNING,
        WeekState.RUNNING,
        WeekState.DONE,
    ]
