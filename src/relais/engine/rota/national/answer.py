"""A national plan written as a `Plan`, with the cut that proves its holes."""

from __future__ import annotations

import math
import time

import numpy as np

from relais.engine.rota.coverage import Cut
from relais.engine.rota.feasible import Taken, opening_weeks, taken
from relais.engine.rota.national.nation import Bools, Floats
from relais.engine.rota.national.planning import Found
from relais.engine.rota.plan import BoundBy, Hole, Plan, PlannedMission, Standby
from relais.engine.rota.problem import Problem, Status
from relais.engine.rota.verify import score

_LEVELS = 30  # of price tried as the border of a cut
_SLACK = 1e-3


def best_cut(problem: Problem, suits: Bools, prices: Floats) -> Cut:
    """Find, among the places dearer than some price, those that prove the most holes."""
    standing = taken(problem)
    offered = _offered(problem) & ~standing.blocked & (standing.missions >= 1)[:, None]
    opening = opening_weeks(problem)
    best = _weigh(problem, standing, suits, offered, opening, np.zeros_like(prices, dtype=np.bool_))
    levels = np.unique(np.round(prices[(prices > 0) & (standing.places > 0)], 3))[::-1]
    if len(levels) > _LEVELS:
        # The dearest places one by one, then wider.
        at = np.unique(np.geomspace(1, len(levels), _LEVELS).astype(int)) - 1
        levels = levels[at]
    for level in levels.tolist():
        places = (prices >= level - _SLACK) & (standing.places > 0)
        cut = _weigh(problem, standing, suits, offered, opening, places)
        if cut.value > best.value:
            best = cut
    return best


def _offered(problem: Problem) -> Bools:
    offered = np.zeros((len(problem.doctors), problem.weeks), dtype=np.bool_)
    offered[problem.offers[:, 0], problem.offers[:, 1]] = True
    for index, person in enumerate(problem.doctors):
        if person.ready_on is not None:
            first = -((problem.first_monday - person.ready_on).days // 7)
            offered[index, : max(first, 0)] = False
    return offered


def _weigh(
    problem: Problem, standing: Taken, suits: Bools, offered: Bools, opening: Bools, places: Bools
) -> Cut:
    """Work out what places prove: their need less the most that each doctor alone can bring."""
    value = int(problem.capacity[places].sum())
    value -= sum(bool(places[given.centre, given.week]) for given in standing.locked)
    family = np.array([person.family for person in problem.doctors], dtype=np.bool_)
    pioneer = np.array([person.pioneer for person in problem.doctors], dtype=np.bool_)
    no_beds = np.array([place.family_places < 1 for place in problem.centres], dtype=np.bool_)
    gap = np.array([max(person.min_gap_weeks, 1) for person in problem.doctors], dtype=np.int64)
    most = np.zeros(len(gap), dtype=np.int64)
    weeks = np.zeros(len(gap), dtype=np.int64)
    last = np.full(len(gap), -(10**6))
    for week in range(problem.weeks):
        centres = np.flatnonzero(places[:, week])
        who = np.flatnonzero(offered[:, week])
        if len(centres) == 0 or len(who) == 0:
            continue
        may = suits[np.ix_(who, centres)]
        may &= pioneer[who][:, None] | ~opening[centres, week]
        may &= ~(family[who][:, None] & no_beds[centres])
        comes = who[may.any(axis=1)]
        weeks[comes] += 1
        fits = comes[week - last[comes] >= gap[comes]]
        last[fits] = week
        most[fits] += 1
    most = np.minimum(most, standing.missions)
    value -= int(most.sum())
    return Cut(places, tuple(np.flatnonzero(most < weeks).tolist()), value)


def write_plan(problem: Problem, found: Found, *, started: float) -> Plan:
    """Write what was found as a plan, its holes proven by a cut."""
    land = found.land
    given = {(m.doctor, m.centre, m.week): m.status for m in problem.missions}
    missions = tuple(
        sorted(
            PlannedMission(
                week=week,
                centre=centre,
                doctor=doctor,
                status=given.get((doctor, centre, week), Status.PROPOSED),
                travel_minutes=int(land.travel[doctor, centre]),
            )
            for doctor, centre, week in found.missions
        )
    )
    standbys = tuple(sorted(Standby(week=week, doctor=doctor) for doctor, week in found.standbys))
    missing = problem.capacity.astype(np.int64).copy()
    for mission in missions:
        missing[mission.centre, mission.week] -= 1
    holes = tuple(
        Hole(week=int(week), centre=int(centre), missing=int(missing[centre, week]))
        for week, centre in np.argwhere(missing.T > 0)
    )
    reached = score(problem, missions, standbys)
    cut = best_cut(problem, land.suits, found.prices.place) if holes else None
    proven = cut.value if cut is not None else 0
    short = found.shortfall
    if cut is not None and short is not None:
        # A minimum cut; its places may prove more where parties are counted as such.
        cut = max(short.cut, cut, key=lambda one: one.value)
        proven = max(cut.value, short.holes)
    return Plan(
        missions=missions,
        standbys=standbys,
        holes=holes,
        score=reached,
        holes_bound=proven,
        holes_bound_by=_proven_by(cut, proven),
        confirmed_moved_bound=found.moved_bound,
        cost_bound=float(max(0, math.ceil(found.cost_bound - _SLACK))),
        certificate=cut.certificate() if cut is not None else None,
        seconds=time.monotonic() - started,
        stopped_by_budget=not found.complete,
    )


def _proven_by(cut: Cut | None, proven: int) -> BoundBy | None:
    if cut is None:
        return None
    return BoundBy.CUT if cut.value == proven else BoundBy.MODEL
