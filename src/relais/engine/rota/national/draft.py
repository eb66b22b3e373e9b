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

    def fill(self, price: Floats, worth: Floats) -> None:
        """Fill places, dearest first, each with the doctor who loses least by coming."""
        nation = self.nation
        people = len(nation.problem.doctors)
        repeat = float(parameters.load("rota")["repeat_cost"].value)
        by_week: list[NDArray[np.int64]] = [
            np.flatnonzero(nation.free[:people, week]) for week in range(nation.problem.weeks)
        ]
        centre_of, week_of = np.nonzero(self.left > 0)
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

    def promise_all(self, lost: Floats) -> None:
        """Choose standbys week by week: who serves most centres in want for what is lost."""
        nation, depth = self.nation, self.nation.problem.standby_depth
        missing_cost = float(parameters.load("rota")["missing_standby_cost"].value)
        if depth == 0:
            return
        for week in range(nation.problem.weeks):
            want = np.where(nation.problem.open_weeks[:, week], depth, 0).astype(np.int32)
            want = np.maximum(want, 0)
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
        """Give what level 3 counts of missions and standbys, without depth, windows, locked ones.

        A figure to follow progress with; the plan's own comes from `verify.score`.
        """
        repeat = float(parameters.load("rota")["repeat_cost"].value)
        total = float(len(self.standbys))
        for unit, centre, _ in self.missions:
            total += float(self.nation.cost[unit, centre])
        count = self.count.astype(np.int64)
        return total + repeat * float((count * (count - 1) // 2).sum())

    @property
    def holes(self) -> int:
        """Count the places left."""
        return int(self.left.sum())
