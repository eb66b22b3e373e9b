"""A market of weeks: at given prices of places, windows and standbys, what each unit chooses.

Take the rules that tie doctors together (H3: places; windows of practices) out of the model and
price them instead. What is left falls apart into one small problem a unit: which weeks, under the
gap and the missions left, earn most at these prices. It is solved exactly, unit by unit, over all
centres, so any prices prove a lower bound of level 3 (Lagrangian duality).

While prices are looked for, a unit looks at some candidates only. `keep_lists` takes a list of
centres a unit, `keep_near` the missions that lose little at prices already known.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.national.lists import first_lists
from relais.engine.rota.national.nation import FORBIDDEN, Bools, Floats, Ints, Nation, Table
from relais.engine.rota.national.reserves import Reserves, could_serve

_GRAIN = 64.0  # prices are multiples of 1/64: sums of them and whole costs are exact in float32
MOST_PRICE = (
    6_000.0  # a price no place is worth more than; keeps prices of impossible places finite
)
_CHUNK = 4_000
_SAMPLE = 4_000  # unit-weeks by which the number of near missions is judged
_BEST = 16  # centres a unit keeps by price, beside its first ones
_FEW, _FEW_PACE = 60, 10.0  # who could serve; how fast prices of such windows move
_ALONE = 4  # parts below which threads are not worth their start


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


@dataclass(frozen=True)
class Arcs:
    """Missions: `entry` (a unit-week of the market, in order), `centre`, `gain` at the prices."""

    entry: NDArray[np.int32]
    centre: NDArray[np.int32]
    gain: Table


ARC_FIELDS = ("entry", "centre", "gain")


class Market:
    """The units' choices at given prices, over arrays made once a nation."""

    def __init__(self, nation: Nation, *, seed: int, holes: int) -> None:
        self.nation, self.holes = nation, holes
        problem = nation.problem
        self.weeks, self.centres = problem.weeks, len(problem.centres)
        self.kinds = len(nation.open_to)
        self.threads = os.cpu_count() or 1
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
        cost = nation.cost[self.who]
        self.lists = first_lists(cost, len(self.unit), self.weeks, np.random.default_rng(seed))
        self.keep_lists(self.lists)

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

    def keep_lists(self, centre: NDArray[np.int64]) -> None:
        """Look at these centres in every week (one row a unit); one named twice counts once."""
        centre = np.sort(centre, axis=1)
        price = self.nation.cost[self.who[:, None], centre]
        price[:, 1:][centre[:, 1:] == centre[:, :-1]] = np.inf
        width = centre.shape[1]
        own = centre.astype(np.int32)[self.group]
        self._keep(
            np.arange(len(self.unit)),
            np.full(len(self.unit), width),
            own.ravel(),
            price.astype(np.float32)[self.group].ravel(),
        )

    def _keep(self, entry: Ints, count: Ints, centre: NDArray[np.int32], price: Table) -> None:
        """Look at these missions: `count` of each unit-week in `entry`, one after the other."""
        self.entry, self.count = entry, count.astype(np.int32)
        self.arcs = np.r_[0, np.cumsum(count)]
        self.price = price
        self.at = np.repeat((self.row[entry] * self.centres).astype(np.int32), count) + centre
        self.cell = np.repeat(self.week[entry].astype(np.int32), count)
        self.cell += centre * np.int32(self.weeks)

    def near(self, table: Table, worth: Floats, width: float, most: int) -> Arcs:
        """List the missions that lose at most `width` against the best of their unit.

        Fewer where they would be more than about `most`: the nearest, judged by a sample of units.
        `worth` float64 (U,).
        """
        if len(self.who) == 0:
            none = np.zeros(0, dtype=np.int32)
            return Arcs(none, none, none.astype(np.float32))
        several = np.zeros(len(self.nation.room), dtype=np.bool_)
        several[self.who[self.several]] = True
        bounds = np.r_[self.starts, len(self.unit)]

        def gains_of(rows: Ints | slice) -> tuple[Table, Table]:
            unit = self.unit[rows]
            gains = table[self.row[rows]]
            gains -= self.nation.cost[unit]
            # Who may come several times loses against the best of that week only.
            best = np.maximum(gains.max(axis=1), 0.0)
            return gains, np.where(several[unit], best, worth[unit].astype(np.float32))

        step = max(1, len(self.unit) // _SAMPLE)
        sample = np.arange(0, len(self.unit), step)
        gains, best = gains_of(sample)
        lost = (best[:, None] - gains).ravel()
        lost = lost[lost <= width]
        wanted = most // step
        if len(lost) > wanted:
            width = float(np.partition(lost, wanted)[wanted])
        found: dict[int, Arcs] = {}

        def part(first: int, last: int) -> None:
            rows = slice(int(bounds[first]), int(bounds[last]))
            gains, best = gains_of(rows)
            row, centre = np.nonzero(gains >= (best - np.float32(width))[:, None])
            found[first] = Arcs(
                (row + rows.start).astype(np.int32), centre.astype(np.int32), gains[row, centre]
            )

        self.in_parts(part)
        return Arcs(
            *(np.concatenate([getattr(found[k], n) for k in sorted(found)]) for n in ARC_FIELDS)
        )

    def keep_near(self, near: Arcs) -> None:
        """Look at these missions only."""
        entry, count = np.unique(near.entry, return_counts=True)
        price = self.nation.cost[self.unit[near.entry], near.centre]
        self._keep(entry.astype(np.int64), count, near.centre, price)

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
        """Find the best candidate of each unit-week: gain (FORBIDDEN without any) and place."""
        gain = np.full(len(self.unit), float(FORBIDDEN))
        cell = np.zeros(len(self.unit), dtype=np.int32)
        flat = table.reshape(-1)

        def part(first: int, last: int) -> None:
            some, arcs, starts = self.candidates(first, last)
            gains = flat[self.at[arcs]]
            gains -= self.price[arcs]
            best = np.maximum.reduceat(gains, starts)
            hit = np.flatnonzero(gains == np.repeat(best, self.count[some]))
            gain[self.entry[some]] = best
            cell[self.entry[some]] = self.cell[arcs][hit[np.searchsorted(hit, starts)]]

        self.in_parts(part, 5 * _CHUNK)
        return gain, cell

    def candidates(self, first: int, last: int) -> tuple[slice, slice, Ints]:
        """Give the candidates of units `first` up to `last`: as entries, arcs, and their starts."""
        bounds = np.r_[self.starts, len(self.unit)]
        low, high = np.searchsorted(self.entry, bounds[[first, last]]).tolist()
        starts = self.arcs[low:high]
        return (
            slice(low, high),
            slice(int(self.arcs[low]), int(self.arcs[high])),
            starts - starts[:1],
        )

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
            self.keep_lists(np.hstack([lists, self.lists]))
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
