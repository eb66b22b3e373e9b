"""The planner: level after level, each proven and fixed before the next is looked at.

1. holes: a first plan and a cut; where they differ, the program of the fewest holes;
2. confirmed missions moved: the same way;
3. cost: linear relaxation, its bound worked out again from the duals, only the columns that can
   matter kept, a small integer program, more columns until the plan is proven best.

docs/engine/rota.md gives the formulation and the proof of each bound.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from relais.engine.rota import coverage
from relais.engine.rota.dive import dive
from relais.engine.rota.feasible import Feasible, Taken, feasible, taken
from relais.engine.rota.linear import SLACK, End, Outcome, Program, Solver
from relais.engine.rota.model import Model, build
from relais.engine.rota.national.answer import write_plan
from relais.engine.rota.national.executors import Crew, executor_of
from relais.engine.rota.national.planning import plan_nation
from relais.engine.rota.plan import BoundBy, Hole, Plan, PlannedMission, Standby
from relais.engine.rota.problem import Problem, Status
from relais.engine.rota.start import first_plan
from relais.engine.rota.verify import Violation, check_locked, score, verify

type Bools = NDArray[np.bool_]
type Floats = NDArray[np.float64]

# Reduced costs kept beyond what the bound needs: none at first, then wider until proven.
_FIRST_WIDTH, _WIDENING = 16.0, 4.0
# What a plan may cost beyond the bound, for walks down from the relaxation to be tried one by one.
_ROOMS = 0.0, 5.0, 100.0, 1000.0
# The search for a better plan when the first columns did not prove one.
_NEAR_REACH, _BETWEEN_REACH = 300.0, 16.0  # of reduced cost
_NODES = 100  # of a search tree
_SEASON, _SEASON_STEP = 16, 8  # weeks planned anew, weeks from one start to the next
_WORTH_A_START = 0.05  # of the cost: how far from the bound a plan may be to start from
_WORTH_A_ROUND = 2e-4  # of the cost: what a round must gain for another
_FAR, _FINE = 1e-3, 1e-4  # of the cost: a best plan far from the bound, one that is good enough
_MARGIN = 1e-3
_WHOLE_STEP = 0.99  # objectives of levels are whole numbers: a gap below 1 is none
_HINTS_WEIGH = 0.49  # of one unit of cost, all hints together: they only choose among equals
_HALF = 0.5
_NEVER_SECONDS_BETWEEN_LINES = 0.1
# Offered weeks times centres beyond which the whole model is too large to be solved as one.
_NATIONAL = 2_000_000


class Cancelled(Exception):
    """Raised by a caller's `progress` to stop planning; `solve` lets it pass."""


class Enough(Exception):
    """Raised by a caller's `progress` to end planning as if the budget were spent."""


class LockedConflict(ValueError):
    """The locked missions break hard rules among themselves: no plan can hold them."""

    def __init__(self, conflicts: tuple[Violation, ...]) -> None:
        super().__init__(" ".join(conflict.sentence for conflict in conflicts))
        self.conflicts = conflicts


