"""The judge sees each fault sown by hand, and says which rule is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from relais.engine.rota.plan import BoundBy, Certificate, Hole, Plan, Score, Standby
from relais.engine.rota.problem import Need, Problem, Status
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import check_locked, most_missions, score, verify
from tests.engine.rota.tiny import centre, doctor, given, mission, monday, problem

NETWORK = problem(
    [centre("A", lines=2), centre("B", opens_on=monday(2)), centre("C", pets=False, lines=3)],
    [
        doctor("beginner", most=1, first_mission=True),
        doctor("other beginner", most=1, first_mission=True),
        doctor("family", most=1, family=True),
        doctor("other family", most=1, family=True),
        doctor("one", most=2, gap=2),
        doctor("other", most=2, gap=2),
        doctor("owner", most=3, gap=2, pet=True, max_travel_minutes=100),
        doctor("late", most=3, ready_on=monday(3)),
        doctor("far", most=3, latitude=49.0, max_travel_minutes=100),
        doctor("pioneer", most=4, pioneer=True, practices=frozenset({"sutures"})),
    ],
    [(d, w) for d in range(10) for w in (0, 1, 2, 3)],
    5,
    standby_depth=1,
    pairs=((4, 5),),
    refused=frozenset({(9, 2)}),
    needs=(Need(0, "sutures", 2),),
    missions=(given(6, 0, 0), given(7, 0, 3, "confirmed"), given(6, 0, -2)),
)


def with_missions(*rows: tuple[int, int, int]) -> Plan:
    """The plan of the locked mission and these, its arithmetic right."""
    keys = dict.fromkeys([(6, 0, 0), *rows])
    statuses = {(g.doctor, g.centre, g.week): g.status for g in NETWORK.missions}
    missions = tuple(
        sorted(mission(NETWORK, *key, statuses.get(key, Status.PROPOSED)) for key in keys)
    )
    return with_sums(NETWORK, missions, ())


def with_sums(asked: Problem, missions: tuple, standbys: tuple) -> Plan:
    missing = asked.capacity.copy()
    for one in missions:
        missing[one.centre, one.week] -= 1
    reached = score(asked, missions, standbys)
    return Plan(
        missions=missions,
        standbys=standbys,
        holes=tuple(
            Hole(week, place, int(missing[place, week]))
            for place in range(len(asked.centres))
            for week in range(asked.weeks)
            if missing[place, week] > 0
        ),
        score=reached,
        holes_bound=0,
        holes_bound_by=BoundBy.CUT if reached.holes else None,
        confirmed_moved_bound=0,
        cost_bound=0.0,
        certificate=Certificate((), ()) if reached.holes else None,
        seconds=0.0,
        stopped_by_budget=True,
    )


def rules(plan: Plan, asked: Problem = NETWORK) -> set[str]:
    return {violation.rule for violation in verify(asked, plan)}


def test_a_plan_of_the_locked_mission_alone_breaks_nothing() -> None:
    assert rules(with_missions()) == set()


@pytest.mark.parametrize(
    ("missions", "rule"),
    [
        ([(0, 0, 4)], "H1"),  # did not offer
        ([(9, 1, 1)], "H1"),  # not open yet
        ([(9, 2, 0)], "H2"),  # refused
        ([(6, 2, 2)], "H2"),  # a pet
        ([(8, 0, 1)], "H2"),  # too far
        ([(2, 0, 0), (9, 0, 0)], "H3"),
        ([(9, 0, 1), (9, 2, 1)], "H4"),
        ([(0, 0, 1), (0, 2, 3)], "H4"),
        ([(6, 0, 1)], "H5"),
        ([(0, 2, 1), (1, 2, 1)], "H6"),
        ([(2, 2, 1), (3, 2, 1)], "H6"),
        ([(4, 2, 1)], "H7"),
        ([(4, 2, 1), (5, 0, 1)], "H7"),
        ([(2, 1, 2)], "H9"),
        ([(7, 0, 2)], "H10"),
    ],
)
def test_each_broken_hard_rule_is_named(missions: list[tuple[int, int, int]], rule: str) -> None:
    assert rule in rules(with_missions(*missions))


def test_a_mission_before_the_first_week_counts_for_the_gap() -> None:
    pioneer = replace(NETWORK.doctors[9], min_gap_weeks=3)
    early = replace(NETWORK, missions=(given(9, 0, -1),), doctors=(*NETWORK.doctors[:9], pioneer))
    plan = with_sums(early, (mission(early, 9, 0, 1),), ())
    assert rules(plan, early) == {"H5"}
    assert rules(with_sums(early, (mission(early, 9, 0, 2),), ()), early) == set()


def test_a_missing_locked_mission_is_h8() -> None:
    assert rules(with_sums(NETWORK, (), ())) == {"H8"}


@pytest.mark.parametrize(
    "standbys",
    [
        [(0, 4)],  # did not offer
        [(9, 0), (9, 1), (9, 2)],  # more than two
        [(0, 0), (0, 2)],  # more than max_missions
        [(6, 1)],  # a week after the locked mission, two apart are wanted
        [(6, 0)],  # the week of the locked mission
        [(4, 0), (4, 1)],  # too close to each other
        [(1, 1), (1, 1)],  # written twice
    ],
)
def test_each_broken_standby_rule_is_named(standbys: list[tuple[int, int]]) -> None:
    reserves = tuple(Standby(week=week, doctor=who) for who, week in standbys)
    plan = with_sums(NETWORK, with_missions().missions, reserves)
    assert rules(plan) == {"standby"}


FAULTS: list[tuple[str, Callable[[Plan], Plan]]] = [
    ("holes", lambda plan: replace(plan, holes=plan.holes[1:])),
    ("holes", lambda plan: replace(plan, holes=(*plan.holes, plan.holes[0]))),
    ("score", lambda plan: replace(plan, score=replace(plan.score, cost=plan.score.cost + 1))),
    ("bound", lambda plan: replace(plan, cost_bound=plan.score.cost + 1.0)),
    ("bound", lambda plan: replace(plan, holes_bound=plan.score.holes + 1)),
    ("bound", lambda plan: replace(plan, holes_bound_by=None)),
    ("bound", lambda plan: replace(plan, holes_bound_by=BoundBy.MODEL)),
    ("bound", lambda plan: replace(plan, certificate=None)),
    ("bound", lambda plan: replace(plan, certificate=Certificate(((0, 4),), ()))),
    (
        "status",
        lambda plan: replace(
            plan, missions=tuple(replace(one, status=Status.PROPOSED) for one in plan.missions)
        ),
    ),
    (
        "travel",
        lambda plan: replace(
            plan, missions=tuple(replace(one, travel_minutes=999) for one in plan.missions)
        ),
    ),
    ("H4", lambda plan: replace(plan, missions=plan.missions * 2)),
]


@pytest.mark.parametrize(("rule", "sow"), FAULTS)
def test_wrong_arithmetic_is_named(rule: str, sow: Callable[[Plan], Plan]) -> None:
    assert rule in rules(sow(with_missions()))


def test_the_score_of_a_plan_counted_by_hand() -> None:
    missions = (
        mission(NETWORK, 6, 0, 0, Status.LOCKED),
        mission(NETWORK, 9, 0, 1),
        mission(NETWORK, 9, 1, 3),
    )
    standbys = (Standby(week=2, doctor=0),)
    # Open places: A 10, B 3, C 15; three are taken. The confirmed mission of week 3 is dropped.
    # Standbys are wanted 5 + 3 + 5 times, one counts for A and C (B just opened: pioneers only).
    # Windows 0-1, 1-2, 2-3 and 3-4 of A; sutures in week 1 serve the first two.
    cost = 11 * 3000 + 2 * 1500 + 200 + 3 * (25 + 120) + 1
    assert score(NETWORK, missions, standbys) == Score(25, 1, cost, 11, 2)


@pytest.mark.parametrize(
    ("missions", "rule"),
    [
        ((given(0, 0, 1), given(2, 0, 1), given(9, 0, 1)), "H3"),
        ((given(9, 0, 1), given(9, 2, 1)), "H4"),
        ((given(0, 0, 1), given(0, 0, 3)), "H4"),
        ((given(6, 0, 1), given(6, 0, 2)), "H5"),
        ((given(6, 0, 0), given(6, 0, -1, "proposed")), "H5"),
        ((given(0, 2, 1), given(1, 2, 1)), "H6"),
        ((given(2, 0, 1), given(3, 0, 1)), "H6"),
        ((given(4, 2, 1),), "H7"),
    ],
)
def test_locked_missions_that_contradict_each_other_are_found(missions: tuple, rule: str) -> None:
    found = check_locked(replace(NETWORK, missions=missions))
    assert {violation.rule for violation in found} == {rule}


def test_locked_missions_may_break_what_concerns_one_doctor_alone() -> None:
    stands = (given(8, 1, 0), given(9, 2, 4), given(6, 2, 4), given(7, 1, 2))
    assert check_locked(replace(NETWORK, missions=stands)) == ()


def test_past_missions_do_not_contradict_each_other() -> None:
    assert check_locked(replace(NETWORK, missions=(given(6, 0, -1), given(6, 0, -2)))) == ()


def test_the_most_missions_of_a_doctor_alone() -> None:
    places = [(0, week) for week in range(5)]
    assert most_missions(NETWORK, 4, places) == 2  # weeks 0 and 2, two at most
    assert most_missions(NETWORK, 6, places) == 2  # locked in week 0, then week 2; 3 are allowed
    assert most_missions(NETWORK, 6, places[1:]) == 1  # the locked one is elsewhere
    assert most_missions(NETWORK, 7, places) == 1  # papers in week 3
    assert most_missions(NETWORK, 8, places) == 0  # too far


def test_the_judge_accepts_what_the_planner_makes() -> None:
    assert verify(NETWORK, solve(NETWORK)) == ()
