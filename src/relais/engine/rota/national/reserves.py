"""Standbys in the bound: where few could be promised, what each week of theirs is worth.

Standby depth is priced only at centre-weeks that few doctors can serve (the opening weeks of a
centre: pioneers). A doctor who can serve one chooses, week by week, between a mission, a standby
and nothing; that small problem is solved exactly, so the bound stays true at any price.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.national.nation import Bools, Floats, Ints, Nation

_FEW = 60  # doctors who could serve a centre-week, at most, for its depth to be priced


def could_serve(nation: Nation) -> Ints:
    """Count, for each centre-week, the doctors whose standby would count there; int64 (C, W)."""
    problem = nation.problem
    reserves = np.zeros((len(problem.centres), problem.weeks), dtype=np.int64)
    for week in range(problem.weeks):
        may = nation.standby_free[:, week]
        for pioneers in (False, True):
            who = np.flatnonzero(may & (nation.pioneer == pioneers))
            counts = nation.suits[who].sum(axis=0)
            reserves[:, week] += np.where(nation.opening[:, week] & (not pioneers), 0, counts)
    return reserves


class Reserves:
    """The doctors who could serve a scarce centre-week, and their exact choices.

    `wanted`: int64 (C, W), standbys priced there, 0 elsewhere. `who`: int64 (G,), the doctors.
    """

    def __init__(self, nation: Nation, reserves: Ints, unit: Ints, week: Ints) -> None:
        problem = nation.problem
        self.nation, self.weeks = nation, problem.weeks
        scarce = problem.open_weeks & (reserves <= _FEW) & (reserves > 0)
        self.wanted = np.where(scarce, np.minimum(problem.standby_depth, reserves), 0)
        self.cell_centre, self.cell_week = np.nonzero(self.wanted)
        may = nation.suits[:, self.cell_centre] & nation.standby_free[:, self.cell_week]
        may &= nation.pioneer[:, None] | ~nation.opening[self.cell_centre, self.cell_week]
        self.who = np.flatnonzero(may.any(axis=1))
        self.may = may[self.who]
        self.active = len(self.who) > 0
        number = np.full(len(nation.room), -1, dtype=np.int64)
        number[self.who] = np.arange(len(self.who))
        self.entry = np.flatnonzero(number[unit] >= 0) if len(unit) else unit
        self.entry_who, self.entry_week = number[unit[self.entry]], week[self.entry]
        self.position = np.full((len(self.who), self.weeks), -1, dtype=np.int64)
        self.position[self.entry_who, self.entry_week] = self.entry
        self.gap = nation.gap[self.who]
        people = np.array([max(p.min_gap_weeks, 1) for p in problem.doctors], dtype=np.int64)
        self.gap = people[self.who] if self.active else self.gap
        self.room = nation.taken.missions[self.who].astype(np.int64)
        numbers = parameters.load("rota")
        self.repeat = nation.repeat[self.who]
        self.most = int(numbers["standbys_per_doctor"].value)
        self.cost = float(numbers["standby_cost"].value)

    def choose(self, gain: Floats, depth: Floats) -> tuple[Floats, Bools, Floats]:
        """Solve every such doctor exactly.

        Gives what each earns (G,), which unit-weeks are missions taken (indices), and the
        standbys promised at each scarce centre-week (C, W).
        """
        people, weeks = len(self.who), self.weeks
        mission = np.full((people, weeks), -np.inf)
        mission[self.entry_who, self.entry_week] = gain[self.entry]
        standby = np.full((people, weeks), -self.cost)
        price = np.where(self.may, depth[self.cell_centre, self.cell_week], 0.0)
        for at in np.unique(self.cell_week).tolist():
            standby[:, at] += price[:, self.cell_week == at].sum(axis=1)
        deepest = min(int(self.room.max(initial=0)), weeks)
        best = np.full((deepest + 1, self.most + 1, people, weeks + 1), -np.inf)
        best[0, 0] = 0.0
        step = np.full((deepest + 1, self.most + 1, people, weeks + 1), 0, dtype=np.int8)
        rows = np.arange(people)
        for week in range(weeks):
            before = np.maximum(week + 1 - self.gap, 0)
            best[:, :, :, week + 1] = best[:, :, :, week]
            useful_standby = (standby[:, week] > 0).any()
            useful_mission = (mission[:, week] > 0).any()
            for m in range(deepest + 1):
                for k in range(self.most + 1):
                    fits = self.room >= m + k
                    if m and useful_mission:
                        found = best[m - 1, k, rows, before] + mission[:, week]
                        found = np.where(fits, found - self.repeat * (m - 1), -np.inf)
                        better = found > best[m, k, :, week + 1]
                        best[m, k, better, week + 1] = found[better]
                        step[m, k, better, week + 1] = 1
                    if k and useful_standby:
                        found = best[m, k - 1, rows, before] + standby[:, week]
                        found = np.where(fits, found, -np.inf)
                        better = found > best[m, k, :, week + 1]
                        best[m, k, better, week + 1] = found[better]
                        step[m, k, better, week + 1] = 2
        final = best[:, :, :, weeks].reshape(-1, people)
        state = final.argmax(axis=0)
        worth: Floats = final[state, rows]
        done, held = np.divmod(state, self.most + 1)
        at = np.full(people, weeks)
        missions: list[NDArray[np.int64]] = []
        promised = np.zeros((people, weeks), dtype=np.bool_)
        for _ in range(weeks):
            live = at > 0
            did = np.where(live, step[done, held, rows, at], 0)
            day = np.maximum(at - 1, 0)
            goes, waits = did == 1, did == 2
            missions.append(self.position[rows[goes], day[goes]])
            promised[rows[waits], day[waits]] = True
            done, held = done - goes, held - waits
            at = np.where(did > 0, np.maximum(at - self.gap, 0), np.maximum(at - 1, 0))
        served = np.zeros(self.wanted.shape)
        counted = (promised[:, self.cell_week] & self.may).sum(axis=0)
        served[self.cell_centre, self.cell_week] = counted
        return worth, np.concatenate(missions), served
