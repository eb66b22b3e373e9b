"""What the openings of some lines rest on, read in one statement whatever their number.

The rows come from six tables of four modules: written as one UNION, they cost one journey to the
database and one snapshot, so that a booking does not see half of a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any, Final

from django.db import connection

from relais.doctors.models import Doctor
from relais.doctors.states import PracticeLevel
from relais.engine.agenda import Paint, WeekOfDoctor, normal_week
from relais.engine.weeks import monday_of
from relais.network.models import Line
from relais.rota.states import FIRM

ONE_DAY: Final = timedelta(days=1)
DOES: Final = (PracticeLevel.YES, PracticeLevel.WITH_HELP)

_PAINT, _CLOSED, _DUTY, _SHARE, _ASKED, _ACT = range(6)
# Columns: which table, three whole numbers, five texts.
_STATEMENT: Final = """
SELECT 0, o.centre_id, o.line_id, o.weekday, CAST(o.day AS VARCHAR), CAST(o.starts AS VARCHAR),
       CAST(o.ends AS VARCHAR), o.kind, CAST(o.released AS VARCHAR)
  FROM agenda_opening o
 WHERE o.centre_id IN ({centres}) AND (o.day IS NULL OR o.day BETWEEN {first} AND {last})
UNION ALL
SELECT 1, c.centre_id, NULL, NULL, CAST(c.first_on AS VARCHAR), CAST(c.last_on AS VARCHAR),
       NULL, NULL, NULL
  FROM network_closure c
 WHERE c.first_on <= {last} AND c.last_on >= {first}
   AND (c.centre_id IS NULL OR c.centre_id IN ({centres}))
UNION ALL
SELECT 2, m.line_id, d.id, NULL, CAST(m.monday AS VARCHAR), d.first_name, d.last_name, NULL, NULL
  FROM rota_mission m JOIN doctors_doctor d ON d.id = m.doctor_id
 WHERE {on_duty}
UNION ALL
SELECT 3, m.line_id, d.id, NULL, CAST(s.first_on AS VARCHAR), CAST(s.last_on AS VARCHAR),
       d.first_name, d.last_name, NULL
  FROM rota_mission m JOIN rota_sharedweek s ON s.mission_id = m.id
  JOIN doctors_doctor d ON d.id = s.doctor_id
 WHERE {on_duty}
UNION ALL
SELECT 4, a.doctor_id, a.pace, a.most_a_day, CAST(a.off_weekday AS VARCHAR), a.off_half,
       CAST(a.monday_from AS VARCHAR), NULL, NULL
  FROM agenda_doctoragenda a WHERE a.doctor_id IN ({doctors})
UNION ALL
SELECT 5, p.doctor_id, NULL, NULL, p.practice_id, NULL, NULL, NULL, NULL
  FROM doctors_doctorpractice p
 WHERE p.level IN ({levels}) AND p.doctor_id IN ({doctors})
"""
_ON_DUTY: Final = """m.line_id IN ({lines}) AND m.state IN ({states})
   AND m.monday BETWEEN {monday} AND {last}"""
_DOCTORS: Final = """SELECT m.doctor_id FROM rota_mission m WHERE {on_duty}
   UNION SELECT s.doctor_id FROM rota_mission m JOIN rota_sharedweek s ON s.mission_id = m.id
   WHERE {on_duty}"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Paints, closed days (None: of the network), who is on duty each day, how each doctor works.

    `week` and `days` are paints by (centre, line or None, weekday or day).
    """

    week: Mapping[tuple[int, int | None, int], tuple[Paint, ...]]
    days: Mapping[tuple[int, int | None, date], tuple[Paint, ...]]
    closed: Mapping[int | None, frozenset[date]]
    missions: Mapping[tuple[int, date], Doctor]
    shares: Mapping[tuple[int, date], Doctor] = field(default_factory=dict)
    weeks: Mapping[int, WeekOfDoctor] = field(default_factory=dict)

    def layers(self, line: Line, day: date, *, is_holiday: bool) -> tuple[tuple[Paint, ...], ...]:
        """Give the layers of a day, weakest first; a holiday opens only what that day paints."""
        centre = line.centre_id
        exceptions = (
            self.days.get((centre, None, day), ()),
            self.days.get((centre, line.pk, day), ()),
        )
        if is_holiday:
            return exceptions
        return (
            self.week.get((centre, None, day.weekday()), ()),
            self.week.get((centre, line.pk, day.weekday()), ()),
            *exceptions,
        )

    def is_closed(self, centre_id: int, day: date) -> bool:
        """Say whether a closure of the centre, or of the network, covers a day."""
        return day in self.closed.get(centre_id, ()) or day in self.closed.get(None, ())

    def doctor_on(self, line_id: int, day: date) -> Doctor | None:
        """Give who is on duty: the second doctor of a shared week on the shared days."""
        return self.shares.get((line_id, day)) or self.missions.get((line_id, monday_of(day)))

    def week_of(self, doctor: Doctor | None) -> WeekOfDoctor:
        """Give how a doctor works; who said nothing does no act and keeps the usual hours."""
        if doctor is None:
            return normal_week()
        return self.weeks.get(doctor.pk) or replace(normal_week(), acts=frozenset())


def read(
    lines: Collection[Line],
    *,
    first: date,
    last: date,
    also: Collection[Doctor] = (),
) -> Facts:
    """Read the facts of some lines for some days, `last` included; one query.

    `also`: doctors whose way of working is wanted although they are not on duty.
    """
    with connection.cursor() as cursor:
        cursor.execute(_write(lines, first=first, last=last, also=also))
        rows = cursor.fetchall()
    return _sort_out(rows, first=first, last=last)


def _write(lines: Collection[Line], *, first: date, last: date, also: Collection[Doctor]) -> str:
    """Fill the statement in; whole numbers and dates of ours stand in it, no text of anybody's."""
    on_duty = _ON_DUTY.format(
        lines=_numbers(line.pk for line in lines),
        states=_words(FIRM),
        monday=_day(monday_of(first)),
        last=_day(last),
    )
    doctors = _DOCTORS.format(on_duty=on_duty)
    if also:
        wanted = _numbers(doctor.pk for doctor in also)
        doctors += f" UNION SELECT id FROM doctors_doctor WHERE id IN ({wanted})"  # noqa: S608
    return _STATEMENT.format(
        centres=_numbers({line.centre_id for line in lines}),
        first=_day(first),
        last=_day(last),
        on_duty=on_duty,
        doctors=doctors,
        levels=_words(DOES),
    )


