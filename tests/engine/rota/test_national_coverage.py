"""The holes of a nation: proven by a flow over every mission, closed by chains under every rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from scipy.sparse.csgraph import maximum_flow

from relais.engine.rota.national.chains import Closed, close_holes, fewer_holes
from relais.engine.rota.national.coverage import least_holes, open_places, stretches
from relais.engine.rota.national.draft import Draft
from relais.engine.rota.national.nation import nation
from relais.engine.rota.national.reach import Reach, reach_of
from relais.engine.rota.problem import Problem
from relais.engine.rota.verify import (
    _offers,
    _on_its_own,
    _together,
    certificate_value,
    check_locked,
)
from tests.engine.rota.test_national import draw
from tests.engine.rota.test_solve_oracle import CALM, networks
from tests.engine.rota.tiny import (
    best_levels,
    centre,
    doctor,
    mission,
    problem,
)
from tests.engine.rota.tiny import given as tiny_given

SEEDS = range(30)


def _drafted(given: Problem) -> Draft:
    land = nation(given, keep_confirmed=True)
    draft = Draft(land)
    draft.fill(np.zeros(land.places.shape), np.zeros(len(land.room)))
    return draft


def _drafted_with(given: Problem, closed: Closed) -> Draft:
    kept = tuple(
        one for one in given.missions if (one.doctor, one.centre, one.week) not in closed.let_go
    )
    draft = Draft(nation(replace(given, missions=kept), keep_confirmed=True))
    for one in sorted(closed.missions):
        draft.take(one)
    return draft


def _broken_rules(given: Problem, draft: Draft) -> list[object]:
    missions = [
        mission(given, doctor, centre, week)
        for unit, centre, week in draft.missions
        for doctor in draft.nation.members_of(unit)
    ]
    offers = _offers(given)
    alone = [fault for one in missions for fault in _on_its_own(given, offers, one)]
    keys = [(one.doctor, one.centre, one.week) for one in missions]
    keys += [(one.doctor, one.centre, one.week) for one in draft.nation.taken.locked]
    return [*alone, *_together(given, keys, outside=True)]


def _most_by_listing_every_mission(reach: Reach) -> int:
    """The most places that the flow fills, every arc listed, by another flow."""
    slots, targets = stretches(reach), open_places(reach)
    edges: dict[tuple[int, int], int] = {}
    units, first, end = len(reach.room), len(reach.room) + 1, 0
    end = first + len(slots.unit) + len(targets.room)
    for unit in range(units):
        edges[0, 1 + unit] = int(reach.room[unit] * reach.size[unit])
    for slot, unit in enumerate(slots.unit.tolist()):
        edges[1 + unit, first + slot] = int(reach.size[unit])
    for target, room in enumerate(targets.room.tolist()):
        edges[first + len(slots.unit) + target, end] = room
    for unit, week in np.argwhere(slots.of >= 0).tolist():
        for place in np.flatnonzero(reach.rows(np.array([unit]))[0]).tolist():
            target = int(targets.of[reach.kind[unit], place, week])
            if target >= 0:
                key = (first + int(slots.of[unit, week]), first + len(slots.unit) + target)
                edges[key] = int(reach.size[unit])
    tails, heads = np.array(list(edges)).T
    graph = sp.csr_array(
        (np.array(list(edges.values()), dtype=np.int32), (tails, heads)), shape=(end + 1, end + 1)
    )
    return int(maximum_flow(graph, 0, end).flow_value)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_may_come_where_is_what_the_tables_of_a_nation_say(seed: int) -> None:
    given = draw(seed)
    land, reach = nation(given, keep_confirmed=False), reach_of(given)
    alone = [d for d in range(len(land.cost)) if d not in land.member_cost]
    assert (reach.rows(np.array(alone)) == np.isfinite(land.cost[alone])).all()
    assert (reach.week == land.free).all()
    open_to = land.open_to[land.kind]
    assert (reach.open_to[reach.kind] == open_to).all()


@CALM
@given(networks())
def test_the_bound_is_below_every_plan_and_no_flow_says_more(network: Problem) -> None:
    reach = reach_of(network)
    short = least_holes(reach, seed=0)
    assert short.proven
    assert short.cut.value <= short.holes <= best_levels(network)[0]
    assert short.holes >= int(reach.places.sum()) - _most_by_listing_every_mission(reach)


@CALM
@given(networks())
def test_the_judge_finds_the_value_of_the_certificate(network: Problem) -> None:
    cut = least_holes(reach_of(network), seed=0).cut
    assert certificate_value(network, cut.certificate()) == cut.value


@pytest.mark.parametrize("seed", SEEDS)
def test_chains_close_holes_and_keep_every_hard_rule(seed: int) -> None:
    given = draw(seed, people=11)
    if check_locked(given):
        return
    draft = _drafted(given)
    before = draft.holes
    closed = close_holes(draft, given, seed=seed)
    assert closed.holes <= draft.holes <= before
    assert _broken_rules(given, draft) == []
    assert closed.shortfall.holes <= closed.holes
    if closed.let_go:
        loose = _drafted_with(given, closed)
        assert _broken_rules(given, loose) == []
        assert loose.holes == closed.holes


def test_a_doctor_moves_so_that_another_can_come() -> None:
    # Near lives beside A and could go anywhere; Far may only go to A. First come takes A for Near.
    given = problem(
        [centre("A"), replace(centre("B"), longitude=2.5)],
        [doctor("near"), doctor("far")],
        [(0, 0), (1, 0)],
        refused=frozenset({(1, 1)}),
    )
    draft = _drafted(given)
    assert draft.holes == 1
    fewer_holes(draft, reach_of(given), seed=0)
    assert draft.missions == {(0, 1, 0), (1, 0, 0)}


def test_parties_are_counted_as_parties_and_the_certificate_counts_doctors() -> None:
    # Two who only come together, and centres of one line: nobody can come.
    given = problem([centre("A")], [doctor("x"), doctor("y")], [(0, 0), (1, 0)], pairs=((0, 1),))
    short = least_holes(reach_of(given), seed=0)
    assert (short.holes, short.cut.value) == (1, 0)


def test_a_confirmed_mission_moves_only_where_a_hole_remains_otherwise() -> None:
    # x is confirmed at A, but y can only go to A and x could fill B.
    given = problem(
        [centre("A"), centre("B")],
        [doctor("x"), doctor("y")],
        [(0, 0), (1, 0)],
        refused=frozenset({(1, 1)}),
        missions=(tiny_given(0, 0, 0, "confirmed"),),
    )
    closed = close_holes(_drafted(given), given, seed=0)
    assert closed.let_go == {(0, 0, 0)}
    assert closed.missions == {(0, 1, 0), (1, 0, 0)}
    assert closed.holes == 0
