"""Free places beside a slow and obvious search; the size of the vision."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relais.engine.agenda import (
    PLANNED,
    SAME_DAY,
    Segment,
    first_starts,
    free_grid,
    nearest,
    starts,
)

NOW = datetime(2027, 1, 11, 7, tzinfo=UTC)


@given(
    st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(0, 11),
)
def test_starts_are_where_enough_free_ticks_follow(
    cells: list[list[bool]], ticks: int, not_before: int
) -> None:
    grid = np.array(cells)
    slow = [[at + ticks <= 12 and all(row[at : at + ticks]) for at in range(12)] for row in cells]
    assert starts(grid, ticks).tolist() == slow
    firsts = [next((at for at in range(not_before, 12) if row[at]), -1) for row in slow]
    assert first_starts(grid, ticks, not_before=not_before).tolist() == firsts


def test_a_grid_holds_released_places_of_the_kind_less_what_is_taken() -> None:
    segments = [
        Segment(100, 104, PLANNED),
        Segment(104, 106, SAME_DAY, datetime(2027, 1, 11, 8, tzinfo=UTC)),
        Segment(106, 108, SAME_DAY, NOW),
    ]
    grid = free_grid(
        [(segments, [101]), (segments, [])],
        first=99,
        ticks=10,
        kinds=frozenset({PLANNED, SAME_DAY}),
        now=NOW,
    )
    assert ["".join(".#"[int(cell)] for cell in row) for row in grid] == [
        ".#.##..##.",
        ".####..##.",
    ]
    planned = free_grid([(segments, [])], first=102, ticks=10, kinds=frozenset({PLANNED}), now=NOW)
    assert np.flatnonzero(planned[0]).tolist() == [0, 1]


def test_the_nearest_place_is_the_earliest_then_the_closest() -> None:
    grid = np.zeros((5, 20), dtype=np.bool_)
    grid[0, 8:12] = grid[1, 4:8] = grid[2, 4:8] = grid[3, 2:4] = True
    km = np.array([1.0, 30.0, 20.0, 0.0, 0.0])
    found = nearest(grid, 3, km=km, within_km=50)
    assert [(one.row, one.column, one.km) for one in found] == [
        (2, 4, 20.0),
        (1, 4, 30.0),
        (0, 8, 1.0),
    ]
    assert [one.row for one in nearest(grid, 3, km=km, within_km=10)] == [0]
    assert [one.row for one in nearest(grid, 3, km=km, not_before=6)] == [0]


def test_a_place_takes_at_least_one_tick() -> None:
    with pytest.raises(ValueError, match="0 ticks"):
        starts(np.zeros((1, 2), dtype=np.bool_), 0)
