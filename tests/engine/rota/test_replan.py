"""Repairs of an empty place against an oracle that tries every change of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from relais.engine.rota import replan
from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem, Status
from relais.engine.rota.replan import Repair, State, apply, repairs
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import score, verify
from tests.engine.rota import chances, tiny
from tests.engine.rota.chances import Schedule

type Rank = tuple[int, int, int, int]


def _with_a_hole(seed: int) -> tuple[Problem, list[Schedule], tuple[int, int], set[int]] | None:
    """A network, its plan, an empty place, and the doctors who cannot come there any more."""
    problem, schedules = chances.network(seed)
    problem = chances.with_statuses(problem, schedules, seed)
    plan = chances.plan_of(problem, schedules)
    unlocked = [one for one in plan.missions if one.status is not Status.LOCKED]
    if seed % 2 and unlocked:
        mission = unlocked[seed % len(unlocked)]
        change = replan.cancel(problem, plan, doctor=mission.doctor, week=mission.week)
        schedules = _schedules(change.problem, change.plan)
        return change.problem, schedules, change.places[0], {mission.doctor}
    if not plan.holes:
        return None
    hole = plan.holes[seed % len(plan.holes)]
    return problem, schedules, (hole.centre, hole.week), set()


def _schedules(problem: Problem, plan: Plan) -> list[Schedule]:
    found: list[dict[int, int]] = [{} for _ in problem.doctors]
    for mission in plan.missions:
        found[mission.doctor][mission.week] = mission.centre
    for standby in plan.standbys:
        found[standby.doctor][standby.week] = tiny.STANDBY
    return list(found)


def _changes(
    before: Schedule, after: Schedule, doctor: int
) -> frozenset[tuple[str, int, int, int]]:
    return frozenset(
        ("-", doctor, where, week) for week, where in before.items() if after.get(week) != where
    ) | frozenset(
        ("+", doctor, where, week) for week, where in after.items() if before.get(week) != where
    )


def _every_repair(
    problem: Problem, schedules: list[Schedule], place: tuple[int, int], exclude: Iterable[int]
) -> dict[frozenset[tuple[str, int, int, int]], Rank]:
    """Every repair of at most 3 moves in which nothing could be left out, by trying all changes."""
    start = tiny.levels(problem, schedules)
    assert start is not None
    need = Counter(
        (where, week)
        for schedule in schedules
        for week, where in schedule.items()
        if where != tiny.STANDBY
    )
    need[place] += 1
    options = []
    for doctor, before in enumerate(schedules):
        here = []
        for after in tiny.schedules(problem, doctor):
            changes = _changes(before, after, doctor)
            new = [change for change in changes if change[0] == "+"]
            if any(where == tiny.STANDBY for _, _, where, _ in new):
                continue
            if new and doctor in exclude:
                continue
            moves = sum(sign == "-" and where != tiny.STANDBY for sign, _, where, _ in changes)
            here.append((moves, changes, after))
        options.append(here)
    valid: dict[frozenset[tuple[str, int, int, int]], Rank] = {}

    def extend(
        doctor: int,
        moves: int,
        changes: frozenset[tuple[str, int, int, int]],
        chosen: list[Schedule],
    ) -> None:
        if doctor == len(options):
            count = Counter(
                (where, week)
                for schedule in chosen
                for week, where in schedule.items()
                if where != tiny.STANDBY
            )
            if any(count[at] < wanted for at, wanted in need.items()):
                return
            levels = tiny.levels(problem, chosen)
            if levels is not None:
                holes, moved, cost = (new - old for new, old in zip(levels, start, strict=True))
                valid[changes] = (moved, moves, holes, cost)
            return
        for more, other, after in options[doctor]:
            if moves + more <= 3:
                extend(doctor + 1, moves + more, changes | other, [*chosen, after])

    extend(0, 0, frozenset(), [])
    return {
        changes: rank
        for changes, rank in valid.items()
        if not any(smaller < changes for smaller in valid)
    }


def _as_changes(repair: Repair) -> frozenset[tuple[str, int, int, int]]:
    return (
        frozenset(("+", *key) for key in repair.added)
        | frozenset(("-", *key) for key in repair.removed)
        | frozenset(("-", doctor, tiny.STANDBY, week) for doctor, week in repair.standbys_used)
    )


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_the_best_repairs_are_those_found_by_trying_every_change(first: int) -> None:
    for seed in range(first, first + 40):
        drawn = _with_a_hole(seed)
        if drawn is None:
            continue
        problem, schedules, place, exclude = drawn
        plan = chances.plan_of(problem, schedules)
        assert verify(problem, plan) == (), seed
        state = State(problem, plan)
        every = _every_repair(problem, schedules, place, exclude)
        found = repairs(state, *place, exclude=exclude, k=5)
        assert [one.rank for one in found] == sorted(every.values())[:5], seed
        for repair in found:
            assert every[_as_changes(repair)] == repair.rank, seed
        assert state.plan() == plan, seed


@pytest.mark.parametrize("seed", range(60))
def test_a_repair_carried_out_obeys_every_rule_and_gains_what_it_said(seed: int) -> None:
    drawn = _with_a_hole(seed)
    if drawn is None:
        return
    problem, schedules, place, exclude = drawn
    plan = chances.plan_of(problem, schedules)
    state = State(problem, plan)
    for repair in repairs(state, *place, exclude=exclude):
        after = apply(state, repair)
        assert verify(problem, after) == ()
        assert after.score.holes == plan.score.holes - repair.filled
        assert after.score.confirmed_moved == plan.score.confirmed_moved + repair.confirmed_moved
        assert after.score.cost == plan.score.cost + repair.cost
        kept = state.copy()
        replan.carry_out(kept, repair)
        assert (kept.holes, kept.confirmed_moved, kept.cost) == tiny.as_levels(after.score)
        fresh = State(problem, after)
        assert kept.freedom == fresh.freedom
        assert kept.reserves.tolist() == fresh.reserves.tolist()
        assert kept.missed.tolist() == fresh.missed.tolist()
        assert kept.cover == fresh.cover


@pytest.mark.parametrize("seed", range(40))
def test_a_state_knows_the_levels_of_its_plan(seed: int) -> None:
    problem, schedules = chances.network(seed)
    problem = chances.with_statuses(problem, schedules, seed)
    plan = chances.plan_of(problem, schedules)
    state = State(problem, plan)
    assert (state.holes, state.confirmed_moved, state.cost) == tiny.as_levels(
        score(problem, plan.missions, plan.standbys)
    )
    assert state.plan() == plan


def _placed(repair: Repair) -> tuple[tuple[int, int, int], ...]:
    return repair.added


def test_a_free_doctor_comes_before_a_nearer_one_who_must_leave_a_place() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("near"), tiny.doctor("far", latitude=48.0), tiny.doctor("other")],
        [(0, 0), (0, 1), (1, 0), (2, 1)],
        weeks=2,
        missions=(tiny.given(0, 0, 1, "confirmed"),),
    )
    state = State(problem, chances.plan_of(problem, [{1: 0}, {}, {}]))
    direct, chain = repairs(state, 0, 0)
    assert _placed(direct) == ((1, 0, 0),)
    assert (direct.moved, direct.confirmed_moved) == (0, 0)
    assert _placed(chain) == ((0, 0, 0), (2, 0, 1))
    assert chain.removed == ((0, 0, 1),)
    assert (chain.moved, chain.confirmed_moved) == (1, 1)
    assert chain.cost < direct.cost


def test_a_standby_that_becomes_a_mission_costs_the_depth_it_leaves() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor()], [(0, 0)], standby_depth=1)
    state = State(problem, chances.plan_of(problem, [{0: tiny.STANDBY}]))
    (repair,) = repairs(state, 0, 0)
    assert repair.standbys_used == ((0, 0),)
    assert repair.cost == 3000 - 1 + 25 + 120


def test_a_pair_takes_both_empty_places() -> None:
    problem = tiny.problem(
        [tiny.centre(lines=2)],
        [tiny.doctor("a"), tiny.doctor("b"), tiny.doctor("c")],
        [(0, 0), (1, 0), (2, 0)],
        pairs=((0, 1),),
    )
    state = State(problem, chances.plan_of(problem, [{}, {}, {}]))
    pair, alone = repairs(state, 0, 0)
    assert (_placed(pair), pair.filled) == (((0, 0, 0), (1, 0, 0)), 2)
    assert (_placed(alone), alone.filled) == (((2, 0, 0),), 1)


def test_a_first_timer_makes_way_for_another() -> None:
    problem = tiny.problem(
        [tiny.centre(lines=2)],
        [tiny.doctor("x", first_mission=True), tiny.doctor("y", first_mission=True)],
        [(0, 0), (1, 0)],
    )
    state = State(problem, chances.plan_of(problem, [{0: 0}, {}]))
    assert repairs(state, 0, 0) == ()


def test_a_doctor_whom_the_repair_itself_makes_freer_is_not_forgotten() -> None:
    """A leaves week 2 for week 4, D leaves week 1 for week 2; only then week 1 suits A."""
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("A", most=2, gap=3), tiny.doctor("D")],
        [(0, 1), (0, 2), (0, 4), (1, 1), (1, 2)],
        weeks=5,
    )
    state = State(problem, chances.plan_of(problem, [{2: 0}, {1: 0}]))
    (repair,) = repairs(state, 0, 4)
    assert _placed(repair) == ((0, 0, 4), (1, 0, 2), (0, 0, 1))
    assert repair.removed == ((0, 0, 2), (1, 0, 1))


def test_a_place_that_nobody_can_take_has_no_repair_and_says_so() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor()], [])
    found = replan.search(State(problem, chances.plan_of(problem, [{}])), 0, 0)
    assert found == replan.Search(repairs=(), complete=True, steps=0)


def test_a_search_cut_short_says_so_and_leaves_the_state_as_it_was() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor(f"d{i}") for i in range(4)],
        [(i, week) for i in range(4) for week in range(3)],
        weeks=3,
    )
    plan = chances.plan_of(problem, [{1: 0}, {2: 0}, {}, {}])
    state = State(problem, plan)
    whole = replan.search(state, 0, 0, k=20)
    assert whole.complete
    for steps in range(whole.steps):
        assert not replan.search(state, 0, 0, k=20, most_steps=steps).complete
        assert state.plan() == plan


def test_a_place_that_is_not_empty_cannot_be_repaired() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor()], [(0, 0)])
    state = State(problem, chances.plan_of(problem, [{0: 0}]))
    with pytest.raises(ValueError, match="no empty place"):
        repairs(state, 0, 0)


# -- what happened ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_after_every_kind_of_news_the_plan_obeys_the_new_problem(seed: int) -> None:
    problem, schedules = chances.network(seed)
    problem = chances.with_statuses(problem, schedules, seed)
    plan = chances.plan_of(problem, schedules)
    doctor = seed % len(problem.doctors)
    offered = [int(week) for one, week in problem.offers if one == doctor]
    changes = [
        replan.offers_changed(problem, plan, doctor=doctor, weeks=offered[1:]),
        replan.withdraw(problem, plan, doctor=doctor, from_week=seed % 2),
        replan.centre_added(problem, plan, centre=tiny.centre("N")),
    ]
    changes += [
        replan.cancel(problem, plan, doctor=one.doctor, week=one.week) for one in plan.missions[:1]
    ]
    for change in changes:
        assert verify(change.problem, change.plan) == ()
        state = State(change.problem, change.plan)
        for place in change.places:
            assert state.missing(*place) > 0


def test_a_withdrawn_doctor_leaves_even_locked_missions_and_her_companion_too() -> None:
    problem = tiny.problem(
        [tiny.centre(lines=2)],
        [tiny.doctor("a", most=2), tiny.doctor("b", most=2)],
        [(0, 0), (1, 0), (0, 2), (1, 2)],
        weeks=3,
        pairs=((0, 1),),
        missions=(tiny.given(0, 0, 2), tiny.given(1, 0, 2)),
    )
    plan = chances.plan_of(problem, [{0: 0, 2: 0}, {0: 0, 2: 0}])
    change = replan.withdraw(problem, plan, doctor=0, from_week=1)
    assert tiny.placed(change.plan) == {(0, 0, 0), (1, 0, 0)}
    assert change.places == ((0, 2),)
    assert change.problem.missions == ()
    assert change.problem.offers.tolist() == [[0, 0], [1, 0], [1, 2]]


def test_changed_offers_end_what_is_no_longer_offered_but_not_what_is_locked() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor("a", most=3)],
        [(0, 0), (0, 1), (0, 2)],
        weeks=4,
        missions=(tiny.given(0, 0, 0), tiny.given(0, 0, 1, "confirmed")),
    )
    plan = chances.plan_of(problem, [{0: 0, 1: 0, 2: 0}])
    change = replan.offers_changed(problem, plan, doctor=0, weeks=[2, 3])
    assert tiny.placed(change.plan) == {(0, 0, 0), (0, 0, 2)}
    assert change.places == ((0, 1),)
    assert change.problem.offers.tolist() == [[0, 2], [0, 3]]
    assert change.plan.score.confirmed_moved == 0


def test_a_cancelled_week_in_memory_is_the_cancelled_week_of_the_problem() -> None:
    for seed in range(60):
        problem, schedules = chances.network(seed)
        problem = chances.with_statuses(problem, schedules, seed)
        plan = chances.plan_of(problem, schedules)
        for mission in plan.missions[:1]:
            change = replan.cancel(problem, plan, doctor=mission.doctor, week=mission.week)
            state = State(problem, plan)
            state.cancel(mission.doctor, mission.week)
            assert state.plan() == change.plan
            assert state.problem().offers.tolist() == change.problem.offers.tolist()
            assert state.problem().missions == change.problem.missions


def test_a_new_centre_is_to_fill_in_every_open_week() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor()], [(0, 1)], weeks=3)
    plan = chances.plan_of(problem, [{}])
    new = tiny.centre("N", opens_on=tiny.monday(1))
    change = replan.centre_added(problem, plan, centre=new)
    assert change.places == ((1, 1), (1, 2))
    assert change.problem.centres[1] == new


def test_replanning_keeps_what_is_confirmed_unless_a_hole_forces_otherwise() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("x"), tiny.doctor("y")],
        [(0, 0), (1, 0)],
        preferred=frozenset({(0, 0), (1, 1)}),
        missions=(tiny.given(0, 1, 0, "confirmed"), tiny.given(1, 0, 0, "confirmed")),
    )
    plan = solve(problem)
    assert tiny.placed(replan.replan(problem, plan)) == {(0, 1, 0), (1, 0, 0)}
    refused = replace(problem, refused=frozenset({(1, 0)}))
    after = replan.replan(refused, plan)
    assert tiny.placed(after) == {(0, 0, 0), (1, 1, 0)}
    assert after.score.confirmed_moved == 2


def test_replanning_takes_the_plan_as_a_hint_among_equals() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor("x"), tiny.doctor("y")], [(0, 0), (1, 0)])
    for doctor in (0, 1):
        known = chances.plan_of(problem, [{0: 0} if one == doctor else {} for one in (0, 1)])
        assert tiny.placed(replan.replan(problem, known)) == {(doctor, 0, 0)}


@pytest.mark.parametrize("first", range(0, 240, 80))
def test_bounds_worked_out_only_when_they_matter_change_no_answer(
    monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    for seed in range(first, first + 80):
        drawn = _with_a_hole(seed)
        if drawn is None:
            continue
        problem, schedules, place, exclude = drawn
        state = State(problem, chances.plan_of(problem, schedules))
        monkeypatch.setattr(replan, "EFFORT_AT_ONCE", 0)
        late = repairs(state, *place, exclude=exclude)
        monkeypatch.undo()
        assert late == repairs(state, *place, exclude=exclude), seed
