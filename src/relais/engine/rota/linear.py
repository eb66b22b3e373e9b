"""HiGHS behind one small door: a linear or integer program in, values, duals and bounds out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Bools = NDArray[np.bool_]

# What may be lost to rounding in a bound that is a sum of 100,000 products of doubles.
SLACK = 1e-6


# HiGHS keeps a crew of threads for each thread that calls it, and refuses another size of crew
# until the old one is dismissed.
_crew = threading.local()


class SolverFault(RuntimeError):
    """The solver refused a program or answered what cannot be: a fault of this software."""


@dataclass(frozen=True)
class Program:
    """Minimise cost @ v, row_lower <= rows @ v <= row_upper, lower <= v <= upper; some v whole."""

    cost: Floats
    lower: Floats
    upper: Floats
    rows: sp.csr_matrix
    row_lower: Floats
    row_upper: Floats
    whole: Bools

    def without(self, dropped: Bools) -> Program:
        """Give the program with some columns held at their lower bound."""
        return replace(self, upper=np.where(dropped, self.lower, self.upper))

    def bound(self, duals: Floats) -> float:
        """Give the lower bound that any row duals prove: weak duality, with the column bounds.

        A dual of the wrong sign (of a row without that side) is taken as zero, so the bound holds
        whatever the solver answered.
        """
        duals = np.where((duals > 0) & np.isinf(self.row_lower), 0.0, duals)
        duals = np.where((duals < 0) & np.isinf(self.row_upper), 0.0, duals)
        side = np.where(duals > 0, self.row_lower, self.row_upper)
        side = np.where(duals == 0, 0.0, side)
        reduced = self.reduced_costs(duals)
        return float(
            duals @ side + np.where(reduced > 0, reduced * self.lower, reduced * self.upper).sum()
        )

    def reduced_costs(self, duals: Floats) -> Floats:
        """Give cost - duals @ rows, one a column."""
        reduced: Floats = self.cost - self.rows.T @ duals
        return reduced


class End(Enum):
    """How a run ended."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Basis:
    """Where the simplex method stood: one status a column of the whole program, one a row."""

    columns: list[highspy.HighsBasisStatus]
    rows: list[highspy.HighsBasisStatus]


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    `values`: None when there is no feasible point. `bound`: proven, of this program. `basis`: of a
    linear relaxation that was solved.
    """

    end: End
    values: Floats | None
    duals: Floats | None
    objective: float
    bound: float
    basis: Basis | None = None


@dataclass
class Solver:
    """Runs programs until a deadline of time.monotonic, telling `watch` (best, bound) on the way.

    `watch` may raise: the run is stopped and the exception passes.
    """

    deadline: float
    seed: int = 0
    threads: int = 1
    watch: Callable[[float | None, float | None], None] | None = None

    def __post_init__(self) -> None:
        """Dismiss a crew of another size."""
        if getattr(_crew, "size", self.threads) != self.threads:
            highspy.Highs.resetGlobalScheduler(True)
        _crew.size = self.threads

    def remaining(self) -> float:
        """Give the seconds left, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    def _highs(self, program: Program, columns: NDArray[np.int64], whole: bool) -> highspy.Highs:
        highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call, unused-ignore]
        options = {
            "output_flag": False,
            "threads": self.threads,
            "parallel": "off" if self.threads == 1 else "on",
            "random_seed": self.seed % 2**31,
            "time_limit": self.remaining(),
        }
        for name, value in options.items():
            highs.setOptionValue(name, value)
        matrix = sp.csc_matrix(program.rows[:, columns] if len(columns) else program.rows[:, :0])
        matrix.sort_indices()
        integrality = program.whole[columns] if whole else np.zeros(len(columns), dtype=np.bool_)
        status = highs.passModel(
            len(columns),
            matrix.shape[0],
            matrix.nnz,
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            program.cost[columns],
            program.lower[columns],
            program.upper[columns],
            program.row_lower,
            program.row_upper,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
            integrality.astype(np.int32),
        )
        if status == highspy.HighsStatus.kError:
            raise SolverFault("HiGHS refused the program")
        return highs

    def _run(
        self, highs: highspy.Highs, stop_at_bound: float, mip: bool
    ) -> tuple[highspy.HighsModelStatus, highspy.HighsInfo]:
        raised: list[BaseException] = []

        def look(event: highspy.HighsCallbackEvent) -> None:
            out = event.data_out
            if raised:
                event.interrupt()
                return
            if mip and out.mip_dual_bound >= stop_at_bound:
                event.interrupt()
            if self.watch is None:
                return
            known = mip and abs(out.mip_primal_bound) < highspy.kHighsInf
            proven = mip and abs(out.mip_dual_bound) < highspy.kHighsInf
            try:
                self.watch(
                    out.mip_primal_bound if known else None, out.mip_dual_bound if proven else None
                )
            except BaseException as error:  # raised again below, outside of HiGHS
                raised.append(error)
                event.interrupt()
            if self.remaining() == 0:
                event.interrupt()

        if mip:
            highs.cbMipInterrupt.subscribe(look)
        elif self.watch is not None:
            highs.cbSimplexInterrupt.subscribe(look)
        status = highs.run()
        if raised:
            raise raised[0]
        if status == highspy.HighsStatus.kError:
            raise SolverFault("HiGHS failed")
        return highs.getModelStatus(), highs.getInfo()

    def linear(self, program: Program) -> Outcome:
        """Solve the linear relaxation. The bound is worked out again from the row duals."""
        columns = np.arange(len(program.cost))
        highs = self._highs(program, columns, whole=False)
        highs.setOptionValue("presolve", "off")
        status, info = self._run(highs, np.inf, mip=False)
        solution = highs.getSolution()
        duals = np.array(solution.row_dual) if solution.dual_valid else None
        values = np.array(solution.col_value) if solution.value_valid else None
        bound = -np.inf if duals is None else program.bound(duals)
        if status == highspy.HighsModelStatus.kOptimal:
            end = End.OPTIMAL
        elif status == highspy.HighsModelStatus.kInfeasible:
            end, bound = End.INFEASIBLE, np.inf
        else:
            end = End.STOPPED
        basis = None
        if end is End.OPTIMAL:
            stood = highs.getBasis()
            basis = Basis(list(stood.col_status), list(stood.row_status))
        return Outcome(end, values, duals, float(info.objective_function_value), bound, basis)

    def relaxation(
        self, program: Program, columns: NDArray[np.int64], basis: Basis | None = None
    ) -> highspy.Highs:
        """Give HiGHS holding the relaxation among some columns, to be solved again and again.

        `basis`: of the relaxation among all columns; it is used where it fits.
        """
        highs = self._highs(program, columns, whole=False)
        highs.setOptionValue("presolve", "off")
        if basis is not None:
            start = highspy.HighsBasis()
            start.col_status = [basis.columns[column] for column in columns.tolist()]
            start.row_status = basis.rows
            start.valid = True
            highs.setBasis(start)
        return highs

    def whole(
        self,
        program: Program,
        *,
        start: Floats | None = None,
        stop_at: float = -np.inf,
        stop_at_bound: float = np.inf,
        tolerance: float,
        most_nodes: int | None = None,
    ) -> Outcome:
        """Solve with whole numbers, to within `tolerance` (absolute).

        `start`: a feasible point, if one is known. `stop_at`: an objective that is good enough.
        `stop_at_bound`: a bound above which this program no longer interests. `most_nodes`: of the
        search tree, unlimited when None.
        """
        held = program.lower >= program.upper
        columns = np.flatnonzero(~held | (program.upper != 0))
        highs = self._highs(program, columns, whole=True)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", tolerance)
        highs.setOptionValue(
            "mip_heuristic_run_feasibility_jump", False
        )  # costs more than it finds
        if stop_at > -np.inf:
            highs.setOptionValue("objective_target", stop_at)
        if most_nodes is not None:
            highs.setOptionValue("mip_max_nodes", most_nodes)
        if start is not None:
            point = highspy.HighsSolution()
            point.col_value = start[columns].tolist()
            point.value_valid = True
            highs.setSolution(point)
        status, info = self._run(highs, stop_at_bound, mip=True)
        solution = highs.getSolution()
        found = solution.value_valid and (
            info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )
        values = None
        if found:
            values = np.zeros(len(program.cost))
            values[columns] = solution.col_value
        if status == highspy.HighsModelStatus.kInfeasible:
            return Outcome(End.INFEASIBLE, None, None, np.inf, np.inf)
        end = End.OPTIMAL if status == highspy.HighsModelStatus.kOptimal else End.STOPPED
        objective = float(info.objective_function_value) if found else np.inf
        bound = float(info.mip_dual_bound)
        if len(columns) == 0 or abs(bound) >= highspy.kHighsInf:
            bound = objective if end is End.OPTIMAL else -np.inf
        return Outcome(end, values, None, objective, bound)
