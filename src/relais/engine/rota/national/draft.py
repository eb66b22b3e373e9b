"""A national plan being made, and the first one: at the prices, dearest place first.

A draft is three arrays: who holds which week (mission or standby), and what is left at each place.
Every change keeps the hard rules H1 to H10; locked missions are not in the draft, they are already
taken off what is left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.national.nation import Floats, Nation

type Assignment = tuple[int, int, int]  # unit, centre, week


class Draft:
    """Missions by unit, standbys by doctor, and what is left. See `Nation` for the shapes."""

    def __init__(self, nation: Nation) -> None:
        self.nation = nation
        self.missions: set[Assignment] = set()
        self.standbys: set[tuple[int, int]] = set()
        self.left = nation.places.astype(np.int32).copy()
        self.firsts = nation.first_room.copy()
        self.beds = nation.family_room.copy()
        self.blocked = np.zeros(nation.standby_free.shape, dtype=np.int8)
        self.room = nation.taken.missions.astype(np.int32).copy()
        self.reserve = int(parameters.load("rota")["standbys_per_doctor"].value)
        self.reserves = np.zeros(len(self.room), dtype=np.int32)
        self.count = np.zeros(len(self.room), dtype=np.int32)
        people = nation.problem.doctors
        self.unit_of = {
            doctor: len(people) + number
            for number, group in enumerate(nation.members)
            for doctor in group
        }
        self.reach = [max(person.min_gap_weeks, 1) for person in people]

    def _hold(self, doctor: int, week: int, sign: int) -> None:
        reach = self.reach[doctor]
        self.blocked[doctor, max(week - reach + 1, 0) : week + reach] += sign
        self.room[doctor] -= sign

    def take(self, mission: Assignment, sign: int = 1) -> None:
        """Choose a mission, or undo it with sign -1; the caller knows that it fits."""
        unit, centre, week = mission
        kind = self.nation.kind[unit]
        self.left[centre, week] -= sign * self.nation.size[unit]
        self.firsts[centre, week] -= sign * self.nation.kind_first[kind]
        self.beds[centre, week] -= sign * self.nation.kind_family[kind]
        for doctor in self.nation.members_of(unit):
            self._hold(doctor, week, sign)
            self.count[doctor] += sign
        if sign > 0:
            self.missions.add(mission)
        else:
            self.missions.remove(mission)

    def fits(self, mission: Assignment) -> bool:
        """Say whether a mission obeys every hard rule beside the draft."""
        unit, centre, week = mission
        nation = self.nation
        kind = nation.kind[unit]
        return bool(
            nation.free[unit, week]
            and np.isfinite(nation.cost[unit, centre])
            and nation.open_to[kind, centre, week]
            and self.left[centre, week] >= nation.size[unit]
            and (
                not nation.kind_first[kind] or self.firsts[centre, week] >= nation.kind_first[kind]
            )
            and (
                not nation.kind_family[kind] or self.beds[centre, week] >= nation.kind_family[kind]
            )
            and all(
                self.room[doctor] >= 1 and not self.blocked[doctor, week]
                for doctor in nation.members_of(unit)
            )
        )

    def promise(self, doctor: int, week: int) -> None:
        """Choose a standby; the caller knows that it fits."""
        self._hold(doctor, week, 1)
        self.reserves[doctor] += 1
        self.standbys.add((doctor, week))

    def fill(self, price: Floats, worth: Floats, only: NDArray[np.bool_] | None = None) -> None:
        """Fill places, dearest first, each with the doctor who loses least by coming.

        `only`: bool (C, W), the places to fill; all when None.
        """
        nation = self.nation
        people = len(nation.problem.doctors)
        repeat = float(parameters.load("rota")["repeat_cost"].value)
        by_week: list[NDArray[np.int64]] = [
            np.flatnonzero(nation.free[:people, week]) for week in range(nation.problem.weeks)
        ]
        centre_of, week_of = np.nonzero((self.left > 0) & (True if only is None else only))
        order = np.lexsort((centre_of, week_of, -price[centre_of, week_of]))
        for at in order.tolist():
            centre, week = int(centre_of[at]), int(week_of[at])
            who = by_week[week]
            while self.left[centre, week] > 0:
                loss = nation.cost[who, centre] + worth[who] + repeat * self.count[who]
                kind = nation.kind[who]
                bad = (self.blocked[who, week] > 0) | (self.room[who] < 1)
                bad |= ~nation.open_to[kind, centre, week]
                bad |= nation.kind_first[kind] > np.maximum(self.firsts[centre, week], 0)
                bad |= nation.kind_family[kind] > np.maximum(self.beds[centre, week], 0)
                loss[bad] = np.inf
                pick = int(np.argmin(loss)) if len(who) else -1
                if pick < 0 or not np.isfinite(loss[pick]):
                    break
                self.take((int(who[pick]), centre, week))

    def promise_all(self, lost: Floats, only: NDArray[np.bool_] | None = None) -> None:
        """Choose standbys week by week: who serves most centres in want for what is lost.

        `only`: bool (C, W), the centre-weeks that count; all when None.
        """
        nation, depth = self.nation, self.nation.problem.standby_depth
        missing_cost = float(parameters.load("rota")["missing_standby_cost"].value)
        if depth == 0:
            return
        for week in range(nation.problem.weeks):
            want = np.where(nation.problem.open_weeks[:, week], depth, 0).astype(np.int32)
            if only is not None:
                want *= only[:, week]
            if not want.any():
                continue
            who = np.flatnonzero(
                nation.standby_free[:, week]
                & (self.blocked[:, week] == 0)
                & (self.room >= 1)
                & (self.reserves < self.reserve)
            )
            for doctor, held in self.standbys_of(week):
                want -= self.serves(np.array([doctor]), held)[0].astype(np.int32)
            serves = self.serves(who, week)
            loss = 1.0 + np.maximum(lost[who], 0.0)
            while len(who):
                gain = serves @ (want > 0).astype(np.float32)
                gain[missing_cost * gain < loss] = 0
                if gain.max() <= 0:
                    break
                pick = int(np.argmax(gain / loss))
                doctor = int(who[pick])
                self.promise(doctor, week)
                want = want - serves[pick].astype(np.int32)
                serves[pick] = 0

    def release(self) -> None:
        """Undo the standbys of doctors who could fill a hole without them: places come first."""
        nation = self.nation
        by_doctor: dict[int, list[int]] = {}
        for doctor, week in sorted(self.standbys):
            by_doctor.setdefault(doctor, []).append(week)
        for centre, week in np.argwhere(self.left > 0).tolist():
            for doctor in sorted(by_doctor):
                unit = self.unit_of.get(doctor, doctor)
                may = nation.free[unit, week] and np.isfinite(nation.cost[unit, centre])
                if not may or not nation.open_to[nation.kind[unit], centre, week]:
                    continue
                for held in by_doctor.pop(doctor):
                    self.standbys.remove((doctor, held))
                    self.reserves[doctor] -= 1
                    self._hold(doctor, held, -1)

    def standbys_of(self, week: int) -> list[tuple[int, int]]:
        """List the standbys of a week."""
        return sorted(one for one in self.standbys if one[1] == week)

    def serves(self, who: NDArray[np.int64], week: int) -> NDArray[np.float32]:
        """Say for which open centres standbys of this week count; 0 or 1, (len(who), C)."""
        nation = self.nation
        counts = nation.suits[who] & nation.problem.open_weeks[:, week]
        counts &= nation.pioneer[who][:, None] | ~nation.opening[:, week]
        return counts.astype(np.float32)

    def cost(self) -> float:
        """Give level 3 of the draft and of what stands; the plan's own comes from the judge."""
        nation, problem = self.nation, self.nation.problem
        numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
        total = float(len(self.standbys)) * numbers["standby_cost"]
        rows = np.array(list(self.missions), dtype=np.int64).reshape(-1, 3)
        total += float(nation.cost[rows[:, 0], rows[:, 1]].astype(np.float64).sum())
        for given in nation.taken.locked:
            pair = (given.doctor, given.centre)
            total += int(nation.travel[pair])
            total += numbers["unknown_centre_cost"] * (pair not in problem.known)
            total += numbers["not_preferred_cost"] * (pair not in problem.preferred)
        # A mission's cost already holds the repeats beyond those that stand.
        for count in (self.count.astype(np.int64), nation.taken.locked_count.astype(np.int64)):
            total += numbers["repeat_cost"] * float((count * (count - 1) // 2).sum())
        total += numbers["missing_standby_cost"] * float(self._want().sum())
        return total + numbers["missed_window_cost"] * float(self._missed(rows))

    def _want(self) -> NDArray[np.int32]:
        """Count the standbys missing at each centre-week; int32 (C, W)."""
        problem = self.nation.problem
        want = np.where(problem.open_weeks, problem.standby_depth, 0).astype(np.int32)
        by_week: dict[int, list[int]] = {}
        for doctor, week in self.standbys:
            by_week.setdefault(week, []).append(doctor)
        for week, who in by_week.items():
            serves = self.serves(np.array(sorted(who)), week)
            want[:, week] -= serves.sum(axis=0).astype(np.int32)
        return np.maximum(want, 0)

    def _missed(self, rows: NDArray[np.int64]) -> int:
        """Count the windows without their practice."""
        nation, problem = self.nation, self.nation.problem
        shape = (len(nation.practices), len(problem.centres), problem.weeks)
        served = np.zeros(shape, dtype=np.bool_)
        position = {name: number for number, name in enumerate(nation.practices)}
        for given in nation.taken.locked:
            for name in problem.doctors[given.doctor].practices & position.keys():
                served[position[name], given.centre, given.week] = True
        does = nation.kind_does[nation.kind[rows[:, 0]]]
        for number in range(len(position)):
            who = rows[does[:, number]]
            served[number, who[:, 1], who[:, 2]] = True
        missed = 0
        for need in problem.needs:
            first = problem.weeks - need.every_weeks + 1
            if first <= 0:
                continue
            bad = np.r_[0, np.cumsum(served[position[need.practice], need.centre])]
            shut = np.r_[0, np.cumsum(~problem.open_weeks[need.centre])]
            window = bad[need.every_weeks :] == bad[:first]
            window &= shut[need.every_weeks :] == shut[:first]
            missed += int(window.sum())
        return missed

    @property
    def holes(self) -> int:
        """Count the places left."""
        return int(self.left.sum())
