"""Walks down from the relaxation: what comes back is a plan of the program, or nothing."""

import time

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from relais.engine.rota.dive import dive
from relais.engine.rota.linear import SLACK, Program, Solver


def program(costs: list[int], covers: list[tuple[int, int, int]]) -> Program:
    """Choose columns at least cost so that each row has one of its three."""
    rows = np.zeros((len(covers), len(costs)))
    for row, members in enumerate(covers):
        rows[row, [member % len(costs) for member in members]] = 1.0
    return Program(
        cost=np.array(costs, dtype=float),
        lower=np.zeros(len(costs)),
        upper=np.ones(len(costs)),
        rows=sp.csr_matrix(rows),
        row_lower=np.ones(len(covers)),
        row_upper=np.full(len(covers), np.inf),
        whole=np.ones(len(costs), dtype=np.bool_),
    )


def solver() -> Solver:
    return Solver(deadline=time.monotonic() + 60)


ODD_RING = program([1, 1, 1], [(0, 1, 1), (1, 2, 2), (2, 0, 0)])  # relaxed 1.5, whole 2


def test_a_plan_at_the_rounded_bound_is_met():
    found = dive(solver(), ODD_RING, most=2)
    assert found is not None
    assert sorted(found.tolist()) == [0.0, 1.0, 1.0]


def test_nothing_comes_back_where_no_plan_costs_so_little():
    assert dive(solver(), ODD_RING, most=1.9) is None


def test_nothing_comes_back_once_time_is_over():
    assert dive(Solver(deadline=time.monotonic()), ODD_RING, most=1.9) is None


def test_the_basis_of_the_relaxation_changes_no_answer():
    relaxed = solver().linear(ODD_RING)
    assert relaxed.basis is not None
    warm = dive(solver(), ODD_RING, most=2, basis=relaxed.basis)
    assert warm is not None
    assert float(ODD_RING.cost @ warm) == 2


column = st.integers(0, 20)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=3, max_size=9),
    st.lists(st.tuples(column, column, column), min_size=1, max_size=9),
    st.integers(0, 6),
)
def test_what_comes_back_is_whole_feasible_and_cheap_enough(costs, covers, more):
    problem = program(costs, covers)
    relaxed = solver().linear(problem)
    most = float(np.ceil(relaxed.bound - SLACK)) + more
    found = dive(solver(), problem, most=most, basis=relaxed.basis)
    if found is None:
        return
    assert np.array_equal(found, np.rint(found))
    assert np.all(problem.rows @ found >= 1)
    assert float(problem.cost @ found) <= most + 2 * SLACK
    again = dive(solver(), problem, most=most, basis=relaxed.basis)
    assert again is not None
    assert np.array_equal(found, again)
