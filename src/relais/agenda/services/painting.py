"""Painting some hours of the week, or a half day of one date, and trying it before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db import transaction

from relais.agenda.models import Appointment, Opening
from relais.agenda.planning import Impact, impact_of_week
from relais.agenda.services.openings import except_day, paint_week
from relais.agenda.services.refusals import AgendaRefusal
from relais.agenda.states import CHANGEABLE
from relais.core.actors import Actor
from relais.engine.agenda import NOON, Paint, over_paint
from relais.engine.weeks import monday_of
from relais.network.models import Centre, Line

HALVES: Final[Mapping[str, tuple[time, time]]] = {
    "day": (time(0), time(23, 55)),
    "morning": (time(0), NOON),
    "afternoon": (NOON, time(23, 55)),
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """Some hours of a weekday (0, Monday). `kind`: what they are for, None to rub them out."""

    weekday: int
    starts: time
    ends: time
    kind: str | None
    released: time | None = None


@transaction.atomic
def paint_strokes(
    centre: Centre,
    *,
    strokes: Collection[Stroke],
    by: Actor,
    now: datetime,
    line: Line | None = None,
) -> None:
    """Paint over the week of a centre, or of one of its lines; the rest of the week stays.

    A line that has no week of its own starts from nothing: what it paints covers the centre's.
    Raises like `paint_week`, and AgendaRefusal when nothing is chosen.
    """
    if not strokes:
        raise AgendaRefusal("Choisissez au moins une case, ou un jour et des heures.")
    week: dict[int, list[Paint]] = {weekday: [] for weekday in range(7)}
    rows = Opening.objects.filter(centre=centre, line=line, day__isnull=True)
    for row in rows.order_by("weekday", "starts", "id"):
        paint = Paint(row.starts, row.ends, row.kind, row.released)
        week[row.weekday or 0].append(paint)
    for stroke in strokes:
        fresh = None
        if stroke.kind is not None:
            fresh = Paint(stroke.starts, stroke.ends, stroke.kind, stroke.released)
        week[stroke.weekday] = over_paint(
            week[stroke.weekday], starts=stroke.starts, ends=stroke.ends, fresh=fresh
        )
    paint_week(centre, line=line, week=week, by=by, now=now)


@transaction.atomic
def except_half(
    centre: Centre,
    *,
    day: date,
    half: str,
    kind: str | None,
    by: Actor,
    now: datetime,
    line: Line | None = None,
    starts: time | None = None,
    ends: time | None = None,
    note: str = "",
) -> None:
    """Paint over a date: closed, or open from `starts` to `ends`; kind None gives the week back.

    `half`: « day », « morning » or « afternoon »; what was painted on the other half stays. Raises
    AgendaRefusal for an opening without hours, and like `except_day`.
    """
    if half not in HALVES:
        raise ValueError(f"{half!r} is no half of a day")
    begin, end = HALVES[half]
    fresh = None
    if kind == "closed":
        fresh = Paint(begin, end, kind)
    elif kind is not None:
        if starts is None or ends is None:
            raise AgendaRefusal("Écrivez les heures auxquelles le centre ouvre ce jour-là.")
        begin, end = starts, ends
        fresh = Paint(starts, ends, kind)
    rows = Opening.objects.filter(centre=centre, line=line, day=day).order_by("starts", "id")
    known = [Paint(row.starts, row.ends, row.kind, row.released) for row in rows]
    paints = over_paint(known, starts=begin, ends=end, fresh=fresh)
    except_day(centre, day=day, paints=paints, line=line, note=note, by=by, now=now)


def try_out(
    act: Callable[[], None], *, lines: Collection[Line], now: datetime
) -> tuple[Impact, ...]:
    """Do something, look what it would break, and take it back: the appointments newly out.

    Everything happens in a transaction that is undone; raises what `act` raises.
    """
    rows = Appointment.objects.filter(line__in=lines, state__in=CHANGEABLE, starts_at__gte=now)
    days = rows.order_by("line_id", "day").values_list("line_id", "day").distinct()
    weeks = sorted({(line_id, monday_of(day)) for line_id, day in days})
    by_key = {line.pk: line for line in lines}

    def broken() -> dict[int, Impact]:
        found = {}
        for line_id, monday in weeks:
            for impact in impact_of_week(by_key[line_id], monday=monday, now=now):
                found[impact.appointment.pk] = impact
        return found

    before = broken()
    with transaction.atomic():
        act()
        after = broken()
        transaction.set_rollback(True)
    return tuple(
        impact
        for key, impact in after.items()
        if key not in before or before[key].problems != impact.problems
    )
