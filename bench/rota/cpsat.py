"""The second peer: OR-Tools CP-SAT on the whole model, two workers, with or without a hint."""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp
from bench.rota.whole import Answer, build
from ortools.sat.python import cp_model

from relais.engine.rota.plan import PlannedMission, Standby
from relais.engine.rota.problem import Problem

WORKERS = 2


def solve(
    problem: Problem,
    *,
    time_limit: float,
    seed: int = 0,
    hint: tuple[list[PlannedMission], list[Standby]] | None = None,
) -> Answer:
    """Plan with one weighted integer program; `time_limit` is of the wall clock.

    `hint`: a plan whose missions and standbys the solver is told to try first.
    """
    started = time.process_time()
    whole = build(problem)
    model = cp_model.CpModel()
    lower, upper, cost = (
        array.astype(int).tolist() for array in (whole.lower, whole.upper, whole.cost)
    )
    columns = [model.new_int_var(low, high, "") for low, high in zip(lower, upper, strict=True)]
    rows = sp.csr_matrix(whole.matrix)
    ends = rows.indptr.tolist()
    indices, values = rows.indices.tolist(), rows.data.astype(int).tolist()
    for row, (low, high) in enumerate(zip(whole.row_lower, whole.row_upper, strict=True)):
        inside = range(ends[row], ends[row + 1])
        terms = cp_model.LinearExpr.weighted_sum(
            [columns[indices[at]] for at in inside], [values[at] for at in inside]
        )
        if low == high:
            model.add(terms == int(low))
        elif np.isinf(low):
            model.add(terms <= int(high))
        elif np.isinf(high):
            model.add(terms >= int(low))
        else:
            model.add_linear_constraint(terms, int(low), int(high))
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, cost))
    if hint is not None:
        for column, value in zip(columns, whole.point(*hint).astype(int).tolist(), strict=True):
            model.add_hint(column, value)
    built = time.process_time()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = time_limit
    solver.parameters.random_seed = seed
    solver.parameters.relative_gap_limit = 0.0
    begun, trace = time.monotonic(), []
    best: float | None = None
    bound: float | None = None

    def tell() -> None:
        trace.append((round(time.monotonic() - begun, 2), best, bound))

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            nonlocal best
            best = self.objective_value
            tell()

    def bounded(value: float) -> None:
        nonlocal bound
        bound = value
        tell()

    solver.best_bound_callback = bounded
    status = solver.solve(model, Watch())
    solved = time.process_time()
    missions: list[PlannedMission] = []
    standbys: list[Standby] = []
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        missions, standbys = whole.read(np.array([solver.value(column) for column in columns]))
    return Answer(
        missions=missions,
        standbys=standbys,
        proven=status == cp_model.OPTIMAL,
        bound=solver.best_objective_bound,
        seconds_to_build=built - started,
        seconds_to_solve=solved - built,
        rows=len(whole.row_lower),
        columns=len(whole.cost),
        trace=trace,
    )
