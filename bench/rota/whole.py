"""The whole relay as one integer program, written again from the format, for any solver.

One weighted sum instead of levels, every column and every row from the start, clique rows for the
gap. Nothing of the planner is used, so that a peer's result also checks the planner's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from relais.engine.rota.plan import PlannedMission, Standby
from relais.engine.rota.problem import Problem, Status
from relais.engine.rota.verify import exact_travel_minutes

HOLE, MOVED = 1_000_000, 20_000


@dataclass
class Whole:
    """Minimise cost @ v, row_lower <= matrix @ v <= row_upper, lower <= v <= upper.

    `whole`: int32, 1 where a column must be a whole number. `missions`, `standbys`: who a column
    sends where and when.
    """

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole: NDArray[np.int32]
    matrix: sp.csc_matrix
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    minutes: dict[tuple[int, int], int]
    missions: dict[tuple[int, int, int], int]
    standbys: dict[tuple[int, int], int]

    def point(self, missions: list[PlannedMission], standbys: list[Standby]) -> NDArray[np.float64]:
        """Give the values of all columns for a plan: what is missing follows row by row."""
        point = np.zeros(len(self.cost))
        decided = np.zeros(len(self.cost), dtype=np.bool_)
        decided[[*self.missions.values(), *self.standbys.values()]] = True
        for mission in missions:
            point[self.missions[mission.doctor, mission.centre, mission.week]] = 1
        for standby in standbys:
            point[self.standbys[standby.doctor, standby.week]] = 1
        rows = sp.csr_matrix(self.matrix)
        done = rows @ point
        for row in range(rows.shape[0]):
            inside = slice(rows.indptr[row], rows.indptr[row + 1])
            rest = rows.indices[inside][~decided[rows.indices[inside]]]
            short = self.row_lower[row] - done[row]
            if not np.isfinite(short):
                short = done[row] - self.row_upper[row]
            for column in rest:  # holes, standbys and windows missed, further missions in order
                point[column] = min(max(short, 0), self.upper[column])
                short -= point[column]
        return point

    def read(self, point: NDArray[np.float64]) -> tuple[list[PlannedMission], list[Standby]]:
        """Give the missions and standbys of a point."""
        missions = [
            PlannedMission(w, c, d, Status.PROPOSED, self.minutes[d, c])
            for (d, c, w), column in self.missions.items()
            if point[column] > 0.5
        ]
        standbys = [
            Standby(w, d) for (d, w), column in self.standbys.items() if point[column] > 0.5
        ]
        return missions, standbys


@dataclass
class Answer:
    """What a peer found; `trace`: (wall seconds, best, bound), in the weighted sum.

    `seconds_to_build` and `seconds_to_solve` are of CPU.
    """

    missions: list[PlannedMission]
    standbys: list[Standby]
    proven: bool
    bound: float
    seconds_to_build: float
    seconds_to_solve: float
    rows: int
    columns: int
    trace: list[tuple[float, float | None, float | None]]


class _Builder:
    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.entries: list[tuple[int, int, float]] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []

    def column(self, cost: float, upper: float = 1, lower: float = 0, whole: int = 1) -> int:
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        if not terms:
            return
        self.entries += [(len(self.row_lower), column, value) for column, value in terms]
        self.row_lower.append(lower)
        self.row_upper.append(upper)


def build(problem: Problem) -> Whole:
    """Write the program of a problem."""
    b = _Builder()
    centres, doctors = range(len(problem.centres)), range(len(problem.doctors))
    opened = problem.open_weeks
    locked = {
        (g.doctor, g.centre, g.week)
        for g in problem.missions
        if g.status is Status.LOCKED and 0 <= g.week < problem.weeks
    }
    confirmed = {
        (g.doctor, g.centre, g.week)
        for g in problem.missions
        if g.status is Status.CONFIRMED and 0 <= g.week < problem.weeks
    }
    outside = {d: [] for d in doctors}
    for g in problem.missions:
        if not 0 <= g.week < problem.weeks:
            outside[g.doctor].append(g.week)
    minutes = {(d, c): round(exact_travel_minutes(problem, d, c)) for d in doctors for c in centres}
    suits = {}
    for d in doctors:
        p = problem.doctors[d]
        for c in centres:
            q = problem.centres[c]
            suits[d, c] = (
                (d, c) not in problem.refused
                and (p.max_travel_minutes is None or minutes[d, c] <= p.max_travel_minutes)
                and (q.pets or not p.pet)
                and (q.step_free or not p.step_free)
            )
    opening = {}
    for c in centres:
        first = problem.centres[c].opens_on
        for w in range(problem.weeks):
            opening[c, w] = False
            if first is not None:
                days = (problem.monday(w) - first).days - (-first.weekday() % 7)
                opening[c, w] = 0 <= days < 7 * problem.opening_weeks

    def counts(d: int, c: int, w: int) -> bool:
        p = problem.doctors[d]
        return (
            suits[d, c]
            and (p.pioneer or not opening[c, w])
            and (p.ready_on is None or problem.monday(w) >= p.ready_on)
        )

    x: dict[tuple[int, int, int], int] = {}
    y: dict[tuple[int, int], int] = {}
    keys = set(locked)
    for d, w in problem.offers.tolist():
        gap = problem.doctors[d].min_gap_weeks
        if any(abs(w - other) < gap for other in outside[d]):
            continue
        keys |= {(d, c, w) for c in centres if opened[c, w] and counts(d, c, w)}
        if problem.standby_depth:
            y[d, w] = b.column(1)
    for d, c, w in sorted(keys):
        price = minutes[d, c] + 60 * ((d, c) not in problem.known)
        price += 60 * ((d, c) not in problem.preferred) - MOVED * ((d, c, w) in confirmed)
        x[d, c, w] = b.column(price, lower=float((d, c, w) in locked))
    by_place: dict[tuple[int, int], list[tuple[int, int]]] = {}
    by_day: dict[tuple[int, int], list[int]] = {}
    for (d, c, w), column in x.items():
        by_place.setdefault((c, w), []).append((d, column))
        by_day.setdefault((d, w), []).append(column)
    for c in centres:
        for w in range(problem.weeks):
            here = by_place.get((c, w), [])
            lines = problem.centres[c].lines
            terms = [(column, 1.0) for _, column in here]
            if opened[c, w]:
                hole = b.column(HOLE, upper=lines)
                b.row([*terms, (hole, 1.0)], lines, lines)
            else:
                b.row(terms, 0, lines)
            firsts = [(col, 1.0) for d, col in here if problem.doctors[d].first_mission]
            families = [(col, 1.0) for d, col in here if problem.doctors[d].family]
            if len(firsts) > 1 and lines > 1:
                b.row(firsts, 0, 1)
            if len(families) > problem.centres[c].family_places:
                b.row(families, 0, problem.centres[c].family_places)
            if opened[c, w] and problem.standby_depth:
                short = b.column(3000, upper=problem.standby_depth, whole=0)
                terms = [
                    (column, 1.0) for (d, v), column in y.items() if v == w and counts(d, c, w)
                ]
                b.row([*terms, (short, 1.0)], problem.standby_depth, np.inf)
    for d in doctors:
        person = problem.doctors[d]
        weeks = sorted({w for w in range(problem.weeks) if (d, w) in by_day or (d, w) in y})
        missions = [column for w in weeks for column in by_day.get((d, w), [])]
        reserves = [y[d, w] for w in weeks if (d, w) in y]
        extra = [b.column(200 * k, whole=0) for k in range(1, person.max_missions)]
        b.row(
            [*((m, 1.0) for m in missions), *((e, -1.0) for e in extra)],
            -np.inf,
            min(1, person.max_missions),
        )
        b.row([(v, 1.0) for v in (*missions, *reserves)], -np.inf, person.max_missions)
        b.row([(v, 1.0) for v in reserves], -np.inf, 2)
        gap = max(1, person.min_gap_weeks)
        last = -1
        for w in weeks:
            window = [v for v in weeks if w <= v < w + gap]
            if window[-1] == last:
                continue
            last = window[-1]
            terms = [(m, 1.0) for v in window for m in by_day.get((d, v), [])]
            terms += [(y[d, v], 1.0) for v in window if (d, v) in y]
            b.row(terms, -np.inf, 1)
    for one, other in problem.pairs:
        for key in sorted(x):
            if key[0] in (one, other):
                partner = (other if key[0] == one else one, *key[1:])
                if partner not in x:
                    b.row([(x[key], 1.0)], 0, 0)
                elif key[0] == one:
                    b.row([(x[key], 1.0), (x[partner], -1.0)], 0, 0)
    for need in problem.needs:
        for start in range(problem.weeks - need.every_weeks + 1):
            window = range(start, start + need.every_weeks)
            if all(opened[need.centre, w] for w in window):
                missed = b.column(1500, whole=0)
                terms = [
                    (column, 1.0)
                    for w in window
                    for d, column in by_place.get((need.centre, w), [])
                    if need.practice in problem.doctors[d].practices
                ]
                b.row([*terms, (missed, 1.0)], 1, np.inf)

    rows, columns, values = zip(*b.entries, strict=True)
    return Whole(
        cost=np.array(b.cost, dtype=float),
        lower=np.array(b.lower, dtype=float),
        upper=np.array(b.upper, dtype=float),
        whole=np.array(b.whole, dtype=np.int32),
        matrix=sp.csc_matrix((values, (rows, columns)), shape=(len(b.row_lower), len(b.cost))),
        row_lower=np.array(b.row_lower, dtype=float),
        row_upper=np.array(b.row_upper, dtype=float),
        minutes=minutes,
        missions=x,
        standbys=y,
    )
