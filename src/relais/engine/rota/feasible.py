"""Who could go where and when, before anyone is asked: rules H1, H2, H9 and H10 of the plan folder.

An arc is a mission (doctor, centre, week) that these four rules allow. Everything is computed once
per problem, with arrays. What the given missions take away (places, weeks too close, missions
already promised) is `Taken`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from relais.engine import geo, parameters
from relais.engine.rota.problem import GivenMission, Problem, Status
from relais.engine.weeks import WEEK, monday_on_or_after


@dataclass(frozen=True)
class Feasible:
    """The allowed missions and the tables they come from. D doctors, C centres, W weeks.

    `travel`: int32 (D, C), minutes. `cost`: int32 (D, C), what one mission adds to level 3 without
    fairness. `suits`: bool (D, C), rule H2. `offered`: bool (D, W). `ready`: bool (D, W), rule H10.
    `opening`: bool (C, W), weeks for pioneers only (H9). `pioneer`: bool (D,).
    `doctor`, `centre`, `week`: int32 (n,), the arcs, sorted by (doctor, week, centre).
    """

    travel: NDArray[np.int32]
    cost: NDArray[np.int32]
    suits: NDArray[np.bool_]
    offered: NDArray[np.bool_]
    ready: NDArray[np.bool_]
    opening: NDArray[np.bool_]
    pioneer: NDArray[np.bool_]
    open_weeks: NDArray[np.bool_]
    doctor: NDArray[np.int32]
    centre: NDArray[np.int32]
    week: NDArray[np.int32]

    def allows(self, doctor: int, centre: int, week: int) -> bool:
        """Say whether rules H1, H2, H9 and H10 allow a mission."""
        return bool(
            self.offered[doctor, week]
            and self.open_weeks[centre, week]
            and self.counts_for(doctor, centre, week)
        )

    def counts_for(self, doctor: int, centre: int, week: int) -> bool:
        """Say whether a standby of this week counts for a centre: rules H2, H9 and H10."""
        return bool(
            self.suits[doctor, centre]
            and self.ready[doctor, week]
            and (self.pioneer[doctor] or not self.opening[centre, week])
        )


@dataclass(frozen=True)
class Taken:
    """What the locked missions, and those outside the planned weeks, leave to everybody.

    `locked`: the missions that stand, sorted. `outside`: (doctor, week) of missions before the
    first week or after the last, which count for the gap only. `places`: int32 (C, W), free places.
    `missions`: int32 (D,), missions a doctor can still do. `blocked`: bool (D, W), weeks too close
    to a standing mission. `first_timers`, `families`: int32 (C, W), how many are locked there.
    """

    locked: tuple[GivenMission, ...]
    outside: tuple[tuple[int, int], ...]
    places: NDArray[np.int32]
    missions: NDArray[np.int32]
    locked_count: NDArray[np.int32]
    blocked: NDArray[np.bool_]
    first_timers: NDArray[np.int32]
    families: NDArray[np.int32]


class Distances:
    """Travel, cost and rule H2 for some doctors and every centre, worked out when asked for.

    D doctors times C centres may be too much to keep as wide numbers: a national caller asks block
    by block and keeps what it needs.
    """

    def __init__(self, problem: Problem) -> None:
        doctors, centres = problem.doctors, problem.centres
        numbers = parameters.load("rota")
        self._unknown = np.int32(numbers["unknown_centre_cost"].value)
        self._not_preferred = np.int32(numbers["not_preferred_cost"].value)
        self._home = np.array([(one.latitude, one.longitude) for one in doctors]).reshape(-1, 2)
        self._place = np.array([(one.latitude, one.longitude) for one in centres]).reshape(-1, 2)
        self._limit = np.array(
            [
                np.inf if doctor.max_travel_minutes is None else doctor.max_travel_minutes
                for doctor in doctors
            ]
        )
        self._pet = np.array([doctor.pet for doctor in doctors], dtype=np.bool_)
        self._no_pet = np.array([not centre.pets for centre in centres], dtype=np.bool_)
        self._level = np.array([doctor.step_free for doctor in doctors], dtype=np.bool_)
        self._steps = np.array([not centre.step_free for centre in centres], dtype=np.bool_)
        self._refused = _sorted_pairs(problem.refused)
        self._known = _sorted_pairs(problem.known)
        self._preferred = _sorted_pairs(problem.preferred)
        self._travel = _sorted_pairs(problem.travel)
        self._minutes = np.array(
            [problem.travel[doctor, centre] for doctor, centre in self._travel.tolist()],
            dtype=np.int32,
        )

    def travel(self, first: int, last: int) -> NDArray[np.int32]:
        """Give the minutes from doctors `first` to `last` - 1 to every centre; int32 (n, C).

        `Problem.travel` replaces the estimate where it speaks.
        """
        home = self._home[first:last]
        minutes = geo.travel_minutes(
            geo.great_circle_km(
                home[:, 0, None], home[:, 1, None], self._place[None, :, 0], self._place[None, :, 1]
            )
        )
        rows = _between(self._travel, first, last)
        minutes[self._travel[rows, 0] - first, self._travel[rows, 1]] = self._minutes[rows]
        return minutes

    def suits(self, first: int, last: int, travel: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say where rule H2 lets doctors `first` to `last` - 1 go; boolean (n, C)."""
        may = travel <= self._limit[first:last, None]
        may &= ~(self._pet[first:last, None] & self._no_pet[None, :])
        may &= ~(self._level[first:last, None] & self._steps[None, :])
        rows = _between(self._refused, first, last)
        may[self._refused[rows, 0] - first, self._refused[rows, 1]] = False
        return may

    def cost(self, first: int, last: int, travel: NDArray[np.int32]) -> NDArray[np.int32]:
        """Give what a mission adds to level 3 without fairness; int32 (n, C)."""
        cost = travel + (self._unknown + self._not_preferred)
        for pairs, less in ((self._known, self._unknown), (self._preferred, self._not_preferred)):
            rows = _between(pairs, first, last)
            cost[pairs[rows, 0] - first, pairs[rows, 1]] -= less
        return cost


