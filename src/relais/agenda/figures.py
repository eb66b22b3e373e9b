"""The figures of a centre's agenda, and what the test of a second line looks at.

A constant number of queries, whatever the weeks and lines. Every figure has its definition, source
and the day from which it counts (`DEFINITIONS`), shown on its page and in its table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from relais.agenda import planning
from relais.agenda.list_states import EntryState, ListKind, Urgency
from relais.agenda.models import Appointment, RefusedRequest, WaitEntry
from relais.agenda.planning import Sheet
from relais.agenda.states import MAIN_LANE, AppointmentState, PlaceKind
from relais.engine import parameters
from relais.engine.agenda import PLANNED, SAME_DAY, TICK_MINUTES, USES, time_of
from relais.engine.agenda.second_line import Measured
from relais.engine.weeks import WEEK, monday_of
from relais.network.models import Centre, Line
from relais.patients.models import Registration

LOOK_AHEAD_DAYS: Final = 42
FOR_PATIENTS: Final = frozenset({PLANNED, SAME_DAY})
HELD_TIME: Final = (
    AppointmentState.BOOKED,
    AppointmentState.ARRIVED,
    AppointmentState.STARTED,
    AppointmentState.DONE,
    AppointmentState.NO_SHOW,
)
AGES: Final = ((0, 5, "0 à 5 ans"), (6, 17, "6 à 17 ans"), (18, 64, "18 à 64 ans"),
               (65, 79, "65 à 79 ans"), (80, 200, "80 ans et plus"))  # fmt: skip

# key: (name, how it is worked out)
DEFINITIONS: Final[dict[str, tuple[str, str]]] = {
    "fill": (
        "Part des heures remplies",
        "Minutes données en rendez-vous sur la file « à l’heure » (non venus compris), sur les"
        " minutes ouvertes aux consultations prévues et aux soins du jour.",
    ),
    "no_show": (
        "Non venus",
        "Rendez-vous notés « non venu », sur les rendez-vous dont l’issue est notée (vu ou non"
        " venu).",
    ),
    "unscheduled": (
        "Soins du jour",
        "Rendez-vous dont le motif est un soin du jour, sur tous les rendez-vous donnés et non"
        " annulés.",
    ),
    "third": (
        "Troisième place libre",
        "Jours d’ici à la troisième place libre d’une consultation prévue de vingt minutes, toutes"
        " lignes réunies. La troisième, parce que la première vient souvent d’une annulation"
        " (Institute for Healthcare Improvement).",
    ),
    "lists": (
        "Listes",
        "Demandes qui attendent aujourd’hui, par classe et par âge ; l’attente médiane est comptée"
        " depuis la date de la demande.",
    ),
}


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A line's week. Shares in 0..1, None when there is nothing to divide by."""

    line: Line
    monday: date
    open_minutes: int
    given_minutes: int
    given: int
    seen: int
    no_shows: int
    same_day: int

    @property
    def fill(self) -> float | None:
        """Give the share of open minutes that were given."""
        return self.given_minutes / self.open_minutes if self.open_minutes else None

    @property
    def no_show(self) -> float | None:
        """Give the share of those who did not come."""
        settled = self.seen + self.no_shows
        return self.no_shows / settled if settled else None

    @property
    def unscheduled(self) -> float | None:
        """Give the share of care of the day."""
        return self.same_day / self.given if self.given else None


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many wait on a list in a class or an age band, and the median wait in days."""

    kind: str
    name: str
    count: int
    median_days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a centre. `third_days`: None when no third place is open yet."""

    weeks: tuple[WeekFigures, ...]
    third_days: int | None
    by_class: tuple[ListCount, ...]
    by_age: tuple[ListCount, ...]
    refused: int
    since: date | None


def figures(
    centre: Centre, *, lines: Sequence[Line], today: date, weeks: int, now: datetime
) -> Figures:
    """Work out the figures of the last `weeks` weeks, this one included."""
    first = monday_of(today) - (weeks - 1) * WEEK
    sheets = planning.load_sheets(lines, first=first, days=7 * weeks + LOOK_AHEAD_DAYS, now=now)
    rows = list(
        Appointment.objects.filter(
            line__in=lines,
            day__gte=first,
            day__lt=monday_of(today) + WEEK,
            state__in=HELD_TIME,
        ).values_list("line_id", "day", "lane", "ticks", "state", "reason__kind")
    )
    found = []
    for line in lines:
        for number in range(weeks):
            monday = first + number * WEEK
            mine = [row for row in rows if row[0] == line.pk and monday_of(row[1]) == monday]
            found.append(_week(line, monday, mine, sheets))
    entries = list(
        WaitEntry.objects.filter(centre=centre, state=EntryState.WAITING).values_list(
            "kind", "urgency", "since", "person__born_on"
        )
    )
    asked = RefusedRequest.objects.filter(centre=centre, at__gte=now - weeks * WEEK)
    begun = Appointment.objects.filter(line__centre=centre).order_by("day")
    return Figures(
        weeks=tuple(found),
        third_days=_third(lines, sheets, today=today, now=now),
        by_class=_by_class(entries, now),
        by_age=_by_age(entries, today, now),
        refused=asked.count(),
        since=begun.values_list("day", flat=True).first(),
    )


