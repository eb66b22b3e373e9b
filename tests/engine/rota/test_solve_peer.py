"""The planner against the benchmark's peer, on networks too large for the oracle.

They are chosen so that the first small program does not prove the plan: the search for a better one
and the widening of the columns have their turn.
"""

from __future__ import annotations

import pytest
from bench.rota import instances, peer

from relais.engine.rota.solve import COST, Progress, solve
from relais.engine.rota.verify import score, verify
from tests.engine.rota.tiny import as_levels


@pytest.mark.parametrize(("spare", "seed"), [(1.0, 2), (0.7, 1), (0.6, 3), (0.4, 3)])
def test_the_planner_and_its_peer_agree_on_every_level(spare: float, seed: int) -> None:
    network = instances.make("XS", seed, spare=spare)
    told: list[Progress] = []
    plan = solve(network, progress=told.append)
    answer = peer.solve(network, time_limit=60)
    assert answer.proven
    assert plan.proven_optimal
    assert verify(network, plan) == ()
    assert all(
        line.bound <= plan.score.cost <= line.best
        for line in told
        if line.phase == COST and line.best is not None and line.bound is not None
    )
    assert as_levels(plan.score) == as_levels(score(network, answer.missions, answer.standbys))
