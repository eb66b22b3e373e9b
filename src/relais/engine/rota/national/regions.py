"""A region of the nation planned anew, everything outside it as it stands.

A region is a set of centres, all year, and the units lent to it. What the units hold elsewhere, and
their standbys, stay: they block weeks and use missions up. The exact engine's own model is built on
what remains and solved: relaxation, reduced costs, a small integer program from the known plan.
Regions of one round share no centre and no unit, so they are solved in any order, anywhere, and
what they answer fits together.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from relais.engine.rota.feasible import Feasible, Taken
from relais.engine.rota.linear import SLACK, End, Program, Solver
from relais.engine.rota.model import Model, build
from relais.engine.rota.national.draft import Assignment, Draft
from relais.engine.rota.national.nation import Ints
from relais.engine.rota.national.near import Near
from relais.engine.rota.problem import GivenMission, Need, Problem, Status

type Arcs = NDArray[np.int32]

_HOLE = 20_000.0  # weighs more than what closing a hole inside a region can cost
_WIDTH = 60.0  # of reduced cost kept in the integer program
_NODES = 30
_TOLERANCE = 1e-4  # of a region's cost, left to later rounds
_HALF = 0.5


@dataclass(frozen=True)
class Task:
    """A region to plan: a problem of its own, and the plan that stands in it.

    `doctor`, `centre`, `week` of `standing`: int32 (n, 3), missions of doctors in local numbers.
    """

    problem: Problem
    allowed: Feasible
    taken: Taken
    standing: Arcs
    seconds: float
    seed: int


@dataclass(frozen=True)
class Answer:
    """What a region found: its missions, or None when nothing better. `complete`: to its end.

    `place`: float64 (C, W) of the region, the prices of its relaxation, nan where it has none.
    `window`: float64 (needs, W), the same of windows by their first week. None without any.
    """

    missions: Arcs | None
    complete: bool
    place: NDArray[np.float64] | None = None
    window: NDArray[np.float64] | None = None


def plan_region(task: Task) -> Answer:
    """Plan a region anew; never worse than what stands."""
    solver = Solver(deadline=time.monotonic() + task.seconds, seed=task.seed)
    model = build(task.problem, task.allowed, task.taken)
    program = _program(model)
    point = _point(model, task)
    known = float(program.cost @ point)
    relaxed = solver.linear(program)
    if relaxed.end is not End.OPTIMAL or relaxed.duals is None:
        return Answer(None, complete=False)
    place, window = _prices(task, model, relaxed.duals)
    room = known - relaxed.bound
    if room < 1:
        return Answer(None, True, place, window)
    values, complete = relaxed.values, True
    assert values is not None
    if np.abs(values - np.rint(values))[program.whole].max(initial=0.0) > SLACK:
        # Where the relaxation is whole already it is followed: little is left to decide.
        reduced = program.reduced_costs(relaxed.duals)
        held = program.whole & (reduced > _WIDTH) & (values < _HALF)
        sure = program.whole & (values > 1 - SLACK)
        found = solver.whole(
            replace(
                program,
                lower=np.where(sure, 1.0, program.lower),
                upper=np.where(held, program.lower, program.upper),
            ),
            tolerance=max(0.99, _TOLERANCE * abs(known)),
            most_nodes=_NODES,
        )
        complete = solver.remaining() > 0
        if found.values is None or found.objective > known - _HALF:
            return Answer(None, complete, place, window)
        values = found.values
    chosen = values[model.x] > _HALF
    arcs = np.flatnonzero(chosen[model.missions.member_arc])
    column = model.missions.member_arc[arcs]
    return Answer(
        missions=np.c_[
            model.missions.member_doctor[arcs],
            model.missions.centre[column],
            model.missions.week[column],
        ].astype(np.int32),
        complete=complete,
        place=place,
        window=window,
    )


def _prices(
    task: Task, model: Model, duals: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read the prices of places and windows from the duals of the rows, in the order of `build`."""
    problem, missions = task.problem, model.missions
    shape = (len(problem.centres), problem.weeks)
    place = np.full(shape, np.nan)
    place[model.place_centre, model.place_week] = duals[: len(model.place_free)]
    window = np.zeros((len(problem.needs), problem.weeks))
    row = model.rows.shape[0]
    column = missions.member_arc
    for number, need in enumerate(problem.needs):
        does = np.array([need.practice in person.practices for person in problem.doctors])
        may, stands = np.zeros(shape[1], dtype=np.int64), np.zeros(shape[1], dtype=np.int64)
        here = does[missions.member_doctor] & (missions.centre[column] == need.centre)
        may[missions.week[column[here]]] = 1
        for given in task.taken.locked:
            stands[given.week] += given.centre == need.centre and does[given.doctor]
        first = problem.weeks - need.every_weeks + 1
        if first <= 0:
            continue
        shut = ~problem.open_weeks[need.centre] | (stands > 0)
        sums = [np.r_[0, np.cumsum(flags)] for flags in (shut, may)]
        bad, able = (one[need.every_weeks :] - one[:first] for one in sums)
        at = np.flatnonzero((bad == 0) & (able > 0))
        window[number, at] = np.maximum(duals[row : row + len(at)], 0.0)
        row += len(at)
    return place, window


