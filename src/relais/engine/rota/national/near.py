"""Which missions are worth a look at the prices, and how the nation is cut into regions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.national.market import Market, Prices
from relais.engine.rota.national.nation import Ints
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
    most = _NEAR_A_PLACE * max(1, int(market.nation.places.sum()))
    found = market.near(market.table(place, prices.window), prices.worth, width, most)
    return Near(
        unit=market.unit[found.entry].astype(np.int32),
        centre=found.centre,
        week=market.week[found.entry].astype(np.int32),
        gain=found.gain,
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
