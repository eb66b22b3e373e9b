"""How it is done without a planner: first come first served, and the scarcest week first.

Both obey H1 to H6 and leave companions out; standbys are then promised to whoever is left.
"""

from __future__ import annotations

import numpy as np

from relais.engine.rota.feasible import feasible, taken
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


def scarcest_first(problem: Problem) -> tuple[list[PlannedMission], list[Standby]]:
    """Places with the fewest possible doctors are filled first, each by the cheapest doctor."""
    book = _Book(problem)
    allowed = book.allowed
    by_place: dict[tuple[int, int], list[int]] = {}
    places = zip(allowed.centre.tolist(), allowed.week.tolist(), strict=True)
    for arc, place in enumerate(places):
        by_place.setdefault(place, []).append(arc)
    for (centre, week), arcs in sorted(by_place.items(), key=lambda one: (len(one[1]), one[0])):
        doctors = sorted(
            (int(allowed.cost[allowed.doctor[arc], centre]), int(allowed.doctor[arc]))
            for arc in arcs
        )
        for _, doctor in doctors:
            book.take(doctor, centre, week)
    book.promise()
    return book.missions, book.standbys
