"""Small networks for the tests, and an oracle that tries every plan of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np

from relais.engine.rota.plan import Certificate, Plan, PlannedMission, Score, Standby
from relais.engine.rota.problem import (
    Centre,
    Doctor,
    GivenMission,
    Need,
    Problem,
    Status,
)
from relais.engine.rota.verify import exact_travel_minutes

FIRST_MONDAY = date(2027, 1, 4)


def centre(name: str = "A", lines: int = 1, **fields: Any) -> Centre:
    return Centre(id=name, name=name, latitude=47.0, longitude=2.0, lines=lines, **fields)


def doctor(name: str = "x", most: int = 1, gap: int = 1, **fields: Any) -> Doctor:
    place = {"latitude": 47.0, "longitude": 2.0} | fields
    return Doctor(id=name, max_missions=most, min_gap_weeks=gap, **place)


def problem(
    centres: Iterable[Centre],
    doctors: Iterable[Doctor],
    offers: Iterable[tuple[int, int]],
    weeks: int = 1,
    **fields: Any,
) -> Problem:
    rows = sorted(set(offers))
    settings: dict[str, Any] = {"standby_depth": 0} | fields
    return Problem(
        first_monday=FIRST_MONDAY,
        weeks=weeks,
        centres=tuple(centres),
        doctors=tuple(doctors),
        offers=np.array(rows, dtype=np.int32).reshape(-1, 2),
        **settings,
    )


def monday(week: int) -> date:
    return FIRST_MONDAY + timedelta(weeks=week)


def given(doctor: int, centre: int, week: int, status: str = "locked") -> GivenMission:
    return GivenMission(doctor=doctor, centre=centre, week=week, status=Status(status))


def placed(plan: Plan) -> set[tuple[int, int, int]]:
    """The missions of a plan as (doctor, centre, week)."""
    return {(mission.doctor, mission.centre, mission.week) for mission in plan.missions}


def mission(
    problem: Problem, doctor: int, centre: int, week: int, status: str = "proposed"
) -> PlannedMission:
    return PlannedMission(
        week=week,
        centre=centre,
        doctor=doctor,
        status=Status(status),
        travel_minutes=round(exact_travel_minutes(problem, doctor, centre)),
    )


# -- the oracle ------------------------------------------------------------------------------------


def open_week(problem: Problem, centre: int, week: int) -> bool:
    place = problem.centres[centre]
    return (
        0 <= week < problem.weeks
        and (centre, week) not in problem.closures
        and (place.opens_on is None or place.opens_on <= monday(week))
        and (place.closes_on is None or monday(week) < place.closes_on)
    )


def suits(problem: Problem, doctor: int, centre: int, week: int) -> bool:
    """Rules H2, H9 and H10."""
    person, place = problem.doctors[doctor], problem.centres[centre]
    if (doctor, centre) in problem.refused or (person.pet and not place.pets):
        return False
    if person.step_free and not place.step_free:
        return False
    limit = person.max_travel_minutes
    if limit is not None and round(exact_travel_minutes(problem, doctor, centre)) > limit:
        return False
    if person.ready_on is not None and monday(week) < person.ready_on:
        return False
    if place.opens_on is not None and not person.pioneer:
        first = place.opens_on + timedelta(days=-place.opens_on.weekday() % 7)
        if first <= monday(week) < first + timedelta(weeks=problem.opening_weeks):
            return False
    return True


STANDBY = -1


def schedules(problem: Problem, doctor: int) -> list[Mapping[int, int]]:
    """Every set of weeks (week -> centre or STANDBY) a doctor alone may have, with locked ones."""
    person = problem.doctors[doctor]
    own = [mission for mission in problem.missions if mission.doctor == doctor]
    locked = {
        mission.week: mission.centre
        for mission in own
        if mission.status is Status.LOCKED and 0 <= mission.week < problem.weeks
    }
    outside = [mission.week for mission in own if not 0 <= mission.week < problem.weeks]
    weeks = sorted({w for d, w in problem.offers.tolist() if d == doctor} - locked.keys())
    options = []
    for week in weeks:
        here: list[int | None] = [None, STANDBY]
        here += [
            centre
            for centre in range(len(problem.centres))
            if open_week(problem, centre, week) and suits(problem, doctor, centre, week)
        ]
        options.append(here)
    found = []
    for choice in product(*options):
        schedule = locked | {
            week: where for week, where in zip(weeks, choice, strict=True) if where is not None
        }
        if len(schedule) > person.max_missions:
            continue
        if sum(where == STANDBY for where in schedule.values()) > 2:
            continue
        everything = sorted([*schedule, *outside])
        if any(
            later - earlier < person.min_gap_weeks
            for index, earlier in enumerate(everything)
            for later in everything[index + 1 :]
            if not (earlier in outside and later in outside)
        ):
            continue
        found.append(schedule)
    return found


def levels(
    problem: Problem, combination: Iterable[Mapping[int, int]]
) -> tuple[int, int, int] | None:
    """The three levels of one schedule a doctor, None when a rule between doctors is broken."""
    chosen = list(combination)
    at: dict[tuple[int, int], list[int]] = {}
    for doctor, schedule in enumerate(chosen):
        for week, where in schedule.items():
            if where != STANDBY:
                at.setdefault((where, week), []).append(doctor)
    for (where, _), people in at.items():
        place = problem.centres[where]
        if len(people) > place.lines:
            return None
        if sum(problem.doctors[d].first_mission for d in people) > 1:
            return None
        if sum(problem.doctors[d].family for d in people) > place.family_places:
            return None
    for one, other in problem.pairs:
        stays = [
            {(week, where) for week, where in chosen[d].items() if where != STANDBY}
            for d in (one, other)
        ]
        if stays[0] != stays[1]:
            return None
    holes = cost = 0
    for c, place in enumerate(problem.centres):
        for week in range(problem.weeks):
            if not open_week(problem, c, week):
                continue
            holes += place.lines - len(at.get((c, week), []))
            reserves = sum(
                schedule.get(week) == STANDBY and suits(problem, d, c, week)
                for d, schedule in enumerate(chosen)
            )
            cost += 3000 * max(0, problem.standby_depth - reserves)
    moved = sum(
        g.status is Status.CONFIRMED
        and 0 <= g.week < problem.weeks
        and chosen[g.doctor].get(g.week) != g.centre
        for g in set(problem.missions)
    )
    for need in problem.needs:
        for start in range(problem.weeks - need.every_weeks + 1):
            window = range(start, start + need.every_weeks)
            if all(open_week(problem, need.centre, week) for week in window):
                cost += 1500 * (
                    not any(
                        need.practice in problem.doctors[d].practices
                        for week in window
                        for d in at.get((need.centre, week), [])
                    )
                )
    for d, schedule in enumerate(chosen):
        stays_of = [where for where in schedule.values() if where != STANDBY]
        cost += 200 * sum(range(len(stays_of))) + len(schedule) - len(stays_of)
        for where in stays_of:
            cost += round(exact_travel_minutes(problem, d, where))
            cost += 60 * ((d, where) not in problem.known)
            cost += 60 * ((d, where) not in problem.preferred)
    return holes, moved, cost


def combinations_count(problem: Problem) -> int:
    count = 1
    for d in range(len(problem.doctors)):
        count *= len(schedules(problem, d))
    return count


def best_levels(problem: Problem) -> tuple[int, int, int]:
    """The best three levels of any plan, by trying all of them."""
    everyone = [schedules(problem, d) for d in range(len(problem.doctors))]
    found = (levels(problem, combination) for combination in product(*everyone))
    return min(one for one in found if one is not None)


def certificate_value(problem: Problem, certificate: Certificate) -> int:
    """Need of the places minus the most missions of each doctor alone, by trying all schedules."""
    places = set(certificate.centre_weeks)
    value = sum(problem.centres[c].lines for c, w in places if open_week(problem, c, w))
    for d, person in enumerate(problem.doctors):
        value -= max(
            sum((where, week) in places for week, where in schedule.items())
            for schedule in schedules(problem, d)
            if not any(
                person.family and where != STANDBY and problem.centres[where].family_places < 1
                for week, where in schedule.items()
                if given(d, where, week) not in problem.missions
            )
        )
    return value


def as_levels(score: Score) -> tuple[int, int, int]:
    return score.holes, score.confirmed_moved, score.cost


__all__ = [
    "FIRST_MONDAY",
    "Need",
    "Standby",
    "as_levels",
    "best_levels",
    "centre",
    "certificate_value",
    "combinations_count",
    "doctor",
    "given",
    "mission",
    "monday",
    "placed",
    "problem",
]
