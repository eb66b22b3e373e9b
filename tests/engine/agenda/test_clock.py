"""Wall clock and instants: what the wall says is what people get, on every day of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from relais.engine.agenda import (
    PLANNED,
    Paint,
    WeekOfDoctor,
    day_segments,
    day_ticks,
    instant,
    tick_of,
    time_of,
    wall,
)

ZONES = ("Europe/Paris", "Indian/Reunion", "America/Cayenne", "Pacific/Noumea")
# The weeks of both changes of 2026 and 2027 in Paris, Monday first.
WEEKS = (date(2026, 3, 23), date(2026, 10, 19), date(2027, 3, 22), date(2027, 10, 25))
DAYS = [monday + timedelta(days=day) for monday in WEEKS for day in range(9)]


@pytest.mark.parametrize("zone", ZONES)
def test_an_opening_begins_and_ends_when_the_wall_says(zone: str) -> None:
    paints = [Paint(time(8, 30), time(12), PLANNED), Paint(time(14), time(18, 30), PLANNED)]
    told = []
    for day in DAYS:
        free = WeekOfDoctor(off=None)
        for segment in day_segments(day, zone=zone, layers=[paints], doctor=free):
            begin, end = wall(segment.start, zone), wall(segment.end, zone)
            told.append((begin.date(), begin.time(), end.time(), segment.end - segment.start))
    assert told == [
        (day, starts, ends, ticks)
        for day in DAYS
        for starts, ends, ticks in ((time(8, 30), time(12), 42), (time(14), time(18, 30), 54))
    ]


def test_eight_in_paris_is_seven_or_six_in_utc() -> None:
    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
    assert [instant(day, time(8), "Europe/Paris").hour for day in days] == [7, 6, 6, 7]


def test_a_day_of_the_change_has_23_or_25_hours() -> None:
    lengths = {
        (zone, day): len(day_ticks(day, zone))
        for zone in ZONES
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1))
    }
    changed = {("Europe/Paris", date(2026, 3, 29)): 276, ("Europe/Paris", date(2026, 10, 25)): 300}
    assert lengths == {key: changed.get(key, 288) for key in lengths}


def test_days_follow_one_another_without_gap() -> None:
    for zone in ZONES:
        for day in DAYS[:-1]:
            assert day_ticks(day, zone).stop == day_ticks(day + timedelta(days=1), zone).start


def test_a_time_that_the_clock_jumps_over_is_read_an_hour_later() -> None:
    moment = instant(date(2026, 3, 29), time(2, 30), "Europe/Paris")
    assert wall(tick_of(moment), "Europe/Paris").time() == time(3, 30)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert instant(date(2026, 10, 25), time(2, 30), "Europe/Paris") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_ticks_and_instants_are_the_same_thing() -> None:
    moment = datetime(2027, 1, 11, 8, 35, tzinfo=UTC)
    assert time_of(tick_of(moment)) == moment


@pytest.mark.parametrize(
    "moment", [datetime(2027, 1, 11, 8), datetime(2027, 1, 11, 8, 3, tzinfo=UTC)]
)
def test_a_tick_has_a_zone_and_five_minutes(moment: datetime) -> None:
    with pytest.raises(ValueError, match=r"zone|multiple"):
        tick_of(moment)