class PlannerFault(RuntimeError):
    """A plan broke a hard rule or its own arithmetic: a fault of this software, never a result."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(" ".join(violation.sentence for violation in violations[:5]))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Progress:
    """Where planning is.

    `phase`: a French label. `best` and `bound` count what it names: holes, moved missions, cost;
    they and `gap` (between 0 and 1) are None while unknown.
    """

    phase: str
    best: float | None
    bound: float | None
    gap: float | None
    elapsed_seconds: float


PREPARING = "Préparation"
HOLES = "Places sans médecin"
MOVED = "Missions confirmées à déplacer"
COST = "Trajets, réserves et équité"
CHECKING = "Vérification"


@dataclass(frozen=True)
class _Draft:
    """A feasible choice of columns and its levels."""

    chosen: Bools
    reserves: Bools
    holes: int
    moved: int
    cost: int

    @property
    def levels(self) -> tuple[int, int, int]:
        return self.holes, self.moved, self.cost


class _Planning:
    """One planning: the problem, its model and what is known so far."""

    def __init__(
        self,
        problem: Problem,
        deadline: float,
        started: float,
        seed: int,
        threads: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem, self.started, self.progress = problem, started, progress
        self.solver = Solver(deadline=deadline, seed=seed, threads=threads)
        self.last_line = -math.inf
        self.tell(PREPARING, None, None, force=True)
        self.allowed: Feasible = feasible(problem)
        self.taken: Taken = taken(problem)
        self.model: Model = build(problem, self.allowed, self.taken)
        self.best = self.draft(*first_plan(problem, self.allowed, self.taken, self.model))
        self.holes_bound, self.moved_bound, self.cost_bound = 0, self.model.fixed_moved, 0
        self.cut: coverage.Cut | None = None
        self.complete = True

    # -- telling -----------------------------------------------------------------------------------

    def tell(
        self, phase: str, best: float | None, bound: float | None, *, force: bool = False
    ) -> None:
        """Pass a line of progress on, not more often than a person can read."""
        if self.progress is None:
            return
        now = time.monotonic()
        if not force and now - self.last_line < _NEVER_SECONDS_BETWEEN_LINES:
            return
        self.last_line = now
        gap = None
        if best is not None and bound is not None:
            gap = 0.0 if best <= bound or best == 0 else min(1.0, (best - bound) / best)
        try:
            self.progress(Progress(phase, best, bound, gap, now - self.started))
        except Enough:
            self.solver.deadline = min(self.solver.deadline, now)

    def watch(
        self, phase: str, best: float, bound: float, offset: float, most: float = math.inf
    ) -> None:
        """Let the solver tell its best and bound of this phase, never worse than what is known.

        `most`: what the bound of a program says of the whole problem at most, because columns were
        left out of it.
        """
        if self.progress is None:
            self.solver.watch = None
            return

        def told(found: float | None, proven: float | None) -> None:
            self.tell(
                phase,
                best if found is None else min(best, round(found + offset)),
                bound if proven is None else max(bound, min(best, most, proven + offset)),
            )

        self.solver.watch = told

    # -- drafts ------------------------------------------------------------------------------------

    def draft(self, chosen: Bools, reserves: Bools) -> _Draft:
        """Work out the levels of a choice."""
        model = self.model
        values = model.complete(chosen, reserves)
        kept = int(model.missions.confirmed[chosen].sum())
        return _Draft(
            chosen=chosen,
            reserves=reserves,
            holes=round(float(values[model.h].sum())),
            moved=model.fixed_moved + int(model.missions.confirmed.sum()) - kept,
            cost=round(float(model.cost @ values)) + model.fixed_cost,
        )

    def offer(self, outcome: Outcome) -> None:
        """Keep what a run found if it is better than what is known."""
        if outcome.values is None:
            return
        draft = self.draft(
            outcome.values[self.model.x] > _HALF,
            outcome.values[self.model.y] > _HALF,
        )
        if draft.levels < self.best.levels:
            self.best = draft

    def point(self) -> Floats:
        """Give the best plan as a point of the programs."""
        return self.model.complete(self.best.chosen, self.best.reserves)

    # -- programs ----------------------------------------------------------------------------------

    def missions_only(self, holes: int | None) -> Program:
        """Make the program of the first two levels: missions and holes, hard rules only.

        `holes` None: count the holes. Else: at most so many, count the confirmed missions kept.
        """
        model = self.model
        rows = model.rows[: model.hard_rows]
        lower, upper = np.zeros(model.columns), np.zeros(model.columns)
        upper[model.x], upper[model.h] = 1.0, model.upper[model.h]
        row_lower, row_upper = (
            model.row_lower[: model.hard_rows],
            model.row_upper[: model.hard_rows],
        )
        cost = np.zeros(model.columns)
        if holes is None:
            cost[model.h] = 1.0
        else:
            cost[model.x] = -model.missions.confirmed
            rows, row_lower, row_upper = self._limit_holes(rows, row_lower, row_upper, upper, holes)
        return Program(
            cost=cost,
            lower=lower,
            upper=upper,
            rows=sp.csr_matrix(rows),
            row_lower=row_lower,
            row_upper=row_upper,
            whole=model.integer,
        )

    def _limit_holes(
        self, rows: sp.csr_matrix, lower: Floats, upper: Floats, column_upper: Floats, holes: int
    ) -> tuple[sp.csr_matrix, Floats, Floats]:
        """Let at most `holes` places be empty; `column_upper` is changed in place."""
        h = self.model.h
        if holes == 0:
            column_upper[h] = 0.0
            return rows, lower, upper
        count = h.stop - h.start
        row = sp.csr_matrix(
            (np.ones(count), (np.zeros(count, int), np.arange(h.start, h.stop))),
            shape=(1, self.model.columns),
        )
        return sp.vstack([rows, row]), np.r_[lower, -np.inf], np.r_[upper, float(holes)]

    def everything(self) -> Program:
        """Make the program of the cost, holes and moved missions no more than the best plan's."""
        model = self.model
        confirmed = model.missions.confirmed
        windows = model.window_rows.shape[0]
        rows = sp.vstack([model.rows, model.window_rows])
        row_lower = np.r_[model.row_lower, np.ones(windows)]
        row_upper = np.r_[model.row_upper, np.full(windows, np.inf)]
        lower, upper = np.zeros(model.columns), model.upper.copy()
        rows, row_lower, row_upper = self._limit_holes(
            rows, row_lower, row_upper, upper, self.best.holes
        )
        if self.best.moved == model.fixed_moved:
            lower[model.x] = confirmed > 0
        else:
            columns = np.flatnonzero(confirmed)
            row = sp.csr_matrix(
                (confirmed[columns].astype(float), (np.zeros(len(columns), int), columns)),
                shape=(1, model.columns),
            )
            kept = model.fixed_moved + int(confirmed.sum()) - self.best.moved
            rows = sp.vstack([rows, row])
            row_lower, row_upper = np.r_[row_lower, float(kept)], np.r_[row_upper, np.inf]
        return Program(
            cost=model.cost,
            lower=lower,
            upper=upper,
            rows=sp.csr_matrix(rows),
            row_lower=row_lower,
            row_upper=row_upper,
            whole=model.integer,
        )

    # -- levels ------------------------------------------------------------------------------------

    def fewest_holes(self) -> None:
        """Level 1: the first plan against the cut, then the linear bound, then the program."""
        self.tell(HOLES, self.best.holes, 0, force=True)
        if self.best.holes == 0:
            return
        problem, model = self.problem, self.model
        possible = coverage.alone(problem, self.allowed, self.taken)
        self.cut = coverage.flow_cut(problem, self.taken, possible)
        self.holes_bound = self.cut.value
        self.tell(HOLES, self.best.holes, self.holes_bound, force=True)
        if self.best.holes == self.holes_bound:
            return
        program = self.missions_only(None)
        self.watch(HOLES, self.best.holes, self.holes_bound, 0)
        relaxed = self.solver.linear(program)
        self.complete &= relaxed.end is End.OPTIMAL
        if relaxed.duals is not None:
            self.holes_bound = max(self.holes_bound, _whole_bound(relaxed.bound))
            prices = np.zeros(problem.capacity.shape)
            prices[model.place_centre, model.place_week] = relaxed.duals[: len(model.place_free)]
            self.cut = coverage.price_cut(problem, self.taken, possible, prices, self.cut)
            self.holes_bound = max(self.holes_bound, self.cut.value)
        if self.best.holes > self.holes_bound:
            self.watch(HOLES, self.best.holes, self.holes_bound, 0)
            found = self.solver.whole(
                program,
                start=self._missions_point(),
                stop_at=self.holes_bound + SLACK,
                tolerance=_WHOLE_STEP,
            )
            self.holes_bound = max(self.holes_bound, _whole_bound(found.bound))
            self.offer(found)
            self.complete &= self.best.holes <= self.holes_bound
            if found.values is not None:
                self.add_standbys()

    def _missions_point(self) -> Floats:
        point = self.point()
        for block in (self.model.y, self.model.e, self.model.s, self.model.p):
            point[block] = 0.0
        return point

    def fewest_moved(self) -> None:
        """Level 2: confirmed missions that cannot stand beside that few holes."""
        model = self.model
        self.tell(MOVED, self.best.moved, self.moved_bound, force=True)
        if self.best.moved == self.moved_bound:
            return
        program = self.missions_only(self.best.holes)
        offset = model.fixed_moved + int(model.missions.confirmed.sum())
        self.watch(MOVED, self.best.moved, self.moved_bound, offset)
        relaxed = self.solver.linear(program)
        self.moved_bound = max(self.moved_bound, _whole_bound(relaxed.bound + offset))
        if self.best.moved > self.moved_bound:
            self.watch(MOVED, self.best.moved, self.moved_bound, offset)
            found = self.solver.whole(
                program,
                start=self._missions_point(),
                stop_at=self.moved_bound - offset + SLACK,
                tolerance=_WHOLE_STEP,
            )
            self.moved_bound = max(self.moved_bound, _whole_bound(found.bound + offset))
            self.offer(found)
            if found.values is not None:
                self.add_standbys()
        self.complete &= self.best.moved <= self.moved_bound

    def add_standbys(self) -> None:
        """Give a plan of missions alone the standbys it has room for."""
        better = self.draft(*first_plan_standbys(self))
        if better.levels < self.best.levels:
            self.best = better

    def least_cost(self) -> None:
        """Level 3: relaxation, bound, columns that matter, small program; wider until proven."""
        offset = self.model.fixed_cost
        program = self.everything()
        self.cost_bound = max(
            self.cost_bound, _whole_bound(program.bound(self._plain_duals(program)) + offset)
        )
        self.tell(COST, self.best.cost, self.cost_bound, force=True)
        if self.best.cost <= self.cost_bound:
            return
        self.watch(COST, self.best.cost, self.cost_bound, offset)
        relaxed = self.solver.linear(program)
        self.cost_bound = max(self.cost_bound, _whole_bound(relaxed.bound + offset))
        if relaxed.end is not End.OPTIMAL or relaxed.duals is None or relaxed.values is None:
            self.complete = False
            return
        base = relaxed.bound
        reduced = program.reduced_costs(relaxed.duals)
        self._dive(program, relaxed, reduced)
        if self.best.cost <= self.cost_bound:
            return
        width = previous = 0.0
        while True:
            # A plan with a dropped column costs more than base + reach.
            least = self.cost_bound - offset - base
            reach = max(min(least + width, self.best.cost - 1 - offset - base), 0.0) + _MARGIN
            dropped = math.floor(base + reach + offset - SLACK) + 1
            self.watch(COST, self.best.cost, self.cost_bound, offset, most=dropped)
            found = self._among(program, reduced, base, reach)
            if found.end is not End.INFEASIBLE:
                dropped = min(dropped, _whole_bound(found.bound + offset))
            self.cost_bound = max(self.cost_bound, dropped)
            if self.best.cost <= self.cost_bound:
                return
            if self.solver.remaining() == 0 or (width > 0.0 and reach == previous):
                break
            previous = reach
            if width == 0.0:
                self._follow(relaxed)
                self._by_weeks(program, reduced)
                self._between(program, relaxed, reduced)
            over = found.bound - base if math.isfinite(found.bound) else 0.0
            width = max(_FIRST_WIDTH, _WIDENING * width, _WIDENING * over)
        self.complete = False

    def _dive(self, program: Program, relaxed: Outcome, reduced: Floats) -> None:
        """Walk down from the relaxation to a plan; at what is proven it is best, with no search.

        A plan that costs so much more than the bound uses only columns whose reduced cost is no
        more than that: the fewer they are, the better the walk, so the room grows from nothing.
        """
        for more in _ROOMS:
            room = self.cost_bound - self.model.fixed_cost - relaxed.bound + more + _MARGIN
            point = dive(
                self.solver,
                replace(
                    program,
                    cost=self._hinted(program.cost),
                    upper=np.where(reduced > room, program.lower, program.upper),
                ),
                most=relaxed.bound + room,
                basis=relaxed.basis,
                seed=self.solver.seed,
            )
            if point is not None:
                self.offer(Outcome(End.STOPPED, point, None, float(program.cost @ point), -np.inf))
                return

    def _among(self, program: Program, reduced: Floats, base: float, reach: float) -> Outcome:
        """Plan among the columns of reduced cost up to `reach` and those of the best plan.

        A best plan that is far from the bound only leads the solver astray: it is left out.
        """
        point = self.point()
        must = (reduced < -reach) & (program.upper == 1)
        held = reduced > reach
        near = program.cost @ point - base <= _WORTH_A_START * abs(base)
        if near:
            must &= point > _HALF
            held &= point <= program.lower
        small = replace(
            program,
            cost=self._hinted(program.cost),
            lower=np.where(must, 1.0, program.lower),
            upper=np.where(held, program.lower, program.upper),
        )
        found = self.solver.whole(
            small,
            start=point if near else None,
            stop_at_bound=base + reach + _MARGIN,
            tolerance=_HINTS_WEIGH,
        )
        self.offer(found)
        return found

    def _follow(self, relaxed: Outcome) -> None:
        """Round the relaxation to a plan: a better best, no bound."""
        found = self.draft(
            *first_plan(self.problem, self.allowed, self.taken, self.model, values=relaxed.values)
        )
        if found.levels < self.best.levels:
            self.best = found

    def _by_weeks(self, program: Program, reduced: Floats) -> None:
        """Plan a few months anew with the rest as it is, all around the year: a better best."""
        model, weeks = self.model, self.problem.weeks
        week = np.full(model.columns, -1)
        week[model.x], week[model.y] = model.missions.week, model.standby_week
        before = math.inf
        while self.best.cost < before * (1 - _WORTH_A_ROUND):
            before = self.best.cost
            for first in range(0, weeks, _SEASON_STEP):
                if self.solver.remaining() == 0 or self.best.cost <= self.cost_bound:
                    return
                point = self.point()
                inside = program.whole & ((week - first) % weeks < _SEASON) & (week >= 0)
                fixed = program.whole & ~inside
                lower = np.where(fixed, np.rint(point), program.lower)
                upper = np.where(fixed, np.rint(point), program.upper)
                dear = inside & (reduced > _NEAR_REACH) & (point < _HALF)
                upper[dear] = lower[dear]
                self.watch(COST, self.best.cost, self.cost_bound, model.fixed_cost, most=0)
                found = self.solver.whole(
                    replace(program, lower=lower, upper=upper),
                    start=point,
                    tolerance=_WHOLE_STEP,
                    most_nodes=_NODES,
                )
                self.offer(found)

    def _between(self, program: Program, relaxed: Outcome, reduced: Floats) -> None:
        """Plan anew where the best plan and the relaxation differ: a better best, no bound.

        It costs much, so it is for a best plan that is still far from the bound.
        """
        assert relaxed.values is not None
        if self.best.cost <= self.cost_bound * (1 + _FAR):
            return
        point = self.point()
        both = program.whole & (np.abs(point - relaxed.values) < SLACK)
        held = both & ((point > _HALF) | (reduced > _BETWEEN_REACH))
        self.watch(COST, self.best.cost, self.cost_bound, self.model.fixed_cost, most=0)
        found = self.solver.whole(
            replace(
                program,
                lower=np.where(held, np.rint(point), program.lower),
                upper=np.where(held, np.rint(point), program.upper),
            ),
            start=point,
            tolerance=_FINE * self.best.cost,
            most_nodes=_NODES,
        )
        self.offer(found)

    def _hinted(self, cost: Floats) -> Floats:
        """Make hinted missions cheaper by so little that they only decide between equal plans."""
        hints = {
            (given.doctor, given.centre, given.week)
            for given in self.problem.missions
            if given.status is Status.PROPOSED and 0 <= given.week < self.problem.weeks
        }
        if not hints:
            return cost
        missions = self.model.missions
        cost = cost.copy()
        for arc, doctor in zip(
            missions.member_arc.tolist(), missions.member_doctor.tolist(), strict=True
        ):
            if (doctor, int(missions.centre[arc]), int(missions.week[arc])) in hints:
                cost[arc] -= _HINTS_WEIGH / len(hints)
        return cost

    def _plain_duals(self, program: Program) -> Floats:
        """Price each place at its cheapest mission: a bound without solving anything."""
        model = self.model
        place = np.full(self.problem.capacity.shape, -1, dtype=np.int64)
        place[model.place_centre, model.place_week] = np.arange(len(model.place_free))
        x_place = place[model.missions.centre, model.missions.week]
        price = np.full(len(model.place_free), np.inf)
        np.minimum.at(price, x_place, model.missions.cost / model.missions.size)
        price[np.isinf(price)] = 0.0
        duals = np.zeros(len(program.row_lower))
        duals[: len(price)] = price
        if self.best.holes > 0:
            at = model.rows.shape[0] + model.window_rows.shape[0]
            duals[at] = -price.max(initial=0.0)
        return duals

    # -- the plan ----------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Write the best draft as a plan, with its proof."""
        problem, model, missions = self.problem, self.model, self.model.missions
        given = {
            (mission.doctor, mission.centre, mission.week): mission.status
            for mission in problem.missions
        }
        chosen = np.flatnonzero(self.best.chosen[missions.member_arc])
        keys = [
            (
                int(missions.member_doctor[entry]),
                int(missions.centre[missions.member_arc[entry]]),
                int(missions.week[missions.member_arc[entry]]),
            )
            for entry in chosen
        ]
        keys += [(locked.doctor, locked.centre, locked.week) for locked in self.taken.locked]
        planned = tuple(
            sorted(
                PlannedMission(
                    week=week,
                    centre=centre,
                    doctor=doctor,
                    status=given.get((doctor, centre, week), Status.PROPOSED),
                    travel_minutes=int(self.allowed.travel[doctor, centre]),
                )
                for doctor, centre, week in keys
            )
        )
        standbys = tuple(
            sorted(
                Standby(
                    week=int(model.standby_week[index]), doctor=int(model.standby_doctor[index])
                )
                for index in np.flatnonzero(self.best.reserves)
            )
        )
        missing = problem.capacity.astype(np.int64).copy()
        for mission in planned:
            missing[mission.centre, mission.week] -= 1
        holes = tuple(
            Hole(week=int(week), centre=int(centre), missing=int(missing[centre, week]))
            for week, centre in np.argwhere(missing.T > 0)
        )
        short = self.best.holes > 0
        by = None
        if short and self.cut is not None:
            by = BoundBy.CUT if self.cut.value == self.holes_bound else BoundBy.MODEL
        return Plan(
            missions=planned,
            standbys=standbys,
            holes=holes,
            score=score(problem, planned, standbys),
            holes_bound=self.holes_bound,
            holes_bound_by=by,
            confirmed_moved_bound=self.moved_bound,
            cost_bound=float(self.cost_bound),
            certificate=self.cut.certificate() if short and self.cut is not None else None,
            seconds=time.monotonic() - self.started,
            stopped_by_budget=not self.complete,
        )


