"""What a plan would have to give up for somebody to be somewhere: an exchange, priced whole.

An exchange is carried out on the plan in memory, priced by the three levels, and undone: its price
is that of a real plan that obeys every hard rule, so no plan that does the same costs more than it.
It is the best of a few simple ones (who leaves, who takes the places left), not the best of all:
`floors` gives what no plan can undercut.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import scipy.sparse as sp

from relais.engine import parameters
from relais.engine.rota.feasible import feasible, taken
from relais.engine.rota.linear import Program, Solver
from relais.engine.rota.model import build
from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, WeekIndex
from relais.engine.rota.state import Key, Place, Promise, State, Stay

_WAYS = 6  # of what a doctor may leave, looked at
_GROUPS = 6  # of who may leave a place, looked at
_SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class Exchange:
    """A change of a plan, whole, and what it costs: differences of the three levels.

    `removed` and `added`: missions (doctor, centre, week); `dropped`: standbys (doctor, week).
    """

    removed: tuple[Key, ...]
    added: tuple[Key, ...]
    dropped: tuple[Promise, ...]
    holes: int
    confirmed_moved: int
    cost: int

    @property
    def levels(self) -> tuple[int, int, int]:
        """Give the differences in the order they count."""
        return self.holes, self.confirmed_moved, self.cost


class Exchanges:
    """Prices exchanges of one plan. The state is changed while a question is answered only."""

    def __init__(self, state: State) -> None:
        self.state = state

    def into(
        self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex
    ) -> tuple[Exchange | None, bool]:
        """Put a doctor (and companions) at a centre: the best exchange, and whether one is barred.

        None and False: rules of the doctor's own forbid it. None and True: a locked mission, or one
        outside the planned weeks, stands in the way. Raises ValueError where she is there already.
        """
        state, tables = self.state, self.state.tables
        party = tables.party_of[doctor]
        if state.missions[party].get(week) == centre:
            raise ValueError(f"doctor {doctor} is at centre {centre} in week {week} already")
        if all(one != party for _, one in tables.candidates(centre, week)):
            return None, False
        best: Exchange | None = None
        # A pair takes two places; a beginner may have to replace another beginner as well.
        most = tables.size[party] + 1
        for leave, drop in state.standing_ways(party, week)[:_WAYS]:
            own = [(party, state.missions[party][at], at) for at in leave]
            groups = state.room_at(party, centre, week, most=most)
            for group in list(islice(groups, _GROUPS)):
                removed = own + [(other, centre, week) for other in group]
                found = self._tried(removed, [(party, centre, week)], list(drop))
                if best is None or found.levels < best.levels:
                    best = found
        return best, best is None

    def without(self, doctor: DoctorIndex, week: WeekIndex) -> Exchange | None:
        """Let a doctor (and companions) stay at home a week: who would come, and what it costs.

        None where she has no mission that week, or a locked one.
        """
        state = self.state
        party = state.tables.party_of[doctor]
        centre = state.missions[party].get(week)
        if centre is None or state.is_locked(party, centre, week):
            return None
        return self._tried([(party, centre, week)], [], [], home=party)

    def _tried(
        self,
        removed: list[Stay],
        added: list[Stay],
        dropped: list[Promise],
        home: int | None = None,
    ) -> Exchange:
        """Carry a change out, fill the places it leaves, price it, and undo it."""
        state, tables = self.state, self.state.tables
        before = (state.holes, state.confirmed_moved, state.cost)
        state.change(removed=removed, added=added, dropped=dropped)
        fills: list[Stay] = []
        called: list[Promise] = []
        places: list[Place] = sorted({(centre, week) for _, centre, week in removed})
        for centre, week in places:
            while state.missing(centre, week):
                filled = self._fill(centre, week, home)
                if filled is None:
                    break
                fills.append(filled[0])
                called += filled[1]
        after = (state.holes, state.confirmed_moved, state.cost)
        state.change(removed=[*fills, *added], added=removed)
        promised = [*dropped, *called]
        for doctor, week in promised:
            state.promise(doctor, week)
        for party in {tables.party_of[doctor] for doctor, _ in promised}:
            state.settle(party)
        if (state.holes, state.confirmed_moved, state.cost) != before:
            raise RuntimeError("an exchange was not undone")
        gone, come = set(removed), {*added, *fills}
        return Exchange(
            removed=self._doctors_of(gone - come),
            added=self._doctors_of(come - gone),
            dropped=tuple(sorted(promised)),
            holes=after[0] - before[0],
            confirmed_moved=after[1] - before[1],
            cost=after[2] - before[2],
        )

    def _fill(
        self, centre: CentreIndex, week: WeekIndex, home: int | None
    ) -> tuple[Stay, list[Promise]] | None:
        """Fill a place with the cheapest doctor who is free, else one on standby."""
        state, tables = self.state, self.state.tables
        missing = state.missing(centre, week)
        for _, party in state.fills(centre, week):
            if party != home and tables.size[party] <= missing:
                stay = (party, centre, week)
                state.change(added=[stay])
                return stay, []
        for _, party in tables.candidates(centre, week):
            if party == home or tables.size[party] > missing:
                continue
            for leave, drop in state.standing_ways(party, week):
                if not leave and next(state.room_at(party, centre, week), None) == ():
                    stay = (party, centre, week)
                    state.change(added=[stay], dropped=drop)
                    return stay, list(drop)
        return None

    def _doctors_of(self, stays: set[Stay]) -> tuple[Key, ...]:
        return tuple(
            sorted(
                (doctor, centre, week)
                for party, centre, week in stays
                for doctor in self.state.tables.parties[party]
            )
        )


def carried_out(problem: Problem, plan: Plan, exchange: Exchange) -> Plan:
    """Give the plan that an exchange leads to; it proves nothing."""
    state = State(problem, plan)
    party_of = state.tables.party_of

    def stays(keys: tuple[Key, ...]) -> list[Stay]:
        return list(dict.fromkeys((party_of[d], c, w) for d, c, w in keys))

    state.change(
        removed=stays(exchange.removed), added=stays(exchange.added), dropped=exchange.dropped
    )
    return state.plan()


@dataclass(frozen=True)
class Floors:
    """What no plan can undercut, from the duals of the relaxation (docs/engine/rota.md).

    `by_mission`: what a plan costs more than this one, at the least, if it holds a mission (doctor,
    centre, week) and neither more places empty nor more confirmed missions moved. Missions that the
    model does not have are not there.
    """

    by_mission: dict[Key, int]

    def of(self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex) -> int:
        """Give the floor of a mission; 0 where nothing is known."""
        return self.by_mission.get((doctor, centre, week), 0)


def floors(problem: Problem, plan: Plan, *, seconds: float = 30.0) -> Floors:
    """Work the floors of a plan out: one linear program, so for sizes of the exact road.

    A plan that holds mission j costs at least LB + max(0, r_j), LB the bound that the duals prove
    and r_j the reduced cost: weak duality with the column's lower bound raised to 1.
    """
    model = build(problem, feasible(problem), taken(problem))
    rows = sp.csr_matrix(sp.vstack([model.rows, model.window_rows]))
    windows = model.window_rows.shape[0]
    upper = model.upper.copy()
    lower_side = np.r_[model.row_lower, np.ones(windows)]
    upper_side = np.r_[model.row_upper, np.full(windows, np.inf)]
    holes = plan.score.holes
    extra, sides = [], []
    if holes == 0:
        upper[model.h] = 0.0
    else:
        row = np.zeros(model.columns)
        row[model.h] = 1.0
        extra.append(row)
        sides.append((-np.inf, float(holes)))
    confirmed = np.zeros(model.columns)
    confirmed[model.x] = model.missions.confirmed
    if confirmed.any():
        kept = model.fixed_moved + confirmed.sum() - plan.score.confirmed_moved
        extra.append(confirmed)
        sides.append((float(kept), np.inf))
    for row, (low, high) in zip(extra, sides, strict=True):
        rows = sp.csr_matrix(sp.vstack([rows, sp.csr_matrix(row)]))
        lower_side, upper_side = np.r_[lower_side, low], np.r_[upper_side, high]
    program = Program(
        cost=model.cost,
        lower=np.zeros(model.columns),
        upper=upper,
        rows=rows,
        row_lower=lower_side,
        row_upper=upper_side,
        whole=model.integer,
    )
    relaxed = Solver(deadline=time.monotonic() + seconds).linear(program)
    if relaxed.duals is None:
        return Floors({})
    least = relaxed.bound + model.fixed_cost - plan.score.cost
    dearer = np.maximum(program.reduced_costs(relaxed.duals)[model.x], 0.0) + least
    missions = model.missions
    found: dict[Key, int] = {}
    for arc, doctor in zip(
        missions.member_arc.tolist(), missions.member_doctor.tolist(), strict=True
    ):
        floor = math.ceil(dearer[arc] - _SLACK)
        if floor > 0:
            found[doctor, int(missions.centre[arc]), int(missions.week[arc])] = floor
    return Floors(found)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an exchange changes, term by term; positive is worse. `habits`: centres not known or
    not wished for; `fairness`: in units of cost; `windows`: without a practice asked for.
    """

    holes: int
    confirmed_moved: int
    travel_minutes: int
    habits: int
    fairness: int
    standby_missing: int
    windows: int


