"""Prices by softened choices: a smooth function near the bound, climbed by a quasi-Newton method.

At temperature t every schedule of a unit is an option of a logit. What the unit earns is then t
times the logarithm of a sum over its schedules, the gap included: smooth in the prices, and above
what it earns at best by t times the logarithm of the number of schedules at most. So the softened
bound is concave and smooth, its slope in a price is the places wanted less those expected to be
filled, and its top tends to the top of the bound as t falls. Prices of places and of windows are
climbed together (L-BFGS-B: Byrd, Lu, Nocedal, Zhu 1995), from one temperature to the next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from relais.engine import parameters
from relais.engine.rota.national.market import MOST_PRICE, Market
from relais.engine.rota.national.nation import FORBIDDEN, Floats

_NEVER = 1e6  # in units of the temperature: a choice nobody makes
_NOTHING = np.float32(1e-30)
_PART = 20_000  # unit-weeks weighed together
_MEMORY = 20  # pairs of steps and slopes that the quasi-Newton method remembers
_LARGEST = 1e-7  # relative gain below which a temperature is done with


class Softened:
    """The bound of a market at a temperature, and its slopes."""

    def __init__(self, market: Market) -> None:
        self.market = market
        nation = market.nation
        problem = nation.problem
        self.want = nation.places.astype(np.float64)
        self.size = nation.size[market.unit].astype(np.float32)
        # Units that do the same practices are counted together.
        sorts, sort_of = np.unique(nation.kind_does, axis=0, return_inverse=True)
        self.sorts = sorts
        self.sort = sort_of.reshape(-1)[nation.kind[market.unit]].astype(np.int64)
        self.position = {name: number for number, name in enumerate(nation.practices)}
        limit = parameters.load("rota")["missed_window_cost"].value
        self.upper = np.r_[
            np.where(self.want > 0, MOST_PRICE, 0.0).ravel(),
            np.where(market.open_windows, float(limit), 0.0).ravel(),
        ]
        self.first = [problem.weeks - need.every_weeks + 1 for need in problem.needs]

    def value(self, place: Floats, window: Floats, heat: float) -> tuple[float, Floats, Floats]:
        """Give the softened bound, without what is fixed, and its slopes in both prices."""
        market, want = self.market, self.want
        table = market.table(place, window).reshape(-1)
        soft = np.empty(len(market.at), dtype=np.float32)
        total = np.ones(len(market.entry), dtype=np.float32)
        gain = np.full(len(market.unit), float(FORBIDDEN))

        def weigh(first: int, last: int) -> None:
            some, arcs, starts = market.candidates(first, last)
            own = table[market.at[arcs]]
            own -= market.price[arcs]
            best = np.maximum(np.maximum.reduceat(own, starts), FORBIDDEN)
            own -= np.repeat(best, market.count[some])
            own *= np.float32(1 / heat)
            np.exp(own, out=own)
            soft[arcs] = own
            # Where all candidates are forbidden nothing is left of them.
            total[some] = np.maximum(np.add.reduceat(own, starts), _NOTHING)
            gain[market.entry[some]] = best + heat * np.log(total[some])

        market.in_parts(weigh, _PART)
        earned, chance = self._schedules(gain, heat)
        share = (chance[market.entry] / total).astype(np.float32)
        found: dict[int, tuple[Floats, Floats]] = {}
        sorts = len(self.sorts)

        def count(first: int, last: int) -> None:
            some, arcs, _ = market.candidates(first, last)
            times = market.count[some]
            weights = soft[arcs] * np.repeat(share[some], times)
            own = market.cell[arcs]
            shift = (self.sort[market.entry[some]] * want.size).astype(np.int32)
            comes = np.bincount(own + np.repeat(shift, times), weights, minlength=sorts * want.size)
            size = self.size[market.entry[some]]
            large = np.flatnonzero(np.repeat(size > 1, times))
            extra = np.repeat(size - 1, times)[large] * weights[large]
            found[first] = comes, np.bincount(own[large], extra, minlength=want.size)

        market.in_parts(count, _PART)
        comes, more = np.zeros(sorts * want.size), np.zeros(want.size)
        for first in sorted(found):
            comes += found[first][0]
            more += found[first][1]
        by_sort = comes.reshape(sorts, *want.shape)
        slope_place = want - by_sort.sum(axis=0) - more.reshape(want.shape)
        slope_window = np.zeros_like(window)
        for number, need in enumerate(market.nation.problem.needs):
            if self.first[number] <= 0:
                continue
            does = self.sorts[:, self.position[need.practice]]
            sums = np.r_[0, np.cumsum(by_sort[does, need.centre].sum(axis=0))]
            served = sums[need.every_weeks :] - sums[: self.first[number]]
            slope_window[number, : self.first[number]] = 1 - served
        value = float((place * want).sum() + window.sum()) - earned
        return value, slope_place, slope_window

    def _schedules(self, gain: Floats, heat: float) -> tuple[float, Floats]:
        """Give what all units earn, softly, and the chance of each unit-week to be taken.

        The logarithm of a sum over all schedules follows the recursion of the exact choice; its
        slope in the gain of a week is that week's chance.
        """
        market = self.market
        worth = np.maximum(np.maximum.reduceat(gain, market.starts), 0.0)
        weight = np.exp((gain - worth[market.group]) / heat)
        total = np.add.reduceat(weight, market.starts) + np.exp(-worth / heat)
        chance: Floats = weight / total[market.group]
        earns = worth + heat * np.log(total)
        if not len(market.several):
            return float(earns.sum()), chance
        people, width = market.padded.shape
        rows, here = np.arange(people), market.padded >= 0
        own = np.maximum(np.where(here, gain[market.padded], -np.inf) / heat, -_NEVER)
        repeat = market.nation.repeat[market.who[market.several]] / heat
        room = market.most[market.several]
        deepest = int(room.max())
        sums = np.full((deepest + 1, people, width + 1), -_NEVER)
        sums[0] = 0.0
        with_it = np.empty((deepest + 1, people, width))
        for m in range(1, deepest + 1):
            fee = np.where(room >= m, repeat * (m - 1), _NEVER)
            for step in range(width):
                with_it[m, :, step] = sums[m - 1, rows, market.before[:, step]] + own[:, step] - fee
                sums[m, :, step + 1] = np.logaddexp(sums[m, :, step], with_it[m, :, step])
        last = sums[:, :, width]
        ends = np.logaddexp.reduce(last, axis=0)
        earns[market.several] = heat * ends
        slope = np.zeros_like(sums)
        slope[:, :, width] = np.exp(last - ends)
        taken = np.zeros((people, width))
        for m in range(deepest, 0, -1):
            for step in range(width - 1, -1, -1):
                gap = np.minimum(with_it[m, :, step] - sums[m, :, step + 1], 0.0)
                goes = slope[m, :, step + 1] * np.exp(np.maximum(gap, -_NEVER))
                taken[:, step] += goes
                slope[m, :, step] += slope[m, :, step + 1] - goes
                slope[m - 1, rows, market.before[:, step]] += goes
        chance[market.padded[here]] = np.minimum(taken[here], 1.0)
        return float(earns.sum()), chance

    def climb(
        self,
        place: Floats,
        window: Floats,
        heat: float,
        *,
        steps: int,
        most: float,
        stop: Callable[[], bool],
    ) -> tuple[Floats, Floats]:
        """Climb the softened bound from these prices in at most `steps` looks at it."""
        cut = place.size
        upper = np.minimum(self.upper, most)

        class _Late(Exception):
            pass

        best: list[Floats] = [np.r_[place.ravel(), window.ravel()]]

        def look(point: Floats) -> tuple[float, Floats]:
            if stop():
                raise _Late
            value, by_place, by_window = self.value(
                point[:cut].reshape(place.shape), point[cut:].reshape(window.shape), heat
            )
            return -value / heat, -np.r_[by_place.ravel(), by_window.ravel()] / heat

        def keep(point: Floats) -> None:
            best[0] = point.copy()

        with contextlib.suppress(_Late):
            minimize(  # type: ignore[call-overload, unused-ignore]
                look,
                np.minimum(best[0], upper),
                jac=True,
                method="L-BFGS-B",
                bounds=np.c_[np.zeros(len(upper)), upper],
                callback=keep,
                options={"maxfun": steps, "maxiter": steps, "maxcor": _MEMORY, "ftol": _LARGEST},
            )
        return best[0][:cut].reshape(place.shape), best[0][cut:].reshape(window.shape)
