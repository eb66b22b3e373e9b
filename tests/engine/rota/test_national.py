"""National planning on tiny networks: against the exact planner, the judge and each other."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relais.engine.rota.national.draft import Draft
from relais.engine.rota.national.executors import InProcess, LocalProcesses, Unusable, executor_of
from relais.engine.rota.national.market import Market
from relais.engine.rota.national.matching import Matching, match
from relais.engine.rota.national.nation import nation
from relais.engine.rota.national.near import near_missions, split
from relais.engine.rota.problem import Problem
from relais.engine.rota.solve import Cancelled, Enough, Progress, solve, solve_national
from relais.engine.rota.verify import verify
from tests.engine.rota import tiny
from tests.engine.rota.tiny import FIRST_MONDAY, Need, as_levels, centre, doctor, problem


def draw(seed: int, *, people: int = 14, weeks: int = 8) -> Problem:
    """A small network with every rule in it."""
    rng = np.random.default_rng(seed)
    centres = [
        centre(
            f"C{c}", lines=1 + (c == 0), family_places=int(rng.integers(0, 2)),
            pets=bool(rng.random() < 0.7), step_free=bool(rng.random() < 0.8),
            opens_on=FIRST_MONDAY + timedelta(weeks=5) if c == 2 else None,
        )
        for c in range(3)
    ]  # fmt: skip
    centres = [
        replace(one, latitude=46.0 + index, longitude=1.0 + index)
        for index, one in enumerate(centres)
    ]
    doctors = [
        doctor(
            f"D{d}", most=int(rng.integers(0, 4)), gap=int(rng.integers(0, 4)),
            latitude=float(rng.uniform(45, 49)), longitude=float(rng.uniform(0, 4)),
            max_travel_minutes=float(rng.choice([150, 300])) if rng.random() < 0.4 else None,
            first_mission=bool(rng.random() < 0.3), family=bool(rng.random() < 0.2),
            pet=bool(rng.random() < 0.1), step_free=bool(rng.random() < 0.1),
            pioneer=bool(rng.random() < 0.4),
            ready_on=FIRST_MONDAY + timedelta(days=9) if rng.random() < 0.1 else None,
            practices=frozenset({"sutures"}) if rng.random() < 0.5 else frozenset(),
        )
        for d in range(people)
    ]  # fmt: skip
    offers = [(d, w) for d in range(people) for w in range(weeks) if rng.random() < 0.5]
    pairs = [(0, 1)] if rng.random() < 0.5 else []
    missions = [
        tiny.given(d, int(rng.integers(3)), int(rng.integers(weeks)), status)
        for d, status in ((3, "locked"), (4, "confirmed"), (5, "confirmed"), (6, "proposed"))
    ] + [tiny.given(7, 0, -1, "locked")]
    made = problem(
        centres, doctors, offers, weeks=weeks, standby_depth=int(rng.integers(0, 3)),
        opening_weeks=2, closures=frozenset({(1, 3)}),
        refused=frozenset({(8, 0)}), preferred=frozenset({(9, 1)}), known=frozenset({(10, 2)}),
        needs=(Need(0, "sutures", 3), Need(1, "sutures", 2)), pairs=tuple(pairs),
        missions=tuple(missions),
    )  # fmt: skip
    # A locked mission needs a place and a mission left, or the problem is refused.
    doctors[3] = replace(doctors[3], max_missions=max(1, doctors[3].max_missions), family=False)
    return replace(made, doctors=tuple(doctors))


def plan_here(made: Problem, **fields: Any) -> Any:
    settings_: dict[str, Any] = {"budget_seconds": 20.0, "executor": "here"}
    return solve_national(made, **(settings_ | fields))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_a_national_plan_obeys_every_rule_and_its_bounds_are_below_the_proven_best(
    seed: int,
) -> None:
    made = draw(seed)
    plan = plan_here(made, seed=seed)
    best = solve(made, budget_seconds=20.0)
    assert verify(made, plan) == ()
    assert best.proven_optimal
    assert as_levels(plan.score) >= as_levels(best.score)
    assert plan.holes_bound <= best.score.holes
    assert plan.confirmed_moved_bound <= best.score.confirmed_moved
    if as_levels(plan.score)[:2] == as_levels(best.score)[:2]:
        assert plan.cost_bound <= best.score.cost


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), data=st.data())
def test_any_prices_prove_a_bound_that_the_best_plan_respects(
    seed: int, data: st.DataObject
) -> None:
    made = draw(seed, people=11)
    best = solve(made, budget_seconds=20.0)
    land = nation(made, keep_confirmed=False)
    market = Market(land, seed=0, holes=best.score.holes)
    rng = np.random.default_rng(data.draw(st.integers(0, 1_000)))
    place = rng.uniform(0, 600, land.places.shape)
    window = np.where(market.open_windows, rng.uniform(0, 1_500, market.open_windows.shape), 0.0)
    depth = np.where(market.reserves.wanted > 0, rng.uniform(0, 3_000, place.shape), 0.0)
    assert market.exact(place, window, depth).bound <= best.score.cost


def test_matching_again_keeps_every_place_and_never_costs_more() -> None:
    made = draw(3, people=40, weeks=10)
    land = nation(made, keep_confirmed=True)
    market = Market(land, seed=0, holes=0)
    depth = np.zeros(land.places.shape)
    window = np.zeros(market.open_windows.shape)
    prices = market.exact(np.where(land.places > 0, 100.0, 0.0), window, depth)
    draft = Draft(land)
    draft.fill(prices.place, prices.worth)
    near = near_missions(market, prices, 10_000.0)
    random = np.random.default_rng(1)
    costs = [(draft.holes, draft.cost())]
    for _ in range(6):
        again = Matching(draft, near, random)
        made_blocks = again.blocks(np.zeros(land.places.shape, dtype=np.int64))
        again.accept([(match(one), units, cells) for one, units, cells in made_blocks])
        costs.append((draft.holes, draft.cost()))
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]
    alone = Draft(land)
    for mission in sorted(draft.missions):
        assert alone.fits(mission)
        alone.take(mission)


def test_the_plan_is_the_same_here_and_in_processes_and_again() -> None:
    made = draw(3, people=30, weeks=10)
    here = plan_here(made)
    assert replace(plan_here(made), seconds=0.0) == replace(here, seconds=0.0)
    far = plan_here(made, executor="processes:2")
    assert replace(far, seconds=0.0) == replace(here, seconds=0.0)


def _die_once(path: str) -> int:
    if not os.path.exists(path):
        with open(path, "w", encoding="utf-8") as mark:
            mark.write("x")
        os._exit(1)
    return os.getpid()


def test_a_worker_that_dies_costs_time_and_not_the_answer(tmp_path: Any) -> None:
    crew = LocalProcesses(1)
    try:
        answers = crew.map(_die_once, [str(tmp_path / "mark")])
    finally:
        crew.close()
    assert len(answers) == 1
    assert answers[0] != os.getpid()


def test_enough_leaves_a_worker_at_its_task_and_tasks_unread(tmp_path: Any) -> None:
    crew = LocalProcesses(1)
    answers = crew.each(time.sleep, itertools.repeat(60), lambda: True)
    assert list(answers) == []
    asked = time.monotonic()
    patience = itertools.chain([False] * 3, itertools.repeat(True))
    assert list(crew.each(time.sleep, itertools.repeat(60), lambda: next(patience))) == []
    assert time.monotonic() - asked < 30
    assert crew.crew is None


def test_a_fault_of_the_work_itself_is_raised() -> None:
    crew = LocalProcesses(1)
    try:
        with pytest.raises(ZeroDivisionError):
            crew.map(_divide, [1, 0])
    finally:
        crew.close()


def _divide(number: int) -> float:
    return 1 / number


def test_an_unknown_place_to_work_is_refused_in_words() -> None:
    assert isinstance(executor_of("here"), InProcess)
    with pytest.raises(Unusable, match="« elsewhere » ne dit pas où calculer"):
        executor_of("elsewhere")


def test_regions_cover_every_centre_once_and_hold_about_as_many_lines() -> None:
    made = draw(1)
    many = tuple(
        replace(made.centres[0], latitude=44 + i * 0.1, longitude=(i * 7) % 5, lines=1)
        for i in range(100)
    )
    region = split(replace(made, centres=many), 0.3, 20)
    assert sorted(set(region.tolist())) == list(range(int(region.max()) + 1))
    assert np.bincount(region).tolist() == [20] * 5


def test_without_doctors_every_place_is_a_proven_hole() -> None:
    plan = plan_here(problem([centre(lines=2)], [], [], weeks=3, standby_depth=1))
    assert (plan.score.holes, plan.holes_bound) == (6, 6)
    assert plan.cost_bound == plan.score.cost == 9_000


def test_enough_ends_with_a_plan_and_cancelled_without() -> None:
    made = draw(5)

    def enough(_: Progress) -> None:
        raise Enough

    def cancelled(_: Progress) -> None:
        raise Cancelled

    assert verify(made, plan_here(made, progress=enough)) == ()
    with pytest.raises(Cancelled):
        plan_here(made, progress=cancelled)
