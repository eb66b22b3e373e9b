"""A week is ready only with papers good to its last day; days that go by are noticed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors import services
from relais.doctors.models import Doctor, Paper
from relais.doctors.services import CharterRefusal, PaperRefusal
from relais.doctors.states import DoctorStatus
from relais.engine import charter, papers
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import people, readiness, relay
from relais.network.models import Coordination
from relais.outbox.models import Message
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import by

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 6, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
MONDAY = monday_of(TODAY) + 2 * WEEK
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES = tmp_path / "private"


def with_papers(*, until: date, **fields: Any) -> Doctor:
    doctor = factories.doctor(status=DoctorStatus.SUBSTITUTE, **fields)
    services.open_checklist(doctor, by=by(), now=NOW, today=TODAY)
    for rule in papers.asked_of(doctor.status):
        paper = services.give_paper(
            doctor, code=rule.code, content=PDF, by=by(), now=NOW, today=TODAY
        )
        services.accept_paper(
            paper, expires_on=until if rule.expires else None, by=by(), now=NOW, today=TODAY
        )
    return doctor


def ready(doctor: Doctor, monday: date = MONDAY) -> Mission:
    mission = factories.mission(doctor, monday=monday)
    relay.mark_ready(mission, by=by(), now=NOW)
    return mission


def told() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for message in Message.objects.all():
        found.setdefault(message.template, set()).add(message.recipient_kind)
    return found


def test_a_paper_that_will_expire_before_the_end_reopens_the_week_and_people_are_told() -> None:
    planner = factories.user(Role.PLANNER)
    doctor = with_papers(until=MONDAY + 5 * DAY)
    mission = ready(doctor)
    assert readiness.reopen_missions(by=by(), now=NOW) == []
    Paper.objects.filter(code="insurance").update(expires_on=MONDAY + 4 * DAY)
    assert readiness.reopen_missions(by=by(), now=NOW) == [mission]
    mission.refresh_from_db()
    assert mission.state == MissionState.CONFIRMED
    assert told() == {"mission_reopened": {"doctor"}, "mission_reopened_team": {"user"}}
    letter = Message.objects.get(template="mission_reopened")
    assert "Attestation de responsabilité civile professionnelle" in letter.text
    to_team = Message.objects.get(recipient_kind="user", recipient_key=str(planner.pk))
    assert to_team.template == "mission_reopened_team"
    assert readiness.reopen_missions(by=by(), now=NOW) == []
    with pytest.raises(PaperRefusal):
        relay.mark_ready(mission, by=by(), now=NOW)


def test_a_paper_asked_again_reopens_at_once_and_only_that_doctor() -> None:
    doctor = with_papers(until=MONDAY + WEEK)
    mission, other = ready(doctor), ready(with_papers(until=MONDAY + WEEK))
    readiness.ask_paper_again(
        Paper.objects.get(doctor=doctor, code="identity"), reason="Floue", by=by(), now=NOW
    )
    states = dict(Mission.objects.values_list("pk", "state"))
    assert states == {mission.pk: MissionState.CONFIRMED, other.pk: MissionState.READY}


def test_a_paper_that_waits_for_the_team_does_not_bother_the_doctor() -> None:
    factories.user(Role.PLANNER)
    doctor = with_papers(until=MONDAY + WEEK)
    ready(doctor)
    services.give_paper(doctor, code="identity", content=PDF, by=by(), now=NOW, today=TODAY)
    readiness.reopen_missions(by=by(), now=NOW)
    assert told() == {"mission_reopened_team": {"user"}}


def test_a_week_that_has_begun_or_is_over_stays_as_it_is() -> None:
    doctor = with_papers(until=MONDAY + WEEK)
    began = factories.mission(doctor, monday=monday_of(TODAY), state=MissionState.READY)
    Paper.objects.update(expires_on=TODAY)
    assert readiness.reopen_missions(by=by(), now=NOW) == []
    began.refresh_from_db()
    assert began.state == MissionState.READY
    past = factories.mission(doctor, monday=monday_of(TODAY) - 4 * WEEK)
    relay.mark_ready(past, by=by(), now=NOW)  # history asks nothing


def test_the_round_is_made_once_a_day_early_and_moves_first_weeks() -> None:
    with_papers(until=TODAY + 3 * DAY)
    assert Doctor.objects.get().ready_on == TODAY
    later = NOW + 4 * DAY
    night = later.replace(hour=2)
    assert readiness.daily_round(night) == 0
    assert readiness.daily_round(later) == 1
    first = Doctor.objects.get().ready_on
    assert first is not None
    assert first > later.date()
    assert first.weekday() == 0
    assert readiness.daily_round(later) == 0
    assert readiness.daily_round(later + DAY) in (0, 1)
    assert AuditEntry.objects.filter(verb="doctors.weeks_followed").count() >= 1


def test_a_round_that_breaks_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("relais.journeys.readiness.doctors.follow_papers", broken)
    with pytest.raises(RuntimeError):
        readiness.daily_round(NOW)
    monkeypatch.undo()
    with_papers(until=TODAY + DAY)
    assert readiness.daily_round(NOW + 2 * DAY) == 1


def test_following_many_files_is_a_known_number_of_queries(
    django_assert_num_queries: Any,
) -> None:
    for _ in range(3):
        with_papers(until=TODAY + DAY)
    with django_assert_num_queries(6):  # papers, doctors, a save point twice, one batch, the audit
        assert services.follow_papers(by=by(), now=NOW, today=TODAY + 2 * DAY) == 3


def test_the_charter_is_asked_where_the_network_says_so(settings: Any) -> None:
    doctor = with_papers(until=MONDAY + WEEK, first_name="Léa", last_name="O’Neil-Duf")
    settings.CHARTER_REQUIRED = True
    mission = factories.mission(doctor, monday=MONDAY)
    with pytest.raises(CharterRefusal, match="pas encore signée"):
        relay.mark_ready(mission, by=by(), now=NOW)
    sign: dict[str, Any] = {"by": by(), "now": NOW, "today": TODAY}
    version = charter.current(TODAY).version
    with pytest.raises(CharterRefusal, match="prénom"):
        services.sign_charter(doctor, version=version, name="Léa", **sign)
    with pytest.raises(CharterRefusal, match="changé"):
        services.sign_charter(doctor, version=version + 1, name="Léa O’Neil-Duf", **sign)
    first = services.sign_charter(doctor, version=version, name="lea  o'neil duf", **sign)
    again = services.sign_charter(doctor, version=version, name="Léa O’Neil-Duf", **sign)
    assert (first, again.name) == (again, "lea o'neil duf")
    assert AuditEntry.objects.filter(verb="doctors.charter_signed").count() == 1
    relay.mark_ready(mission, by=by(), now=NOW)


def test_a_new_version_of_the_charter_asks_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHARTER_REQUIRED = True
    doctor = with_papers(until=MONDAY + WEEK)
    present = charter.current(TODAY)
    services.sign_charter(
        doctor,
        version=present.version,
        name=f"{doctor.first_name} {doctor.last_name}",
        by=by(),
        now=NOW,
        today=TODAY,
    )
    newer = charter.Charter(present.version + 1, TODAY, "essai", present.values[:9])
    assert newer.sha256 != present.sha256
    monkeypatch.setattr(charter, "versions", lambda: (present, newer))
    with pytest.raises(CharterRefusal):
        relay.mark_ready(factories.mission(doctor, monday=MONDAY), by=by(), now=NOW)


def test_the_charter_has_ten_values() -> None:
    assert len(charter.current(TODAY).values) == 10


def test_closing_an_account_ends_what_was_coordinated() -> None:
    centre, other = factories.centre(), factories.centre()
    user = factories.coordinator(centre, other)
    Coordination.objects.filter(centre=other).update(until_on=date(2026, 1, 1))
    people.close_account(user, by=by(), now=NOW)
    ends = dict(Coordination.objects.values_list("centre", "until_on"))
    assert ends == {centre.pk: TODAY, other.pk: date(2026, 1, 1)}
