"""How it is done without a planner: first come first served, and the scarcest week first.

Both obey every hard rule (companions are left at home) and are counted by the same score. Once all
missions are given, standbys are promised to whoever is left, only where one is still wanted: more
than most networks without a planner do, so that the comparison does not live from standbys.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from relais.engine import geo, parameters
from relais.engine.rota.feasible import feasible, opening_weeks, taken
from relais.engine.rota.national.reach import reach_of
from relais.engine.rota.plan import PlannedMission, Standby
from relais.engine.rota.problem import Problem, Status


class _Book:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.allowed, standing = feasible(problem), taken(problem)
        self.places = standing.places.copy()
        self.room = standing.missions.copy()
        self.blocked = standing.blocked.copy()
        self.firsts, self.families = standing.first_timers.copy(), standing.families.copy()
        self.paired = {doctor for pair in problem.pairs for doctor in pair}
        self.missions = [
            PlannedMission(
                g.week, g.centre, g.doctor, g.status, int(self.allowed.travel[g.doctor, g.centre])
            )
            for g in standing.locked
        ]
        self.standbys: list[Standby] = []
        self.confirmed = sorted(
            (g.week, g.centre, g.doctor)
            for g in problem.missions
            if g.status is Status.CONFIRMED and 0 <= g.week < problem.weeks
        )
        for week, centre, doctor in self.confirmed:
            if self.allowed.allows(doctor, centre, week):
                self.take(doctor, centre, week, Status.CONFIRMED)

    def _use(self, doctor: int, week: int) -> None:
        reach = max(1, self.problem.doctors[doctor].min_gap_weeks)
        self.blocked[doctor, max(0, week - reach + 1) : week + reach] = True
        self.room[doctor] -= 1

    def take(self, doctor: int, centre: int, week: int, status: Status = Status.PROPOSED) -> bool:
        person, place = self.problem.doctors[doctor], self.problem.centres[centre]
        if (
            self.blocked[doctor, week]
            or self.room[doctor] < 1
            or self.places[centre, week] < 1
            or doctor in self.paired
            or (person.first_mission and self.firsts[centre, week] >= 1)
            or (person.family and self.families[centre, week] >= place.family_places)
        ):
            return False
        self._use(doctor, week)
        self.places[centre, week] -= 1
        self.firsts[centre, week] += person.first_mission
        self.families[centre, week] += person.family
        travel = int(self.allowed.travel[doctor, centre])
        self.missions.append(PlannedMission(week, centre, doctor, status, travel))
        return True

    def promise(self) -> None:
        want = np.where(self.problem.open_weeks, self.problem.standby_depth, 0)
        used = np.zeros(len(self.problem.doctors), dtype=int)
        for doctor, week in self.problem.offers.tolist():
            if self.blocked[doctor, week] or self.room[doctor] < 1 or used[doctor] >= 2:
                continue
            helps = [
                centre
                for centre in range(len(self.problem.centres))
                if want[centre, week] > 0 and self.allowed.counts_for(doctor, centre, week)
            ]
            if helps:
                want[helps, week] -= 1
                used[doctor] += 1
                self._use(doctor, week)
                self.standbys.append(Standby(week, doctor))


def first_come_missions(problem: Problem, seed: int) -> list[PlannedMission]:
    """Give the missions of `first_come`, no standby, at a nation's size: no list of missions."""
    standing, reach = taken(problem), reach_of(replace(problem, pairs=()))
    places, room, blocked = standing.places.copy(), standing.missions.copy(), standing.blocked
    firsts, families = standing.first_timers.copy(), standing.families.copy()
    beds = np.array([place.family_places for place in problem.centres])
    paired = {doctor for pair in problem.pairs for doctor in pair}
    opening = opening_weeks(problem)
    to = [
        np.array([getattr(centre, axis) for centre in problem.centres])
        for axis in ("latitude", "longitude")
    ]

    def minutes(doctor: int) -> NDArray[np.int32]:
        person = problem.doctors[doctor]
        row = geo.travel_minutes(geo.great_circle_km(person.latitude, person.longitude, *to))
        for (who, centre), given in problem.travel.items():
            if who == doctor:
                row[centre] = given
        return row

    extra = {name: entry.value for name, entry in parameters.load("rota").items()}
    offers = np.zeros((len(problem.doctors), problem.weeks), dtype=np.bool_)
    offers[problem.offers[:, 0], problem.offers[:, 1]] = True
    known: dict[int, list[int]] = defaultdict(list)
    preferred: dict[int, list[int]] = defaultdict(list)
    for doctor, centre in problem.known:
        known[doctor].append(centre)
    for doctor, centre in problem.preferred:
        preferred[doctor].append(centre)
    missions = [
        PlannedMission(g.week, g.centre, g.doctor, g.status, int(minutes(g.doctor)[g.centre]))
        for g in standing.locked
    ]

    def take(doctor: int, centre: int, week: int, status: Status, row: NDArray[np.int32]) -> bool:
        person = problem.doctors[doctor]
        if (
            blocked[doctor, week]
            or room[doctor] < 1
            or places[centre, week] < 1
            or doctor in paired
            or (person.first_mission and firsts[centre, week] >= 1)
            or (person.family and families[centre, week] >= beds[centre])
        ):
            return False
        reach_weeks = max(1, person.min_gap_weeks)
        blocked[doctor, max(0, week - reach_weeks + 1) : week + reach_weeks] = True
        room[doctor] -= 1
        places[centre, week] -= 1
        firsts[centre, week] += person.first_mission
        families[centre, week] += person.family
        missions.append(PlannedMission(week, centre, doctor, status, int(row[centre])))
        return True

    confirmed = sorted(
        (g.week, g.centre, g.doctor)
        for g in problem.missions
        if g.status is Status.CONFIRMED and 0 <= g.week < problem.weeks
    )
    for week, centre, doctor in confirmed:
        may = reach.rows(np.array([doctor]))[0, centre] and reach.own_week[doctor, week]
        if may and problem.open_weeks[centre, week]:
            take(doctor, centre, week, Status.CONFIRMED, minutes(doctor))
    rng = np.random.default_rng(seed)
    for doctor in rng.permutation(len(problem.doctors)).tolist():
        if room[doctor] < 1 or doctor in paired:
            continue
        may = reach.rows(np.array([doctor]))[0][:, None] & reach.own_week[doctor] & (places > 0)
        may &= ~blocked[doctor]
        if not problem.doctors[doctor].pioneer:
            may &= ~opening
        centre, week = np.nonzero(may)
        if len(centre) == 0:
            continue
        row = minutes(doctor)
        cost = row + extra["unknown_centre_cost"] + extra["not_preferred_cost"]
        cost[known[doctor]] -= extra["unknown_centre_cost"]
        cost[preferred[doctor]] -= extra["not_preferred_cost"]
        for arc in np.lexsort((centre, week, cost[centre])).tolist():
            take(doctor, int(centre[arc]), int(week[arc]), Status.PROPOSED, row)
            if room[doctor] < 1:
                break
    return missions


