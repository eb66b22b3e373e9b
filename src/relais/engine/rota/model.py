"""The relay as a linear model: columns, rows and costs as arrays, for any solver.

Columns, in this order: missions x (one a party, centre and week), standbys y (one a doctor and
week), further missions e of a doctor (convex fairness), missing standbys s, missed windows p, holes
h. A party is a doctor, or the doctors whom pairs bind together: rule H7 then needs no row. Locked
missions are not columns: they are taken off the places, the weeks and the missions left.

docs/engine/rota.md tells the formulation row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.feasible import Feasible, Taken
from relais.engine.rota.problem import Problem, Status

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Bools = NDArray[np.bool_]

_HALF = 0.5


@dataclass(frozen=True)
class Missions:
    """The mission columns. `party`, `centre`, `week`, `size`: int64 (n,); `cost`: float64
    (n,).

    `member_arc`, `member_doctor`: one entry a doctor of a column. `confirmed`: int64 (n,), how many
    confirmed missions a column keeps.
    """

    party: Ints
    centre: Ints
    week: Ints
    size: Ints
    cost: Floats
    confirmed: Ints
    member_arc: Ints
    member_doctor: Ints


@dataclass(frozen=True)
class Model:
    """Minimise cost @ v, row_lower <= rows @ v <= row_upper, 0 <= v <= upper.

    `rows`: CSR without the window rows; `window_rows`: CSR of those, each >= 1. The first
    `hard_rows` rows speak of missions, standbys and holes only: they are the hard rules. The blocks
    of columns are slices; `further_row`, `further_step` say whose further mission a column e is and
    which one. `fixed_cost`: what no column decides (locked missions, windows nobody can serve).
    `fixed_moved`: confirmed missions that no plan can keep.
    """

    missions: Missions
    standby_doctor: Ints
    standby_week: Ints
    place_centre: Ints
    place_week: Ints
    place_free: Ints
    cost: Floats
    upper: Floats
    rows: sp.csr_matrix
    row_lower: Floats
    row_upper: Floats
    window_rows: sp.csr_matrix
    hard_rows: int
    further_rows: slice
    further_row: Ints
    further_step: Ints
    depth_rows: slice
    x: slice
    y: slice
    e: slice
    s: slice
    p: slice
    h: slice
    fixed_cost: int
    fixed_moved: int

    @property
    def columns(self) -> int:
        """Count the columns."""
        return len(self.cost)

    def complete(self, chosen: Bools, reserves: Bools) -> Floats:
        """Give the values of all columns that follow from the missions and standbys chosen."""
        values = np.zeros(self.columns)
        values[self.x] = chosen
        values[self.y] = reserves
        done = self.rows @ values
        values[self.h] = self.place_free - done[: len(self.place_free)]
        repeats = done[self.further_rows]
        values[self.e] = self.further_step < repeats[self.further_row] - _HALF
        values[self.s] = np.maximum(0, self.row_lower[self.depth_rows] - done[self.depth_rows])
        values[self.p] = np.maximum(0, 1 - self.window_rows @ values)
        return values

    @property
    def integer(self) -> Bools:
        """Say which columns must be whole; the others then are so at an optimum."""
        whole = np.zeros(self.columns, dtype=np.bool_)
        whole[self.x] = True
        whole[self.y] = True
        return whole


def parties_of(problem: Problem) -> list[tuple[int, ...]]:
    """Group the doctors whom pairs bind, directly or through others; sorted, singles included."""
    leader = list(range(len(problem.doctors)))

    def find(doctor: int) -> int:
        while leader[doctor] != doctor:
            leader[doctor] = leader[leader[doctor]]
            doctor = leader[doctor]
        return doctor

    for one, other in problem.pairs:
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for doctor in range(len(problem.doctors)):
        groups.setdefault(find(doctor), []).append(doctor)
    return [tuple(members) for _, members in sorted(groups.items())]


def free_arcs(problem: Problem, allowed: Feasible, taken: Taken) -> Bools:
    """Say which arcs remain beside the standing missions; boolean array over the arcs."""
    doctor, centre, week = allowed.doctor, allowed.centre, allowed.week
    first = np.array([person.first_mission for person in problem.doctors], dtype=np.bool_)
    family = np.array([person.family for person in problem.doctors], dtype=np.bool_)
    beds = np.array([place.family_places for place in problem.centres], dtype=np.int32)
    most_first = parameters.load("rota")["first_timers_per_centre_week"].value
    free: Bools = (
        ~taken.blocked[doctor, week]
        & (taken.places[centre, week] >= 1)
        & (taken.missions[doctor] >= 1)
        & ~(first[doctor] & (taken.first_timers[centre, week] >= most_first))
        & ~(family[doctor] & (taken.families[centre, week] >= beds[centre]))
    )
    return free


def _missions(problem: Problem, allowed: Feasible, taken: Taken) -> Missions:
    """Make the mission columns: one a party and place where all of the party may be together."""
    parties = parties_of(problem)
    repeat = int(parameters.load("rota")["repeat_cost"].value)
    most_first = int(parameters.load("rota")["first_timers_per_centre_week"].value)
    party_of = np.empty(len(problem.doctors), dtype=np.int64)
    party_size = np.empty(len(parties), dtype=np.int64)
    for index, members in enumerate(parties):
        party_of[list(members)] = index
        party_size[index] = len(members)
    free = free_arcs(problem, allowed, taken)
    doctor = allowed.doctor[free].astype(np.int64)
    centre = allowed.centre[free].astype(np.int64)
    week = allowed.week[free].astype(np.int64)
    confirmed_set = {
        (given.doctor, given.centre, given.week)
        for given in problem.missions
        if given.status is Status.CONFIRMED
    }
    person_cost = allowed.cost[doctor, centre] + repeat * taken.locked_count[doctor]

    # Arcs of one party at one place, together: sort by (party, week, centre, doctor).
    party = party_of[doctor]
    order = np.lexsort((doctor, centre, week, party))
    doctor, centre, week, party = doctor[order], centre[order], week[order], party[order]
    person_cost = person_cost[order]
    key = (party * problem.weeks + week) * len(problem.centres) + centre
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, int)
    present = np.diff(np.r_[starts, len(key)])
    first = np.array([person.first_mission for person in problem.doctors], dtype=np.int64)
    family = np.array([person.family for person in problem.doctors], dtype=np.int64)
    beds = np.array([place.family_places for place in problem.centres], dtype=np.int64)
    c, w, g = centre[starts], week[starts], party[starts]
    keep = (present == party_size[g]) & (party_size[g] <= taken.places[c, w])
    if len(starts):
        beginners = np.add.reduceat(first[doctor], starts)
        with_family = np.add.reduceat(family[doctor], starts)
        keep &= beginners + taken.first_timers[c, w] <= np.where(beginners > 0, most_first, 10**6)
        keep &= with_family + taken.families[c, w] <= np.where(with_family > 0, beds[c], 10**6)
        cost = np.add.reduceat(person_cost, starts).astype(np.float64)
    else:
        cost = np.zeros(0)
    column_of = np.cumsum(keep) - 1
    arc_of_entry = np.repeat(np.arange(len(starts)), present)
    kept_entry = keep[arc_of_entry]
    member_arc = column_of[arc_of_entry][kept_entry]
    member_doctor = doctor[kept_entry]
    confirmed = np.zeros(int(keep.sum()), dtype=np.int64)
    if confirmed_set:
        stands = np.array(
            [
                (d, cc, ww) in confirmed_set
                for d, cc, ww in zip(
                    member_doctor.tolist(),
                    centre[kept_entry].tolist(),
                    week[kept_entry].tolist(),
                    strict=True,
                )
            ],
            dtype=np.int64,
        )
        np.add.at(confirmed, member_arc, stands)
    return Missions(
        party=g[keep],
        centre=c[keep],
        week=w[keep],
        size=party_size[g[keep]],
        cost=cost[keep],
        confirmed=confirmed,
        member_arc=member_arc,
        member_doctor=member_doctor,
    )


class _Rows:
    """Rows being gathered, as coordinates."""

    def __init__(self) -> None:
        self.row: list[NDArray[np.int64]] = []
        self.column: list[NDArray[np.int64]] = []
        self.value: list[NDArray[np.float64]] = []
        self.lower: list[NDArray[np.float64]] = []
        self.upper: list[NDArray[np.float64]] = []
        self.count = 0

    def add(
        self,
        row: Ints,
        column: Ints,
        value: Floats | float,
        count: int,
        lower: object,
        upper: object,
    ) -> None:
        self.row.append(row + self.count)
        self.column.append(column)
        self.value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), row.shape))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)))
        self.count += count

    def matrix(self, columns: int) -> sp.csr_matrix:
        if not self.row:
            return sp.csr_matrix((0, columns))
        return sp.csr_matrix(
            (np.concatenate(self.value), (np.concatenate(self.row), np.concatenate(self.column))),
            shape=(self.count, columns),
        )


def spaced_count(weeks: NDArray[np.int64], gap: int) -> int:
    """Count the most of these sorted weeks that lie `gap` or more apart: earliest first is best."""
    count, last = 0, -(10**9)
    for week in weeks.tolist():
        if week - last >= gap:
            count, last = count + 1, week
    return count


def build(problem: Problem, allowed: Feasible, taken: Taken) -> Model:
    """Build the whole model of a problem."""
    numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
    missions = _missions(problem, allowed, taken)
    weeks, centres = problem.weeks, len(problem.centres)
    n_x = len(missions.cost)

    # Standby columns: an offered, unblocked week that counts for at least one open centre.
    if problem.standby_depth > 0:
        may = allowed.offered & allowed.ready & ~taken.blocked & (taken.missions >= 1)[:, None]
        y_doctor, y_week = np.nonzero(may)
        counts = (
            allowed.suits[y_doctor]
            & allowed.open_weeks.T[y_week]
            & (allowed.pioneer[y_doctor][:, None] | ~allowed.opening.T[y_week])
        )
        useful = counts.any(axis=1)
        y_doctor, y_week, counts = y_doctor[useful], y_week[useful], counts[useful]
    else:
        y_doctor = y_week = np.zeros(0, dtype=np.int64)
        counts = np.zeros((0, centres), dtype=np.bool_)
    n_y = len(y_doctor)

    # Doctor-weeks, and which columns take one.
    x_day = missions.member_doctor * weeks + missions.week[missions.member_arc]
    y_day = y_doctor * weeks + y_week
    days = np.unique(np.r_[x_day, y_day])
    takes = sp.csr_matrix(
        (
            np.ones(len(x_day) + n_y),
            (
                np.searchsorted(days, np.r_[x_day, y_day]),
                np.r_[missions.member_arc, n_x + np.arange(n_y)],
            ),
        ),
        shape=(len(days), n_x + n_y),
    )
    x_days = np.zeros(len(days), dtype=np.bool_)
    x_days[np.searchsorted(days, x_day)] = True
    y_days = np.zeros(len(days), dtype=np.bool_)
    y_days[np.searchsorted(days, y_day)] = True

    clique_row: list[int] = []
    clique_day: list[int] = []
    clique_upper: list[int] = []
    further_doctor: list[int] = []
    further_count: list[int] = []
    two_row: list[int] = []
    two_day: list[int] = []
    most_standbys = int(numbers["standbys_per_doctor"])
    two_count = 0
    day_doctor, day_week = days // weeks, days % weeks
    bounds = np.searchsorted(day_doctor, np.arange(len(problem.doctors) + 1))
    load = np.diff(takes.indptr)
    for doctor, person in enumerate(problem.doctors):
        first, last = int(bounds[doctor]), int(bounds[doctor + 1])
        if first == last:
            continue
        room = int(taken.missions[doctor])
        gap = max(person.min_gap_weeks, 1)
        own = day_week[first:last]
        most = spaced_count(own, gap)
        if room == 1 or most == 1:
            if load[first:last].sum() > 1:
                clique_row += [len(clique_upper)] * (last - first)
                clique_day += range(first, last)
                clique_upper.append(1)
            continue
        ends = np.searchsorted(own, own + gap)
        previous = -1
        for index, end in enumerate(ends.tolist()):
            if end == previous:
                continue
            previous = end
            if load[first + index : first + end].sum() > 1:
                clique_row += [len(clique_upper)] * (end - index)
                clique_day += range(first + index, first + end)
                clique_upper.append(1)
        if room < most:
            clique_row += [len(clique_upper)] * (last - first)
            clique_day += range(first, last)
            clique_upper.append(room)
        missions_most = min(room, spaced_count(own[x_days[first:last]], gap))
        if missions_most > 1:
            further_doctor.append(doctor)
            further_count.append(missions_most - 1)
        standby_days = np.flatnonzero(y_days[first:last])
        if min(room, spaced_count(own[standby_days], gap)) > most_standbys:
            two_row += [two_count] * len(standby_days)
            two_day += (first + standby_days).tolist()
            two_count += 1

    # Further missions: e_k costs k times the repeat cost, k = 1, 2, ...
    further = np.array(further_count, dtype=np.int64)
    e_row = np.repeat(np.arange(len(further)), further)
    e_step = np.arange(int(further.sum())) - np.repeat(np.cumsum(further) - further, further) + 1
    n_e = len(e_row)

    # Places with somebody missing.
    place_centre, place_week = np.nonzero(taken.places > 0)
    place_free = taken.places[place_centre, place_week].astype(np.int64)
    place_of = np.full((centres, weeks), -1, dtype=np.int64)
    place_of[place_centre, place_week] = np.arange(len(place_centre))
    n_h = len(place_centre)

    # Standby depth of every open week.
    if problem.standby_depth > 0:
        s_centre, s_week = np.nonzero(problem.open_weeks)
    else:
        s_centre = s_week = np.zeros(0, dtype=np.int64)
    s_of = np.full((centres, weeks), -1, dtype=np.int64)
    s_of[s_centre, s_week] = np.arange(len(s_centre))
    n_s = len(s_centre)

    # Windows of practices that no locked mission serves.
    doctor_count = len(problem.doctors)
    windows: list[tuple[int, int, int]] = []
    missed_anyway = 0
    window_row: list[Ints] = []
    window_column: list[Ints] = []
    by_place = np.argsort(missions.centre * weeks + missions.week, kind="stable")
    ordered = (missions.centre * weeks + missions.week)[by_place]
    member_practice: dict[str, Bools] = {}
    for number, need in enumerate(problem.needs):
        if need.practice not in member_practice:
            does = np.fromiter(
                (need.practice in person.practices for person in problem.doctors),
                dtype=np.bool_,
                count=doctor_count,
            )
            column_does = np.zeros(n_x, dtype=np.bool_)
            column_does[missions.member_arc[does[missions.member_doctor]]] = True
            member_practice[need.practice] = column_does
        column_does = member_practice[need.practice]
        served = {
            given.week
            for given in taken.locked
            if given.centre == need.centre
            and need.practice in problem.doctors[given.doctor].practices
        }
        for start in range(weeks - need.every_weeks + 1):
            end = start + need.every_weeks
            if not problem.open_weeks[need.centre, start:end].all():
                continue
            if any(start <= week < end for week in served):
                continue
            low = np.searchsorted(ordered, need.centre * weeks + start)
            high = np.searchsorted(ordered, need.centre * weeks + end)
            inside = by_place[low:high]
            inside = inside[column_does[inside]]
            if len(inside) == 0:
                missed_anyway += 1
                continue
            window_row.append(np.full(len(inside), len(windows), dtype=np.int64))
            window_column.append(inside)
            windows.append((number, start, end))
    n_p = len(windows)

    x = slice(0, n_x)
    y = slice(n_x, n_x + n_y)
    e = slice(y.stop, y.stop + n_e)
    s = slice(e.stop, e.stop + n_s)
    p = slice(s.stop, s.stop + n_p)
    h = slice(p.stop, p.stop + n_h)
    columns = h.stop

    cost = np.zeros(columns)
    cost[x] = missions.cost
    cost[y] = numbers["standby_cost"]
    cost[e] = numbers["repeat_cost"] * e_step
    cost[s] = numbers["missing_standby_cost"]
    cost[p] = numbers["missed_window_cost"]
    upper = np.ones(columns)
    upper[s] = problem.standby_depth
    upper[h] = place_free

    rows = _Rows()
    # Every place is taken or missing.
    x_place = place_of[missions.centre, missions.week]
    rows.add(
        np.r_[x_place, np.arange(n_h)],
        np.r_[np.arange(n_x), np.arange(h.start, h.stop)],
        np.r_[missions.size, np.ones(n_h)].astype(np.float64),
        n_h,
        place_free,
        place_free,
    )
    # A doctor: the gap, one a week, max_missions; missions and standbys alike.
    cliques = sp.csr_matrix(
        (np.ones(len(clique_row)), (clique_row, clique_day)), shape=(len(clique_upper), len(days))
    )
    product = sp.coo_matrix(cliques @ takes)
    rows.add(
        product.row.astype(np.int64),
        product.col.astype(np.int64),
        product.data,
        len(clique_upper),
        -np.inf,
        np.array(clique_upper, dtype=np.float64),
    )
    # First-timers and families where more than one doctor can come.
    most_first = int(numbers["first_timers_per_centre_week"])
    beds = np.array([place.family_places for place in problem.centres], dtype=np.int64)
    for flags, room_of in (
        (
            np.array([person.first_mission for person in problem.doctors], dtype=np.bool_),
            most_first - taken.first_timers[place_centre, place_week],
        ),
        (
            np.array([person.family for person in problem.doctors], dtype=np.bool_),
            beds[place_centre] - taken.families[place_centre, place_week],
        ),
    ):
        flagged = flags[missions.member_doctor]
        column = missions.member_arc[flagged]
        at_place = x_place[column]
        matters = (place_free > room_of) & (np.bincount(at_place, minlength=n_h) > room_of)
        row_number = np.cumsum(matters) - 1
        counted = matters[at_place]
        rows.add(
            row_number[at_place[counted]],
            column[counted],
            1.0,
            int(matters.sum()),
            -np.inf,
            room_of[matters].astype(np.float64),
        )
    hard_rows = rows.count
    # At most two standbys a doctor.
    y_at = np.full(len(days), -1, dtype=np.int64)
    y_at[np.searchsorted(days, y_day)] = n_x + np.arange(n_y)
    rows.add(
        np.array(two_row, dtype=np.int64),
        y_at[np.array(two_day, dtype=np.int64)],
        1.0,
        two_count,
        -np.inf,
        most_standbys,
    )
    # The first mission of a doctor is free of the repeat cost, the others are e.
    further_rows = slice(rows.count, rows.count + len(further_doctor))
    row_of_doctor = np.full(doctor_count, -1, dtype=np.int64)
    row_of_doctor[further_doctor] = np.arange(len(further_doctor))
    in_row = row_of_doctor[missions.member_doctor]
    rows.add(
        np.r_[in_row[in_row >= 0], e_row],
        np.r_[missions.member_arc[in_row >= 0], np.arange(e.start, e.stop)],
        np.r_[np.ones(int((in_row >= 0).sum())), -np.ones(n_e)],
        len(further_doctor),
        -np.inf,
        1,
    )
    # Standby depth.
    depth_rows = slice(rows.count, rows.count + n_s)
    y_entry, y_centre = np.nonzero(counts)
    s_row = s_of[y_centre, y_week[y_entry]]
    rows.add(
        np.r_[s_row, np.arange(n_s)],
        np.r_[n_x + y_entry, np.arange(s.start, s.stop)],
        1.0,
        n_s,
        problem.standby_depth,
        np.inf,
    )
    window_columns = np.concatenate(window_column) if windows else np.zeros(0, dtype=np.int64)
    window_rows_index = np.concatenate(window_row) if windows else np.zeros(0, dtype=np.int64)
    window_rows = sp.csr_matrix(
        (
            np.ones(len(window_columns) + n_p),
            (
                np.r_[window_rows_index, np.arange(n_p)],
                np.r_[window_columns, np.arange(p.start, p.stop)],
            ),
        ),
        shape=(n_p, columns),
    )

    confirmed = sum(
        given.status is Status.CONFIRMED and 0 <= given.week < weeks
        for given in set(problem.missions)
    )
    locked_cost = sum(int(allowed.cost[given.doctor, given.centre]) for given in taken.locked)
    locked_cost += sum(
        int(numbers["repeat_cost"]) * int(count) * (int(count) - 1) // 2
        for count in taken.locked_count
    )
    return Model(
        missions=missions,
        standby_doctor=y_doctor,
        standby_week=y_week,
        place_centre=place_centre,
        place_week=place_week,
        place_free=place_free,
        cost=cost,
        upper=upper,
        rows=rows.matrix(columns),
        row_lower=np.concatenate(rows.lower),
        row_upper=np.concatenate(rows.upper),
        window_rows=window_rows,
        hard_rows=hard_rows,
        further_rows=further_rows,
        further_row=e_row,
        further_step=e_step,
        depth_rows=depth_rows,
        x=x,
        y=y,
        e=e,
        s=s,
        p=p,
        h=h,
        fixed_cost=locked_cost + missed_anyway * int(numbers["missed_window_cost"]),
        fixed_moved=confirmed - int(missions.confirmed.sum()),
    )
