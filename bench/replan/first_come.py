"""First come first served for a nation: `baselines.first_come` without a list of all missions.

Same rules, same order, same plan (checked at size S by `run.py --check`); a doctor at a time, so
that 80,000 doctors times 1,500 centres fit in memory.
"""

from __future__ import annotations

import numpy as np

from relais.engine.rota.feasible import Distances, calendar, taken
from relais.engine.rota.plan import PlannedMission, Standby
from relais.engine.rota.problem import Problem, Status


class _Book:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.weeks = problem, calendar(problem)
        self.distances = Distances(problem)
        standing = taken(problem)
        self.places, self.room = standing.places.copy(), standing.missions.copy()
        self.blocked = standing.blocked.copy()
        self.firsts, self.families = standing.first_timers.copy(), standing.families.copy()
        self.beds = np.array([centre.family_places for centre in problem.centres])[:, None]
        self.paired = {doctor for pair in problem.pairs for doctor in pair}
        self.missions: list[PlannedMission] = []
        self.standbys: list[Standby] = []
        for given in standing.locked:
            self.write(given.doctor, given.centre, given.week, given.status)
        for week, centre, doctor in sorted(
            (g.week, g.centre, g.doctor)
            for g in problem.missions
            if g.status is Status.CONFIRMED and 0 <= g.week < problem.weeks
        ):
            if self.cells(doctor)[1][centre, week]:
                self.take(doctor, centre, week, Status.CONFIRMED)

    def write(self, doctor: int, centre: int, week: int, status: Status) -> None:
        travel = int(self.distances.travel(doctor, doctor + 1)[0, centre])
        self.missions.append(PlannedMission(week, centre, doctor, status, travel))

    def cells(self, doctor: int) -> tuple[np.ndarray, np.ndarray]:
        """Give costs (C,) and which missions the rules between people leave open (C, W)."""
        person, weeks = self.problem.doctors[doctor], self.weeks
        travel = self.distances.travel(doctor, doctor + 1)
        suits = self.distances.suits(doctor, doctor + 1, travel)[0]
        cost = self.distances.cost(doctor, doctor + 1, travel)[0]
        may = suits[:, None] & (weeks.offered[doctor] & weeks.ready[doctor])[None, :]
        may &= weeks.open_weeks & (self.places > 0) & ~self.blocked[doctor][None, :]
        if not person.pioneer:
            may &= ~weeks.opening
        if person.first_mission:
            may &= self.firsts < 1
        if person.family:
            may &= self.families < self.beds
        if doctor in self.paired or self.room[doctor] < 1:
            may[:] = False
        return cost, may

    def use(self, doctor: int, week: int) -> None:
        reach = max(1, self.problem.doctors[doctor].min_gap_weeks)
        self.blocked[doctor, max(0, week - reach + 1) : week + reach] = True
        self.room[doctor] -= 1

    def take(self, doctor: int, centre: int, week: int, status: Status) -> None:
        person = self.problem.doctors[doctor]
        self.use(doctor, week)
        self.places[centre, week] -= 1
        self.firsts[centre, week] += person.first_mission
        self.families[centre, week] += person.family
        self.write(doctor, centre, week, status)

    def promise(self) -> None:
        want = np.where(self.problem.open_weeks, self.problem.standby_depth, 0)
        used = np.zeros(len(self.problem.doctors), dtype=int)
        weeks = self.weeks
        for doctor, week in self.problem.offers.tolist():
            if self.blocked[doctor, week] or self.room[doctor] < 1 or used[doctor] >= 2:
                continue
            if not weeks.ready[doctor, week] or not (want[:, week] > 0).any():
                continue
            travel = self.distances.travel(doctor, doctor + 1)
            helps = self.distances.suits(doctor, doctor + 1, travel)[0] & (want[:, week] > 0)
            if not weeks.pioneer[doctor]:
                helps &= ~weeks.opening[:, week]
            if helps.any():
                want[helps, week] -= 1
                used[doctor] += 1
                self.use(doctor, week)
                self.standbys.append(Standby(week, doctor))


def first_come(problem: Problem, seed: int) -> tuple[list[PlannedMission], list[Standby]]:
    """Doctors come in a random order; each takes the cheapest open places, up to the maximum."""
    book = _Book(problem)
    rng = np.random.default_rng(seed)
    for doctor in rng.permutation(len(problem.doctors)).tolist():
        if book.room[doctor] < 1 or doctor in book.paired:
            continue
        cost, may = book.cells(doctor)
        centres, weeks = np.nonzero(may)
        for at in np.lexsort((centres, weeks, cost[centres])).tolist():
            centre, week = int(centres[at]), int(weeks[at])
            if book.room[doctor] < 1:
                break
            if not book.blocked[doctor, week] and book.places[centre, week] > 0:
                book.take(doctor, centre, week, Status.PROPOSED)
    book.promise()
    return book.missions, book.standbys
