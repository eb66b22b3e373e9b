"""How many places must stay empty, and why: a maximum flow and the cut that proves it.

The flow sends doctors to places under max_missions and one mission a week; the gap is left out, so
what it cannot bring nobody can. The cut names centre-weeks whose need is more than what all doctors
can bring to them; counting what each doctor alone can bring, with the gap, only makes it stronger.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from relais.engine.rota.feasible import Feasible, Taken
from relais.engine.rota.model import spaced_count
from relais.engine.rota.plan import Certificate
from relais.engine.rota.problem import Problem

type Bools = NDArray[np.bool_]

_LEVELS_TRIED = 40


@dataclass(frozen=True)
class Alone:
    """The missions possible for each doctor alone, beside what stands: arcs as index arrays."""

    doctor: NDArray[np.int32]
    centre: NDArray[np.int32]
    week: NDArray[np.int32]
    need: NDArray[np.int64]


@dataclass(frozen=True)
class Cut:
    """A set of places, boolean (centres, weeks), the doctors at their limit, and what it proves."""

    places: Bools
    doctors: tuple[int, ...]
    value: int

    def certificate(self) -> Certificate:
        """Say it in the words of the plan."""
        centre, week = np.nonzero(self.places)
        return Certificate(
            centre_weeks=tuple(zip(centre.tolist(), week.tolist(), strict=True)),
            doctors=self.doctors,
        )


def alone(problem: Problem, allowed: Feasible, taken: Taken) -> Alone:
    """Find the missions that no rule forbids to a doctor taken alone (locked missions stand)."""
    family = np.array([person.family for person in problem.doctors], dtype=np.bool_)
    no_beds = np.array([place.family_places < 1 for place in problem.centres], dtype=np.bool_)
    possible = (
        ~taken.blocked[allowed.doctor, allowed.week]
        & (taken.missions[allowed.doctor] >= 1)
        & ~(family[allowed.doctor] & no_beds[allowed.centre])
    )
    return Alone(
        doctor=allowed.doctor[possible],
        centre=allowed.centre[possible],
        week=allowed.week[possible],
        need=problem.capacity.astype(np.int64),
    )


def weigh(problem: Problem, taken: Taken, possible: Alone, places: Bools) -> Cut:
    """Work out what a set of places proves: its need minus the most that all doctors can bring."""
    value = int(possible.need[places].sum())
    value -= sum(bool(places[given.centre, given.week]) for given in taken.locked)
    inside = places[possible.centre, possible.week]
    days = np.unique(
        possible.doctor[inside].astype(np.int64) * problem.weeks + possible.week[inside]
    )
    doctor, week = days // problem.weeks, days % problem.weeks
    limits = []
    borders = np.flatnonzero(np.r_[True, doctor[1:] != doctor[:-1], True]) if len(days) else days
    for start, end in pairwise(borders.tolist()):
        who = int(doctor[start])
        gap = max(problem.doctors[who].min_gap_weeks, 1)
        most = min(int(taken.missions[who]), spaced_count(week[start:end], gap))
        value -= most
        if most < end - start:
            limits.append(who)
    return Cut(places=places, doctors=tuple(limits), value=value)


def flow_cut(problem: Problem, taken: Taken, possible: Alone) -> Cut:
    """Find the minimum cut of the flow doctor -> doctor's week -> place, and weigh it.

    Without any place in want the cut is empty and proves 0.
    """
    weeks, people = problem.weeks, len(problem.doctors)
    open_centre, open_week = np.nonzero(taken.places > 0)
    place_of = np.full(taken.places.shape, -1, dtype=np.int64)
    place_of[open_centre, open_week] = np.arange(len(open_centre))
    wanted = place_of[possible.centre, possible.week] >= 0
    doctor = possible.doctor[wanted].astype(np.int64)
    place = place_of[possible.centre[wanted], possible.week[wanted]]
    day = doctor * weeks + possible.week[wanted]
    days, day_of = np.unique(day, return_inverse=True)
    source, first_day = 0, 1 + people
    first_place = first_day + len(days)
    sink = first_place + len(open_centre)
    tail = np.r_[
        np.zeros(people, int),
        1 + days // weeks,
        first_day + day_of,
        first_place + np.arange(len(open_centre)),
    ]
    head = np.r_[
        1 + np.arange(people),
        first_day + np.arange(len(days)),
        first_place + place,
        np.full(len(open_centre), sink),
    ]
    room = np.r_[
        taken.missions,
        np.ones(len(days), int),
        np.ones(len(place), int),
        taken.places[open_centre, open_week],
    ].astype(np.int32)
    graph = sp.csr_array((room, (tail, head)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, source, sink).flow
    residual = sp.csr_array(graph - flow)
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=np.bool_)
    reached[breadth_first_order(residual, source, return_predecessors=False)] = True
    # Places on the sink's side are in want: what reaches them is all that can.
    places = np.zeros(taken.places.shape, dtype=np.bool_)
    short = ~reached[first_place:sink]
    places[open_centre[short], open_week[short]] = True
    return _at_least_nothing(problem, taken, possible, weigh(problem, taken, possible, places))


def _at_least_nothing(problem: Problem, taken: Taken, possible: Alone, cut: Cut) -> Cut:
    if cut.value >= 0:
        return cut
    return weigh(problem, taken, possible, np.zeros_like(cut.places))


def price_cut(
    problem: Problem, taken: Taken, possible: Alone, prices: NDArray[np.float64], known: Cut
) -> Cut:
    """Look for a stronger cut in the prices of places (duals of the fewest-holes program).

    `prices`: float64 (centres, weeks), between 0 and 1. Each level of price is tried as a border.
    """
    best = known
    levels = np.unique(np.round(prices[prices > 0], 6))[::-1]
    if len(levels) > _LEVELS_TRIED:
        levels = levels[np.linspace(0, len(levels) - 1, _LEVELS_TRIED).astype(int)]
    for level in levels.tolist():
        cut = weigh(problem, taken, possible, prices >= level - 1e-6)
        if cut.value > best.value:
            best = cut
    return best
