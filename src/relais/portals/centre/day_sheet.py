"""A day and a week of a centre as the screen shows them: columns by line, rows by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from relais.agenda import planning
from relais.agenda.models import Appointment
from relais.agenda.planning import Sheet
from relais.agenda.states import BETWEEN_LANE, MAIN_LANE, PlaceKind
from relais.core import formats
from relais.engine.agenda import TICK_MINUTES, Segment, wall
from relais.network.models import Line


@dataclass(frozen=True, slots=True)
class Row:
    """Some time of a column: an appointment, or free time of one kind (`appointment` is None)."""

    starts: time
    ends: time
    minutes: int
    appointment: Appointment | None = None
    between: bool = False
    kind: str = ""
    waits_until: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A line's day."""

    line: Line
    doctor: str
    rows: tuple[Row, ...]
    free_minutes: int
    booked: int
    is_open: bool

    @property
    def name(self) -> str:
        """Name the line."""
        return f"Ligne {self.line.number}"

    @property
    def summary(self) -> str:
        """Say how full the day is."""
        if not self.is_open and not self.rows:
            return "fermée"
        told = formats.plural(self.booked, "rendez-vous", "rendez-vous")
        if not self.free_minutes:
            return f"{told}, complet"
        return f"{told}, {formats.hours_minutes(self.free_minutes)} libres"


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day of the week of a line."""

    day: date
    column: Column


def columns(
    lines: Sequence[Line], *, day: date, found: Sequence[Appointment], now: datetime
) -> tuple[Column, ...]:
    """Draw the columns of one day."""
    sheets = planning.load_sheets(lines, first=day, days=1, now=now)
    return tuple(_column(sheets[line.pk, day], found, now) for line in lines)


def week(
    lines: Sequence[Line], *, monday: date, found: Sequence[Appointment], now: datetime
) -> Mapping[Line, tuple[WeekDay, ...]]:
    """Draw a week, Monday to Saturday, by line."""
    sheets = planning.load_sheets(lines, first=monday, days=6, now=now)
    days = [monday + timedelta(days=offset) for offset in range(6)]
    return {
        line: tuple(WeekDay(day, _column(sheets[line.pk, day], found, now)) for day in days)
        for line in lines
    }


def _column(sheet: Sheet, found: Sequence[Appointment], now: datetime) -> Column:
    mine = [row for row in found if row.line_id == sheet.line.pk and row.day == sheet.day]
    busy = sorted((row.tick, row.end) for row in mine if row.lane == MAIN_LANE)
    free = [piece for segment in sheet.segments for piece in _free(segment, busy, sheet, now)]
    rows = [
        Row(
            starts=_at(row.tick, sheet),
            ends=_at(row.end, sheet),
            minutes=row.minutes,
            appointment=row,
            between=row.lane == BETWEEN_LANE,
        )
        for row in mine
    ]
    return Column(
        line=sheet.line,
        doctor="médecin à trouver" if sheet.doctor is None else str(sheet.doctor),
        rows=tuple(sorted([*rows, *free], key=lambda row: (row.starts, row.between))),
        free_minutes=sum(row.minutes for row in free),
        booked=len(mine),
        is_open=bool(sheet.segments),
    )


def _free(
    segment: Segment, busy: Sequence[tuple[int, int]], sheet: Sheet, now: datetime
) -> list[Row]:
    pieces, at = [], segment.start
    for start, end in [*busy, (segment.end, segment.end)]:
        if end < at or start > segment.end:
            continue
        if start > at:
            pieces.append((at, start))
        at = max(at, end)
    waits = ""
    if not segment.is_released(now) and segment.released is not None:
        zone = wall(segment.start, sheet.zone).tzinfo
        waits = formats.time_words(segment.released.astimezone(zone).time())
    return [
        Row(
            starts=_at(begin, sheet),
            ends=_at(end, sheet),
            minutes=(end - begin) * TICK_MINUTES,
            kind=str(PlaceKind(segment.kind).label),
            waits_until=waits,
        )
        for begin, end in pieces
    ]


def _at(tick: int, sheet: Sheet) -> time:
    return wall(tick, sheet.zone).time()
