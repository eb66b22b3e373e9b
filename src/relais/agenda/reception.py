"""The day at the desk, read: who is expected, here, seen; how long people wait; whom to call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from relais.agenda.models import Appointment, AppointmentChange, CallTask, DeskChoice
from relais.agenda.states import LIVE, AppointmentState
from relais.engine.agenda.desk import (
    Visit,
    lateness,
    may_be_absent,
    next_in,
    waited_minutes,
)
from relais.network.models import Centre, Line

SHOWN = (
    AppointmentState.BOOKED,
    AppointmentState.ARRIVED,
    AppointmentState.STARTED,
    AppointmentState.DONE,
    AppointmentState.NO_SHOW,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board. `waited`: minutes, None before the arrival."""

    appointment: Appointment
    visit: Visit
    waited: int | None
    is_next: bool
    may_be_absent: bool

    @property
    def undo_to(self) -> str:
        """Give the state that one step back leads to; empty when there is none."""
        return {
            "arrived": "booked",
            "started": "arrived",
            "done": "started",
            "no_show": "booked",
        }.get(str(self.visit.state), "")


@dataclass(frozen=True, slots=True)
class LineBoard:
    """A line's day at the desk. `late`: minutes, at least."""

    line: Line
    rows: tuple[Row, ...]
    late: int
    next_row: Row | None

    def count(self, state: str) -> int:
        """Count the rows in a state."""
        return sum(row.visit.state == state for row in self.rows)


def board(lines: Sequence[Line], *, day: date, now: datetime) -> tuple[LineBoard, ...]:
    """Read the day of some lines at the desk; two queries."""
    found = list(
        Appointment.objects.filter(line__in=lines, day=day, state__in=SHOWN)
        .select_related("patient", "reason", "line")
        .order_by("tick", "lane", "id")
    )
    moments = _moments([row.pk for row in found])
    return tuple(
        _line(line, [row for row in found if row.line_id == line.pk], moments, now)
        for line in lines
    )


def _moments(keys: Collection[int]) -> dict[int, dict[str, datetime]]:
    """Give when each appointment came to a state that it did not leave backwards; one query."""
    seen: dict[int, dict[str, datetime]] = {}
    rows = AppointmentChange.objects.filter(
        appointment__in=keys, verb__in=("arrived", "started", "done", "waiting")
    ).order_by("id")
    for key, verb, at, before in rows.values_list("appointment_id", "verb", "at", "before"):
        mine = seen.setdefault(key, {})
        if verb == "waiting":
            mine.clear()
        elif verb == "arrived":
            mine.pop("started", None)
            # One step back from the consultation keeps the hour of the arrival.
            mine["arrived"] = mine.get("arrived", at) if before.get("state") == "started" else at
        else:
            mine.setdefault(verb, at)
    return seen


def _line(
    line: Line, found: Sequence[Appointment], moments: dict[int, dict[str, datetime]], now: datetime
) -> LineBoard:
    visits = {
        row.pk: Visit(
            id=row.pk,
            starts_at=row.starts_at,
            minutes=row.minutes,
            state=str(row.state),
            arrived_at=moments.get(row.pk, {}).get("arrived"),
            started_at=moments.get(row.pk, {}).get("started"),
        )
        for row in found
    }
    coming = next_in(visits.values())
    rows = tuple(
        Row(
            appointment=row,
            visit=visits[row.pk],
            waited=waited_minutes(visits[row.pk], now=now),
            is_next=coming is not None and coming.id == row.pk,
            may_be_absent=may_be_absent(visits[row.pk], now=now),
        )
        for row in found
    )
    return LineBoard(
        line=line,
        rows=rows,
        late=lateness(visits.values(), now=now),
        next_row=next((row for row in rows if row.is_next), None),
    )


def calls(centre: Centre, *, now: datetime) -> QuerySet[CallTask]:
    """List the calls to make at a centre that still help, the most pressing first."""
    return (
        CallTask.objects.filter(centre=centre, done_at=None, due_at__lte=now)
        .filter(Q(useless_at__isnull=True) | Q(useless_at__gt=now))
        .select_related(
            "person", "appointment__line__centre", "offer__appointment__line__centre", "entry"
        )
        .order_by("useless_at", "due_at", "id")
    )


def choice_of(centre: Centre) -> DeskChoice:
    """Give what a centre chose for its desk; the defaults, not saved, when it never did."""
    return DeskChoice.objects.filter(centre=centre).first() or DeskChoice(centre=centre)


def still_expected(lines: Sequence[Line], *, day: date, now: datetime) -> QuerySet[Appointment]:
    """List who is still at home of a day: whom lateness is to be told."""
    return (
        Appointment.objects.filter(
            line__in=lines, day=day, state=AppointmentState.BOOKED, starts_at__gt=now
        )
        .exclude(~Q(state__in=LIVE))
        .select_related("patient", "line")
        .order_by("tick", "id")
    )
