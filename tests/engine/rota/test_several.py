"""Several empty places, filled one after the other, and the whole planned again."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from relais.engine.rota import replan
from relais.engine.rota.problem import Status
from relais.engine.rota.replan import State
from relais.engine.rota.several import repair_each
from relais.engine.rota.verify import verify
from tests.engine.rota import chances, tiny


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_after_every_kind_of_news_all_that_can_be_filled_is_and_no_rule_is_broken(
    first: int,
) -> None:
    for seed in range(first, first + 20):
        problem, schedules = chances.network(seed)
        problem = chances.with_statuses(problem, schedules, seed)
        plan = chances.plan_of(problem, schedules)
        doctor = seed % len(problem.doctors)
        for change in (
            replan.offers_changed(problem, plan, doctor=doctor, weeks=[]),
            replan.withdraw(problem, plan, doctor=doctor),
            replan.centre_added(problem, plan, centre=tiny.centre("N")),
        ):
            state = State(change.problem, change.plan)
            before = (state.holes, state.confirmed_moved, state.cost)
            mended = repair_each(state, change.places)
            after = state.plan()
            assert verify(change.problem, after) == ()
            assert tiny.as_levels(after.score) == (state.holes, state.confirmed_moved, state.cost)
            filled = sum(repair.filled for _, repair in mended.done)
            assert state.holes == before[0] - filled
            assert state.confirmed_moved - before[1] == mended.confirmed_moved
            assert state.cost - before[2] == mended.cost
            assert mended.confirmed_bound <= mended.confirmed_moved
            for place in mended.left:
                if mended.done:
                    continue
                assert replan.repairs(state, *place) == ()


def test_changed_offers_let_several_missions_fall_and_each_is_taken_by_somebody() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("a", most=2), tiny.doctor("b"), tiny.doctor("c")],
        [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)],
        weeks=2,
    )
    plan = chances.plan_of(problem, [{0: 0, 1: 0}, {}, {}])
    change = replan.offers_changed(problem, plan, doctor=0, weeks=[])
    assert change.places == ((0, 0), (0, 1))
    state = State(change.problem, change.plan)
    mended = repair_each(state, change.places)
    assert tiny.placed(state.plan()) == {(1, 0, 0), (2, 0, 1)}
    assert (mended.left, mended.fewest_confirmed_proven) == ((), True)


def test_a_new_centre_moves_a_confirmed_mission_only_where_it_would_stay_empty() -> None:
    problem = tiny.problem(
        [tiny.centre("A")],
        [tiny.doctor("x"), tiny.doctor("y"), tiny.doctor("free")],
        [(0, 0), (1, 0), (1, 1), (0, 1), (2, 0)],
        weeks=2,
        refused=frozenset(),
        missions=(tiny.given(0, 0, 0, "confirmed"), tiny.given(1, 0, 1, "confirmed")),
    )
    plan = chances.plan_of(problem, [{0: 0}, {1: 0}, {}])
    change = replan.centre_added(problem, plan, centre=tiny.centre("N"))
    state = State(change.problem, change.plan)
    mended = repair_each(state, [(1, 0)])
    assert (mended.confirmed_moved, len(mended.done)) == (0, 1)
    refusing = replace(change.problem, refused=frozenset({(2, 1)}))
    state = State(refusing, change.plan)
    mended = repair_each(state, [(1, 0)])
    assert tiny.placed(state.plan()) == {(0, 1, 0), (2, 0, 0), (1, 0, 1)}
    assert (mended.confirmed_moved, mended.fewest_confirmed_proven) == (1, True)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_replanning_moves_as_few_confirmed_missions_as_the_fewest_holes_allow(first: int) -> None:
    """The oracle tries every plan: no plan with so few holes keeps one more word given."""
    for seed in range(first, first + 15):
        problem, schedules = chances.network(seed, most_doctors=4)
        problem = chances.with_statuses(problem, schedules, seed)
        plan = chances.plan_of(problem, schedules)
        gone = random.Random(seed).randrange(len(problem.doctors))
        change = replan.withdraw(problem, plan, doctor=gone)
        if tiny.combinations_count(change.problem) > 4_000:
            continue
        after = replan.replan(change.problem, change.plan)
        assert tiny.as_levels(after.score) == tiny.best_levels(change.problem), seed
        locked = {
            (one.doctor, one.centre, one.week)
            for one in change.problem.missions
            if one.status is Status.LOCKED and one.week >= 0
        }
        assert locked <= tiny.placed(after)
