"""A price a place and a price a window: what they prove of the cost of every plan.

Take the rules that tie doctors together (H3: places; windows of practices) out of the model and
price them instead. What is left falls apart into one small problem a unit: which weeks, under the
gap and the missions left, earn most at these prices. It is solved exactly, unit by unit, so any
prices prove a lower bound of level 3 (Lagrangian duality), and good ones a tight bound.

Good prices are found in two steps. First every choice is softened to a logit of temperature t and
each price moved until the expected doctors of its place are the wanted ones (Sinkhorn's balancing),
while t falls. Then the exact bound is climbed by its averaged subgradient.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.national.nation import FORBIDDEN, Bools, Floats, Ints, Nation, Table
from relais.engine.rota.national.reserves import Reserves, could_serve

_GRAIN = 64.0  # prices are multiples of 1/64: sums of them and whole costs are exact in float32
_MOST = 6_000.0  # a price no place is worth more than; keeps prices of impossible places finite
_CHUNK = 4_000
_CHEAPEST, _CHANCE, _BEST = 6, 6, 16  # centres a unit keeps: by cost, by chance, by price
_WANTED, _WANTED_A_PLACE = 10, 50  # and where it is among the cheapest of a place
_FEW, _FEW_PACE, _DEPTH_PACE = 60, 10.0, 20.0  # who could serve; how fast such prices move
_NEVER = 1e6  # in units of the temperature: a choice nobody makes
_ALONE = 4  # parts below which threads are not worth their start
_SOFTEST, _HARDEST, _COOLING = 120.0, 1.0, 0.77
_FIRST_PRICE = 200.0
_STEPS = 8  # of balancing at each temperature
_LARGEST_STEP, _LARGEST_FALL = 1.0, 3.0  # of a price, in temperatures
_LONGEST, _SHORTER = 1.5, 0.75  # steps of the climb: the first, and from round to round
_MOMENTUM = 0.6  # of the balancing
_WORTH_A_ROUND, _LAZY_ROUNDS = 5e-5, 1  # what a round of climbing must gain, and may fail to


@dataclass(frozen=True)
class Prices:
    """`place`: float64 (C, W). `window`: float64 (needs, W), by first week. `bound`: proven.

    `depth`: float64 (C, W), of standbys where few can serve. `worth`: float64 (U,), what the best
    weeks of each unit earn at these prices.
    """

    place: Floats
    window: Floats
    depth: Floats
    bound: float
    worth: Floats


class Market:
    """The units' choices at given prices, over arrays made once a nation."""

    def __init__(self, nation: Nation, *, seed: int, holes: int) -> None:
        self.nation, self.holes = nation, holes
        problem = nation.problem
        self.weeks, self.centres = problem.weeks, len(problem.centres)
        self.kinds = len(nation.open_to)
        self.threads = os.cpu_count() or 1
        self.momentum: Floats = np.zeros((self.centres, self.weeks))
        may = nation.free & (nation.room >= 1)[:, None]
        may[~np.isfinite(nation.cost).any(axis=1)] = False
        unit, week = np.nonzero(may)
        self.unit, self.week = unit, week
        self.row = (week * self.kinds + nation.kind[unit]).astype(np.int64)
        self.starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]]) if len(unit) else unit
        self.who = unit[self.starts]
        self.group = np.repeat(np.arange(len(self.who)), np.diff(np.r_[self.starts, len(unit)]))
        self._schedules()
        self.open_windows = self._windows()
        self.window_pace = np.ones(self.open_windows.shape)
        self.fixed = self._fixed() + self._nobody()
        self.random = np.random.default_rng(seed)
        self.near_lists = self._near_lists()
        self._keep(np.hstack([self.near_lists, self._some()]))

    # -- what never changes ------------------------------------------------------------------------

    def _schedules(self) -> None:
        """Lay the weeks of each unit side by side, and how many missions it could do at most."""
        counts = np.diff(np.r_[self.starts, len(self.unit)])
        widest = int(counts.max(initial=0))
        column = (
            np.arange(len(self.unit)) - self.starts[self.group] if len(self.unit) else self.unit
        )
        padded = np.full((len(self.who), widest), -1, dtype=np.int64)
        padded[self.group, column] = np.arange(len(self.unit))
        weeks = np.where(padded >= 0, self.week[padded], 10**6)
        gap = self.nation.gap[self.who]
        most = np.zeros(len(self.who), dtype=np.int64)
        last = np.full(len(self.who), -(10**6))
        for at in range(widest):
            fits = (weeks[:, at] - last >= gap) & (padded[:, at] >= 0)
            last = np.where(fits, weeks[:, at], last)
            most += fits
        self.most = np.minimum(most, self.nation.room[self.who])
        self.several = np.flatnonzero(self.most > 1)
        self.padded = padded[self.several]
        own = weeks[self.several]
        limit = own - gap[self.several][:, None]
        before = np.zeros_like(own)
        for at in range(widest):
            before += own[:, [at]] <= limit
        self.before = np.where(self.padded >= 0, before, 0)

    def _windows(self) -> Bools:
        """Say which windows (need, first week) can be priced: open, not served by who stands."""
        nation, problem = self.nation, self.nation.problem
        open_ = np.zeros((len(problem.needs), self.weeks), dtype=np.bool_)
        standing: dict[int, list[tuple[int, frozenset[str]]]] = {}
        for given in nation.taken.locked:
            does = problem.doctors[given.doctor].practices
            standing.setdefault(given.centre, []).append((given.week, does))
        for number, need in enumerate(problem.needs):
            served = np.zeros(self.weeks, dtype=np.int64)
            for week, does in standing.get(need.centre, ()):
                served[week] += need.practice in does
            bad = (~problem.open_weeks[need.centre]) | (served > 0)
            total = np.r_[0, np.cumsum(bad)]
            first = self.weeks - need.every_weeks + 1
            if first > 0:
                open_[number, :first] = total[need.every_weeks :] == total[:first]
        return open_

    def _fixed(self) -> int:
        """Sum what standing missions cost, whatever the rest of the plan."""
        nation, problem = self.nation, self.nation.problem
        numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
        total = 0.0
        for given in nation.taken.locked:
            pair = (given.doctor, given.centre)
            total += int(nation.travel[pair])
            total += numbers["unknown_centre_cost"] * (pair not in problem.known)
            total += numbers["not_preferred_cost"] * (pair not in problem.preferred)
        count = nation.taken.locked_count.astype(np.int64)
        return int(total + numbers["repeat_cost"] * (count * (count - 1) // 2).sum())

    def _nobody(self) -> int:
        """Sum what is missed in every plan: windows and standbys that nobody could serve.

        Those windows leave `open_windows`: they need no price.
        """
        nation, problem = self.nation, self.nation.problem
        numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
        served = np.zeros((len(nation.practices), self.centres, self.weeks), dtype=np.int64)
        kinds = nation.kind[self.unit]
        for week in range(self.weeks):
            now = self.week == week
            for kind in np.unique(kinds[now]).tolist():
                who = self.unit[now & (kinds == kind)]
                comes = np.isfinite(nation.cost[who]).sum(axis=0) * nation.open_to[kind, :, week]
                served[nation.kind_does[kind], :, week] += comes
        windows = 0
        for number, need in enumerate(problem.needs):
            sums = np.r_[0, np.cumsum(served[nation.practices.index(need.practice), need.centre])]
            first = self.weeks - need.every_weeks + 1
            if first <= 0:
                continue
            able = sums[need.every_weeks :] - sums[:first]
            never = able == 0
            self.window_pace[number, :first] = np.where(able <= _FEW, _FEW_PACE, 1.0)
            windows += int((never & self.open_windows[number, :first]).sum())
            self.open_windows[number, :first] &= ~never
        reserves = could_serve(nation)
        self.reserves = Reserves(nation, reserves, self.unit, self.week)
        short = np.maximum(problem.standby_depth - reserves, 0)[problem.open_weeks].sum()
        return int(
            windows * numbers["missed_window_cost"] + short * numbers["missing_standby_cost"]
        )

    # -- candidates --------------------------------------------------------------------------------

    def _near_lists(self) -> NDArray[np.int64]:
        """List for each unit its cheapest centres, and those that have few cheaper units.

        Without the second kind a remote centre would be looked at by nobody.
        """
        cost = self.nation.cost[self.who]
        units, centres = cost.shape
        near = min(_CHEAPEST, centres)
        if not units:
            return np.zeros((0, 1), dtype=np.int64)
        own = np.argpartition(cost, near - 1, axis=1)[:, :near]
        offered = max(len(self.unit) / units, 1.0)
        many = min(units, math.ceil(_WANTED_A_PLACE * self.weeks / offered))
        unit = np.empty((centres, many), dtype=np.int64)
        score = np.empty((centres, many), dtype=np.float32)
        for centre in range(centres):
            column = np.minimum(cost[:, centre], _MOST)
            best = np.argpartition(column, many - 1)[:many]
            unit[centre] = np.sort(best)
            score[centre] = column[unit[centre]] - column[best].max()
        flat_unit, flat_score = unit.ravel(), score.ravel()
        flat_centre = np.repeat(np.arange(centres), many)
        order = np.lexsort((flat_centre, flat_score, flat_unit))
        flat_unit, flat_centre = flat_unit[order], flat_centre[order]
        starts = np.searchsorted(flat_unit, np.arange(units))
        rank = np.arange(len(order)) - starts[flat_unit]
        kept = rank < _WANTED
        # A unit that no centre wants much looks at its cheapest centre again: that does no harm.
        wanted = np.repeat(own[:, :1], _WANTED, axis=1)
        wanted[flat_unit[kept], rank[kept]] = flat_centre[kept]
        return np.hstack([own, wanted])

    def _some(self) -> NDArray[np.int64]:
        return self.random.integers(self.centres, size=(len(self.who), _CHANCE))

    def _keep(self, centre: NDArray[np.int64]) -> None:
        """Look at these centres (one row a unit); a centre named twice counts once."""
        centre = np.sort(centre, axis=1)
        price = self.nation.cost[self.who[:, None], centre]
        price[:, 1:][centre[:, 1:] == centre[:, :-1]] = np.inf
        self.centre = centre.astype(np.int32)
        own = self.centre[self.group]
        self.at = (self.row[:, None] * self.centres + own).astype(np.int32)
        self.cell = (own * self.weeks + self.week[:, None]).astype(np.int32)
        self.price = price.astype(np.float32)

    # -- choices -----------------------------------------------------------------------------------

    def table(self, place: Floats, window: Floats) -> Table:
        """Give what a mission earns by week and kind (rows) and centre, before its cost."""
        nation, problem = self.nation, self.nation.problem
        bonus = np.zeros((len(nation.practices), self.centres, self.weeks))
        for number, need in enumerate(problem.needs):
            if window[number].any():
                sums = np.r_[np.zeros(need.every_weeks), np.cumsum(window[number])]
                bonus[nation.practices.index(need.practice), need.centre] += (
                    sums[need.every_weeks :] - sums[: -need.every_weeks]
                )
        table = np.empty((self.weeks, self.kinds, self.centres), dtype=np.float32)
        size = np.ones(self.kinds, dtype=np.int64)
        size[nation.kind] = nation.size
        for kind in range(self.kinds):
            earns = size[kind] * place
            for number in np.flatnonzero(nation.kind_does[kind]).tolist():
                earns = earns + bonus[number]
            table[:, kind] = np.where(nation.open_to[kind], earns, FORBIDDEN).T
        return table.reshape(-1, self.centres)

    def look(self, table: Table) -> tuple[Floats, NDArray[np.int32]]:
        """Find the best centre of each unit-week among its candidates: gain and place."""
        gains = table.reshape(-1)[self.at]
        gains -= self.price[self.group]
        best = gains.argmax(axis=1)[:, None]
        gain = np.take_along_axis(gains, best, axis=1)[:, 0].astype(np.float64)
        return gain, np.take_along_axis(self.cell, best, axis=1)[:, 0]

    def look_everywhere(self, table: Table, *, keep: bool) -> tuple[Floats, NDArray[np.int32]]:
        """Find the best centre of each unit-week among all; `keep`: remember each unit's best."""
        gain = np.empty(len(self.unit))
        cell = np.empty(len(self.unit), dtype=np.int32)
        best = min(_BEST, self.centres)
        bounds = np.r_[self.starts, len(self.unit)]
        lists = np.empty((len(self.who), best), dtype=np.int64)

        def part(first: int, last: int) -> None:
            rows = slice(int(bounds[first]), int(bounds[last]))
            gains = table[self.row[rows]]
            gains -= self.nation.cost[self.unit[rows]]
            at = gains.argmax(axis=1)
            gain[rows] = gains[np.arange(len(at)), at]
            cell[rows] = at * self.weeks + self.week[rows]
            if keep:
                most = np.maximum.reduceat(gains, bounds[first:last] - bounds[first], axis=0)
                lists[first:last] = np.argpartition(-most, best - 1, axis=1)[:, :best]

        self.in_parts(part)
        if keep and len(self.who):
            self._keep(np.hstack([lists, self.near_lists]))
        return gain, cell

    def in_parts(self, work: Callable[[int, int], None], size: int = _CHUNK) -> None:
        """Work on the units in parts of about `size` unit-weeks, on all cores."""
        bounds = np.r_[self.starts, len(self.unit)]
        cuts = [0]
        while cuts[-1] < len(self.who):
            last = int(np.searchsorted(bounds, bounds[cuts[-1]] + size, side="right")) - 1
            cuts.append(min(max(last, cuts[-1] + 1), len(self.who)))
        if len(cuts) < _ALONE:
            for first, last in pairwise(cuts):
                work(first, last)
            return
        with ThreadPoolExecutor(self.threads) as crew:
            list(crew.map(work, cuts[:-1], cuts[1:]))

    def choose(self, gain: Floats, depth: Floats) -> tuple[Floats, Bools, Floats, float]:
        """Solve every unit exactly at these gains: what it earns, and which unit-weeks it takes.

        Also the standbys at scarce centre-weeks (C, W), and what doctors without an own row earn.
        """
        worth = np.maximum(np.maximum.reduceat(gain, self.starts), 0.0) if len(gain) else gain
        taken = np.zeros(len(gain), dtype=np.bool_)
        single = (gain >= worth[self.group]) & (gain > 0)
        single &= self.most[self.group] == 1
        at = np.flatnonzero(single)
        at = at[np.r_[True, self.group[at][1:] != self.group[at][:-1]]] if len(at) else at
        taken[at] = True
        if len(self.several):
            own, chosen = self._several(gain)
            worth[self.several] = own
            taken[chosen] = True
        if not self.reserves.active or not depth.any():
            return worth, taken, np.zeros_like(depth), 0.0
        own, missions, served = self.reserves.choose(gain, depth)
        has_row = np.isin(self.reserves.who, self.who)
        taken[self.reserves.entry] = False
        taken[missions] = True
        worth[np.searchsorted(self.who, self.reserves.who[has_row])] = own[has_row]
        return worth, taken, served, float(own[~has_row].sum())

    def _several(self, gain: Floats) -> tuple[Floats, Ints]:
        """Solve the units that may come more than once: exactly m missions in the first i weeks."""
        people, width = self.padded.shape
        rows = np.arange(people)
        earns = np.where(self.padded >= 0, gain[self.padded], -np.inf)
        repeat = self.nation.repeat[self.who[self.several]]
        room = self.most[self.several]
        deepest = int(room.max())
        best = np.full((deepest + 1, people, width + 1), -np.inf)
        best[0] = 0.0
        for missions in range(1, deepest + 1):
            fee = np.where(room >= missions, repeat * (missions - 1), np.inf)
            for step in range(width):
                with_it = best[missions - 1][rows, self.before[:, step]] + earns[:, step] - fee
                best[missions][:, step + 1] = np.maximum(best[missions][:, step], with_it)
        final = best[:, :, width]
        count = final.argmax(axis=0)
        worth: Floats = final[count, rows]
        chosen: list[Ints] = []
        at = np.full(people, width)
        for _ in range(width):
            live = (count > 0) & (at > 0)
            previous = np.maximum(at - 1, 0)
            takes = live & (best[count, rows, at] > best[count, rows, previous])
            chosen.append(self.padded[rows[takes], previous[takes]])
            at = np.where(takes, self.before[rows, previous], previous)
            count = count - takes
        return worth, np.concatenate(chosen)

    # -- the bound ---------------------------------------------------------------------------------

    def prove(
        self, place: Floats, window: Floats, depth: Floats, worth: Floats, more: float
    ) -> float:
        """Give the bound: prices of places and windows, less what the units earn.

        `holes` places may stay empty: the dearest ones, so the bound gives them up.
        """
        places = self.nation.places
        total = self.fixed + float((place * places).sum()) + float(window.sum())
        total += float((depth * self.reserves.wanted).sum()) - float(worth.sum()) - more
        if self.holes:
            dear = np.repeat(place.ravel(), places.ravel())
            dearest = np.partition(dear, len(dear) - min(self.holes, len(dear)))
            total -= float(np.maximum(dearest[len(dear) - self.holes :], 0).sum())
        return total

    def exact(self, place: Floats, window: Floats, depth: Floats, *, keep: bool = False) -> Prices:
        """Price everything, without candidates: a true bound."""
        place, window = np.round(place * _GRAIN) / _GRAIN, np.round(window * _GRAIN) / _GRAIN
        gain, _ = self.look_everywhere(self.table(place, window), keep=keep)
        worth, _, _, more = self.choose(gain, depth)
        units = np.zeros(len(self.nation.room))
        units[self.who] = worth
        bound = self.prove(place, window, depth, worth, more)
        return Prices(place, window, depth, bound, units)

    # -- finding prices ----------------------------------------------------------------------------

    def balance(self, place: Floats, temperature: float, steps: int) -> Floats:
        """Move each price until the expected doctors of its place are those wanted, softly."""
        nation = self.nation
        want = nation.places.astype(np.float64)
        wanted = want > 0
        windows = np.zeros((len(nation.problem.needs), self.weeks))
        size = nation.size[self.unit].astype(np.float32)
        bounds = np.r_[self.starts, len(self.unit)]
        soft = np.empty(self.at.shape, dtype=np.float32)
        gain, total = np.empty(len(self.unit)), np.empty(len(self.unit), dtype=np.float32)
        found: dict[int, Floats] = {}
        taken = gain
        table = self.table(place, windows).reshape(-1)

        def weigh(first: int, last: int) -> None:
            rows = slice(int(bounds[first]), int(bounds[last]))
            own = table[self.at[rows]]
            own -= self.price[self.group[rows]]
            best = own.max(axis=1)
            own -= best[:, None]
            own /= np.float32(temperature)
            np.exp(own, out=own)
            soft[rows], total[rows] = own, own.sum(axis=1)
            gain[rows] = best + temperature * np.log(total[rows])

        def count(first: int, last: int) -> None:
            rows = slice(int(bounds[first]), int(bounds[last]))
            weights = soft[rows] * (taken[rows] * size[rows] / total[rows])[:, None]
            found[first] = np.bincount(
                self.cell[rows].ravel(), weights=weights.ravel(), minlength=want.size
            )

        for _ in range(steps):
            table = self.table(place, windows).reshape(-1)
            self.in_parts(weigh, 5 * _CHUNK)
            taken = self._softly(gain, temperature)
            found.clear()
            self.in_parts(count, 5 * _CHUNK)
            flat: Floats = np.zeros(want.size)
            for first in sorted(found):
                flat += found[first]
            got = flat.reshape(want.shape)
            change = np.zeros_like(place)
            change[wanted] = np.log(want[wanted] / np.maximum(got[wanted], 1e-9))
            # Weeks that are scarce as a whole need many small steps one way: keep some momentum.
            change = temperature * np.clip(change, -_LARGEST_FALL, _LARGEST_STEP)
            self.momentum = _MOMENTUM * self.momentum + change
            place = np.clip(place + self.momentum, 0.0, _MOST)
        return place

    def _softly(self, gain: Floats, temperature: float) -> Floats:
        """Give the chance of each unit-week to be taken, where every schedule is a logit's option.

        The logarithm of a sum over all schedules follows the recursion of `_several`; its slope
        in the gain of a week is that week's chance.
        """
        worth = np.maximum(np.maximum.reduceat(gain, self.starts), 0.0)
        weight = np.exp((gain - worth[self.group]) / temperature)
        total = np.add.reduceat(weight, self.starts) + np.exp(-worth / temperature)
        taken: Floats = weight / total[self.group]
        if not len(self.several):
            return taken
        people, width = self.padded.shape
        rows, here = np.arange(people), self.padded >= 0
        earns = np.where(here, gain[self.padded], -_NEVER) / temperature
        repeat = self.nation.repeat[self.who[self.several]] / temperature
        room = self.most[self.several]
        deepest = int(room.max())
        sums = np.full((deepest + 1, people, width + 1), -_NEVER)
        sums[0] = 0.0
        with_it = np.empty((deepest + 1, people, width))
        for m in range(1, deepest + 1):
            fee = np.where(room >= m, repeat * (m - 1), _NEVER)
            for step in range(width):
                with_it[m, :, step] = sums[m - 1, rows, self.before[:, step]] + earns[:, step] - fee
                sums[m, :, step + 1] = np.logaddexp(sums[m, :, step], with_it[m, :, step])
        last = sums[:, :, width]
        slope = np.zeros_like(sums)
        slope[:, :, width] = np.exp(last - np.logaddexp.reduce(last, axis=0))
        chance = np.zeros((people, width))
        for m in range(deepest, 0, -1):
            for step in range(width - 1, -1, -1):
                gap = np.minimum(with_it[m, :, step] - sums[m, :, step + 1], 0.0)
                goes = slope[m, :, step + 1] * np.exp(np.maximum(gap, -_NEVER))
                chance[:, step] += goes
                slope[m, :, step] += slope[m, :, step + 1] - goes
                slope[m - 1, rows, self.before[:, step]] += goes
        taken[self.padded[here]] = np.minimum(chance[here], 1.0)
        return taken

    def climb(
        self, start: Prices, *, steps: int, scale: float, stop: Callable[[], bool]
    ) -> tuple[Floats, Floats, Floats]:
        """Climb the bound over the candidates by an averaged subgradient; give the best prices."""
        nation, problem = self.nation, self.nation.problem
        place, window, depth = start.place.copy(), start.window.copy(), start.depth.copy()
        want, wanted = nation.places.astype(np.float64), self.reserves.wanted
        numbers = parameters.load("rota")
        limit, most = (numbers[f"{n}_cost"].value for n in ("missed_window", "missing_standby"))
        best, highest = -math.inf, (place, window, depth)
        mean_place, mean_window = np.zeros_like(place), np.zeros_like(window)
        mean_depth = np.zeros_like(depth)
        patience = 0
        does = nation.kind_does[nation.kind[self.unit]]
        position = {name: number for number, name in enumerate(nation.practices)}
        for _ in range(steps):
            if stop():
                break
            gain, cell = self.look(self.table(place, window))
            worth, taken, served, more = self.choose(gain, depth)
            bound = self.prove(place, window, depth, worth, more)
            if bound > best:
                best, highest, patience = bound, (place, window, depth), 0
            else:
                patience += 1
                if patience >= 8:
                    scale, patience = scale * 0.7, 0
                    place, window, depth = highest
            got = np.bincount(
                cell[taken], weights=nation.size[self.unit[taken]], minlength=want.size
            ).reshape(want.shape)
            by_practice = np.zeros((len(position), *want.shape))
            for number in range(len(position)):
                who = taken & does[:, number]
                by_practice[number] = np.bincount(cell[who], minlength=want.size).reshape(
                    want.shape
                )
            slope_window = np.zeros_like(window)
            for number, need in enumerate(problem.needs):
                sums = np.r_[0, np.cumsum(by_practice[position[need.practice], need.centre])]
                first = self.weeks - need.every_weeks + 1
                if first > 0:
                    slope_window[number, :first] = 1 - (sums[need.every_weeks :] - sums[:first])
            mean_place = 0.8 * mean_place + 0.2 * np.where(want > 0, want - got, 0)
            mean_window = 0.8 * mean_window + 0.2 * slope_window
            place = np.clip(place + scale * mean_place, 0.0, _MOST)
            mean_depth = 0.8 * mean_depth + 0.2 * (wanted - served)
            moved = np.clip(window + scale * self.window_pace * mean_window, 0, limit)
            window = np.where(self.open_windows, moved, 0)
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
    if len(market.unit) == 0:
        return market.exact(place, window, depth)
    temperature = _SOFTEST
    while temperature > _HARDEST and not stop():
        place = market.balance(place, temperature, _STEPS)
        temperature *= _COOLING
        best = market.exact(place, window, depth, keep=True)
    best = market.exact(place, window, depth, keep=True)
    scale, lazy = _LONGEST, 0
    for _ in range(rounds):
        if stop():
            break
        found = market.exact(*market.climb(best, steps=steps, scale=scale, stop=stop), keep=True)
        gained = found.bound - best.bound
        if gained > 0:
            best = found
        if gained < _WORTH_A_ROUND * abs(best.bound):
            lazy += 1
            if lazy > _LAZY_ROUNDS:
                break
        scale *= _SHORTER
    return best
