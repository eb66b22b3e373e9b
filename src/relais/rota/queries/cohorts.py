"""Who came back: doctors by the quarter of their first mission."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from relais.rota.models import Mission
from relais.rota.states import FIRM

WITHIN_MONTHS: Final = (6, 12, 18)


@dataclass(frozen=True, slots=True)
class Returned:
    """How many of a cohort came again within some months. `known`: those months are over for all.

    Until then `count` can still grow.
    """

    months: int
    count: int
    known: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """The doctors whose first mission here began in a quarter (1 to 4)."""

    year: int
    quarter: int
    doctors: int
    returned: tuple[Returned, ...]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


def cohorts(today: date) -> list[Cohort]:
    """List the cohorts, the latest first. 1 query.

    A mission counts once its week has begun. Doctors who came before this software knew them
    (`missions_before`) are no newcomers and stand in no cohort.
    """
    by_doctor: dict[int, list[date]] = defaultdict(list)
    for doctor, monday in (
        Mission.objects.filter(state__in=FIRM, monday__lte=today, doctor__missions_before=0)
        .order_by("monday", "pk")
        .values_list("doctor_id", "monday")
    ):
        by_doctor[doctor].append(monday)
    quarters: dict[tuple[int, int], list[list[date]]] = defaultdict(list)
    for mondays in by_doctor.values():
        quarters[mondays[0].year, (mondays[0].month + 2) // 3].append(mondays)
    return [
        Cohort(
            year,
            quarter,
            len(members),
            tuple(
                Returned(
                    months,
                    sum(
                        len(mondays) > 1 and mondays[1] <= _months_later(mondays[0], months)
                        for mondays in members
                    ),
                    all(_months_later(mondays[0], months) <= today for mondays in members),
                )
                for months in WITHIN_MONTHS
            ),
        )
        for (year, quarter), members in sorted(quarters.items(), reverse=True)
    ]
