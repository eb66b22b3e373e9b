"""What another doctor changes in a week: the appointments now out of profile, a way out for each.

Nothing moves by itself: the report is read by a coordinator, who moves each in one click.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from relais.agenda.models import Appointment
from relais.agenda.planning.free import free_places, length_for
from relais.agenda.planning.sheets import Sheet, load_sheets
from relais.agenda.states import CHANGEABLE, MAIN_LANE
from relais.doctors.models import Doctor
from relais.engine.agenda import TICK_MINUTES, USES
from relais.engine.weeks import WEEK
from relais.network.models import Line

WEEKS_AHEAD: Final = 6  # how far a way out is looked for
DAYS: Final = 6  # a relay week, Monday to Saturday


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where an appointment could go: a line's day and a tick; `is_same_time`: only the line moves.

    No two proposals of one report take the same place.
    """

    sheet: Sheet
    tick: int
    ticks: int
    is_same_time: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """An appointment that the doctor of its week cannot keep as it is, why, and a way out."""

    appointment: Appointment
    problems: tuple[str, ...]
    proposal: Proposal | None


def impact_of_week(
    line: Line, *, monday: date, now: datetime, doctor: Doctor | None = None, assume: bool = False
) -> tuple[Impact, ...]:
    """Report on a line's week as its doctor is, or as `doctor` would make it (`assume`).

    Appointments of the past are left out; a constant number of queries. Raises ValueError when
    `monday` is not a Monday.
    """
    if monday.weekday():
        raise ValueError(f"{monday} is not a Monday")
    lines = list(
        Line.objects.filter(centre_id=line.centre_id)
        .select_related("centre__commune")
        .order_by("number")
    )
    here = next(one for one in lines if one.pk == line.pk)
    swapped: Mapping[tuple[int, date], Doctor | None] = (
        {(line.pk, monday): doctor} if assume else {}
    )
    sheets = load_sheets(
        lines, first=monday, days=(WEEKS_AHEAD * WEEK).days, now=now, doctors=swapped
    )
    rows = list(
        Appointment.objects.filter(
            line=line,
            day__gte=monday,
            day__lt=monday + WEEK,
            state__in=CHANGEABLE,
            starts_at__gte=now,
        )
        .select_related("reason", "patient", "reason__practice")
        .order_by("tick", "lane", "id")
    )
    counted: dict[date, int] = defaultdict(int)
    found = []
    for row in rows:
        sheet = sheets[here.pk, row.day]
        counted[row.day] += row.lane == MAIN_LANE
        problems = _problems(row, sheet, position=counted[row.day], now=now)
        if problems:
            found.append((row, problems))
    spoken: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    return tuple(
        Impact(row, problems, _way_out(row, lines, sheets, spoken, now=now))
        for row, problems in found
    )


def _problems(row: Appointment, sheet: Sheet, *, position: int, now: datetime) -> tuple[str, ...]:
    told = []
    if not sheet.does(row.reason.practice_id):
        who = str(sheet.doctor) if sheet.doctor is not None else "le médecin, encore inconnu,"
        told.append(f"{who} ne pratique pas : {row.reason.practice}")
    if row.lane == MAIN_LANE and not _is_open(row, sheet):
        told.append("hors des heures d’ouverture de cette semaine")
    usual = length_for(row.reason, person=row.patient, is_new=False, sheet=sheet)
    if row.minutes < usual.minutes:
        short = usual.minutes - row.minutes
        told.append(f"trop court de {short} minutes pour le rythme du médecin")
    if row.lane == MAIN_LANE and 0 < sheet.week.most_a_day < position:
        told.append(f"au-delà de {sheet.week.most_a_day} rendez-vous ce jour-là")
    return tuple(told)


def _is_open(row: Appointment, sheet: Sheet) -> bool:
    kinds = USES[row.reason.kind]
    open_ticks = {
        tick
        for segment in sheet.segments
        if segment.kind in kinds
        for tick in range(segment.start, segment.end)
    }
    return open_ticks.issuperset(range(row.tick, row.end))


def _way_out(
    row: Appointment,
    lines: Iterable[Line],
    sheets: Mapping[tuple[int, date], Sheet],
    spoken: dict[tuple[int, date], list[tuple[int, int]]],
    *,
    now: datetime,
) -> Proposal | None:
    """Look on the other lines at the same hour, then for the first place of the weeks ahead."""
    kinds = USES[row.reason.kind]
    for line in lines:
        if line.pk == row.line_id:
            continue
        sheet = sheets[line.pk, row.day]
        if _fits(sheet, row, row.tick, row.ticks, spoken) and _is_open(row, sheet):
            return _speak(sheet, row.tick, row.ticks, spoken, is_same_time=True)
    days = sorted({day for _, day in sheets if day >= now.date() - timedelta(days=1)})
    for day in days:
        for line in lines:
            sheet = sheets[line.pk, day].without(row.pk)
            usual = length_for(row.reason, person=row.patient, is_new=False, sheet=sheet)
            ticks = max(usual.minutes, row.minutes) // TICK_MINUTES
            if (line.pk, day) == (row.line_id, row.day) and ticks == row.ticks:
                continue
            for tick in free_places(sheet, kinds=kinds, ticks=ticks, now=now):
                if _fits(sheet, row, tick, ticks, spoken):
                    return _speak(sheet, tick, ticks, spoken, is_same_time=False)
    return None


def _fits(
    sheet: Sheet,
    row: Appointment,
    tick: int,
    ticks: int,
    spoken: Mapping[tuple[int, date], list[tuple[int, int]]],
) -> bool:
    key = (sheet.line.pk, sheet.day)
    said = spoken.get(key, [])
    most = sheet.week.most_a_day
    return (
        sheet.does(row.reason.practice_id)
        and not sheet.overlapping(MAIN_LANE, tick, tick + ticks)
        and not any(begin < tick + ticks and tick < end for begin, end in said)
        and (not most or sheet.booked + len(said) < most)
    )


def _speak(
    sheet: Sheet,
    tick: int,
    ticks: int,
    spoken: dict[tuple[int, date], list[tuple[int, int]]],
    *,
    is_same_time: bool,
) -> Proposal:
    spoken[sheet.line.pk, sheet.day].append((tick, tick + ticks))
    return Proposal(sheet, tick, ticks, is_same_time)
