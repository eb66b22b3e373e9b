"""The arithmetic of a centre's day: clock, openings, free places, lengths, order of the lists.

Pure: no database, no clock. Times of day are wall clock in the centre's zone; instants are ticks of
five minutes since 1970 in UTC, whole numbers that know no zone (docs/engine/agenda.md).
"""

from __future__ import annotations

from relais.engine.agenda.clock import (
    TICK_MINUTES,
    day_ticks,
    instant,
    tick_of,
    time_of,
    wall,
)
from relais.engine.agenda.duration import Added, Length, length
from relais.engine.agenda.openings import (
    ADMIN,
    CLOSED,
    HOME_VISIT,
    KINDS,
    NOON,
    PLANNED,
    SAME_DAY,
    USES,
    Paint,
    Segment,
    WeekOfDoctor,
    day_segments,
    half_of_day,
    normal_week,
    over_paint,
)
from relais.engine.agenda.places import Nearest, first_starts, free_grid, nearest, starts
from relais.engine.agenda.waiting import Waiting, order, rank_words

__all__ = [
    "ADMIN",
    "CLOSED",
    "HOME_VISIT",
    "KINDS",
    "NOON",
    "PLANNED",
    "SAME_DAY",
    "TICK_MINUTES",
    "USES",
    "Added",
    "Length",
    "Nearest",
    "Paint",
    "Segment",
    "Waiting",
    "WeekOfDoctor",
    "day_segments",
    "day_ticks",
    "first_starts",
    "free_grid",
    "half_of_day",
    "instant",
    "length",
    "nearest",
    "normal_week",
    "order",
    "over_paint",
    "rank_words",
    "starts",
    "tick_of",
    "time_of",
    "wall",
]