def _numbers(found: Any) -> str:
    return ", ".join(str(int(one)) for one in found) or "NULL"


def _words(found: Collection[str]) -> str:
    return ", ".join(f"'{one}'" for one in found)


def _day(day: date) -> str:
    return f"'{day.isoformat()}'"


def _sort_out(rows: Collection[tuple[Any, ...]], *, first: date, last: date) -> Facts:
    week: dict[tuple[int, int | None, int], list[Paint]] = defaultdict(list)
    days: dict[tuple[int, int | None, date], list[Paint]] = defaultdict(list)
    closed: dict[int | None, set[date]] = defaultdict(set)
    missions: dict[tuple[int, date], Doctor] = {}
    shares: dict[tuple[int, date], Doctor] = {}
    acts: dict[int, set[str]] = defaultdict(set)
    asked: dict[int, tuple[Any, ...]] = {}
    for kind, one, two, three, *texts in rows:
        if kind == _PAINT:
            paint = Paint(_time(texts[1]), _time(texts[2]), texts[3], _maybe_time(texts[4]))
            if texts[0] is None:
                week[one, two, three].append(paint)
            else:
                days[one, two, date.fromisoformat(texts[0])].append(paint)
        elif kind == _CLOSED:
            closed[one] |= set(_between(texts[0], texts[1], first=first, last=last))
        elif kind == _DUTY:
            monday = date.fromisoformat(texts[0])
            missions[one, monday] = _doctor(two, texts[1], texts[2])
        elif kind == _SHARE:
            for day in _between(texts[0], texts[1], first=first, last=last):
                shares[one, day] = _doctor(two, texts[2], texts[3])
        elif kind == _ASKED:
            asked[one] = (two, three, *texts[:3])
        else:
            acts[one].add(texts[0])
    on_duty = {*missions.values(), *shares.values()}
    known = {doctor.pk for doctor in on_duty} | asked.keys() | acts.keys()
    return Facts(
        week={key: tuple(sorted(paints, key=_start)) for key, paints in week.items()},
        days={key: tuple(sorted(paints, key=_start)) for key, paints in days.items()},
        closed={centre: frozenset(found) for centre, found in closed.items()},
        missions=missions,
        shares=shares,
        weeks={pk: _week_of(frozenset(acts[pk]), asked.get(pk)) for pk in known},
    )


def _week_of(acts: frozenset[str], asked: tuple[Any, ...] | None) -> WeekOfDoctor:
    normal = normal_week()
    if asked is None:
        return replace(normal, acts=acts)
    pace, most, weekday, half, monday_from = asked
    return WeekOfDoctor(
        acts=acts,
        pace=pace,
        off=(int(weekday), half),
        monday_from=_maybe_time(monday_from) or normal.monday_from,
        most_a_day=most or normal.most_a_day,
    )


def _doctor(pk: int, first_name: str, last_name: str) -> Doctor:
    """Make a doctor who knows her name; what else is asked of the row is read then."""
    row: Doctor = Doctor.from_db(
        connection.alias, ["id", "first_name", "last_name"], [pk, first_name, last_name]
    )
    return row


def _between(begins: str, ends: str, *, first: date, last: date) -> list[date]:
    day, until = max(date.fromisoformat(begins), first), min(date.fromisoformat(ends), last)
    return [day + ONE_DAY * step for step in range((until - day).days + 1)]


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _maybe_time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _start(paint: Paint) -> tuple[time, time]:
    return (paint.starts, paint.ends)
