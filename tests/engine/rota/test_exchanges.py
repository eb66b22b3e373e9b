"""Exchanges and floors against an oracle that tries every plan of a tiny network."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

from hypothesis import given

from relais.engine.rota.exchanges import Exchanges, carried_out, floors, terms_of
from relais.engine.rota.problem import Problem
from relais.engine.rota.solve import solve
from relais.engine.rota.state import State
from relais.engine.rota.verify import verify
from tests.engine.rota import tiny
from tests.engine.rota.test_solve_oracle import CALM, networks
from tests.engine.rota.tiny import as_levels, levels, placed, schedules

type Levels = tuple[int, int, int]


def best_with(problem: Problem) -> dict[tuple[int, int, int], Levels]:
    """The best levels of all plans that hold a mission, for every mission that some plan holds."""
    everyone = [schedules(problem, d) for d in range(len(problem.doctors))]
    best: dict[tuple[int, int, int], Levels] = defaultdict(lambda: (10**9, 0, 0))
    for combination in product(*everyone):
        reached = levels(problem, combination)
        if reached is None:
            continue
        for doctor, schedule in enumerate(combination):
            for week, where in schedule.items():
                key = (doctor, where, week)
                best[key] = min(best[key], reached)
    return dict(best)


@CALM
@given(networks())
def test_an_exchange_is_a_real_plan_and_no_plan_is_cheaper_than_its_floor(network: Problem) -> None:
    plan = solve(network)
    reached = as_levels(plan.score)
    state = State(network, plan)
    exchanges, least = Exchanges(state), floors(network, plan)
    best = best_with(network)
    here = placed(plan)
    for doctor, centre, week in product(
        range(len(network.doctors)), range(len(network.centres)), range(network.weeks)
    ):
        key = (doctor, centre, week)
        if key in here:
            assert least.of(*key) == 0
            continue
        found, _ = exchanges.into(*key)
        if key not in best:
            assert found is None
            continue
        if best[key][:2] == reached[:2]:
            assert best[key][2] - reached[2] >= least.of(*key)
        if found is None:
            continue
        after = carried_out(network, plan, found)
        assert verify(network, after) == ()
        assert key in placed(after)
        assert as_levels(after.score) == tuple(
            was + more for was, more in zip(reached, found.levels, strict=True)
        )
        assert best[key] <= as_levels(after.score)
        terms = terms_of(network, plan, found)
        assert terms.standby_missing == after.score.standby_missing - plan.score.standby_missing
        assert terms.windows == after.score.windows_missed - plan.score.windows_missed
    assert as_levels(state.plan().score) == reached


def test_a_doctor_who_stays_at_home_is_replaced_by_the_cheapest() -> None:
    asked = tiny.problem(
        [tiny.centre("A")],
        [tiny.doctor(name) for name in ("here", "near", "far")],
        [(d, 0) for d in range(3)],
        travel={(0, 0): 30, (1, 0): 40, (2, 0): 90},
    )
    plan = solve(asked)
    exchanges = Exchanges(State(asked, plan))
    found = exchanges.without(0, 0)
    assert found is not None
    assert (found.removed, found.added) == (((0, 0, 0),), ((1, 0, 0),))
    assert found.levels == (0, 0, 10)
    assert exchanges.without(1, 0) is None


def test_a_standby_fills_a_place_that_nobody_else_can() -> None:
    asked = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("x"), tiny.doctor("y"), tiny.doctor("z")],
        [(0, 0), (1, 0), (2, 0)],
        standby_depth=1,
        preferred=frozenset({(0, 0), (1, 1)}),
        known=frozenset({(0, 0), (1, 1)}),
    )
    plan = solve(asked)
    assert placed(plan) == {(0, 0, 0), (1, 1, 0)}
    found, barred = Exchanges(State(asked, plan)).into(0, 1, 0)
    assert found is not None
    assert not barred
    # x goes to B, y to A: both leave the centre they know and prefer.
    assert (found.holes, found.cost, found.dropped) == (0, 4 * 60, ())
