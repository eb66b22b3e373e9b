"""The softened bound of a nation: its slopes, what it stays below, and what its climb brings."""

from __future__ import annotations

import numpy as np
import pytest

from relais.engine.rota.national.market import Market, Prices
from relais.engine.rota.national.nation import nation
from relais.engine.rota.national.prices import find_prices, look_near
from relais.engine.rota.national.soften import Softened
from tests.engine.rota.test_national import draw


def market_and_prices(seed: int) -> tuple[Market, Prices]:
    market = Market(nation(draw(seed, people=30, weeks=10), keep_confirmed=True), seed=0, holes=0)
    random = np.random.default_rng(seed)
    places = market.nation.places
    place = np.where(places > 0, random.uniform(50, 400, places.shape), 0.0)
    window = np.where(market.open_windows, random.uniform(0, 300, market.open_windows.shape), 0.0)
    return market, market.exact(place, window, np.zeros(places.shape))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_slopes_of_the_softened_bound_are_what_a_small_step_changes(seed: int) -> None:
    market, prices = market_and_prices(seed)
    softened = Softened(market)
    _, by_place, by_window = softened.value(prices.place, prices.window, 20.0)
    steps = [("place", at) for at in np.argwhere(market.nation.places > 0)[:6].tolist()]
    steps += [("window", at) for at in np.argwhere(market.open_windows)[:4].tolist()]
    for name, at in steps:
        slope = (by_place if name == "place" else by_window)[tuple(at)]
        ends = []
        for sign in (1, -1):
            place, window = prices.place.copy(), prices.window.copy()
            (place if name == "place" else window)[tuple(at)] += sign
            ends.append(softened.value(place, window, 20.0)[0])
        assert (ends[0] - ends[1]) / 2 == pytest.approx(slope, abs=0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_softened_bound_is_below_the_exact_one_and_nears_it_as_it_cools(seed: int) -> None:
    market, prices = market_and_prices(seed)
    softened = Softened(market)
    exact = prices.bound - market.fixed
    warm, cool, cold = (
        softened.value(prices.place, prices.window, heat)[0] for heat in (50.0, 5.0, 0.1)
    )
    assert warm < cool < cold < exact + 0.1
    assert cold == pytest.approx(exact, abs=0.1 * len(market.who))


@pytest.mark.parametrize("seed", [1, 2])
def test_near_missions_are_candidates_enough_for_the_choices_at_the_same_prices(seed: int) -> None:
    market, prices = market_and_prices(seed)
    table = market.table(prices.place, prices.window)
    everywhere, _ = market.look_everywhere(table, keep=False)
    look_near(market, prices)
    gain, _ = market.look(table)
    worth, taken, _, _ = market.choose(gain, prices.depth)
    assert worth.tolist() == market.choose(everywhere, prices.depth)[0].tolist()
    assert (gain[taken] == everywhere[taken]).all()


def test_found_prices_prove_more_than_flat_ones_and_the_same_again() -> None:
    market, flat = market_and_prices(3)
    found = find_prices(market, rounds=2, steps=20, stop=lambda: False)
    assert found.bound > flat.bound
    again, _ = market_and_prices(3)
    assert find_prices(again, rounds=2, steps=20, stop=lambda: False).bound == found.bound