def terms_of(problem: Problem, plan: Plan, exchange: Exchange) -> Terms:
    """Split the price of an exchange into its terms."""
    numbers = {name: int(entry.value) for name, entry in parameters.load("rota").items()}
    travel = _travel(problem, exchange)
    moves = [(1, key) for key in exchange.added] + [(-1, key) for key in exchange.removed]
    minutes = sum(sign * travel[doctor, centre] for sign, (doctor, centre, _) in moves)
    habits = sum(
        sign * (((d, c) not in problem.known) + ((d, c) not in problem.preferred))
        for sign, (d, c, _) in moves
    )
    habit_cost = sum(
        sign
        * (
            numbers["unknown_centre_cost"] * ((d, c) not in problem.known)
            + numbers["not_preferred_cost"] * ((d, c) not in problem.preferred)
        )
        for sign, (d, c, _) in moves
    )
    touched = {doctor for _, (doctor, _, _) in moves}
    count = dict.fromkeys(touched, 0)
    for mission in plan.missions:
        if mission.doctor in touched:
            count[mission.doctor] += 1
    after = dict(count)
    for sign, (doctor, _, _) in moves:
        after[doctor] += sign
    fairness = numbers["repeat_cost"] * sum(
        after[one] * (after[one] - 1) // 2 - count[one] * (count[one] - 1) // 2 for one in touched
    )
    windows = _windows(problem, plan, exchange)
    rest = exchange.cost - minutes - habit_cost - fairness
    rest += numbers["standby_cost"] * len(exchange.dropped)
    rest -= numbers["missed_window_cost"] * windows
    return Terms(
        holes=exchange.holes,
        confirmed_moved=exchange.confirmed_moved,
        travel_minutes=minutes,
        habits=habits,
        fairness=fairness,
        standby_missing=rest // numbers["missing_standby_cost"],
        windows=windows,
    )


