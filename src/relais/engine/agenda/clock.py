"""Wall clock and instants: a day has 23, 24 or 25 hours, a tick always five minutes.

A wall time that the clock jumps over (02:30 on a night of March) is read as if it had not jumped,
one hour later; one that comes twice is the first of the two (PEP 495, fold = 0).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

TICK_MINUTES: Final = 5
_TICK_SECONDS: Final = TICK_MINUTES * 60


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def instant(day: date, at: time, zone: str) -> datetime:
    """Give the instant, in UTC, of a wall time in a zone (« Europe/Paris »).

    Raises zoneinfo.ZoneInfoNotFoundError for an unknown zone.
    """
    return datetime.combine(day, at, tzinfo=_zone(zone)).astimezone(UTC)


def tick_of(moment: datetime) -> int:
    """Number the tick that begins at an instant.

    Raises ValueError when the instant is naive or falls between two ticks.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    seconds = moment.timestamp()
    tick, rest = divmod(seconds, _TICK_SECONDS)
    if rest:
        raise ValueError(f"{moment} is no multiple of {TICK_MINUTES} minutes")
    return int(tick)


def time_of(tick: int) -> datetime:
    """Give the instant at which a tick begins, in UTC."""
    return datetime.fromtimestamp(tick * _TICK_SECONDS, tz=UTC)


def wall(tick: int, zone: str) -> datetime:
    """Give the wall time at which a tick begins in a zone."""
    return time_of(tick).astimezone(_zone(zone))


def day_ticks(day: date, zone: str) -> range:
    """Give the ticks of a day in a zone: 276, 288 or 300 of them."""
    first = tick_of(instant(day, time(0), zone))
    return range(first, tick_of(instant(day + timedelta(days=1), time(0), zone)))
