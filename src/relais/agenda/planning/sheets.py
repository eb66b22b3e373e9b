"""Everything that decides on a line's day, read once for any number of lines and days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from relais.agenda.models import Appointment
from relais.agenda.planning import facts
from relais.agenda.planning.facts import ONE_DAY, Facts
from relais.agenda.states import LIVE, MAIN_LANE, AppointmentState
from relais.doctors.models import Doctor
from relais.engine.agenda import Paint, Segment, WeekOfDoctor, day_segments
from relais.engine.calendar_fr import public_holidays
from relais.engine.weeks import monday_of
from relais.network.models import Line


@dataclass(frozen=True, slots=True)
class Sheet:
    """A line's day: openings, the doctor on duty, what is taken on each lane, how many come.

    `taken` holds (first tick, tick after the last, appointment) of live appointments by lane; holds
    that are over are left out.
    """

    line: Line
    day: date
    segments: tuple[Segment, ...]
    week: WeekOfDoctor
    doctor: Doctor | None
    taken: Mapping[int, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """Give the zone of the centre."""
        return self.line.centre.time_zone

    @property
    def booked(self) -> int:
        """Count the appointments of the main lane."""
        return len(self.taken.get(MAIN_LANE, ()))

    @property
    def is_full(self) -> bool:
        """Say whether the doctor's most is reached."""
        return 0 < self.week.most_a_day <= self.booked

    def does(self, practice: str | None) -> bool:
        """Say whether the doctor of that day does an act; nobody known does none."""
        return practice is None or (self.week.acts is not None and practice in self.week.acts)

    def without(self, appointment: int) -> Sheet:
        """Give the same day as if one appointment were not there."""
        return replace(
            self,
            taken={
                lane: tuple(one for one in ranges if one[2] != appointment)
                for lane, ranges in self.taken.items()
            },
        )

    def overlapping(self, lane: int, start: int, end: int) -> bool:
        """Say whether an appointment of a lane touches some ticks."""
        return any(begin < end and start < stop for begin, stop, _ in self.taken.get(lane, ()))


def load_sheets(
    lines: Collection[Line],
    *,
    first: date,
    days: int,
    now: datetime,
    doctors: Mapping[tuple[int, date], Doctor | None] | None = None,
) -> dict[tuple[int, date], Sheet]:
    """Read the days of some lines (with their centres), by line and day; two queries.

    `doctors` puts other doctors on (line, Monday) than the rota does, None for nobody.
    """
    last = first + timedelta(days=days - 1)
    other = doctors or {}
    found = facts.read(
        lines, first=first, last=last, also=[one for one in other.values() if one is not None]
    )
    taken = _taken(lines, first, last, now)
    return {
        (line.pk, day): _sheet(line, day, found, other, taken.get((line.pk, day), {}))
        for line in lines
        for day in (first + offset * ONE_DAY for offset in range(days))
    }


def openings_of(line: Line, *, day: date) -> Sheet:
    """Read a line's day without what is taken on it; one query."""
    return _sheet(line, day, facts.read([line], first=day, last=day), {}, {})


def _sheet(
    line: Line,
    day: date,
    found: Facts,
    other: Mapping[tuple[int, date], Doctor | None],
    taken: Mapping[int, tuple[tuple[int, int, int], ...]],
) -> Sheet:
    centre, monday = line.centre, monday_of(day)
    key = (line.pk, monday)
    doctor = other[key] if key in other else found.doctor_on(line.pk, day)
    is_closed = (
        not line.is_active(monday)
        or (centre.opens_on is not None and day < centre.opens_on)
        or (centre.closes_on is not None and day >= centre.closes_on)
        or found.is_closed(centre.pk, day)
    )
    department = None if centre.commune is None else centre.commune.department
    holiday = day in public_holidays(day.year, department)
    week = found.week_of(doctor)
    return Sheet(
        line=line,
        day=day,
        segments=_segments(
            day, centre.time_zone, found.layers(line, day, is_holiday=holiday), week, is_closed
        ),
        week=week,
        doctor=doctor,
        taken=taken,
    )


@lru_cache(maxsize=8192)
def _segments(
    day: date,
    zone: str,
    layers: tuple[tuple[Paint, ...], ...],
    doctor: WeekOfDoctor,
    is_closed: bool,
) -> tuple[Segment, ...]:
    """Work out a day once for the same facts: nothing to forget when one of them changes."""
    return day_segments(day, zone=zone, layers=layers, doctor=doctor, is_closed=is_closed)


def refresh(sheet: Sheet, *, now: datetime) -> Sheet:
    """Read again what is taken, under the lock of the day; one query. The openings stay."""
    taken = _taken([sheet.line], sheet.day, sheet.day, now)
    return replace(sheet, taken=taken.get((sheet.line.pk, sheet.day), {}))


def _taken(
    lines: Collection[Line], first: date, last: date, now: datetime
) -> dict[tuple[int, date], dict[int, tuple[tuple[int, int, int], ...]]]:
    rows = Appointment.objects.filter(
        line__in=lines, day__gte=first, day__lte=last, state__in=LIVE
    ).exclude(state=AppointmentState.HELD, hold_until__lte=now)
    taken: dict[tuple[int, date], dict[int, tuple[tuple[int, int, int], ...]]] = {}
    found = rows.order_by("tick").values_list("line_id", "day", "lane", "tick", "ticks", "id")
    for line_id, day, lane, tick, ticks, pk in found:
        lanes = taken.setdefault((line_id, day), {})
        lanes[lane] = (*lanes.get(lane, ()), (tick, tick + ticks, pk))
    return taken
