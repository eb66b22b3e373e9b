"""The planner against an oracle that tries every plan of a tiny network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from relais.engine.rota.plan import BoundBy
from relais.engine.rota.problem import Centre, Doctor, GivenMission, Need, Problem, Status
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import check_locked, verify
from tests.engine.rota.tiny import (
    FIRST_MONDAY,
    as_levels,
    best_levels,
    certificate_value,
    combinations_count,
)

MOST_COMBINATIONS = 6000
CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=35,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@st.composite
def networks(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Problem:
    """Draw a network of 2 or 3 centres, 3 or 4 doctors and 3 to 5 weeks that an oracle can try."""
    weeks = draw(st.integers(3, 5))
    rarely = st.sampled_from([False, False, False, True])
    centres = tuple(
        Centre(
            id=f"c{index}",
            name=f"Centre {index}",
            latitude=46 + draw(st.integers(0, 10)) / 4,
            longitude=2 + draw(st.integers(0, 10)) / 4,
            lines=draw(st.sampled_from([0, 1, 1, 1, 2])),
            opens_on=draw(
                st.sampled_from([None, None, None, FIRST_MONDAY + timedelta(days=3)]),
            ),
            closes_on=draw(st.sampled_from([None, None, FIRST_MONDAY + timedelta(weeks=3)])),
            family_places=draw(st.sampled_from([0, 1, 1])),
            pets=not draw(rarely),
            step_free=not draw(rarely),
        )
        for index in range(draw(st.integers(2, 3)))
    )
    doctors = tuple(
        Doctor(
            id=f"d{index}",
            latitude=46 + draw(st.integers(0, 10)) / 4,
            longitude=2 + draw(st.integers(0, 10)) / 4,
            max_missions=draw(st.sampled_from([0, 1, 1, 2, 2, 3, 4])),
            min_gap_weeks=draw(st.sampled_from([0, 1, 2, 2, 3])),
            max_travel_minutes=draw(st.sampled_from([None, None, None, 200.0])),
            first_mission=draw(rarely),
            family=draw(rarely),
            pet=draw(rarely),
            step_free=draw(rarely),
            pioneer=draw(rarely),
            ready_on=draw(st.sampled_from([None, None, None, FIRST_MONDAY + timedelta(days=8)])),
            practices=frozenset({"p"} if draw(st.booleans()) else ()),
        )
        for index in range(draw(st.integers(3, 4)))
    )
    people, places = range(len(doctors)), range(len(centres))
    someone, somewhere = st.sampled_from(people), st.sampled_from(places)
    links = st.frozensets(st.tuples(someone, somewhere), max_size=3)
    offers = {
        (d, w)
        for d in people
        for w in draw(st.sets(st.integers(0, weeks - 1), min_size=1, max_size=3))
    }
    pairs = ((0, 1),) if draw(rarely) else ()
    if pairs:
        offers |= {(1, w) for d, w in offers if d == 0}
    missions = draw(
        st.lists(
            st.builds(
                GivenMission,
                doctor=someone,
                centre=somewhere,
                week=st.integers(-2, weeks - 1),
                status=st.sampled_from(list(Status)),
            ),
            max_size=3,
            unique_by=lambda one: (one.doctor, one.centre, one.week),
        )
    )
    network = Problem(
        first_monday=FIRST_MONDAY,
        weeks=weeks,
        centres=centres,
        doctors=doctors,
        offers=np.array(sorted(offers), dtype=np.int32).reshape(-1, 2),
        standby_depth=draw(st.integers(0, 2)),
        opening_weeks=draw(st.integers(0, 2)),
        closures=draw(st.frozensets(st.tuples(somewhere, st.integers(0, weeks - 1)), max_size=2)),
        refused=draw(links),
        preferred=draw(links),
        known=draw(links),
        needs=tuple(
            draw(st.lists(st.builds(Need, somewhere, st.just("p"), st.integers(1, 3)), max_size=2))
        ),
        pairs=pairs,
        missions=tuple(missions),
        travel={
            key: draw(st.integers(0, 300))
            for key in draw(st.sets(st.tuples(someone, somewhere), max_size=3))
        },
    )
    assume(not check_locked(network))
    assume(combinations_count(network) <= MOST_COMBINATIONS)
    return network


@CALM
@given(networks())
def test_the_plan_is_as_good_as_the_best_of_all_plans(network: Problem) -> None:
    plan = solve(network)
    assert verify(network, plan) == ()
    assert as_levels(plan.score) == best_levels(network)
    assert plan.proven_optimal
    assert not plan.stopped_by_budget


@CALM
@given(networks())
def test_the_certificate_proves_what_it_says(network: Problem) -> None:
    plan = solve(network)
    assert (plan.certificate is None) == (plan.score.holes == 0)
    if plan.certificate is not None:
        value = certificate_value(network, plan.certificate)
        if plan.holes_bound_by is BoundBy.CUT:
            assert value == plan.holes_bound
        else:
            assert value < plan.holes_bound


@CALM
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_doctors_does_not_matter(network: Problem, random: Any) -> None:
    new_place = list(range(len(network.doctors)))
    random.shuffle(new_place)

    def moved(pairs: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        return frozenset((new_place[d], c) for d, c in pairs)

    doctors = sorted(zip(new_place, network.doctors, strict=True), key=lambda item: item[0])
    other = replace(
        network,
        doctors=tuple(replace(person, id=f"other {index}") for index, person in doctors),
        offers=np.array(
            sorted((new_place[d], w) for d, w in network.offers.tolist()), dtype=np.int32
        ).reshape(-1, 2),
        refused=moved(network.refused),
        preferred=moved(network.preferred),
        known=moved(network.known),
        pairs=tuple((new_place[a], new_place[b]) for a, b in network.pairs),
        missions=tuple(replace(one, doctor=new_place[one.doctor]) for one in network.missions),
        travel={(new_place[d], c): minutes for (d, c), minutes in network.travel.items()},
    )
    assert as_levels(solve(other).score) == as_levels(solve(network).score)


@CALM
@given(networks(), st.integers(0, 3), st.integers(0, 4))
def test_one_offer_more_never_makes_the_best_plan_worse(
    network: Problem, doctor: int, week: int
) -> None:
    extra = (doctor % len(network.doctors), week % network.weeks)
    offers = sorted({*map(tuple, network.offers.tolist()), extra})
    more = replace(network, offers=np.array(offers, dtype=np.int32).reshape(-1, 2))
    assert as_levels(solve(more).score) <= as_levels(solve(network).score)


@CALM
@given(networks(), st.integers(0, 5))
def test_the_same_problem_and_seed_give_the_same_plan(network: Problem, seed: int) -> None:
    first, second = solve(network, seed=seed), solve(network, seed=seed)
    assert replace(first, seconds=0.0) == replace(second, seconds=0.0)


@CALM
@given(networks())
def test_without_time_there_is_a_plan_all_the_same(network: Problem) -> None:
    plan = solve(network, budget_seconds=0.0)
    assert verify(network, plan) == ()
    best = best_levels(network)
    assert as_levels(plan.score) >= best
    assert plan.holes_bound <= best[0]
    if plan.score.holes == best[0]:
        assert plan.confirmed_moved_bound <= best[1]
        if plan.score.confirmed_moved == best[1]:
            assert plan.cost_bound <= best[2]
