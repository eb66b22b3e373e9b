"""Prices that prove much: softened and climbed from warm to cold, then climbed exactly.

docs/engine/national.md tells the bound and its proof; `market.py` works it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from relais.engine import parameters
from relais.engine.rota.national.market import MOST_PRICE, Market, Prices
from relais.engine.rota.national.nation import Floats
from relais.engine.rota.national.soften import Softened

_FIRST_PRICE = 300.0
# From warm to cold: temperature in minutes, looks at the softened bound, highest price of a place.
# While candidates are few a place may lack them: without a limit its price would run away.
_WARM = ((100.0, 30, 1_000.0), (40.0, 30, 1_000.0), (16.0, 30, 2_000.0))
_COLD = ((6.0, 25), (3.0, 20), (1.5, 20), (0.8, 20))
_WIDTH = 80.0  # of reduced cost: the missions that are candidates once prices are about known
_CANDIDATES_A_PLACE = 250
_DEPTH_PACE = 20.0  # how fast prices of standbys move
_LONGEST, _SHORTER = 1.5, 0.75  # steps of the climb: the first, and from round to round
_WORTH_A_ROUND, _LAZY_ROUNDS = 5e-5, 1  # what a round of climbing must gain, and may fail to


def look_near(market: Market, prices: Prices) -> None:
    """Take as candidates the missions that lose little at these prices."""
    most = _CANDIDATES_A_PLACE * max(1, int(market.nation.places.sum()))
    table = market.table(prices.place, prices.window)
    market.keep_near(market.near(table, prices.worth, _WIDTH, most))


def climb(
    market: Market, start: Prices, *, steps: int, scale: float, stop: Callable[[], bool]
) -> tuple[Floats, Floats, Floats]:
    """Climb the bound over the candidates by an averaged subgradient; give the best prices."""
    nation, problem = market.nation, market.nation.problem
    place, window, depth = start.place.copy(), start.window.copy(), start.depth.copy()
    want, wanted = nation.places.astype(np.float64), market.reserves.wanted
    numbers = parameters.load("rota")
    limit, most = (numbers[f"{n}_cost"].value for n in ("missed_window", "missing_standby"))
    best, highest = -math.inf, (place, window, depth)
    mean_place, mean_window = np.zeros_like(place), np.zeros_like(window)
    mean_depth = np.zeros_like(depth)
    patience = 0
    does = nation.kind_does[nation.kind[market.unit]]
    position = {name: number for number, name in enumerate(nation.practices)}
    for _ in range(steps):
        if stop():
            break
        gain, cell = market.look(market.table(place, window))
        worth, taken, served, more = market.choose(gain, depth)
        bound = market.prove(place, window, depth, worth, more)
        if bound > best:
            best, highest, patience = bound, (place, window, depth), 0
        else:
            patience += 1
            if patience >= 8:
                scale, patience = scale * 0.7, 0
                place, window, depth = highest
        got = np.bincount(
            cell[taken], weights=nation.size[market.unit[taken]], minlength=want.size
        ).reshape(want.shape)
        by_practice = np.zeros((len(position), *want.shape))
        for number in range(len(position)):
            who = taken & does[:, number]
            by_practice[number] = np.bincount(cell[who], minlength=want.size).reshape(want.shape)
        slope_window = np.zeros_like(window)
        for number, need in enumerate(problem.needs):
            sums = np.r_[0, np.cumsum(by_practice[position[need.practice], need.centre])]
            first = market.weeks - need.every_weeks + 1
            if first > 0:
                slope_window[number, :first] = 1 - (sums[need.every_weeks :] - sums[:first])
        mean_place = 0.8 * mean_place + 0.2 * np.where(want > 0, want - got, 0)
        mean_window = 0.8 * mean_window + 0.2 * slope_window
        place = np.clip(place + scale * mean_place, 0.0, MOST_PRICE)
        mean_depth = 0.8 * mean_depth + 0.2 * (wanted - served)
        moved = np.clip(window + scale * market.window_pace * mean_window, 0, limit)
        window = np.where(market.open_windows, moved, 0)
        moved = np.clip(depth + scale * _DEPTH_PACE * mean_depth, 0, most)
        depth = np.where(wanted > 0, moved, 0)
    return highest


def find_prices(market: Market, *, rounds: int, steps: int, stop: Callable[[], bool]) -> Prices:
    """Find prices that prove much: cool down, then climb, with candidates renewed on the way."""
    nation = market.nation
    place = np.where(nation.places > 0, _FIRST_PRICE, 0.0)
    window = np.zeros((len(nation.problem.needs), nation.problem.weeks))
    most = parameters.load("rota")["missing_standby_cost"].value
    depth = np.where(market.reserves.wanted > 0, most / 2, 0.0)
    best = market.exact(place, window, depth, keep=True)
    if len(market.unit) == 0:
        return best
    softened = Softened(market)
    for heat, looks, highest in _WARM:
        place, window = softened.climb(place, window, heat, steps=looks, most=highest, stop=stop)
        found = market.exact(place, window, depth, keep=True)
        best = max(best, found, key=lambda one: one.bound)
    for heat, looks in _COLD:
        if stop():
            return best
        look_near(market, found)
        place, window = softened.climb(place, window, heat, steps=looks, most=MOST_PRICE, stop=stop)
        found = market.exact(place, window, depth)
        best = max(best, found, key=lambda one: one.bound)
    lazy, scale = 0, _LONGEST
    for _ in range(rounds):
        if stop():
            break
        look_near(market, best)
        found = market.exact(*climb(market, best, steps=steps, scale=scale, stop=stop))
        gained = found.bound - best.bound
        if gained > 0:
            best = found
        if gained < _WORTH_A_ROUND * abs(best.bound):
            lazy += 1
            if lazy > _LAZY_ROUNDS:
                break
        scale *= _SHORTER
    return best