def _program(model: Model) -> Program:
    cost = model.cost.copy()
    cost[model.h] = _HOLE
    windows = model.window_rows.shape[0]
    return Program(
        cost=cost,
        lower=np.zeros(model.columns),
        upper=model.upper,
        rows=sp.csr_matrix(sp.vstack([model.rows, model.window_rows])),
        row_lower=np.r_[model.row_lower, np.ones(windows)],
        row_upper=np.r_[model.row_upper, np.full(windows, np.inf)],
        whole=model.integer,
    )


def _point(model: Model, task: Task) -> NDArray[np.float64]:
    """Give the standing plan as a point of the model."""
    weeks, centres = task.problem.weeks, len(task.problem.centres)
    missions = model.missions
    stands = task.standing.astype(np.int64)
    keys = (stands[:, 0] * centres + stands[:, 1]) * weeks + stands[:, 2]
    column = missions.member_arc
    own = (missions.member_doctor * centres + missions.centre[column]) * weeks
    own = own + missions.week[column]
    chosen = np.zeros(len(missions.cost), dtype=np.bool_)
    chosen[column[np.isin(own, keys)]] = True
    return model.complete(chosen, np.zeros(0, dtype=np.bool_))


class Regions:
    """The regions of one round, ready to be planned, and how to take their answers in."""

    def __init__(
        self,
        draft: Draft,
        near: Near,
        region: Ints,
        random: np.random.Generator,
        *,
        chance: float,
        seed: int,
    ) -> None:
        self.draft, self.near, self.region, self.seed = draft, near, region, seed
        self.nation = draft.nation
        self._lend(random, chance)
        own = self.owner[near.unit] == region[near.centre]
        index = np.flatnonzero(own)
        order = np.argsort(region[near.centre[index]], kind="stable")
        self.near_of = index[order]
        self.near_bounds = np.searchsorted(
            region[near.centre[self.near_of]], np.arange(region.max(initial=-1) + 2)
        )
        self.locked_at: dict[int, list[GivenMission]] = {}
        for given in self.nation.taken.locked:
            self.locked_at.setdefault(given.centre, []).append(given)
        self.by_unit: dict[int, list[Assignment]] = {}
        for mission in sorted(draft.missions):
            self.by_unit.setdefault(mission[0], []).append(mission)
        self.by_region: dict[int, list[Assignment]] = {}
        for mission in sorted(draft.missions):
            self.by_region.setdefault(int(region[mission[1]]), []).append(mission)

    def _lend(self, random: np.random.Generator, chance: float) -> None:
        """Lend each unit to one region: where it has a mission, else where it would earn most."""
        near = self.near
        owner = np.full(len(self.nation.room), -1, dtype=np.int64)
        # A little chance, so that other rounds lend a unit elsewhere.
        noisy = near.gain + random.uniform(0, chance, len(near.gain)).astype(np.float32)
        order = np.lexsort((noisy, near.unit))
        unit = near.unit[order]
        last = np.flatnonzero(np.r_[unit[1:] != unit[:-1], True]) if len(unit) else order
        owner[unit[last]] = self.region[near.centre[order[last]]]
        missions = np.array(sorted(self.draft.missions), dtype=np.int64).reshape(-1, 3)
        missions = missions[random.permutation(len(missions))]
        owner[missions[:, 0]] = self.region[missions[:, 1]]
        self.owner = owner

    def task(self, number: int, seconds: float) -> tuple[Task, Ints, list[Assignment]] | None:
        """Make the problem of a region: also the doctors by local number, and what it frees."""
        nation, draft = self.nation, self.draft
        problem, people = nation.problem, len(nation.problem.doctors)
        centres = np.flatnonzero(self.region == number)
        freed = [m for m in self.by_region.get(number, ()) if self.owner[m[0]] == number]
        held = [m for m in self.by_region.get(number, ()) if self.owner[m[0]] != number]
        rows = self.near_of[self.near_bounds[number] : self.near_bounds[number + 1]]
        unit = np.r_[self.near.unit[rows], [m[0] for m in freed]].astype(np.int64)
        centre = np.r_[self.near.centre[rows], [m[1] for m in freed]].astype(np.int64)
        week = np.r_[self.near.week[rows], [m[2] for m in freed]].astype(np.int64)
        if len(unit) == 0:
            return None
        keys = np.unique((unit * len(problem.centres) + centre) * problem.weeks + week)
        week = keys % problem.weeks
        unit, centre = np.divmod(keys // problem.weeks, len(problem.centres))
        # What stands: other missions of these units, standbys, and missions lent from elsewhere.
        for mission in freed:
            draft.take(mission, -1)
        try:
            arcs_doctor, arcs_of = [], []
            single = unit < people
            arcs_doctor.append(unit[single])
            arcs_of.append(np.flatnonzero(single))
            for party in np.flatnonzero(~single).tolist():
                group = nation.members[int(unit[party]) - people]
                arcs_doctor.append(np.array(group))
                arcs_of.append(np.full(len(group), party))
            doctor = np.concatenate(arcs_doctor)
            at = np.concatenate(arcs_of)
            open_ = (draft.blocked[doctor, week[at]] == 0) & (draft.room[doctor] >= 1)
            standing = [
                *(g for c in centres.tolist() for g in self.locked_at.get(c, ())),
                *(
                    GivenMission(d, m[1], m[2], Status.LOCKED)
                    for m in held
                    for d in nation.members_of(m[0])
                ),
            ]
            locals_ = np.unique(np.r_[doctor, [g.doctor for g in standing]].astype(np.int64))
            local_centre = np.full(len(problem.centres), -1, dtype=np.int64)
            local_centre[centres] = np.arange(len(centres))
            local = np.searchsorted(locals_, doctor[open_])
            arc_centre, arc_week = local_centre[centre[at[open_]]], week[at[open_]]
            order = np.lexsort((arc_centre, arc_week, local))
            part = self._problem(locals_, centres, local_centre)
            no_weeks = np.zeros((len(locals_), problem.weeks), dtype=np.bool_)
            allowed = Feasible(
                travel=nation.travel[np.ix_(locals_, centres)].astype(np.int32),
                cost=self._cost(locals_, centres),
                suits=nation.suits[np.ix_(locals_, centres)],
                offered=no_weeks,
                ready=no_weeks,
                opening=nation.opening[centres],
                pioneer=nation.pioneer[locals_],
                open_weeks=part.open_weeks,
                doctor=local[order].astype(np.int32),
                centre=arc_centre[order].astype(np.int32),
                week=arc_week[order].astype(np.int32),
            )
            beds = np.array([place.family_places for place in part.centres], dtype=np.int32)
            taken = Taken(
                locked=tuple(
                    GivenMission(
                        int(np.searchsorted(locals_, g.doctor)),
                        int(local_centre[g.centre]),
                        g.week,
                        Status.LOCKED,
                    )
                    for g in standing
                ),
                outside=(),
                places=draft.left[centres].copy(),
                missions=draft.room[locals_].copy(),
                locked_count=nation.taken.locked_count[locals_] + draft.count[locals_],
                blocked=no_weeks,
                first_timers=1 - draft.firsts[centres],
                families=beds[:, None] - draft.beds[centres],
            )
            now = np.array(
                [
                    (np.searchsorted(locals_, d), local_centre[m[1]], m[2])
                    for m in freed
                    for d in nation.members_of(m[0])
                ],
                dtype=np.int32,
            ).reshape(-1, 3)
        finally:
            for mission in freed:
                draft.take(mission)
        return Task(part, allowed, taken, now, seconds, self.seed), locals_, freed

    def _cost(self, doctors: Ints, centres: Ints) -> NDArray[np.int32]:
        """Give what a mission costs each doctor without repeats; int32, 0 where forbidden."""
        nation = self.nation
        cost = nation.cost[np.ix_(doctors, centres)].astype(np.float64)
        for row, doctor in enumerate(doctors.tolist()):
            if doctor in nation.member_cost:
                cost[row] = nation.member_cost[doctor][centres]
        cost -= (nation.repeat[doctors] * nation.taken.locked_count[doctors])[:, None]
        cost[~np.isfinite(cost)] = 0
        return np.rint(cost).astype(np.int32)

    def _problem(self, doctors: Ints, centres: Ints, local_centre: Ints) -> Problem:
        """Cut the problem down to these doctors and centres; what stands is told apart."""
        problem = self.nation.problem
        number = {int(doctor): index for index, doctor in enumerate(doctors.tolist())}
        return Problem(
            first_monday=problem.first_monday,
            weeks=problem.weeks,
            centres=tuple(problem.centres[index] for index in centres.tolist()),
            doctors=tuple(problem.doctors[index] for index in doctors.tolist()),
            offers=np.zeros((0, 2), dtype=np.int32),
            standby_depth=0,
            opening_weeks=problem.opening_weeks,
            closures=frozenset(
                (int(local_centre[centre]), week)
                for centre, week in problem.closures
                if local_centre[centre] >= 0
            ),
            needs=tuple(
                Need(int(local_centre[need.centre]), need.practice, need.every_weeks)
                for need in problem.needs
                if local_centre[need.centre] >= 0
            ),
            pairs=tuple(
                (number[one], number[other])
                for one, other in problem.pairs
                if one in number and other in number
            ),
            travel={},
        )

    def accept(
        self, number: int, missions: NDArray[np.int32], doctors: Ints, freed: list[Assignment]
    ) -> None:
        """Put what a region answered in the place of what it freed."""
        for mission in freed:
            self.draft.take(mission, -1)
        centres = np.flatnonzero(self.region == number)
        new = {
            (self.draft.unit_of.get(int(doctors[d]), int(doctors[d])), int(centres[c]), w)
            for d, c, w in missions.tolist()
        }
        for mission in sorted(new):
            self.draft.take(mission)
