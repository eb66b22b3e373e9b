"""Three written tests say when a second line is to be thought of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relais.engine.agenda.second_line import Measured, assess, percentile

CALM = Measured(
    requests=(60,) * 8,
    open_minutes=(2000,) * 8,
    mean_minutes=20.0,
    wait_days=(2.0, 3.0, 4.0),
    listed=20,
    admitted=80,
    lines=1,
)


def test_a_calm_centre_needs_no_second_line() -> None:
    sheet = assess(CALM)
    assert not sheet.is_due
    assert (sheet.requests, sheet.places, sheet.pressure.value) == (60, 100, 0.6)
    assert sheet.backlog.value == 2


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"requests": (96,) * 8}, "pressure"),
        ({"wait_days": (1.0,) * 8 + (30.0,) * 2}, "wait"),
        ({"listed": 700}, "backlog"),
    ],
)
def test_each_test_is_enough(change: dict[str, object], key: str) -> None:
    sheet = assess(replace(CALM, **change))  # type: ignore[arg-type]
    assert [test.key for test in sheet.tests if test.is_over] == [key]
    assert sheet.is_due


def test_one_more_line_adds_its_hours_and_halves_the_list_of_one_line() -> None:
    sheet = assess(replace(CALM, listed=700))
    assert sheet.places_after == 100 + 42 * 60 / 20
    assert (sheet.backlog.value, sheet.list_weeks_after) == (70, 35)
    assert (sheet.rooms, sheet.lodgings, sheet.doctors) == (1, 1, 32)


def test_what_was_not_measured_says_nothing() -> None:
    sheet = assess(Measured((), (), None, (), listed=5, admitted=0, lines=1))
    assert [test.value for test in sheet.tests] == [None, None, None]
    assert not sheet.is_due
    with pytest.raises(ValueError, match="1 weeks"):
        assess(replace(CALM, requests=(1,)))


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3, 1, 2], 0.9) == 3
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9) == 9
    assert percentile([], 0.9) is None
