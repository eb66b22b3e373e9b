"""The openings of a day: layers painted over one another, then the week of the doctor."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relais.engine.agenda import (
    CLOSED,
    PLANNED,
    SAME_DAY,
    Paint,
    Segment,
    WeekOfDoctor,
    day_segments,
    half_of_day,
    normal_week,
    wall,
)

MONDAY, THURSDAY = date(2027, 1, 11), date(2027, 1, 14)
PARIS = "Europe/Paris"
FREE = WeekOfDoctor(off=None)


def hours(segments: tuple[Segment, ...]) -> list[tuple[str, str, str]]:
    return [
        (f"{wall(one.start, PARIS):%H:%M}", f"{wall(one.end, PARIS):%H:%M}", one.kind)
        for one in segments
    ]


def paint(starts: str, ends: str, kind: str = PLANNED, released: time | None = None) -> Paint:
    return Paint(time.fromisoformat(starts), time.fromisoformat(ends), kind, released)


def test_a_later_layer_covers_an_earlier_one() -> None:
    layers = [
        [paint("08:00", "12:00")],
        [paint("09:00", "10:00", SAME_DAY)],
        [paint("09:30", "09:45", CLOSED), paint("14:00", "15:00")],
    ]
    assert hours(day_segments(MONDAY, zone=PARIS, layers=layers, doctor=FREE)) == [
        ("08:00", "09:00", PLANNED),
        ("09:00", "09:30", SAME_DAY),
        ("09:45", "10:00", SAME_DAY),
        ("10:00", "12:00", PLANNED),
        ("14:00", "15:00", PLANNED),
    ]


def test_a_closed_day_opens_nothing() -> None:
    layers = [[paint("08:00", "12:00")]]
    closed = day_segments(MONDAY, zone=PARIS, layers=layers, doctor=FREE, is_closed=True)
    assert closed == ()


def test_thursday_afternoon_is_off_unless_the_doctor_says_otherwise() -> None:
    layers = [[paint("08:00", "18:00")]]
    usual = day_segments(THURSDAY, zone=PARIS, layers=layers, doctor=normal_week())
    assert hours(usual) == [("08:00", "13:00", PLANNED)]
    tuesday = WeekOfDoctor(off=(1, "morning"))
    assert hours(day_segments(THURSDAY, zone=PARIS, layers=layers, doctor=tuesday)) == [
        ("08:00", "18:00", PLANNED)
    ]
    day = date(2027, 1, 12)
    assert hours(day_segments(day, zone=PARIS, layers=layers, doctor=tuesday)) == [
        ("13:00", "18:00", PLANNED)
    ]


def test_monday_begins_later_and_no_other_day() -> None:
    layers = [[paint("08:00", "12:00")]]
    monday = day_segments(MONDAY, zone=PARIS, layers=layers, doctor=normal_week())
    assert hours(monday) == [("09:30", "12:00", PLANNED)]
    tuesday = day_segments(date(2027, 1, 12), zone=PARIS, layers=layers, doctor=normal_week())
    assert hours(tuesday) == [("08:00", "12:00", PLANNED)]


def test_a_place_of_the_day_is_released_at_its_hour_on_the_wall() -> None:
    layers = [[paint("11:00", "12:00", SAME_DAY, time(8))]]
    (segment,) = day_segments(date(2026, 3, 29), zone=PARIS, layers=layers, doctor=FREE)
    assert segment.released == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert not segment.is_released(datetime(2026, 3, 29, 5, 59, tzinfo=UTC))
    assert segment.is_released(datetime(2026, 3, 29, 6, tzinfo=UTC))


def test_the_day_has_two_halves() -> None:
    assert [half_of_day(time(12, 59)), half_of_day(time(13))] == ["morning", "afternoon"]


def test_a_paint_that_ends_before_it_starts_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ends before"):
        day_segments(MONDAY, zone=PARIS, layers=[[paint("10:00", "09:00")]], doctor=FREE)


slots = st.tuples(
    st.integers(0, 47), st.integers(1, 12), st.sampled_from([PLANNED, SAME_DAY, CLOSED])
)


@given(st.lists(st.lists(slots, max_size=3), max_size=4))
def test_any_layers_paint_like_a_painter_does(layers: list[list[tuple[int, int, str]]]) -> None:
    """Beside a wall of 48 quarters of an hour painted one by one."""
    wall_of = ["" for _ in range(60)]
    drawn = []
    for layer in layers:
        paints = []
        covered: set[int] = set()
        for start, length, kind in layer:
            cells = set(range(start, min(start + length, 47)))
            if covered & cells or not cells:
                continue
            covered |= cells
            end = max(cells) + 1
            paints.append(
                Paint(
                    time(start * 15 // 60, start * 15 % 60),
                    time(end * 15 // 60, end * 15 % 60),
                    kind,
                )
            )
            for cell in cells:
                wall_of[cell] = "" if kind == CLOSED else kind
        drawn.append(paints)
    segments = day_segments(date(2027, 1, 12), zone=PARIS, layers=drawn, doctor=FREE)
    shown = ["" for _ in range(60)]
    first = day_segments(
        date(2027, 1, 12),
        zone=PARIS,
        layers=[[Paint(time(0), time(1), PLANNED)]],
        doctor=FREE,
    )[0].start
    for one in segments:
        for tick in range(one.start - first, one.end - first, 3):
            shown[tick // 3] = one.kind
    assert shown == wall_of
