"""Days, rooms and hours of a stay."""

from __future__ import annotations

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as some

from relais.engine import stays

MONDAY = date(2027, 1, 11)


def test_one_comes_on_sunday_and_leaves_on_saturday() -> None:
    arrives, leaves = stays.usual_days(MONDAY)
    assert (arrives, leaves) == (date(2027, 1, 10), date(2027, 1, 16))
    assert len(list(stays.nights(arrives, leaves))) == 6
    assert len(list(stays.days(arrives, leaves))) == 7


def test_a_day_without_a_night_holds_no_room() -> None:
    assert list(stays.nights(MONDAY, MONDAY)) == []
    assert list(stays.days(MONDAY, MONDAY)) == [MONDAY]


@given(some.integers(0, 40))
def test_rooms_hold_everybody_and_none_is_empty(people: int) -> None:
    rooms = stays.rooms_needed(people)
    a_room = stays.parameter("people_a_room")
    assert rooms == max(1, -(-people // a_room))
    assert a_room * rooms >= people


def test_hours_between_two_stays_cross_the_clock_change_of_the_wall() -> None:
    """Wall clock: from Saturday 14:00 to Sunday 18:00 is 28 h, also when clocks change."""
    usual = stays.hours_between(
        leaves_on=date(2027, 3, 27), leaves_at=None, arrives_on=date(2027, 3, 28), arrives_at=None
    )
    same_day = stays.hours_between(
        leaves_on=MONDAY, leaves_at=time(16), arrives_on=MONDAY, arrives_at=time(15, 30)
    )
    assert (usual, same_day) == (28.0, -0.5)


def test_the_code_is_read_from_a_week_before_to_the_last_day() -> None:
    arrives, leaves = date(2027, 1, 10), date(2027, 1, 16)
    read = [
        day
        for day in range(1, 32)
        if stays.may_read_code(arrives_on=arrives, leaves_on=leaves, today=date(2027, 1, day))
    ]
    assert (read[0], read[-1]) == (3, 16)
    assert stays.code_opens_on(arrives) == date(2027, 1, 3)
