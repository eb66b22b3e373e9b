"""The radar as it is read: how many weeks without a doctor to expect, and which ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Sum

from relais.engine.weeks import WEEK, monday_of
from relais.rota.models import Radar, RiskReading, RotaTurn


@dataclass(frozen=True, slots=True)
class WeekRisk:
    """One week over the lines shown: weeks without a doctor to expect, and the worst chance."""

    monday: date
    expected: float
    worst: float


@dataclass(frozen=True, slots=True)
class RadarSheet:
    """What the radar says. `is_behind`: the rota has changed since it was read.

    `lines`: lines of each centre. `planned_until`: the last Monday read, None where no week is
    planned yet. `above`: how many line-weeks reach the chance asked for.
    """

    read_at: datetime
    is_behind: bool
    weeks: tuple[WeekRisk, ...]
    worst: tuple[RiskReading, ...]
    above: int
    lines: Mapping[int, int]
    planned_until: date | None

    def expected(self, weeks: int) -> float:
        """Give the weeks without a doctor to expect in the first `weeks` weeks."""
        return sum(one.expected for one in self.weeks[:weeks])


def radar(
    today: date, *, centre_ids: Collection[int], weeks: int, least: float, most: int
) -> RadarSheet | None:
    """Read the coming `weeks` at some centres; None before the first reading. 7 queries.

    `least`: chance from which a line-week counts in `above`. `worst`: at most `most` of them, most
    likely first; where none is above, the most likely all the same.
    """
    last = Radar.objects.first()
    if last is None:
        return None
    first = monday_of(today) + WEEK
    rows = RiskReading.objects.filter(
        line__centre_id__in=centre_ids, monday__gte=first, monday__lt=first + weeks * WEEK
    )
    by_week = {
        one["monday"]: WeekRisk(one["monday"], one["expected"], one["worst"])
        for one in rows.values("monday").annotate(expected=Sum("chance"), worst=Max("chance"))
    }
    turn = RotaTurn.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    days = [first + week * WEEK for week in range(weeks)]
    planned = RiskReading.objects.aggregate(last=Max("monday"))["last"]
    above = rows.filter(chance__gte=least)
    count = above.count()
    ranked = (above if count else rows).select_related("line__centre", "doctor")
    return RadarSheet(
        read_at=last.read_at,
        is_behind=last.turn != turn,
        weeks=tuple(
            by_week.get(day, WeekRisk(day, 0.0, 0.0))
            for day in days
            if planned is not None and day <= planned
        ),
        worst=tuple(ranked.order_by("-chance", "monday", "line_id")[:most]),
        above=count,
        planned_until=planned,
        lines=dict(
            rows.order_by()
            .values_list("line__centre_id")
            .annotate(lines=Count("line_id", distinct=True))
        ),
    )
