"""The network as it is read: centres with their lines, weeks that need a doctor, closures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from relais.accounts.models import User
from relais.engine.weeks import WEEK, mondays
from relais.network.models import Centre, Closure, Coordination, Line, Practice, PracticeNeed

CONSULTATION_DAYS = 5  # a week needs no doctor when Monday to Friday are all closed (Closure)


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A centre as lists and maps show it. `department` is empty while the commune is unknown."""

    id: int
    key: str
    name: str
    place: str
    department: str
    position_note: str
    latitude: float
    longitude: float
    opens_on: date | None
    closes_on: date | None
    is_open: bool
    active_lines: int
    lines: tuple[Line, ...]
    coordinators: tuple[str, ...]


def centres(*, today: date, ids: Collection[int] | None = None) -> tuple[CentreRow, ...]:
    """List the centres by name, with the lines active and the coordinators of today. 3 queries."""
    rows = Centre.objects.select_related("commune").order_by("name", "id")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    current = (
        Coordination.objects.filter(since_on__lte=today)
        .filter(Q(until_on__isnull=True) | Q(until_on__gt=today))
        .select_related("user")
        .order_by("user__name", "id")
    )
    rows = rows.prefetch_related(
        Prefetch("lines", queryset=Line.objects.order_by("number")),
        Prefetch("coordinations", queryset=current),
    )
    return tuple(_row(centre, today) for centre in rows)


def _row(centre: Centre, today: date) -> CentreRow:
    lines = tuple(centre.lines.all())
    opened = centre.opens_on is None or centre.opens_on <= today
    return CentreRow(
        id=centre.pk,
        key=centre.key,
        name=centre.name,
        place="" if centre.commune is None else centre.commune.name,
        department="" if centre.commune is None else centre.commune.department,
        position_note=centre.position_note,
        latitude=centre.latitude,
        longitude=centre.longitude,
        opens_on=centre.opens_on,
        closes_on=centre.closes_on,
        is_open=opened and (centre.closes_on is None or centre.closes_on > today),
        active_lines=sum(line.is_active(today) for line in lines),
        lines=lines,
        coordinators=tuple(str(coordination.user) for coordination in centre.coordinations.all()),
    )


def coordinators_of(centre: Centre, *, today: date) -> list[User]:
    """List those who coordinate a centre today and whose account is open. One query."""
    charges = Coordination.objects.filter(
        Q(until_on=None) | Q(until_on__gt=today), centre=centre, since_on__lte=today
    )
    return list(User.objects.filter(is_active=True, pk__in=charges.values("user")).order_by("pk"))


def coordinations_of(user: User, *, today: date) -> list[Coordination]:
    """List what someone coordinates today or is to coordinate later. One query."""
    running = Coordination.objects.filter(Q(until_on=None) | Q(until_on__gt=today), user=user)
    return list(running.select_related("user", "centre").order_by("pk"))


def closures(
    *, first: date, last: date, centre_ids: Collection[int] | None = None
) -> QuerySet[Closure]:
    """List the closures that touch some days, network-wide ones included, by day."""
    rows = (
        Closure.objects.filter(first_on__lte=last, last_on__gte=first)
        .select_related("centre")
        .order_by("first_on", "last_on", "id")
    )
    if centre_ids is not None:
        rows = rows.filter(Q(centre__isnull=True) | Q(centre_id__in=centre_ids))
    return rows


def closed_weeks(rows: Iterable[Closure], *, first_monday: date, weeks: int) -> ClosedWeeks:
    """Work out which weeks are closed from Monday to Friday; no query."""
    days: dict[int | None, set[date]] = defaultdict(set)
    first, last = first_monday, first_monday + weeks * WEEK
    reasons: dict[int | None, list[Closure]] = defaultdict(list)
    for closure in rows:
        reasons[closure.centre_id].append(closure)
        day = max(closure.first_on, first)
        while day <= min(closure.last_on, last):
            days[closure.centre_id].add(day)
            day += timedelta(days=1)
    return ClosedWeeks(days, reasons)


class ClosedWeeks:
    """Says whether a centre is closed the whole week, and why."""

    def __init__(
        self, days: Mapping[int | None, set[date]], reasons: Mapping[int | None, list[Closure]]
    ) -> None:
        self._everywhere = frozenset(days.get(None, ()))
        self._by_centre = {key: frozenset(value) for key, value in days.items() if key is not None}
        self._reasons = reasons

    def is_closed(self, centre_id: int, monday: date) -> bool:
        """Say whether Monday to Friday are all closed."""
        own: frozenset[date] = self._by_centre.get(centre_id, frozenset())
        if not own and not self._everywhere:
            return False
        return all(
            day in own or day in self._everywhere
            for day in (monday + timedelta(days=shift) for shift in range(CONSULTATION_DAYS))
        )

    def reason(self, centre_id: int, monday: date) -> str:
        """Give the reasons of the closures of a week in words, empty when there is none."""
        friday = monday + timedelta(days=CONSULTATION_DAYS - 1)
        words = [
            closure.note or closure.get_reason_display()
            for key in (centre_id, None)
            for closure in self._reasons.get(key, ())
            if closure.first_on <= friday and closure.last_on >= monday
        ]
        return ", ".join(dict.fromkeys(words))


def is_open_week(centre: Centre, *, monday: date, closed: ClosedWeeks) -> bool:
    """Say whether a week of a centre needs doctors (plan folder: open week); no query."""
    if centre.opens_on is not None and monday < centre.opens_on:
        return False
    if centre.closes_on is not None and monday >= centre.closes_on:
        return False
    return not closed.is_closed(centre.pk, monday)


def open_weeks(
    rows: Iterable[Centre], *, first_monday: date, weeks: int
) -> dict[int, tuple[date, ...]]:
    """Give the Mondays of the open weeks of each centre, by its id. One query.

    Raises ValueError when `first_monday` is not a Monday.
    """
    planned = mondays(first_monday, weeks)
    closed = closed_weeks(
        closures(first=first_monday, last=first_monday + weeks * WEEK),
        first_monday=first_monday,
        weeks=weeks,
    )
    return {
        centre.pk: tuple(
            monday for monday in planned if is_open_week(centre, monday=monday, closed=closed)
        )
        for centre in rows
    }


def lines(*, centre_ids: Collection[int] | None = None) -> QuerySet[Line]:
    """List lines with their centre and commune, by centre name and number."""
    rows = Line.objects.select_related("centre", "centre__commune").order_by(
        "centre__name", "centre_id", "number"
    )
    return rows if centre_ids is None else rows.filter(centre_id__in=centre_ids)


def practices() -> QuerySet[Practice]:
    """List the acts the planner counts, by label."""
    return Practice.objects.order_by("label", "code")


def practice_needs(*, centre_ids: Collection[int] | None = None) -> QuerySet[PracticeNeed]:
    """List what acts the centres need and how often, by centre and act."""
    rows = PracticeNeed.objects.select_related("practice", "centre").order_by(
        "centre__name", "centre_id", "practice__label", "id"
    )
    return rows if centre_ids is None else rows.filter(centre_id__in=centre_ids)
