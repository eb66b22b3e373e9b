"""Everything that decides on a line's day, read once for any number of lines and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from relais.agenda.models import Appointment, DoctorAgenda, Opening
from relais.agenda.states import LIVE, MAIN_LANE, AppointmentState
from relais.doctors.models import Doctor, DoctorPractice
from relais.doctors.states import PracticeLevel
from relais.engine.agenda import Paint, Segment, WeekOfDoctor, day_segments, normal_week
from relais.engine.calendar_fr import public_holidays
from relais.engine.weeks import monday_of
from relais.network.models import Closure, Line
from relais.rota.models import Mission
from relais.rota.states import FIRM

ONE_DAY = timedelta(days=1)
DOES = (PracticeLevel.YES, PracticeLevel.WITH_HELP)


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
    """Read the days of some lines (with their centres), by line and day; six queries.

    `doctors` puts other doctors on (line, Monday) than the rota does, None for nobody.
    """
    last = first + timedelta(days=days - 1)
    paints = _paints(lines, first, last)
    closed = _closed_days(lines, first, last)
    duty = _duty(lines, first, last)
    duty.update(doctors or {})
    weeks = _weeks(duty)
    taken = _taken(lines, first, last, now)
    sheets = {}
    for line in lines:
        centre = line.centre
        department = None if centre.commune is None else centre.commune.department
        for offset in range(days):
            day = first + offset * ONE_DAY
            monday = monday_of(day)
            is_closed = (
                not line.is_active(monday)
                or (centre.opens_on is not None and day < centre.opens_on)
                or (centre.closes_on is not None and day >= centre.closes_on)
                or day in closed[centre.pk]
                or day in closed[None]
            )
            holiday = day in public_holidays(day.year, department)
            layers = paints.layers(line, day, is_holiday=holiday)
            doctor = duty.get((line.pk, monday))
            week = weeks[None if doctor is None else doctor.pk]
            sheets[line.pk, day] = Sheet(
                line=line,
                day=day,
                segments=day_segments(
                    day, zone=centre.time_zone, layers=layers, doctor=week, is_closed=is_closed
                ),
                week=week,
                doctor=doctor,
                taken=taken.get((line.pk, day), {}),
            )
    return sheets


def refresh(sheet: Sheet, *, now: datetime) -> Sheet:
    """Read again what is taken, under the lock of the day; one query. The openings stay."""
    taken = _taken([sheet.line], sheet.day, sheet.day, now)
    return replace(sheet, taken=taken.get((sheet.line.pk, sheet.day), {}))


class _Paints:
    """The painted weeks and days; a public holiday opens only what was painted for that day."""

    def __init__(self, rows: Collection[Opening]) -> None:
        self.week: dict[tuple[int, int | None, int], list[Paint]] = defaultdict(list)
        self.days: dict[tuple[int, int | None, date], list[Paint]] = defaultdict(list)
        for row in rows:
            paint = Paint(row.starts, row.ends, row.kind, row.released)
            if row.day is not None:
                self.days[row.centre_id, row.line_id, row.day].append(paint)
            elif row.weekday is not None:
                self.week[row.centre_id, row.line_id, row.weekday].append(paint)

    def layers(self, line: Line, day: date, *, is_holiday: bool) -> list[list[Paint]]:
        centre = line.centre_id
        exceptions = [
            self.days.get((centre, None, day), []),
            self.days.get((centre, line.pk, day), []),
        ]
        if is_holiday:
            return exceptions
        return [
            self.week.get((centre, None, day.weekday()), []),
            self.week.get((centre, line.pk, day.weekday()), []),
            *exceptions,
        ]


def _paints(lines: Collection[Line], first: date, last: date) -> _Paints:
    centres = {line.centre_id for line in lines}
    rows = Opening.objects.filter(centre_id__in=centres).filter(
        Q(day__isnull=True) | Q(day__gte=first, day__lte=last)
    )
    return _Paints(list(rows.order_by("starts", "id")))


def _closed_days(lines: Collection[Line], first: date, last: date) -> dict[int | None, set[date]]:
    closed: dict[int | None, set[date]] = defaultdict(set)
    rows = Closure.objects.filter(first_on__lte=last, last_on__gte=first).filter(
        Q(centre__isnull=True) | Q(centre_id__in={line.centre_id for line in lines})
    )
    for row in rows:
        day = max(row.first_on, first)
        while day <= min(row.last_on, last):
            closed[row.centre_id].add(day)
            day += ONE_DAY
    return closed


def _duty(
    lines: Collection[Line], first: date, last: date
) -> dict[tuple[int, date], Doctor | None]:
    rows = Mission.objects.filter(
        line__in=lines, state__in=FIRM, monday__gte=monday_of(first), monday__lte=last
    ).select_related("doctor")
    return {(row.line_id, row.monday): row.doctor for row in rows}


def _weeks(duty: Mapping[tuple[int, date], Doctor | None]) -> dict[int | None, WeekOfDoctor]:
    ids = {doctor.pk for doctor in duty.values() if doctor is not None}
    normal = normal_week()
    acts: dict[int, set[str]] = defaultdict(set)
    if ids:
        rows = DoctorPractice.objects.filter(doctor_id__in=ids, level__in=DOES)
        for doctor_id, practice in rows.values_list("doctor_id", "practice_id"):
            acts[doctor_id].add(practice)
    weeks: dict[int | None, WeekOfDoctor] = {None: normal}
    for doctor_id in ids:
        weeks[doctor_id] = replace(normal, acts=frozenset(acts[doctor_id]))
    said = DoctorAgenda.objects.filter(doctor_id__in=ids) if ids else ()
    for row in said:
        weeks[row.doctor_id] = WeekOfDoctor(
            acts=frozenset(acts[row.doctor_id]),
            pace=row.pace,
            off=(row.off_weekday, row.off_half),
            monday_from=row.monday_from or normal.monday_from,
            most_a_day=row.most_a_day or normal.most_a_day,
        )
    return weeks


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
