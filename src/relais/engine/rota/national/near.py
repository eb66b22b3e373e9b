"""Which missions are worth a look at the prices, and how the nation is cut into regions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.national.nation import Ints
from relais.engine.rota.national.prices import Market, Prices
from relais.engine.rota.problem import Problem

_NEAR_A_PLACE = 200  # missions kept, the nearest of them


@dataclass(frozen=True)
class Near:
    """Missions of small reduced cost, as arrays; `gain` at the prices."""

    unit: NDArray[np.int32]
    centre: NDArray[np.int32]
    week: NDArray[np.int32]
    gain: NDArray[np.float32]


def near_missions(market: Market, prices: Prices, width: float) -> Near:
    """List the missions that lose at most `width` against the best of their unit."""
    place = np.where(market.nation.places > 0, prices.place, 0.0)
    table = market.table(place, prices.window)
    several = np.zeros(len(market.nation.room), dtype=np.bool_)
    several[market.who[market.several]] = True
    found: list[tuple[Ints, Ints, NDArray[np.float32], NDArray[np.float32]]] = []
    bounds = np.r_[market.starts, len(market.unit)]

    def part(first: int, last: int) -> None:
        rows = slice(int(bounds[first]), int(bounds[last]))
        unit = market.unit[rows]
        gains = table[market.row[rows]]
        gains -= market.nation.cost[unit]
        # Who may come several times loses against the best of that week only.
        best = np.maximum(gains.max(axis=1), 0.0)
        best = np.where(several[unit], best, prices.worth[unit].astype(np.float32))
        row, centre = np.nonzero(gains >= (best - np.float32(width))[:, None])
        gain = gains[row, centre]
        found.append((row + rows.start, centre, gain, best[row] - gain))

    market.in_parts(part)
    found.sort(key=lambda one: int(one[0][0]) if len(one[0]) else -1)
    if not found:
        none = np.zeros(0, dtype=np.int32)
        return Near(none, none, none, none.astype(np.float32))
    row = np.concatenate([one[0] for one in found])
    centre = np.concatenate([one[1] for one in found])
    gain = np.concatenate([one[2] for one in found])
    most = _NEAR_A_PLACE * max(1, int(market.nation.places.sum()))
    if len(row) > most:
        lost = np.concatenate([one[3] for one in found])
        kept = np.sort(np.argpartition(lost, most - 1)[:most])
        row, centre, gain = row[kept], centre[kept], gain[kept]
    return Near(
        unit=market.unit[row].astype(np.int32),
        centre=centre.astype(np.int32),
        week=market.week[row].astype(np.int32),
        gain=gain,
    )


def split(problem: Problem, turn: float, lines: int) -> Ints:
    """Cut the centres into regions of about `lines` places a week, halving along turned axes.

    Gives the region of each centre; int64 (C,).
    """
    x = np.array([centre.longitude for centre in problem.centres]) * math.cos(math.radians(46.5))
    y = np.array([centre.latitude for centre in problem.centres])
    weight = np.array([max(centre.lines, 1) for centre in problem.centres])
    region = np.zeros(len(x), dtype=np.int64)
    parts = [np.arange(len(x))]
    done: list[Ints] = []
    while parts:
        part = parts.pop()
        if weight[part].sum() <= lines or len(part) == 1:
            done.append(part)
            continue
        angles = (turn, turn + math.pi / 2)
        axes = [np.cos(a) * x[part] + np.sin(a) * y[part] for a in angles]
        axis = max(axes, key=lambda values: float(np.ptp(values)))
        ordered = part[np.lexsort((part, axis))]
        load = np.cumsum(weight[ordered])
        pieces = math.ceil(load[-1] / lines)
        cut = int(np.searchsorted(load, load[-1] * (pieces // 2) / pieces)) + 1
        cut = min(max(cut, 1), len(ordered) - 1)
        parts += [ordered[:cut], ordered[cut:]]
    for number, part in enumerate(done):
        region[part] = number
    return region