def _week(
    line: Line,
    monday: date,
    rows: Sequence[tuple[int, date, int, int, str, str]],
    sheets: dict[tuple[int, date], Sheet],
) -> WeekFigures:
    days = [sheets[line.pk, monday + timedelta(days=offset)] for offset in range(7)]
    states = Counter(row[4] for row in rows)
    return WeekFigures(
        line=line,
        monday=monday,
        open_minutes=sum(_open(day) for day in days),
        given_minutes=sum(
            row[3] * TICK_MINUTES for row in rows if row[2] == MAIN_LANE and row[5] in FOR_PATIENTS
        ),
        given=len(rows),
        seen=states[AppointmentState.DONE],
        no_shows=states[AppointmentState.NO_SHOW],
        same_day=sum(row[5] == PlaceKind.SAME_DAY for row in rows),
    )


def _open(sheet: Sheet) -> int:
    return sum(
        (one.end - one.start) * TICK_MINUTES for one in sheet.segments if one.kind in FOR_PATIENTS
    )


def _third(
    lines: Sequence[Line], sheets: dict[tuple[int, date], Sheet], *, today: date, now: datetime
) -> int | None:
    minutes = int(parameters.load("agenda")["base_minutes"].value)
    free: list[int] = []
    for offset in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=offset)
        for line in lines:
            free += planning.free_places(
                sheets[line.pk, day],
                kinds=USES[PLANNED],
                ticks=minutes // TICK_MINUTES,
                now=now,
            )
        if len(free) >= 3:
            return (time_of(sorted(free)[2]).date() - today).days
    return None


def _median(values: Iterable[int]) -> int:
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else 0


def _by_class(
    entries: Sequence[tuple[str, int, datetime, date]], now: datetime
) -> tuple[ListCount, ...]:
    return tuple(
        ListCount(
            str(kind.label),
            str(urgency.label),
            len(mine),
            _median((now - one[2]).days for one in mine),
        )
        for kind in ListKind
        for urgency in Urgency
        if (mine := [one for one in entries if one[0] == kind and one[1] == urgency])
    )


def _by_age(
    entries: Sequence[tuple[str, int, datetime, date]], today: date, now: datetime
) -> tuple[ListCount, ...]:
    return tuple(
        ListCount(str(kind.label), name, len(mine), _median((now - one[2]).days for one in mine))
        for kind in ListKind
        for least, most, name in AGES
        if (
            mine := [
                one for one in entries if one[0] == kind and least <= _age(one[3], today) <= most
            ]
        )
    )


def _age(born_on: date, today: date) -> int:
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def measured(centre: Centre, *, lines: Sequence[Line], today: date, now: datetime) -> Measured:
    """Read what the test of a second line looks at: the whole weeks before this one."""
    weeks = int(parameters.load("second_line")["weeks"].value)
    first, until = monday_of(today) - weeks * WEEK, monday_of(today)
    sheets = planning.load_sheets(lines, first=first, days=7 * weeks, now=now)
    rows = list(
        Appointment.objects.filter(
            line__centre=centre, day__gte=first, day__lt=until, state__in=HELD_TIME
        ).values_list("day", "ticks", "created_at", "starts_at", "reason__kind")
    )
    refused = [
        at.date()
        for at in RefusedRequest.objects.filter(
            centre=centre, at__date__gte=first, at__date__lt=until
        ).values_list("at", flat=True)
    ]
    per_week = Counter(monday_of(day) for day in [*(row[0] for row in rows), *refused])
    mondays = [first + number * WEEK for number in range(weeks)]
    opened = Counter[date]()
    for (_, day), sheet in sheets.items():
        opened[monday_of(day)] += _open(sheet)
    # Weeks before the centre used this agenda would only dilute the measure.
    kept = {monday_of(row[0]) for row in rows}
    used = [monday for monday in mondays if monday in kept]
    return Measured(
        requests=tuple(per_week[monday] for monday in used),
        open_minutes=tuple(opened[monday] for monday in used),
        mean_minutes=sum(row[1] for row in rows) * TICK_MINUTES / len(rows) if rows else None,
        wait_days=tuple(
            max((row[3] - row[2]).total_seconds(), 0) / 86400
            for row in rows
            if row[4] == PlaceKind.PLANNED
        ),
        listed=WaitEntry.objects.filter(
            centre=centre, kind=ListKind.ADMISSION, state=EntryState.WAITING
        ).count(),
        admitted=Registration.objects.filter(
            centre=centre, since_on__gte=first, since_on__lt=until
        ).count(),
        lines=len(lines),
    )
