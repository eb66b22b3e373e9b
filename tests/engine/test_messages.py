"""When a message may leave: nights, Sundays and holidays of the place, waits, limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relais.engine.messages import (
    first_moment,
    is_day_of_rest,
    parameter,
    quiet_hours,
    requests_left,
    wait_after,
    zone_of,
)

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2027-01-06T10:00", "2027-01-06T10:00"),
        ("2027-01-06T08:00", "2027-01-06T08:00"),
        ("2027-01-06T07:59", "2027-01-06T08:00"),
        ("2027-01-06T20:59", "2027-01-06T20:59"),
        ("2027-01-06T21:00", "2027-01-07T08:00"),
        ("2027-01-09T21:00", "2027-01-11T08:00"),  # Saturday evening: Sunday rests
        ("2027-03-27T21:30", "2027-03-30T08:00"),  # Easter Monday rests, and summer time begins
        ("2026-12-31T22:00", "2027-01-02T08:00"),
        ("2027-05-01T12:00", "2027-05-03T08:00"),  # a Saturday 1 May, then a Sunday
    ],
)
def test_the_first_moment(asked: str, leaves: str) -> None:
    assert first_moment(at(asked)) == at(leaves).astimezone(UTC)


def test_an_urgent_message_waits_for_the_end_of_a_shorter_night_and_for_no_sunday() -> None:
    assert first_moment(at("2027-01-10T12:00"), urgent=True) == at("2027-01-10T12:00")
    assert first_moment(at("2027-01-10T22:29"), urgent=True) == at("2027-01-10T22:29")
    assert first_moment(at("2027-01-10T22:30"), urgent=True) == at("2027-01-11T07:00")


def test_a_department_has_its_own_holidays_and_its_own_night() -> None:
    good_friday = at("2027-03-26T12:00")
    assert first_moment(good_friday, department="23") == good_friday
    assert first_moment(good_friday, department="67") == at("2027-03-27T08:00")
    noon = datetime(2027, 1, 6, 11, tzinfo=UTC)
    assert zone_of("973") == "America/Cayenne"
    assert zone_of("23") == "Europe/Paris"
    assert first_moment(noon, zone="America/Martinique") == noon + timedelta(hours=1)
    assert first_moment(noon, zone="Indian/Reunion") == noon


@settings(max_examples=200)
@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 12, 31)),
    st.booleans(),
    st.sampled_from(["", "67", "973"]),
)
def test_it_is_the_first_quiet_free_minute(moment: datetime, urgent: bool, department: str) -> None:
    """Oracle: walk a quarter of an hour at a time from the moment on."""
    zone = ZoneInfo(zone_of(department))
    begins = moment.replace(tzinfo=UTC)
    quiet = quiet_hours(urgent=urgent)

    def is_free(one: datetime) -> bool:
        here = one.astimezone(zone)
        rests = quiet.rests_on_holidays and is_day_of_rest(here.date(), department)
        return quiet.ends <= here.time() < quiet.begins and not rests

    found = first_moment(begins, zone=zone.key, department=department, urgent=urgent)
    assert is_free(found)
    walked = begins
    while walked < found:
        assert not is_free(walked)
        walked += timedelta(minutes=15)


def test_waits_grow_and_the_last_one_repeats() -> None:
    minutes = [wait_after(tries).total_seconds() / 60 for tries in range(1, 12)]
    assert minutes == [1, 2, 5, 15, 30, 60, 120, 240, 240, 240, 240]
    with pytest.raises(ValueError, match="0 tries"):
        wait_after(0)


def test_requests_left() -> None:
    most = parameter("invitations_in_a_month")
    assert [requests_left(sent) for sent in (0, most, most + 3)] == [most, 0, 0]
    assert requests_left(0, allowed=0) == 0
    assert requests_left(3, allowed=4) == 1


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        first_moment(datetime(2027, 1, 6, 10))
