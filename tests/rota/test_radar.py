"""The radar of the rota: read by the worker, shown by the office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from relais.engine.simulate.answers import invited
from relais.journeys import duties
from relais.network.models import Line
from relais.rota import queries, services
from relais.rota.models import Radar, RiskReading
from relais.rota.states import MissionState, OfferSource, WeekState
from tests import factories
from tests.factories import TODAY, monday

pytestmark = pytest.mark.django_db
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)


def _at(line: Line, weeks: int = 0) -> RiskReading:
    return RiskReading.objects.get(line=line, monday=monday(weeks))


def _planned_line() -> Line:
    """A line whose first week is empty and whose second is not."""
    line = factories.line()
    factories.mission(factories.doctor(), line, monday=monday(1))
    return line


def test_every_line_week_that_needs_a_doctor_is_read_and_no_other() -> None:
    place = factories.centre(lines=2)
    first, second = place.lines.order_by("number")
    factories.closure(place, first_on=monday(1), last_on=monday(1) + timedelta(days=6))
    factories.mission(factories.doctor(), second, monday=monday(3))
    services.refresh_radar(NOW)
    read = RiskReading.objects.values_list("line_id", "monday")
    assert sorted(read) == sorted(
        (line.pk, monday(week)) for line in (first, second) for week in (0, 2, 3)
    )
    assert (_at(first).state, _at(first).chance) == (WeekState.OPEN, 1.0)


def test_weeks_after_the_last_planned_one_are_not_in_danger() -> None:
    place = factories.centre(lines=3)
    first, second, _ = place.lines.order_by("number")
    services.refresh_radar(NOW)
    assert not RiskReading.objects.exists()
    for line in (first, second):
        factories.mission(factories.doctor(), line, monday=monday(1))
    factories.mission(factories.doctor(), first, monday=monday(5))  # one in three: not planned
    services.refresh_radar(NOW)
    read = RiskReading.objects.values_list("monday", flat=True).distinct().order_by("monday")
    assert list(read) == [monday(0), monday(1)]


def test_a_confirmed_week_is_safer_than_an_invited_one_and_silence_makes_it_worse() -> None:
    place = factories.centre(lines=3)
    sure, asked, silent = place.lines.order_by("number")
    for line, state, changed in (
        (sure, MissionState.CONFIRMED, NOW),
        (asked, MissionState.INVITED, NOW),
        (silent, MissionState.INVITED, NOW - timedelta(days=14)),
    ):
        doctor = factories.doctor()
        factories.offer(doctor, monday=monday())
        factories.mission(doctor, line, monday=monday(), state=state, changed_at=changed)
    services.refresh_radar(NOW)
    assert _at(sure).says_yes == 1.0
    assert _at(asked).says_yes == invited((monday() - TODAY).days, 0.0).says_yes
    assert _at(silent).says_yes == invited((monday() - TODAY).days, 14.0).says_yes
    assert _at(silent).invited_at == NOW - timedelta(days=14)
    assert _at(sure).chance < _at(asked).chance < _at(silent).chance < 1.0


def test_a_doctor_who_could_come_and_a_reserve_lower_the_risk() -> None:
    line = _planned_line()
    services.refresh_radar(NOW)
    alone = _at(line).chance
    factories.offer(factories.doctor(), monday=monday())
    services.refresh_radar(NOW)
    offered = _at(line)
    assert (offered.could_come, offered.standbys) == (1, 0)
    reserve = factories.doctor()
    factories.offer(reserve, monday=monday())
    factories.standby(reserve, monday=monday())
    services.refresh_radar(NOW)
    kept = _at(line)
    assert (kept.could_come, kept.standbys) == (1, 1)
    assert kept.chance < offered.chance < alone


def test_the_worker_reads_again_when_the_rota_or_the_day_changed_and_only_then() -> None:
    line = _planned_line()
    assert duties.keep_the_radar(NOW) == 1
    assert duties.keep_the_radar(NOW) == 0  # asked for already
    services.refresh_radar(NOW)
    DBTaskResult.objects.all().delete()
    assert duties.keep_the_radar(NOW) == 0
    doctor = factories.doctor()
    services.offer_weeks(
        doctor, mondays=[monday()], source=OfferSource.TEAM, by=factories.by(), now=NOW
    )
    assert duties.keep_the_radar(NOW) == 1
    services.refresh_radar(NOW)
    DBTaskResult.objects.all().delete()
    assert duties.keep_the_radar(NOW + timedelta(days=1)) == 1
    assert _at(line).could_come == 1


def test_an_older_reading_does_not_replace_a_newer_one() -> None:
    factories.line()
    tomorrow = NOW + timedelta(days=1)
    services.refresh_radar(tomorrow)
    assert services.refresh_radar(NOW).day == TODAY + timedelta(days=1)
    assert Radar.objects.get().read_at == tomorrow


def test_the_sheet_adds_up_and_ranks() -> None:
    empty, filled = factories.line(), factories.line()
    for week in (0, 1):
        factories.mission(factories.doctor(), filled, monday=monday(week))
    assert queries.radar(TODAY, centre_ids=[], weeks=2, least=0.1, most=5) is None
    services.refresh_radar(NOW)
    centres = [empty.centre_id, filled.centre_id]
    sheet = queries.radar(TODAY, centre_ids=centres, weeks=2, least=0.1, most=2)
    assert sheet is not None
    assert [one.monday for one in sheet.weeks] == [monday(0), monday(1)]
    assert sheet.expected(1) == pytest.approx(1 + _at(filled).chance)
    both = _at(filled).chance + _at(filled, 1).chance
    assert sheet.expected(2) == pytest.approx(2 + both)
    assert (sheet.above, sheet.worst[0].line, len(sheet.worst)) == (2, empty, 2)
    assert sheet.planned_until == monday(1)
    alone = queries.radar(TODAY, centre_ids=[filled.centre_id], weeks=1, least=0.99, most=5)
    assert alone is not None
    assert [one.line for one in alone.worst] == [filled]  # none is above: the worst all the same
    assert alone.above == 0
