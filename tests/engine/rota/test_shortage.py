"""What is advised where places stay empty is enough, and nothing less is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given

from relais.engine.rota.plan import BoundBy
from relais.engine.rota.problem import Doctor, Problem
from relais.engine.rota.shortage import Shortage, in_words, shortages
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import certificate_value
from tests.engine.rota.test_solve_oracle import CALM, networks
from tests.engine.rota.tiny import centre, doctor, monday, problem


def _with_offers(network: Problem, advised: Shortage) -> Problem:
    """The same network with exactly the offers advised, each of a doctor who lives there."""
    new, offers = list(network.doctors), [tuple(row) for row in network.offers.tolist()]
    for place, week, count in advised.places:
        at = network.centres[place]
        for _ in range(count):
            offers.append((len(new), week))
            new.append(
                Doctor(
                    id=f"new {len(new)}", latitude=at.latitude, longitude=at.longitude,
                    max_missions=1, pioneer=advised.pioneers,
                )
            )  # fmt: skip
    rows = np.array(sorted(offers), dtype=np.int32).reshape(-1, 2)
    return replace(network, doctors=tuple(new), offers=rows)


@CALM
@given(networks())
def test_the_offers_advised_close_as_many_holes_as_said_and_lower_the_bound(
    network: Problem,
) -> None:
    plan = solve(network)
    advised = shortages(network, plan)
    assert sum(one.missing for one in advised) == plan.score.holes
    for one in advised:
        more = _with_offers(network, one)
        better = solve(more)
        assert better.score.holes == plan.score.holes - one.missing
        if plan.holes_bound_by is BoundBy.CUT and plan.certificate is not None:
            value = certificate_value(more, plan.certificate)
            assert value == plan.holes_bound - one.missing


def test_neighbours_are_told_together_and_openings_ask_for_pioneers() -> None:
    network = problem(
        [
            centre("A"),
            replace(centre("B"), latitude=47.2),
            replace(centre("C"), latitude=50.0, opens_on=monday(0)),
        ],
        [doctor("x", latitude=47.1)],
        [(0, 0)],
        2,
        opening_weeks=1,
    )
    words = [in_words(network, one) for one in shortages(network, solve(network))]
    assert words == [
        "3 offres de plus au mois de janvier 2027 pour A, B, à moins de 1\xa0h : "
        "semaines du 4 janvier 2027, 11 janvier 2027.",
        "1 offre de plus au mois de janvier 2027 pour C : semaine du 11 janvier 2027.",
        "1 offre de plus de médecins pionniers au mois de janvier 2027 pour C : "
        "semaine du 4 janvier 2027.",
    ]
