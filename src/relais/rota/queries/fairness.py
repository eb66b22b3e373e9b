"""How the hard weeks were shared: August, Christmas, holidays (engine/hard_weeks.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from relais.doctors.models import Doctor
from relais.engine import hard_weeks
from relais.rota.models import Mission
from relais.rota.states import FIRM

AHEAD = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class HardShare:
    """A doctor who came, or has said yes: missions counted, hard ones among them, points."""

    doctor: Doctor
    missions: int
    hard: int
    points: int


@dataclass(frozen=True, slots=True)
class HardWeeks:
    """How hard weeks are shared: doctors, the most points first; mean and Gini coefficient."""

    since: date
    shares: tuple[HardShare, ...]
    mean: float
    gini: float
    is_fair: bool


def _missions(today: date) -> list[tuple[int, date]]:
    return list(
        Mission.objects.filter(
            state__in=FIRM, monday__gte=hard_weeks.counted_from(today), monday__lte=today + AHEAD
        )
        .order_by("monday", "pk")
        .values_list("doctor_id", "monday")
    )


def hard_points(today: date) -> dict[int, int]:
    """Give, by doctor who came or has said yes, the points of hard weeks; 0 for none. 1 query."""
    found: Counter[int] = Counter()
    for doctor, monday in _missions(today):
        found[doctor] += hard_weeks.points(monday)
    return dict(found)


def mean_points(shares: Mapping[int, int]) -> float:
    """Give the mean of points over those who came; 0.0 for nobody."""
    return sum(shares.values()) / len(shares) if shares else 0.0


def hard_weeks_shared(today: date) -> HardWeeks:
    """Tell how hard weeks were shared among those who came or have said yes. 2 queries."""
    rows = _missions(today)
    missions, hard, points = Counter[int](), Counter[int](), Counter[int]()
    for doctor, monday in rows:
        worth = hard_weeks.points(monday)
        missions[doctor] += 1
        hard[doctor] += bool(worth)
        points[doctor] += worth
    doctors = Doctor.objects.in_bulk(missions) if len(missions) < 900 else _all(missions)
    shares = [
        HardShare(doctors[pk], missions[pk], hard[pk], points[pk])
        for pk in missions
        if pk in doctors
    ]
    shares.sort(key=lambda one: (-one.points, -one.missions, one.doctor.pk))
    values = [float(one.points) for one in shares]
    return HardWeeks(
        since=hard_weeks.counted_from(today),
        shares=tuple(shares),
        mean=mean_points({one.doctor.pk: one.points for one in shares}),
        gini=hard_weeks.gini(values),
        is_fair=hard_weeks.is_fair(values),
    )


def _all(wanted: Mapping[int, int]) -> dict[int, Doctor]:
    """Read many doctors at once: more keys than SQLite takes in one question."""
    return {one.pk: one for one in Doctor.objects.all() if one.pk in wanted}
