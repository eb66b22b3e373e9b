"""Free places: where n free ticks follow one another, and which line has the nearest.

A grid is a NumPy array of booleans, one row a line, one column a tick from a common first one.
n free ticks in a row are found by doubling: log2(n) shifts and ands for all lines and days at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from relais.engine.agenda.openings import Segment

type Grid = NDArray[np.bool_]


def free_grid(
    rows: Sequence[tuple[Iterable[Segment], Iterable[int]]],
    *,
    first: int,
    ticks: int,
    kinds: frozenset[str],
    now: datetime,
) -> Grid:
    """Draw what is free: released segments of some kinds, less the ticks taken, row by row.

    `first` is the tick of column 0, `ticks` the number of columns; what falls outside is left out.
    """
    grid = np.zeros((len(rows), ticks), dtype=np.bool_)
    for row, (segments, taken) in enumerate(rows):
        for segment in segments:
            if segment.kind in kinds and segment.is_released(now):
                begin, end = max(segment.start - first, 0), max(segment.end - first, 0)
                grid[row, begin:end] = True
        gone = np.fromiter(taken, dtype=np.int64) - first
        grid[row, gone[(gone >= 0) & (gone < ticks)]] = False
    return grid


def starts(grid: Grid, ticks: int) -> Grid:
    """Say for each cell whether `ticks` free ones begin there. Raises ValueError under one."""
    if ticks < 1:
        raise ValueError(f"{ticks} ticks")
    found, known = grid, 1
    while known < ticks:
        step = min(known, ticks - known)
        ahead = np.zeros_like(found)
        np.logical_and(found[:, :-step], found[:, step:], out=ahead[:, :-step])
        found, known = ahead, known + step
    return found


def first_starts(grid: Grid, ticks: int, *, not_before: int = 0) -> NDArray[np.int64]:
    """Give, for each row, the first column where `ticks` free ones begin; -1 where there is none.

    `not_before`: first column that counts.
    """
    found = starts(grid, ticks)[:, not_before:]
    columns = found.argmax(axis=1).astype(np.int64) + not_before
    return np.where(found.any(axis=1), columns, -1)


@dataclass(frozen=True, slots=True)
class Nearest:
    """A free place: its row and column in the grid, and how far it is."""

    row: int
    column: int
    km: float


def nearest(
    grid: Grid,
    ticks: int,
    *,
    km: NDArray[np.float64],
    not_before: int = 0,
    within_km: float = np.inf,
    most: int = 3,
) -> tuple[Nearest, ...]:
    """Rank the first free place of each line: the earliest, then the nearest, then by row.

    `km`: distance of each row; those farther than `within_km` are left out.
    """
    columns = first_starts(grid, ticks, not_before=not_before)
    rows = np.flatnonzero((columns >= 0) & (km <= within_km))
    best = rows[np.lexsort((rows, km[rows], columns[rows]))][:most]
    return tuple(Nearest(int(row), int(columns[row]), float(km[row])) for row in best)
