"""Look for a whole-number plan by walking down from the linear relaxation.

The relaxation of a year of relay is nearly whole: a hundred columns of seven thousand are split
between two doctors. Rounding a few of them up, solving the relaxation again from the basis at hand
and taking a step back where that costs too much ends, most of the time, at a plan that costs what
the relaxation costs, which is then proven best without any search tree. Where it does not end so,
nothing is lost but a tenth of a second: the caller goes on with the integer program.

Source: diving heuristics of mixed-integer programming (T. Achterberg, Constraint Integer
Programming, 2007, chapter 9); the step back and the tries by another order are ours.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.linear import SLACK, Basis, Program, Solver

type Floats = NDArray[np.float64]

_TRIES = 6  # orders of rounding up
_STEPS = 60  # linear programs of one try
_HOPELESS = 0.25  # of what was split: a try that ends with more is not worth another
_AT_ONCE = 5  # one split column in so many is rounded up at the first step
_SMALLER = 3  # a step that costs too much is made so many times smaller
_NOISE = 0.02, 0.6  # of the order: how far chance may prefer a less probable column, first and last


def dive(
    solver: Solver,
    program: Program,
    *,
    most: float,
    basis: Basis | None = None,
    seed: int = 0,
) -> Floats | None:
    """Give a point of `program` with whole numbers that costs `most` or less, or None.

    `basis`: of the relaxation of the same rows, to start from. The same seed gives the same point.
    None says nothing about the program: only that no such point was met, or that time is over.
    """
    walk = _Walk(solver, program, most, basis)
    if not walk.solved():
        return None
    chance = np.random.default_rng(seed)
    for noise in np.linspace(*_NOISE, _TRIES):
        left = walk.down(chance, float(noise))
        if left == 0:
            return walk.point()
        if solver.remaining() == 0 or left > _HOPELESS:
            return None
        walk.up()
    return None


class _Walk:
    """The relaxation, the bounds set on the way down, and the solver that stays warm."""

    def __init__(self, solver: Solver, program: Program, most: float, basis: Basis | None) -> None:
        held = program.lower >= program.upper
        self.columns = np.flatnonzero(~held | (program.upper != 0))
        self.program, self.most = program, most
        self.whole = program.whole[self.columns]
        self.lower = program.lower[self.columns].copy()
        self.upper = program.upper[self.columns].copy()
        self.highs = solver.relaxation(program, self.columns, basis)
        self.steps = 0

    def solved(self) -> bool:
        """Solve the relaxation as it stands; say whether it costs little enough."""
        self.highs.run()
        self.steps += 1
        return (
            self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            and self.highs.getInfo().objective_function_value <= self.most + SLACK
        )

    def point(self) -> Floats:
        """Give the values of all columns, whole ones rounded."""
        values = np.zeros(len(self.program.cost))
        here = np.array(self.highs.getSolution().col_value)
        values[self.columns] = np.where(self.whole, np.rint(here), here)
        return values

    def _split(self) -> tuple[Floats, NDArray[np.int64]]:
        values = np.array(self.highs.getSolution().col_value)
        return values, np.flatnonzero(self.whole & (np.abs(values - np.rint(values)) > SLACK))

    def _bound(self, at: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        self.highs.changeColsBounds(len(at), at.astype(np.int32), lower, upper)

    def down(self, chance: np.random.Generator, noise: float) -> float:
        """Round up, most probable first; give the share of the split columns that are still so."""
        self.steps = 0
        values, split = self._split()
        first = len(split)
        step = max(1, first // _AT_ONCE)
        while len(split):
            if self.steps > _STEPS:
                return len(split) / first
            step = min(step, max(1, len(split) // (_AT_ONCE - 1)))
            part = values[split] - np.floor(values[split]) + noise * chance.random(len(split))
            top = split[np.argsort(-part, kind="stable")][:step]
            above = np.ceil(values[top])
            self._bound(top, above, self.upper[top])
            if self.solved():
                self.lower[top] = above
                step += 1
            elif step > 1:
                self._bound(top, self.lower[top], self.upper[top])
                step = max(1, step // _SMALLER)
                continue
            else:
                self.upper[top] = np.floor(values[top])
                self._bound(top, self.lower[top], self.upper[top])
                if not self.solved():
                    return len(split) / first
            values, split = self._split()
        return 0.0

    def up(self) -> None:
        """Take every step back."""
        self.lower = self.program.lower[self.columns].copy()
        self.upper = self.program.upper[self.columns].copy()
        self._bound(np.arange(len(self.columns)), self.lower, self.upper)
        self.solved()
