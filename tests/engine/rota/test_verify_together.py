"""The judge works out many doctors at once what it says of one: both ways give the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relais.engine.rota.plan import Standby
from relais.engine.rota.problem import Problem
from relais.engine.rota.verify import _counts_for, _most_of_each, _reserves, most_missions
from tests.engine.rota.test_solve_oracle import CALM, networks


@CALM
@given(networks(), st.integers(0, 2**32 - 1))
def test_the_most_of_each_doctor_is_the_same_one_by_one_and_together(
    network: Problem, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    places = {
        (centre, week)
        for centre in range(len(network.centres))
        for week in range(network.weeks)
        if rng.random() < 0.5
    }
    each = [most_missions(network, doctor, places) for doctor in range(len(network.doctors))]
    assert _most_of_each(network, places) == each


@CALM
@given(networks())
def test_standbys_count_for_the_same_centres_one_by_one_and_together(network: Problem) -> None:
    standbys = [
        Standby(week=week, doctor=doctor)
        for doctor in range(len(network.doctors))
        for week in range(network.weeks)
    ]
    each = [
        [
            sum(_counts_for(network, one, centre) for one in standbys if one.week == week)
            for week in range(network.weeks)
        ]
        for centre in range(len(network.centres))
    ]
    assert _reserves(network, standbys).tolist() == each
