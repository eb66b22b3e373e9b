"""Each hard rule and each level of the score, on networks small enough to plan by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from relais.engine.rota.plan import BoundBy, Standby
from relais.engine.rota.problem import Need, Problem, Status
from relais.engine.rota.solve import Cancelled, LockedConflict, Progress, solve
from relais.engine.rota.verify import verify
from tests.engine.rota.tiny import as_levels, centre, doctor, given, monday, placed, problem

HERE = 25 + 60 + 60  # a mission without a road, at a centre neither known nor preferred


def levels(asked: Problem) -> tuple[int, int, int]:
    plan = solve(asked)
    assert plan.proven_optimal
    assert verify(asked, plan) == ()
    return as_levels(plan.score)


ONE = [centre()]
TWO = [centre("A"), centre("B")]
WIDE = [centre(lines=2)]

# (rule, problem, missions planned): what the rule forbids stays empty.
RULES: list[tuple[str, Problem, set[tuple[int, int, int]]]] = [
    ("a doctor who offers comes", problem(ONE, [doctor()], [(0, 0)]), {(0, 0, 0)}),
    ("H1 a week not offered", problem(ONE, [doctor()], [(0, 1)], 2), {(0, 0, 1)}),
    (
        "H1 a closed week",
        problem(ONE, [doctor(most=2)], [(0, 0), (0, 1)], 2, closures=frozenset({(0, 1)})),
        {(0, 0, 0)},
    ),
    (
        "H1 before opening",
        problem([centre(opens_on=monday(1))], [doctor(most=2, pioneer=True)], [(0, 0), (0, 1)], 2),
        {(0, 0, 1)},
    ),
    (
        "H1 from the closing day on",
        problem([centre(closes_on=monday(1))], [doctor(most=2)], [(0, 0), (0, 1)], 2),
        {(0, 0, 0)},
    ),
    ("H2 refused", problem(ONE, [doctor()], [(0, 0)], refused=frozenset({(0, 0)})), set()),
    (
        "H2 travel of the table over the limit",
        problem(ONE, [doctor(max_travel_minutes=60)], [(0, 0)], travel={(0, 0): 61}),
        set(),
    ),
    (
        "H2 travel at the limit",
        problem(ONE, [doctor(max_travel_minutes=60)], [(0, 0)], travel={(0, 0): 60}),
        {(0, 0, 0)},
    ),
    (
        "H2 estimated travel over the limit",
        problem(ONE, [doctor(max_travel_minutes=60, latitude=48.0)], [(0, 0)]),
        set(),
    ),
    ("H2 a pet", problem([centre(pets=False)], [doctor(pet=True)], [(0, 0)]), set()),
    ("H2 steps", problem([centre(step_free=False)], [doctor(step_free=True)], [(0, 0)]), set()),
    (
        "H3 as many doctors as lines",
        problem(WIDE, [doctor("x"), doctor("y")], [(0, 0), (1, 0)]),
        {(0, 0, 0), (1, 0, 0)},
    ),
    ("H3 no line", problem([centre(lines=0)], [doctor()], [(0, 0)]), set()),
    ("H4 no mission wanted", problem(ONE, [doctor(most=0)], [(0, 0)]), set()),
    (
        "H5 the gap",
        problem(ONE, [doctor(most=3, gap=2)], [(0, 0), (0, 1), (0, 2)], 3),
        {(0, 0, 0), (0, 0, 2)},
    ),
    (
        "H5 a gap of zero means one a week",
        problem(ONE, [doctor(most=3, gap=0)], [(0, 0), (0, 1)], 2),
        {(0, 0, 0), (0, 0, 1)},
    ),
    (
        "H5 a mission before the first week",
        problem(ONE, [doctor(most=3, gap=2)], [(0, 0), (0, 1)], 2, missions=(given(0, 0, -1),)),
        {(0, 0, 1)},
    ),
    (
        "H6 no family place",
        problem([centre(family_places=0)], [doctor(family=True)], [(0, 0)]),
        set(),
    ),
    (
        "H7 no room for two",
        problem(ONE, [doctor("x"), doctor("y")], [(0, 0), (1, 0)], pairs=((0, 1),)),
        set(),
    ),
    (
        "H7 one of the two cannot",
        problem(WIDE, [doctor("x"), doctor("y")], [(0, 0)], pairs=((0, 1),)),
        set(),
    ),
    (
        "H7 together",
        problem(WIDE, [doctor("x"), doctor("y")], [(0, 0), (1, 0)], pairs=((0, 1),)),
        {(0, 0, 0), (1, 0, 0)},
    ),
    (
        "H7 three bound by two pairs need three places",
        problem(
            WIDE,
            [doctor("x"), doctor("y"), doctor("z")],
            [(0, 0), (1, 0), (2, 0)],
            pairs=((0, 1), (1, 2)),
        ),
        set(),
    ),
    (
        "H8 a locked mission stands against H1, H2, H9 and H10",
        problem(
            [centre(opens_on=monday(0), pets=False)],
            [doctor(pet=True, ready_on=monday(3))],
            [],
            2,
            missions=(given(0, 0, 0),),
            refused=frozenset({(0, 0)}),
        ),
        {(0, 0, 0)},
    ),
    (
        "H8 a locked mission uses up max_missions",
        problem(TWO, [doctor(most=1)], [(0, 1)], 2, missions=(given(0, 0, 0),)),
        {(0, 0, 0)},
    ),
    (
        "H8 a locked mission keeps the gap",
        problem(ONE, [doctor(most=2, gap=2)], [(0, 1)], 2, missions=(given(0, 0, 0),)),
        {(0, 0, 0)},
    ),
    (
        "H9 only pioneers in the opening weeks",
        problem(
            [centre(opens_on=monday(0) - timedelta(days=3))],
            [doctor("x", most=3)],
            [(0, 0), (0, 1), (0, 2)],
            3,
            opening_weeks=2,
        ),
        {(0, 0, 2)},
    ),
    (
        "H9 a pioneer may",
        problem([centre(opens_on=monday(0))], [doctor(pioneer=True)], [(0, 0)]),
        {(0, 0, 0)},
    ),
    (
        "H10 not before the papers",
        problem(ONE, [doctor(most=2, ready_on=monday(0) + timedelta(days=1))], [(0, 0), (0, 1)], 2),
        {(0, 0, 1)},
    ),
]


@pytest.mark.parametrize(
    ("asked", "expected"), [row[1:] for row in RULES], ids=[r[0] for r in RULES]
)
def test_a_plan_obeys_each_hard_rule(asked: Problem, expected: set[tuple[int, int, int]]) -> None:
    plan = solve(asked)
    assert placed(plan) == expected
    assert plan.proven_optimal
    assert verify(asked, plan) == ()


def test_h4_one_mission_a_week_and_max_missions() -> None:
    asked = problem(TWO, [doctor(most=2)], [(0, 0), (0, 1), (0, 2)], 3)
    assert levels(asked) == (4, 0, 2 * HERE + 200)


def test_h6_one_first_timer_a_centre_week() -> None:
    beginners = [doctor("x", first_mission=True), doctor("y", first_mission=True)]
    assert levels(problem(WIDE, beginners, [(0, 0), (1, 0)]))[0] == 1


def test_h6_families_up_to_the_places() -> None:
    families = [doctor(name, family=True) for name in "xyz"]
    wide = [centre(lines=3, family_places=2)]
    assert levels(problem(wide, families, [(0, 0), (1, 0), (2, 0)]))[0] == 1


def test_h6_counts_the_locked_first_timer() -> None:
    beginners = [doctor("x", first_mission=True), doctor("y", first_mission=True)]
    asked = problem(WIDE, beginners, [(1, 0)], missions=(given(0, 0, 0),))
    assert placed(solve(asked)) == {(0, 0, 0)}


def test_h6_lets_a_locked_first_timer_welcome_a_family() -> None:
    people = [doctor("x", first_mission=True), doctor("y", family=True)]
    asked = problem(WIDE, people, [(1, 0)], missions=(given(0, 0, 0),))
    assert placed(solve(asked)) == {(0, 0, 0), (1, 0, 0)}


def test_holes_come_before_confirmed_missions() -> None:
    # x confirmed at A the first week; only x can serve B then, and y can serve A.
    asked = problem(
        TWO,
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        missions=(given(0, 0, 0, "confirmed"),),
        refused=frozenset({(1, 1)}),
    )
    plan = solve(asked)
    assert placed(plan) == {(0, 1, 0), (1, 0, 0)}
    assert (plan.score.holes, plan.score.confirmed_moved, plan.confirmed_moved_bound) == (0, 1, 1)
    assert plan.proven_optimal


def test_confirmed_missions_come_before_cost() -> None:
    asked = problem(
        ONE,
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        missions=(given(0, 0, 0, "confirmed"),),
        travel={(0, 0): 900, (1, 0): 10},
    )
    plan = solve(asked)
    assert placed(plan) == {(0, 0, 0)}
    assert plan.missions[0].status is Status.CONFIRMED


def test_a_confirmed_mission_that_rules_forbid_is_moved() -> None:
    asked = problem(ONE, [doctor()], [], missions=(given(0, 0, 0, "confirmed"),))
    plan = solve(asked)
    assert as_levels(plan.score) == (1, 1, 0)
    assert plan.proven_optimal


def test_cost_of_travel_and_habits() -> None:
    asked = problem(
        ONE,
        [doctor("x"), doctor("y"), doctor("z")],
        [(0, 0), (1, 0), (2, 0)],
        travel={(0, 0): 100, (1, 0): 150, (2, 0): 215},
        known=frozenset({(1, 0), (2, 0)}),
        preferred=frozenset({(2, 0)}),
    )
    assert levels(asked) == (0, 0, 150 + 60)


def test_fairness_is_convex() -> None:
    # Two missions each (200 + 200) rather than three and one (200 + 400).
    asked = problem(
        ONE,
        [doctor("x", most=4), doctor("y", most=4)],
        [(d, w) for d in (0, 1) for w in range(4)],
        4,
    )
    plan = solve(asked)
    assert sorted([m.doctor for m in plan.missions]) == [0, 0, 1, 1]
    assert plan.score.cost == 4 * HERE + 400


def test_fairness_counts_locked_missions() -> None:
    asked = problem(
        ONE,
        [doctor("x", most=4), doctor("y", most=4)],
        [(0, 1), (1, 1)],
        2,
        missions=(given(0, 0, 0),),
        travel={(0, 0): 10, (1, 0): 150},
    )
    assert placed(solve(asked)) == {(0, 0, 0), (1, 0, 1)}


def test_a_practice_is_worth_a_journey() -> None:
    asked = problem(
        ONE,
        [doctor("x"), doctor("y", practices=frozenset({"sutures"}))],
        [(0, 0), (1, 0)],
        needs=(Need(0, "sutures", 1),),
        travel={(0, 0): 25, (1, 0): 1000},
    )
    assert placed(solve(asked)) == {(1, 0, 0)}


def test_windows_are_cut_by_closures_and_missed_when_nobody_does_the_practice() -> None:
    asked = problem(
        ONE,
        [doctor(most=5)],
        [(0, w) for w in range(5)],
        5,
        closures=frozenset({(0, 2)}),
        needs=(Need(0, "sutures", 2),),
    )
    plan = solve(asked)
    assert plan.score.windows_missed == 2  # weeks 0-1 and 3-4
    assert plan.proven_optimal


def test_a_locked_mission_serves_a_window() -> None:
    asked = problem(
        ONE,
        [doctor(practices=frozenset({"sutures"}))],
        [],
        2,
        missions=(given(0, 0, 0),),
        needs=(Need(0, "sutures", 2),),
    )
    assert solve(asked).score.windows_missed == 0


def test_a_standby_counts_for_every_centre_that_suits() -> None:
    asked = problem(
        TWO,
        [doctor(name) for name in "xyz"],
        [(0, 0), (1, 0), (2, 0)],
        standby_depth=1,
        refused=frozenset({(2, 0), (2, 1)}),
    )
    # z suits no centre, so no standby is left when x and y work.
    assert levels(asked) == (0, 0, 2 * HERE + 2 * 3000)
    # z may go to B: then z works there, and x or y is promised to both centres.
    assert levels(replace(asked, refused=frozenset({(2, 0)}))) == (0, 0, 2 * HERE + 1)


def test_a_standby_does_not_count_where_h2_forbids() -> None:
    no_work = [centre("A", lines=0), centre("B", lines=0, pets=False)]
    asked = problem(no_work, [doctor(pet=True)], [(0, 0)], standby_depth=1)
    plan = solve(asked)
    assert plan.standbys == (Standby(week=0, doctor=0),)
    assert as_levels(plan.score) == (0, 0, 3000 + 1)


def test_a_standby_uses_up_a_mission_and_keeps_the_gap_and_is_at_most_twice() -> None:
    closed = frozenset({(0, week) for week in range(1, 6)})
    no_work = problem(
        [centre(lines=0)], [doctor(most=9)], [(0, w) for w in range(4)], 4, standby_depth=1
    )
    assert solve(no_work).score.standby_missing == 2
    one_mission = problem(ONE, [doctor(most=1)], [(0, 0), (0, 1)], 2, standby_depth=1)
    assert solve(one_mission).standbys == ()
    gap = problem([centre(lines=0)], [doctor(most=9, gap=3)], [(0, 0), (0, 2)], 3, standby_depth=1)
    assert len(solve(gap).standbys) == 1
    useless = problem(ONE, [doctor()], [(0, 1)], 6, standby_depth=1, closures=closed)
    assert solve(useless).standbys == ()


def test_no_standby_is_planned_at_depth_zero() -> None:
    asked = problem(ONE, [doctor("x"), doctor("y")], [(0, 0), (1, 0)])
    plan = solve(asked)
    assert (plan.standbys, plan.score.standby_missing) == ((), 0)


def test_a_hint_decides_between_equal_plans() -> None:
    for hinted in (0, 1, 2):
        asked = problem(
            ONE,
            [doctor(name) for name in "xyz"],
            [(0, 0), (1, 0), (2, 0)],
            missions=(given(hinted, 0, 0, "proposed"),),
        )
        assert placed(solve(asked)) == {(hinted, 0, 0)}


def test_the_cut_names_the_weeks_that_need_too_much() -> None:
    asked = problem(TWO, [doctor(most=2)], [(0, 0), (0, 1)], 2)
    plan = solve(asked)
    assert (plan.score.holes, plan.holes_bound, plan.holes_bound_by) == (2, 2, BoundBy.CUT)
    assert plan.certificate is not None
    assert set(plan.certificate.centre_weeks) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_holes_that_no_cut_explains_are_proven_by_the_model() -> None:
    # Two first-timers: each could come alone, never both.
    beginners = [doctor("x", first_mission=True), doctor("y", first_mission=True)]
    plan = solve(problem(WIDE, beginners, [(0, 0), (1, 0)]))
    assert (plan.score.holes, plan.holes_bound, plan.holes_bound_by) == (1, 1, BoundBy.MODEL)


def test_an_empty_network_and_a_network_without_doctors() -> None:
    assert levels(problem([], [], [], 3)) == (0, 0, 0)
    assert levels(problem(ONE, [], [], 3, standby_depth=2)) == (3, 0, 18000)


def test_locked_missions_that_contradict_each_other_are_refused() -> None:
    asked = problem(TWO, [doctor(most=2)], [], missions=(given(0, 0, 0), given(0, 1, 0)))
    with pytest.raises(LockedConflict, match="ne peut pas être à la fois à A et à B"):
        solve(asked)


def test_the_number_of_threads_may_change_from_one_planning_to_the_next() -> None:
    asked = problem(TWO, [doctor(most=2)], [(0, 0), (0, 1)], 2)
    scores = [solve(asked, threads=threads).score for threads in (1, 2, 1)]
    assert scores == [scores[0]] * 3


def test_progress_is_told_and_may_stop_the_planning() -> None:
    asked = problem(ONE, [doctor()], [(0, 0)])
    lines: list[Progress] = []
    solve(asked, progress=lines.append)
    assert [line.phase for line in lines][-1] == "Vérification"
    assert (lines[-1].best, lines[-1].bound, lines[-1].gap) == (HERE, HERE, 0.0)

    def stop(line: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        solve(asked, progress=stop)
