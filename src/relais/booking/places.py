"""The places that the public may see: free, released, online reasons, a doctor known that week."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from relais.agenda import planning
from relais.agenda.models import Reason
from relais.agenda.planning import Sheet
from relais.engine import parameters
from relais.engine.agenda import ADMIN, PLANNED, SAME_DAY, USES, Length, time_of, wall
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Centre, Line
from relais.patients.models import Person

ONE_DAY = timedelta(days=1)
FOR_THE_PUBLIC = (PLANNED, SAME_DAY, ADMIN)  # kinds of time at which the door is open


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be taken: of several lines at one time, one is enough for the patient."""

    tick: int
    day: date
    at: time
    sheets: tuple[Sheet, ...]
    lengths: tuple[Length, ...]

    @property
    def starts_at(self) -> datetime:
        """Give the instant it begins."""
        return time_of(self.tick)


def online_reasons() -> QuerySet[Reason]:
    """List the reasons that patients may choose themselves, in their order."""
    return Reason.objects.filter(is_active=True, is_online=True).order_by(
        "position", "label", "code"
    )


def days_ahead() -> int:
    """Give how many days the public sees."""
    return int(parameters.load("booking")["days_ahead"].value)


def sheets_of(centre: Centre, *, today: date, now: datetime) -> Mapping[tuple[int, date], Sheet]:
    """Read the days of a centre that the public sees; seven queries."""
    lines = [
        line
        for line in Line.objects.filter(centre=centre)
        .select_related("centre__commune")
        .order_by("number")
        if line.is_active(monday_of(today)) or line.is_active(monday_of(today) + 3 * WEEK)
    ]
    return planning.load_sheets(lines, first=today, days=days_ahead(), now=now)


def slots(
    sheets: Mapping[tuple[int, date], Sheet],
    *,
    reason: Reason,
    is_new: bool,
    now: datetime,
    first: date | None = None,
    most_days: int | None = None,
    person: Person | None = None,
    without: int | None = None,
    at_least: int = 0,
) -> tuple[Slot, ...]:
    """List the times that the public may take for a reason, earliest first. No query.

    `most_days`: stop after that many days that have some; `without`: as if one appointment were not
    there (to move it); `at_least`: ticks that it keeps whatever the rules say now. Places of the
    day do not appear before their hour of release: they are no places yet.
    """
    days = sorted({day for _, day in sheets if first is None or day >= first})
    found: list[Slot] = []
    counted = 0
    for day in days:
        today = [sheet for (_, one), sheet in sheets.items() if one == day]
        of_day = _of_day(
            today,
            reason=reason,
            is_new=is_new,
            now=now,
            person=person,
            without=without,
            at_least=at_least,
        )
        found += of_day
        counted += bool(of_day)
        if most_days is not None and counted >= most_days:
            break
    return tuple(found)


def _of_day(
    sheets: Collection[Sheet],
    *,
    reason: Reason,
    is_new: bool,
    now: datetime,
    person: Person | None,
    without: int | None,
    at_least: int,
) -> list[Slot]:
    by_tick: dict[int, list[tuple[Sheet, Length]]] = {}
    for sheet in sorted(sheets, key=lambda one: one.line.number):
        if sheet.doctor is None or not sheet.does(reason.practice_id):
            continue
        seen = sheet if without is None else sheet.without(without)
        wanted = planning.length_for(reason, person=person, is_new=is_new, sheet=seen)
        for tick in planning.free_places(
            seen, kinds=USES[reason.kind], ticks=max(wanted.ticks, at_least), now=now
        ):
            by_tick.setdefault(tick, []).append((sheet, wanted))
    return [
        Slot(
            tick=tick,
            day=pairs[0][0].day,
            at=wall(tick, pairs[0][0].zone).time(),
            sheets=tuple(sheet for sheet, _ in pairs),
            lengths=tuple(length for _, length in pairs),
        )
        for tick, pairs in sorted(by_tick.items())
    ]


@dataclass(frozen=True, slots=True)
class Door:
    """Whether a centre is open now, until when, or when it opens next (None: not soon)."""

    is_open: bool
    until: time | None = None
    next_day: date | None = None
    next_at: time | None = None


def door(sheets: Mapping[tuple[int, date], Sheet], *, today: date, now: datetime) -> Door:
    """Say whether a centre is open now. No query; a pause of the lines is a closed door."""
    spans: list[tuple[int, int, Sheet]] = []
    for sheet in sheets.values():
        spans += [
            (one.start, one.end, sheet) for one in sheet.segments if one.kind in FOR_THE_PUBLIC
        ]
    spans.sort(key=lambda span: (span[0], span[1]))
    instant_now = now.timestamp() / 300
    end = 0
    for start, stop, _ in spans:
        if start <= instant_now < stop or (end and start <= end < stop):
            end = max(end, stop)
    if end:
        zone = spans[0][2].zone
        return Door(True, until=wall(end, zone).time())
    for start, _, sheet in spans:
        if start > instant_now:
            return Door(False, next_day=sheet.day, next_at=wall(start, sheet.zone).time())
    return Door(False)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is the doctor of a week at a centre: the names that the network tells, by line."""

    monday: date
    names: tuple[str, ...]


def on_duty(
    sheets: Mapping[tuple[int, date], Sheet], *, today: date, weeks: int = 2
) -> tuple[OnDuty, ...]:
    """Name the doctors of this week and of the next ones, where they are known. No query."""
    told = []
    for number in range(weeks):
        monday = monday_of(today) + number * WEEK
        names: dict[int, str] = {}
        for (_, day), sheet in sorted(
            sheets.items(), key=lambda item: (item[1].line.number, item[0][1])
        ):
            if monday_of(day) == monday and sheet.doctor is not None:
                names.setdefault(sheet.line.number, str(sheet.doctor))
        told.append(OnDuty(monday, tuple(dict.fromkeys(names.values()))))
    return tuple(told)


def by_day(found: Sequence[Slot]) -> tuple[tuple[date, tuple[Slot, ...]], ...]:
    """Group slots, already in order, by day."""
    days: dict[date, list[Slot]] = {}
    for slot in found:
        days.setdefault(slot.day, []).append(slot)
    return tuple((day, tuple(rows)) for day, rows in days.items())