def _sorted_pairs(pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _between(pairs: NDArray[np.int64], first: int, last: int) -> slice:
    low, high = np.searchsorted(pairs[:, 0], (first, last))
    return slice(int(low), int(high))


@dataclass(frozen=True)
class Calendar:
    """The weeks of a problem. `offered`, `ready`: bool (D, W), rules H1 and H10. `opening`: bool
    (C, W), weeks for pioneers only (H9). `pioneer`: bool (D,). `open_weeks`: bool (C, W).
    """

    offered: NDArray[np.bool_]
    ready: NDArray[np.bool_]
    opening: NDArray[np.bool_]
    pioneer: NDArray[np.bool_]
    open_weeks: NDArray[np.bool_]


def calendar(problem: Problem) -> Calendar:
    """Read the weeks that rules H1, H9 and H10 speak of."""
    doctors = problem.doctors
    offered = np.zeros((len(doctors), problem.weeks), dtype=np.bool_)
    offers = np.asarray(problem.offers, dtype=np.int32).reshape(-1, 2)
    offered[offers[:, 0], offers[:, 1]] = True
    ready = np.ones((len(doctors), problem.weeks), dtype=np.bool_)
    for index, person in enumerate(doctors):
        if person.ready_on is not None:
            first = -((problem.first_monday - person.ready_on) // timedelta(weeks=1))
            ready[index, : max(first, 0)] = False
    return Calendar(
        offered=offered,
        ready=ready,
        opening=opening_weeks(problem),
        pioneer=np.array([doctor.pioneer for doctor in doctors], dtype=np.bool_),
        open_weeks=problem.open_weeks,
    )


def travel_table(problem: Problem) -> NDArray[np.int32]:
    """Give the minutes from every doctor to every centre; int32 array of shape (doctors, centres).

    `Problem.travel` replaces the estimate where it speaks.
    """
    return Distances(problem).travel(0, len(problem.doctors))


def opening_weeks(problem: Problem) -> NDArray[np.bool_]:
    """Say which centre-weeks are opening weeks; boolean array of shape (centres, weeks)."""
    opening = np.zeros((len(problem.centres), problem.weeks), dtype=np.bool_)
    for index, centre in enumerate(problem.centres):
        if centre.opens_on is None:
            continue
        first = (monday_on_or_after(centre.opens_on) - problem.first_monday) // WEEK
        last = first + problem.opening_weeks
        opening[index, max(first, 0) : max(last, 0)] = True
    return opening


def feasible(problem: Problem) -> Feasible:
    """Find every mission that rules H1, H2, H9 and H10 allow."""
    distances, weeks = Distances(problem), calendar(problem)
    people = len(problem.doctors)
    travel = distances.travel(0, people)
    suits, cost = distances.suits(0, people, travel), distances.cost(0, people, travel)
    offered, ready = weeks.offered, weeks.ready
    opening, pioneer = weeks.opening, weeks.pioneer

    doctor_of, week_of = np.nonzero(offered & ready)
    allowed = (
        suits[doctor_of]
        & problem.open_weeks.T[week_of]
        & (pioneer[doctor_of][:, None] | ~opening.T[week_of])
    )
    row, centre_of = np.nonzero(allowed)
    return Feasible(
        travel=travel,
        cost=cost,
        suits=suits,
        offered=offered,
        ready=ready,
        opening=opening,
        pioneer=pioneer,
        open_weeks=problem.open_weeks,
        doctor=doctor_of[row].astype(np.int32),
        centre=centre_of.astype(np.int32),
        week=week_of[row].astype(np.int32),
    )


def taken(problem: Problem) -> Taken:
    """Count what the locked missions and those outside the planned weeks take away.

    A mission after the last week (the plan folder refuses it, a caller may give one) counts for the
    gap, as one before the first week does.
    """
    shape = (len(problem.centres), problem.weeks)
    places = np.outer([centre.lines for centre in problem.centres], np.ones(problem.weeks, int))
    places = np.where(problem.open_weeks, places, 0).astype(np.int32)
    missions = np.array([doctor.max_missions for doctor in problem.doctors], dtype=np.int32)
    locked_count = np.zeros(len(problem.doctors), dtype=np.int32)
    blocked = np.zeros((len(problem.doctors), problem.weeks), dtype=np.bool_)
    first_timers, families = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    locked: list[GivenMission] = []
    outside: set[tuple[int, int]] = set()
    for given in sorted(
        set(problem.missions), key=lambda mission: (mission.week, mission.centre, mission.doctor)
    ):
        person = problem.doctors[given.doctor]
        planned = 0 <= given.week < problem.weeks
        if not planned:
            outside.add((given.doctor, given.week))
        elif given.status is not Status.LOCKED:
            continue
        else:
            locked.append(given)
            locked_count[given.doctor] += 1
            places[given.centre, given.week] -= 1
            first_timers[given.centre, given.week] += person.first_mission
            families[given.centre, given.week] += person.family
        reach = max(person.min_gap_weeks, 1)
        blocked[given.doctor, max(given.week - reach + 1, 0) : max(given.week + reach, 0)] = True
    return Taken(
        locked=tuple(locked),
        outside=tuple(sorted(outside)),
        places=np.maximum(places, 0),
        missions=np.maximum(missions - locked_count, 0),
        locked_count=locked_count,
        blocked=blocked,
        first_timers=first_timers,
        families=families,
    )
