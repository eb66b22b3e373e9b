"""How a plan shares the work: missions a doctor, travel, centres people know or prefer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from relais.engine.rota.plan import Plan, PlannedMission
from relais.engine.rota.problem import CentreIndex, Problem


@dataclass(frozen=True, slots=True)
class CentreFigures:
    """One centre: its missions, its different doctors, its median travel in minutes, its holes."""

    centre: CentreIndex
    missions: int
    doctors: int
    median_travel_minutes: int | None
    missing: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole plan. Travel is in minutes, one way; None where there is no mission.

    `doctors_by_missions`: (number of missions, how many doctors), from 0 on, without gaps filled.
    """

    missions: int
    doctors_by_missions: tuple[tuple[int, int], ...]
    most_missions: int
    doctors_called: int
    doctors_free: int
    mean_travel_minutes: int | None
    median_travel_minutes: int | None
    longest_travel_minutes: int | None
    at_known_centre: int
    at_preferred_centre: int
    standby_weeks: int
    centres: tuple[CentreFigures, ...]


def figures_of(problem: Problem, plan: Plan) -> Figures:
    """Work out the figures of fairness of a plan."""
    by_doctor = Counter(mission.doctor for mission in plan.missions)
    travel = [mission.travel_minutes for mission in plan.missions]
    by_count = Counter(by_doctor[doctor] for doctor in range(len(problem.doctors)))
    visits = [(mission.doctor, mission.centre) for mission in plan.missions]
    return Figures(
        missions=len(plan.missions),
        doctors_by_missions=tuple(sorted(by_count.items())),
        most_missions=max(by_doctor.values(), default=0),
        doctors_called=len(by_doctor),
        doctors_free=len(problem.doctors) - len(by_doctor),
        mean_travel_minutes=round(sum(travel) / len(travel)) if travel else None,
        median_travel_minutes=round(median(travel)) if travel else None,
        longest_travel_minutes=max(travel, default=None),
        at_known_centre=sum(visit in problem.known for visit in visits),
        at_preferred_centre=sum(visit in problem.preferred for visit in visits),
        standby_weeks=len(plan.standbys),
        centres=_by_centre(problem, plan),
    )


def _by_centre(problem: Problem, plan: Plan) -> tuple[CentreFigures, ...]:
    missions: list[list[PlannedMission]] = [[] for _ in problem.centres]
    for mission in plan.missions:
        missions[mission.centre].append(mission)
    missing: Counter[int] = Counter()
    for hole in plan.holes:
        missing[hole.centre] += hole.missing
    return tuple(
        CentreFigures(
            centre=centre,
            missions=len(here),
            doctors=len({mission.doctor for mission in here}),
            median_travel_minutes=(
                round(median(mission.travel_minutes for mission in here)) if here else None
            ),
            missing=missing[centre],
        )
        for centre, here in enumerate(missions)
    )