def first_plan_standbys(planning: _Planning) -> tuple[Bools, Bools]:
    """Give the missions of the best draft and the standbys that fit beside them."""
    return first_plan(
        planning.problem,
        planning.allowed,
        planning.taken,
        planning.model,
        missions=planning.best.chosen,
    )


def _whole_bound(bound: float) -> int:
    """Round a bound of whole numbers up; 0 when nothing is proven."""
    if not math.isfinite(bound):
        return 0
    return max(0, math.ceil(bound - _MARGIN))


def solve(
    problem: Problem,
    *,
    budget_seconds: float = 60.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    threads: int = 1,
    executor: Crew | str | None = None,
) -> Plan:
    """Plan the relay: the best plan found within the time, with what is proven of it.

    `budget_seconds`: wall-clock time; when it ends the best plan so far is given with its bounds.
    The same problem and seed give the same plan while the budget is not reached. `progress` is told
    where planning is and may raise: `Enough` to get the best plan so far, `Cancelled` to get none.

    From national size on (docs/engine/national.md) the regions are planned by `executor`: `here`,
    `processes:N` (the default, one a core) or `dask://host:port`; the plan does not depend on it.
    An executor that the caller made stays open.

    Raises LockedConflict when the locked missions break hard rules among themselves, Unusable when
    the executor named cannot be used, and PlannerFault when the plan does not pass `verify`: a
    fault of this software, never a result.
    """
    started = time.monotonic()
    conflicts = check_locked(problem)
    if conflicts:
        raise LockedConflict(conflicts)
    if is_national(problem):
        return solve_national(
            problem, budget_seconds=budget_seconds, seed=seed, progress=progress, executor=executor
        )
    planning = _Planning(problem, started + budget_seconds, started, seed, threads, progress)
    planning.fewest_holes()
    planning.fewest_moved()
    planning.least_cost()
    best = planning.best
    planning.tell(CHECKING, best.cost, planning.cost_bound, force=True)
    plan = planning.plan()
    violations = verify(problem, plan)
    if violations:
        raise PlannerFault(violations)
    if (plan.score.holes, plan.score.confirmed_moved, plan.score.cost) != best.levels:
        text = f"Le modèle annonce {best.levels}, le calcul donne {plan.score}."
        raise PlannerFault((Violation("score", text),))
    return plan


