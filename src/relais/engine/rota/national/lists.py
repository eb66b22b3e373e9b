"""Which centres a unit looks at while nothing is known of prices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.national.nation import Table

_CHEAPEST, _CHANCE = 6, 6  # centres a unit looks at: by cost, by chance
_WANTED, _WANTED_A_PLACE = 10, 50  # and where it is among the cheapest of a place
_DEAR = 6_000.0  # minutes: what a mission that rules forbid counts as


def first_lists(
    cost: Table, offers: int, weeks: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """List for each unit its cheapest centres, those that have few cheaper units, and some others.

    Without the second kind a remote centre would be looked at by nobody; without the third, more
    places than must would stay empty. `cost`: float32 (units, C); `offers`: weeks that all
    units offer together. int64 (units, some).
    """
    units, centres = cost.shape
    near = min(_CHEAPEST, centres)
    if not units:
        return np.zeros((0, 1), dtype=np.int64)
    own = np.argpartition(cost, near - 1, axis=1)[:, :near]
    offered = max(offers / units, 1.0)
    many = min(units, math.ceil(_WANTED_A_PLACE * weeks / offered))
    unit = np.empty((centres, many), dtype=np.int64)
    score = np.empty((centres, many), dtype=np.float32)
    for centre in range(centres):
        column = np.minimum(cost[:, centre], _DEAR)
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
    return np.hstack([own, wanted, random.integers(centres, size=(units, _CHANCE))])