def _travel(problem: Problem, exchange: Exchange) -> dict[tuple[int, int], int]:
    """Give the minutes of the journeys an exchange touches."""
    people = sorted({key[0] for key in (*exchange.added, *exchange.removed)})
    places = sorted({key[1] for key in (*exchange.added, *exchange.removed)})
    small = replace(
        problem,
        doctors=tuple(problem.doctors[one] for one in people),
        centres=tuple(problem.centres[one] for one in places),
        offers=np.zeros((0, 2), dtype=np.int32),
        travel={
            (d, c): problem.travel[person, place]
            for d, person in enumerate(people)
            for c, place in enumerate(places)
            if (person, place) in problem.travel
        },
        closures=frozenset(),
        refused=frozenset(),
        preferred=frozenset(),
        known=frozenset(),
        needs=(),
        pairs=(),
        missions=(),
    )
    table = feasible(small).travel
    return {
        (person, place): int(table[d, c])
        for d, person in enumerate(people)
        for c, place in enumerate(places)
    }


def _windows(problem: Problem, plan: Plan, exchange: Exchange) -> int:
    """Count the windows without a practice that an exchange adds, less those it serves."""
    removed, added = set(exchange.removed), exchange.added
    centres = {key[1] for key in (*removed, *added)}
    needs = [need for need in problem.needs if need.centre in centres]
    if not needs:
        return 0
    weeks: dict[tuple[int, str], tuple[set[int], set[int]]] = {
        (need.centre, need.practice): (set(), set()) for need in needs
    }
    keys = [(m.doctor, m.centre, m.week) for m in plan.missions if m.centre in centres]
    for stays, chosen in ((0, keys), (1, [key for key in keys if key not in removed] + [*added])):
        for doctor, centre, week in chosen:
            for practice in problem.doctors[doctor].practices:
                if (centre, practice) in weeks:
                    weeks[centre, practice][stays].add(week)
    more = 0
    for need in needs:
        before, after = weeks[need.centre, need.practice]
        open_ = problem.open_weeks[need.centre]
        for start in range(problem.weeks - need.every_weeks + 1):
            window = range(start, start + need.every_weeks)
            if open_[start : start + need.every_weeks].all():
                more += int(after.isdisjoint(window)) - int(before.isdisjoint(window))
    return more
