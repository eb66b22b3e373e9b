"""What must not change, or change in a known way, when a problem is changed in a known way.

One offer more, and another order of doctors: test_solve_oracle.py. Another order of the rows of a
folder: tests/engine/plan_folder/test_order.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relais.engine import parameters
from relais.engine.rota import verify as judge
from relais.engine.rota.problem import GivenMission, Need, Problem, Status
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import check_locked, exact_travel_minutes
from tests.engine.rota.test_solve_oracle import CALM, networks
from tests.engine.rota.tiny import (
    as_levels,
    best_levels,
    centre,
    doctor,
    placed,
    problem,
    schedules,
)
from tests.engine.rota.tiny import given as given_mission

_COSTS = (
    "missing_standby_cost missed_window_cost repeat_cost unknown_centre_cost not_preferred_cost "
    "standby_cost"
).split()
_JUDGED = "_MISSING_STANDBY _MISSED_WINDOW _REPEAT _STANDBY _UNKNOWN_CENTRE _NOT_PREFERRED".split()


@CALM
@given(networks())
def test_new_names_change_nothing(network: Problem) -> None:
    renamed = replace(
        network,
        doctors=tuple(replace(one, id=f"z{9 - i}") for i, one in enumerate(network.doctors)),
        centres=tuple(
            replace(one, id=f"y{9 - i}", name=f"Autre {9 - i}")
            for i, one in enumerate(network.centres)
        ),
    )
    assert replace(solve(renamed), seconds=0.0) == replace(solve(network), seconds=0.0)


@CALM
@given(networks())
def test_locking_the_best_plan_keeps_it(network: Problem) -> None:
    plan = solve(network)
    held = {(one.doctor, one.centre, one.week) for one in plan.missions}
    given_before = [
        one for one in network.missions if (one.doctor, one.centre, one.week) not in held
    ]
    locked = replace(
        network,
        missions=(
            *given_before,
            *(GivenMission(*key, Status.LOCKED) for key in sorted(held)),
        ),
    )
    assert check_locked(locked) == ()
    again = solve(locked)
    assert placed(again) == held
    assert as_levels(again.score) == as_levels(plan.score)
    assert again.proven_optimal


@CALM
@given(networks(), st.integers(2, 7))
def test_costs_times_a_number_give_the_best_cost_times_it(network: Problem, times: int) -> None:
    people, places = range(len(network.doctors)), range(len(network.centres))
    minutes = {(d, c): round(exact_travel_minutes(network, d, c)) for d in people for c in places}
    plain = replace(network, travel=minutes)
    longer = replace(
        network,
        travel={pair: times * one for pair, one in minutes.items()},
        doctors=tuple(
            replace(
                one,
                max_travel_minutes=(
                    None if one.max_travel_minutes is None else times * one.max_travel_minutes
                ),
            )
            for one in network.doctors
        ),
    )
    first = as_levels(solve(plain).score)
    with pytest.MonkeyPatch.context() as patch:
        _multiply(patch, times)
        holes, moved, cost = as_levels(solve(longer).score)
    assert (holes, moved, cost) == (first[0], first[1], times * first[2])


def _multiply(patch: pytest.MonkeyPatch, times: int) -> None:
    """Make every number of the cost larger, those of the judge too."""
    load = parameters.load

    def larger(model: str) -> dict[str, parameters.Parameter]:
        return {
            name: replace(entry, value=times * entry.value) if name in _COSTS else entry
            for name, entry in load(model).items()
        }

    patch.setattr(parameters, "load", larger)
    for name in _JUDGED:
        patch.setattr(judge, name, times * getattr(judge, name))


# -- every rule matters ----------------------------------------------------------------------------

_ONE = [centre("A")]
_TWO = [centre("A"), centre("B")]


def _network(**fields: object) -> Problem:
    """Two doctors, one centre, two weeks, all offered."""
    offers = [(d, w) for d in range(2) for w in range(2)]
    return problem(_ONE, [doctor("x", 2), doctor("y", 2)], offers, 2, **fields)


def _doctors(**fields: object) -> Callable[[Problem], Problem]:
    """Change the first doctor."""
    return lambda one: replace(
        one,
        doctors=(replace(one.doctors[0], **fields), *one.doctors[1:]),  # type: ignore[arg-type]
    )


def _centres(**fields: object) -> Callable[[Problem], Problem]:
    return lambda one: replace(
        one,
        centres=tuple(replace(place, **fields) for place in one.centres),  # type: ignore[arg-type]
    )


_LONELY = problem(_ONE, [doctor("x", 2)], [(0, 0), (0, 1)], 2)
_CROWD = problem(
    [centre("A", lines=2)], [doctor("x", first_mission=True), doctor("y", first_mission=True)],
    [(0, 0), (1, 0)],
)  # fmt: skip
_FAMILIES = replace(
    _CROWD,
    doctors=tuple(replace(one, first_mission=False, family=True) for one in _CROWD.doctors),
)

_RULES: dict[str, tuple[Problem, Callable[[Problem], Problem]]] = {
    "H1 offered": (_LONELY, lambda one: replace(one, offers=one.offers[:1])),
    "H1 open": (_LONELY, lambda one: replace(one, closures=frozenset({(0, 1)}))),
    "H2 refused": (_LONELY, lambda one: replace(one, refused=frozenset({(0, 0)}))),
    "H2 travel": (_LONELY, _doctors(max_travel_minutes=10)),
    "H2 pet": (_centres(pets=False)(_LONELY), _doctors(pet=True)),
    "H2 step-free": (_centres(step_free=False)(_LONELY), _doctors(step_free=True)),
    "H3 lines": (_CROWD, _centres(lines=3)),
    "H4 most": (_LONELY, _doctors(max_missions=1)),
    "H5 gap": (_LONELY, _doctors(min_gap_weeks=2)),
    "H6 first-timers": (_CROWD, _doctors(first_mission=False)),
    "H6 families": (_FAMILIES, _centres(family_places=2)),
    "H7 pair": (_network(), lambda one: replace(one, pairs=((0, 1),))),
    "H8 locked": (
        _network(travel={(0, 0): 30, (1, 0): 400}),
        lambda one: replace(one, missions=(given_mission(1, 0, 0),)),
    ),
    "H9 pioneers": (_LONELY, _centres(opens_on=_LONELY.first_monday)),
    "H10 papers": (_LONELY, _doctors(ready_on=_LONELY.monday(1))),
    "level 2 confirmed": (
        _network(travel={(0, 0): 30, (1, 0): 400}),
        lambda one: replace(one, missions=(given_mission(1, 0, 0, "confirmed"),)),
    ),
    "level 3 standby": (_network(), lambda one: replace(one, standby_depth=1)),
    "level 3 window": (_network(), lambda one: replace(one, needs=(Need(0, "p", 1),))),
    "level 3 known": (_network(), lambda one: replace(one, known=frozenset({(0, 0)}))),
    "level 3 preferred": (_network(), lambda one: replace(one, preferred=frozenset({(0, 0)}))),
    "level 3 travel": (_network(), lambda one: replace(one, travel={(0, 0): 10})),
    "level 3 fairness": (_network(), _doctors(max_missions=0)),
}


@pytest.mark.parametrize("rule", _RULES)
def test_each_rule_and_each_cost_changes_the_best_plan_as_the_oracle_says(rule: str) -> None:
    before, change = _RULES[rule]
    after = change(before)
    assert best_levels(before) != best_levels(after)
    for one in (before, after):
        assert as_levels(solve(one).score) == best_levels(one)
    assert all(schedules(before, d) for d in range(len(before.doctors)))
