"""The first peer: HiGHS on the whole model."""

from __future__ import annotations

import time

import highspy
import numpy as np
from bench.rota.whole import Answer, build

from relais.engine.rota.problem import Problem


def solve(problem: Problem, *, time_limit: float, seed: int = 0) -> Answer:
    """Plan with one weighted integer program, one thread."""
    started = time.process_time()
    whole = build(problem)
    built = time.process_time()
    highs = highspy.Highs()
    for name, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": seed,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.99,
        "time_limit": time_limit,
    }.items():
        highs.setOptionValue(name, value)
    highs.passModel(
        len(whole.cost), len(whole.row_lower), whole.matrix.nnz, 1, 1, 0.0,
        whole.cost, whole.lower, whole.upper, whole.row_lower, whole.row_upper,
        whole.matrix.indptr.astype(np.int32), whole.matrix.indices.astype(np.int32),
        whole.matrix.data, whole.whole,
    )  # fmt: skip
    trace: list[tuple[float, float | None, float | None]] = []

    def look(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        best, bound = (
            value if abs(value) < highspy.kHighsInf else None
            for value in (out.mip_primal_bound, out.mip_dual_bound)
        )
        if not trace or trace[-1][1:] != (best, bound):
            trace.append((round(out.running_time, 2), best, bound))

    highs.cbMipInterrupt.subscribe(look)
    highs.run()
    solved = time.process_time()
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    missions, standbys = whole.read(np.array(highs.getSolution().col_value)) if found else ([], [])
    return Answer(
        missions=missions,
        standbys=standbys,
        proven=highs.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        bound=info.mip_dual_bound,
        seconds_to_build=built - started,
        seconds_to_solve=solved - built,
        rows=len(whole.row_lower),
        columns=len(whole.cost),
        trace=trace,
    )
