"""The openings of a day: the week as painted, exceptions, closures, and what the doctor asks.

Layers are painted one over the other: the centre's week, the line's own week, the exceptions of the
centre's day, then of the line's day. What is painted « closed » opens nothing. Then the week of the
doctor takes away: the half day off, Monday before the first place. Nothing adds time that nobody
painted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from relais.engine import parameters
from relais.engine.agenda.clock import instant, tick_of

PLANNED: Final = "planned"
SAME_DAY: Final = "same_day"
ADMIN: Final = "admin"
HOME_VISIT: Final = "home_visit"
CLOSED: Final = "closed"
KINDS: Final = (PLANNED, SAME_DAY, ADMIN, HOME_VISIT)

# Which places a request of a kind may take: care of the day takes any consultation that is free,
# a planned one never eats what is kept for the day.
USES: Final[dict[str, frozenset[str]]] = {
    PLANNED: frozenset({PLANNED}),
    SAME_DAY: frozenset({PLANNED, SAME_DAY}),
    ADMIN: frozenset({ADMIN}),
    HOME_VISIT: frozenset({HOME_VISIT}),
}
NOON: Final = time(13, 0)  # the half days of « après-midi libre » meet here
THURSDAY: Final = 3
_MONDAY: Final = 0


@dataclass(frozen=True, slots=True)
class Paint:
    """Some time of a day on the wall clock, from `starts` to `ends` (exclusive), for a kind.

    `released`: on that day, the wall time before which the places can be neither seen nor taken.
    """

    starts: time
    ends: time
    kind: str
    released: time | None = None


@dataclass(frozen=True, slots=True)
class WeekOfDoctor:
    """What the doctor of a week asks of the agenda.

    `acts` are the practices done, None when no doctor is known. `pace`: length of consultations in
    % of the usual. `off`: (weekday, half), half « morning » or « afternoon ». `most_a_day`:
    appointments on the main lane.
    """

    acts: frozenset[str] | None = None
    pace: int = 100
    off: tuple[int, str] | None = (THURSDAY, "afternoon")
    monday_from: time | None = None
    most_a_day: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """Ticks of one kind, `start` included, `end` not. `released`: instant, None from the start."""

    start: int
    end: int
    kind: str
    released: datetime | None = None

    def is_released(self, now: datetime) -> bool:
        """Say whether places of this segment may be seen and taken."""
        return self.released is None or now >= self.released


def normal_week() -> WeekOfDoctor:
    """Give the week of a doctor who said nothing, or is not known yet. Source: agenda.toml."""
    page = parameters.load("agenda")
    return WeekOfDoctor(
        monday_from=time.fromisoformat(str(page["monday_from"].value)),
        most_a_day=int(page["most_a_day"].value),
    )


def half_of_day(at: time) -> str:
    """Name the half day of a wall time: « morning » or « afternoon »."""
    return "morning" if at < NOON else "afternoon"


def day_segments(
    day: date,
    *,
    zone: str,
    layers: Sequence[Iterable[Paint]],
    doctor: WeekOfDoctor,
    is_closed: bool = False,
) -> tuple[Segment, ...]:
    """Work out the openings of a day, in order, without overlap.

    `layers`: weakest first. Raises ValueError for a paint that ends before it starts or does not
    stand on whole ticks.
    """
    if is_closed:
        return ()
    painted: list[Paint] = []
    for layer in layers:
        fresh = list(layer)
        for paint in fresh:
            painted = [rest for old in painted for rest in _without(old, paint.starts, paint.ends)]
        painted += [paint for paint in fresh if paint.kind != CLOSED]
    if doctor.off is not None and doctor.off[0] == day.weekday():
        starts, ends = (time(0), NOON) if doctor.off[1] == "morning" else (NOON, time.max)
        painted = [rest for old in painted for rest in _without(old, starts, ends)]
    if doctor.monday_from is not None and day.weekday() == _MONDAY:
        painted = [rest for old in painted for rest in _without(old, time(0), doctor.monday_from)]
    segments = [_segment(day, paint, zone) for paint in painted]
    return tuple(
        sorted((one for one in segments if one.end > one.start), key=lambda one: one.start)
    )


def over_paint(
    painted: Iterable[Paint], *, starts: time, ends: time, fresh: Paint | None
) -> list[Paint]:
    """Paint over some hours, or rub them out; paints that touch and say the same become one.

    Raises ValueError when `ends` is not after `starts`.
    """
    if ends <= starts:
        raise ValueError(f"from {starts} to {ends}")
    left = [rest for old in painted for rest in _without(old, starts, ends)]
    joined: list[Paint] = []
    for paint in sorted([*left, *([] if fresh is None else [fresh])], key=lambda one: one.starts):
        before = joined[-1] if joined else None
        if before is not None and (before.ends, before.kind, before.released) == (
            paint.starts,
            paint.kind,
            paint.released,
        ):
            joined[-1] = Paint(before.starts, paint.ends, paint.kind, paint.released)
        else:
            joined.append(paint)
    return joined


def _without(paint: Paint, starts: time, ends: time) -> list[Paint]:
    """Take some time out of a paint."""
    if ends <= paint.starts or paint.ends <= starts:
        return [paint]
    left = []
    if paint.starts < starts:
        left.append(Paint(paint.starts, starts, paint.kind, paint.released))
    if ends < paint.ends:
        left.append(Paint(ends, paint.ends, paint.kind, paint.released))
    return left


def _segment(day: date, paint: Paint, zone: str) -> Segment:
    if paint.ends <= paint.starts:
        raise ValueError(f"{paint} ends before it starts")
    released = None if paint.released is None else instant(day, paint.released, zone)
    return Segment(
        start=tick_of(instant(day, paint.starts, zone)),
        end=tick_of(instant(day, paint.ends, zone)),
        kind=paint.kind,
        released=released,
    )
