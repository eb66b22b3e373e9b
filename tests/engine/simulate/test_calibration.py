"""What the radar announces is held against years that were played; how well: bench/radar."""

from __future__ import annotations

from functools import cache

import pytest

from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem
from relais.engine.rota.solve import solve
from relais.engine.simulate.calibration import (
    LOOKS,
    Announcement,
    announcements,
    by_standing,
    calibrate,
)
from relais.engine.simulate.policies import Policy
from relais.engine.simulate.radar import Standing
from tests.engine.rota import tiny


@cache
def _network() -> tuple[Problem, Plan]:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B"), tiny.centre("C", lines=2)],
        [tiny.doctor(f"d{index}", most=3, gap=2) for index in range(16)],
        [(index, week) for index in range(16) for week in range(12) if (index + week) % 2],
        weeks=12,
        standby_depth=0,
    )
    return problem, solve(problem, budget_seconds=20)


def test_every_standing_is_read_and_the_same_years_say_the_same() -> None:
    problem, plan = _network()
    said = announcements(problem, plan, years=2, seed=1, policy=Policy.WAVES)
    assert set(by_standing(said)) == set(Standing)
    assert {one.lead_days for one in said if one.standing is not Standing.EMPTY} == set(LOOKS)
    assert said == announcements(problem, plan, years=2, seed=1, policy=Policy.WAVES)


def test_bins_count_what_came() -> None:
    said = [
        Announcement(Standing.PROMISED, 7.0, chance, lapsed)
        for chance, lapsed in ((0.1, True), (0.1, False), (0.6, True))
    ]
    found = calibrate(said)
    assert [(one.count, one.announced, one.lapsed.value) for one in found.bins] == [
        (2, 0.1, 0.5),
        (1, 0.6, 1.0),
    ]
    assert found.brier == pytest.approx((0.81 + 0.01 + 0.16) / 3)
    with pytest.raises(ValueError, match="announced"):
        calibrate([])