def first_come(problem: Problem, seed: int) -> tuple[list[PlannedMission], list[Standby]]:
    """Doctors come in a random order; each takes the cheapest open places, up to the maximum."""
    book = _Book(problem)
    rng = np.random.default_rng(seed)
    allowed = book.allowed
    bounds = np.searchsorted(allowed.doctor, np.arange(len(problem.doctors) + 1))
    for doctor in rng.permutation(len(problem.doctors)).tolist():
        arcs = range(int(bounds[doctor]), int(bounds[doctor + 1]))
        by_cost = sorted(arcs, key=lambda arc: (allowed.cost[doctor, allowed.centre[arc]], arc))
        for arc in by_cost:
            book.take(doctor, int(allowed.centre[arc]), int(allowed.week[arc]))
    book.promise()
    return book.missions, book.standbys


def greedy(problem: Problem) -> tuple[list[PlannedMission], list[Standby]]:
    """Fill the places with the fewest possible doctors first, each with the cheapest doctor.

    Cheapest counts travel, habits, and what one more mission of the same doctor costs in fairness.
    """
    book = _Book(problem)
    allowed = book.allowed
    repeat = parameters.load("rota")["repeat_cost"].value
    count = Counter(mission.doctor for mission in book.missions)
    by_place: dict[tuple[int, int], list[int]] = {}
    places = zip(allowed.centre.tolist(), allowed.week.tolist(), strict=True)
    for doctor, place in zip(allowed.doctor.tolist(), places, strict=True):
        by_place.setdefault(place, []).append(doctor)
    for (centre, week), doctors in sorted(by_place.items(), key=lambda one: (len(one[1]), one[0])):
        price = {
            doctor: allowed.cost[doctor, centre] + repeat * count[doctor] for doctor in doctors
        }
        for doctor in sorted(doctors, key=lambda one: (price[one], one)):
            if book.take(doctor, centre, week):
                count[doctor] += 1
    book.promise()
    return book.missions, book.standbys
