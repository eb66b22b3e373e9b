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
from relais.engine.rota.problem import Problem

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
    """What a region found: its missions, or None when nothing better. `complete`: to its end."""

    missions: Arcs | None
    holes: int
    cost: float
    complete: bool


def plan_region(task: Task) -> Answer:
    """Plan a region anew; never worse than what stands."""
    solver = Solver(deadline=time.monotonic() + task.seconds, seed=task.seed)
    model = build(task.problem, task.allowed, task.taken)
    program = _program(model)
    point = _point(model, task)
    known = float(program.cost @ point)
    relaxed = solver.linear(program)
    if relaxed.end is not End.OPTIMAL or relaxed.duals is None:
        return Answer(None, 0, 0.0, complete=False)
    room = known - relaxed.bound
    if room < 1:
        return Answer(None, 0, 0.0, complete=True)
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
            return Answer(None, 0, 0.0, complete=complete)
        values = found.values
    chosen = values[model.x] > _HALF
    full = model.complete(chosen, np.zeros(0, dtype=np.bool_))
    arcs = np.flatnonzero(chosen[model.missions.member_arc])
    column = model.missions.member_arc[arcs]
    return Answer(
        missions=np.c_[
            model.missions.member_doctor[arcs],
            model.missions.centre[column],
            model.missions.week[column],
        ].astype(np.int32),
        holes=round(float(full[model.h].sum())),
        cost=float(model.cost @ full),
        complete=complete,
    )


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
