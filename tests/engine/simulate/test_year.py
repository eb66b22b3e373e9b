"""One year played by hand: who cancels and who says yes is written, not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from relais.engine.rota.problem import Problem
from relais.engine.rota.state import State
from relais.engine.rota.verify import verify
from relais.engine.simulate.policies import MEANS, Policy, first_come
from relais.engine.simulate.rates import usual
from relais.engine.simulate.year import Luck, Outcome, Year, draw
from tests.engine.rota import chances, tiny
from tests.engine.rota.chances import Schedule

NEVER, YES, NO = -1.0, 0.0, 1.0


def _luck(problem: Problem, **changes: dict[tuple[int, int], float]) -> Luck:
    """Nobody cancels, everybody is reached and says yes, but for the changes."""
    shape = (len(problem.doctors), problem.weeks)
    arrays = {
        "cancels": np.full(shape, NEVER),
        "says_yes": np.full(shape, YES),
        "reached": np.full(shape, YES),
        "comes": np.full(shape, YES),
    }
    for name, values in changes.items():
        for at, value in values.items():
            arrays[name][at] = value
    return Luck(**arrays, willing=np.ones(shape[0]), flying=np.ones(problem.weeks, dtype=np.bool_))


def _play(
    problem: Problem, schedules: Sequence[Schedule], policy: Policy, luck: Luck
) -> tuple[Outcome, Year]:
    state = State(problem, chances.plan_of(problem, list(schedules)))
    year = Year(state, MEANS[policy], luck, usual())
    return year.play(), year


def _three(standby: bool = False) -> tuple[Problem, list[Schedule]]:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("comes"), tiny.doctor("free"), tiny.doctor("stranger")],
        [(0, 1), (1, 1)],
        weeks=2,
        closures=frozenset({(0, 0)}),
        standby_depth=1,
    )
    return problem, [{1: 0}, {1: tiny.STANDBY} if standby else {}, {}]


def test_a_year_in_which_nothing_happens_disturbs_nobody() -> None:
    problem, schedules = _three()
    outcome, _ = _play(problem, schedules, Policy.WAVES, _luck(problem))
    assert outcome == Outcome(0, 0, 0, 0, 0, 0, 0)


def test_a_wave_finds_the_doctor_who_offered() -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 10.0})
    outcome, year = _play(problem, schedules, Policy.WAVES, luck)
    assert outcome == Outcome(
        uncovered=0, cancelled=1, messages=1, people=1, reserves_used=0, flying_used=0, moved=0
    )
    assert year.state.missions[1] == {1: 0}


def test_when_she_declines_those_who_did_not_offer_are_asked_too() -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 10.0}, says_yes={(1, 1): NO})
    outcome, year = _play(problem, schedules, Policy.WAVES, luck)
    assert (outcome.uncovered, outcome.messages, outcome.people) == (0, 2, 2)
    assert year.state.missions[2] == {1: 0}


@pytest.mark.parametrize("policy", [Policy.WAVES, Policy.RESERVES])
def test_when_all_decline_the_week_is_uncovered_once(policy: Policy) -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 10.0}, says_yes={(1, 1): NO, (2, 1): NO})
    outcome, _ = _play(problem, schedules, policy, luck)
    assert (outcome.uncovered, outcome.messages) == (1, 2)


def test_an_hour_before_only_a_standby_or_the_salaried_doctor_helps() -> None:
    problem, schedules = _three(standby=True)
    luck = _luck(problem, cancels={(0, 1): 1.5 / 24})
    assert _play(problem, [schedules[0], {}, {}], Policy.WAVES, luck)[0].uncovered == 1
    outcome, year = _play(problem, schedules, Policy.RESERVES, luck)
    assert (outcome.uncovered, outcome.reserves_used, outcome.messages) == (0, 1, 1)
    assert year.state.missions[1] == {1: 0}
    absent = replace(luck, comes=np.ones_like(luck.comes))
    assert _play(problem, schedules, Policy.RESERVES, absent)[0].uncovered == 1
    outcome, _ = _play(problem, schedules, Policy.FLYING, absent)
    assert (outcome.uncovered, outcome.flying_used) == (0, 1)


def test_the_salaried_doctor_is_in_one_place_a_week() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("a"), tiny.doctor("b")],
        [(0, 0), (1, 0)],
    )
    luck = _luck(problem, cancels={(0, 0): 0.05, (1, 0): 0.05})
    outcome, _ = _play(problem, [{0: 0}, {0: 1}], Policy.FLYING, luck)
    assert (outcome.uncovered, outcome.flying_used) == (1, 1)
    luck = replace(luck, flying=np.zeros(1, dtype=np.bool_))
    assert _play(problem, [{0: 0}, {0: 1}], Policy.FLYING, luck)[0].uncovered == 2


def test_calls_follow_the_list_and_do_not_reach_everybody() -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 10.0}, reached={(1, 1): NO})
    outcome, year = _play(problem, schedules, Policy.PLAN, luck)
    assert (outcome.uncovered, outcome.messages) == (0, 2)
    assert year.state.missions[2] == {1: 0}
    late = _luck(problem, cancels={(0, 1): 3.5 / 24}, reached={(1, 1): NO})
    assert _play(problem, schedules, Policy.PLAN, late)[0] == Outcome(1, 1, 1, 1, 0, 0, 0)


def test_a_replacement_may_cancel_in_turn() -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 12.0, (1, 1): 8.0})
    outcome, year = _play(problem, schedules, Policy.WAVES, luck)
    assert (outcome.uncovered, outcome.cancelled) == (0, 2)
    assert year.state.missions[2] == {1: 0}


def test_who_already_knows_that_she_cannot_come_does_not_accept() -> None:
    problem, schedules = _three()
    luck = _luck(problem, cancels={(0, 1): 12.0, (1, 1): 13.0}, says_yes={(2, 1): NO})
    assert _play(problem, schedules, Policy.WAVES, luck)[0].uncovered == 1


def test_a_doctor_may_move_from_another_week_when_someone_takes_it() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("comes"), tiny.doctor("moves"), tiny.doctor("late"), tiny.doctor("busy")],
        [(0, 1), (1, 1), (1, 3), (2, 3)],
        weeks=4,
        closures=frozenset({(0, 0), (0, 2)}),
        refused=frozenset({(3, 0)}),
    )
    luck = _luck(problem, cancels={(0, 1): 10.0}, says_yes={(2, 1): NO})
    outcome, year = _play(problem, [{1: 0}, {3: 0}, {}, {}], Policy.WAVES, luck)
    assert (outcome.uncovered, outcome.moved) == (0, 1)
    assert (year.state.missions[1], year.state.missions[2]) == ({1: 0}, {3: 0})


def test_a_pair_that_cancels_leaves_two_places() -> None:
    problem = tiny.problem(
        [tiny.centre(lines=2)],
        [tiny.doctor("a"), tiny.doctor("b"), tiny.doctor("c")],
        [(0, 0), (1, 0), (2, 0)],
        pairs=((0, 1),),
    )
    luck = _luck(problem, cancels={(1, 0): 10.0})
    outcome, _ = _play(problem, [{0: 0}, {0: 0}, {}], Policy.WAVES, luck)
    assert (outcome.uncovered, outcome.cancelled) == (1, 1)


def test_a_place_empty_in_the_plan_is_worked_on_from_the_start() -> None:
    problem, _ = _three()
    outcome, _ = _play(problem, [{}, {}, {}], Policy.WAVES, _luck(problem))
    assert (outcome.uncovered, outcome.messages) == (0, 2)


# -- luck ------------------------------------------------------------------------------------------


def test_luck_depends_on_the_seed_and_the_year_only() -> None:
    problem, _ = _three()
    one, same = (draw(problem, usual(), seed=3, year=5) for _ in range(2))
    other = draw(problem, usual(), seed=3, year=6)
    assert np.array_equal(one.says_yes, same.says_yes)
    assert np.array_equal(one.cancels, same.cancels)
    assert not np.array_equal(one.says_yes, other.says_yes)


def test_cancellations_come_as_often_and_as_late_as_the_rates_say() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor()] * 2000, [(0, 0)], weeks=52)
    rates = usual()
    days = draw(problem, rates, seed=1, year=1).cancels
    for share, start, end in rates.bands:
        seen = float(((days >= end) & (days < start)).mean())
        assert seen == pytest.approx(share, abs=4 * (share / days.size) ** 0.5)
    assert float((days >= 0).mean()) == pytest.approx(rates.cancelled_share, rel=0.1)


def test_the_salaried_doctor_has_leave_when_least_is_to_do() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor()],
        [(0, 0)],
        weeks=52,
        closures=frozenset((0, week) for week in range(20, 25)),
    )
    luck = draw(problem, replace(usual(), flying_ill_share=0.0), seed=1, year=1)
    assert np.flatnonzero(~luck.flying).tolist() == [20, 21, 22, 23, 24]


# -- first come, first served ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_first_come_first_served_obeys_every_hard_rule(seed: int) -> None:
    problem, schedules = chances.network(seed)
    problem = chances.with_statuses(problem, schedules, seed)
    plan = first_come(problem, seed=seed)
    assert verify(problem, plan) == ()
    assert plan.standbys == ()
    assert plan == first_come(problem, seed=seed)


def test_who_comes_first_takes_the_best_places() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("x", most=2), tiny.doctor("y")],
        [(0, 0), (0, 1), (1, 0), (1, 1)],
        weeks=2,
        preferred=frozenset({(0, 1), (1, 1)}),
    )
    placed = {seed: tiny.placed(first_come(problem, seed=seed)) for seed in range(12)}
    assert {(0, 1, 0), (0, 1, 1), (1, 0, 0)} in placed.values()
    assert {(1, 1, 0), (0, 0, 0), (0, 1, 1)} in placed.values()