def is_national(problem: Problem) -> bool:
    """Say whether a problem is too large for one model, and is planned region by region."""
    return len(problem.offers) * len(problem.centres) > _NATIONAL


def solve_national(
    problem: Problem,
    *,
    budget_seconds: float,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    executor: Crew | str | None = None,
) -> Plan:
    """Plan a network of any size by prices and regions: a verified plan and true bounds.

    The parameters are those of `solve`, which calls this from national size on. The locked missions
    must agree with each other. Raises PlannerFault, and Unusable for an executor that does not do.
    """
    started = time.monotonic()
    ends, looked = started + budget_seconds, started
    last: tuple[str, float | None, float | None] = PREPARING, None, None

    def tell(phase: str, best: float | None, bound: float | None) -> None:
        nonlocal ends, last
        last = phase, best, bound
        if progress is None:
            return
        gap = None
        if best is not None and bound is not None:
            gap = 0.0 if best <= bound or best == 0 else min(1.0, (best - bound) / best)
        try:
            progress(Progress(phase, best, bound, gap, time.monotonic() - started))
        except Enough:
            ends = min(ends, time.monotonic())

    def deadline() -> float:
        """Give the end; whoever asks for it also lets the caller say that it is enough."""
        nonlocal looked
        if time.monotonic() - looked >= _NEVER_SECONDS_BETWEEN_LINES:
            looked = time.monotonic()
            tell(*last)
        return ends

    tell(*last)
    crew = executor_of(executor) if executor is None or isinstance(executor, str) else executor
    try:
        found = plan_nation(
            problem,
            deadline=deadline,
            seed=seed,
            executor=crew,
            tell=lambda best, bound: tell(COST, best, bound),
            alive=lambda: tell(*last),
        )
    finally:
        if crew is not executor:
            crew.close()
            for remark in crew.remarks:
                logging.getLogger(__name__).warning(remark)
    tell(CHECKING, last[1], last[2])
    plan = write_plan(problem, found, started=started)
    violations = verify(problem, plan)
    if violations:
        raise PlannerFault(violations)
    return plan
