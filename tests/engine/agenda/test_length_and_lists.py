"""Lengths that explain themselves, and the order of waiting lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relais.engine.agenda import Added, Waiting, length, order, rank_words

NOW = datetime(2027, 1, 11, 8, tzinfo=UTC)
NEW, LONG = Added(10, "nouveau"), Added(10, "ALD")


@pytest.mark.parametrize(
    ("base", "added", "pace", "minutes", "because"),
    [
        (20, (), 100, 20, "20"),
        (20, (NEW, LONG), 100, 40, "40 = 20 + 10 nouveau + 10 ALD"),
        (20, (), 75, 15, "15 = 20, au rythme du médecin (75 %)"),
        (20, (NEW,), 125, 40, "40 = 20 + 10 nouveau, au rythme du médecin (125 %)"),
        (12, (), 100, 15, "15 = 12"),
        (110, (NEW, LONG), 100, 120, "120 = 110 + 10 nouveau + 10 ALD"),
    ],
)
def test_a_length_says_what_it_is_made_of(
    base: int, added: tuple[Added, ...], pace: int, minutes: int, because: str
) -> None:
    found = length(base, added=added, pace=pace)
    assert (found.minutes, found.because, found.ticks) == (minutes, because, minutes // 5)


@pytest.mark.parametrize(("base", "pace"), [(0, 100), (20, 49), (20, 201)])
def test_no_length_out_of_bounds(base: int, pace: int) -> None:
    with pytest.raises(ValueError, match=r"minutes|pace"):
        length(base, pace=pace)


def waiting(number: int, urgency: int, days: float) -> Waiting:
    return Waiting(id=number, urgency=urgency, since=NOW - timedelta(days=days))


def test_a_list_goes_by_class_then_by_waiting() -> None:
    rows = [waiting(1, 2, 3), waiting(2, 1, 1), waiting(3, 2, 5), waiting(4, 1, 2)]
    assert [one.id for one in order(rows, now=NOW)] == [4, 2, 3, 1]


def test_each_fortnight_of_waiting_raises_by_one_class() -> None:
    rows = [waiting(1, 1, 2), waiting(2, 2, 13.9), waiting(3, 2, 14)]
    assert [one.id for one in order(rows, now=NOW)] == [3, 1, 2]


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the order
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), max_size=20))
def test_nobody_is_passed_by_a_later_one_of_the_same_class(said: list[tuple[int, int]]) -> None:
    rows = [waiting(number, *one) for number, one in enumerate(said)]
    ranks = {one.id: rank for rank, one in enumerate(order(rows, now=NOW))}
    passed = [
        (one.id, other.id)
        for one in rows
        for other in rows
        if one.urgency == other.urgency
        and one.since < other.since
        and ranks[one.id] > ranks[other.id]
    ]
    assert passed == []


def test_a_rank_is_said_in_words() -> None:
    assert [rank_words(1, 12), rank_words(3, 12)] == ["1er sur 12", "3e sur 12"]
    with pytest.raises(ValueError, match="rank 13"):
        rank_words(13, 12)
