"""A first plan in a moment: scarcest place first, cheapest doctor first, then chains for the holes.

It obeys every hard rule, so there is always a plan to give back, whatever the time allowed.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.feasible import Feasible, Taken
from relais.engine.rota.model import Model
from relais.engine.rota.problem import Problem, Status

type Bools = NDArray[np.bool_]
type Floats = NDArray[np.float64]

_CHAIN_LENGTH = 4
_CHAIN_TRIES = 400
_SOME = 1e-6  # of a value of a relaxation: more than nothing
_LIKED = 1000  # a standby that the relaxation wants, before one that serves more centres


class Draft:
    """A plan being made: which mission columns and standbys are taken, and what is left."""

    def __init__(self, problem: Problem, allowed: Feasible, taken: Taken, model: Model) -> None:
        self.problem, self.allowed, self.model = problem, allowed, model
        missions = model.missions
        self.members: list[list[int]] = [[] for _ in missions.cost]
        for arc, doctor in zip(
            missions.member_arc.tolist(), missions.member_doctor.tolist(), strict=True
        ):
            self.members[arc].append(doctor)
        self.place: list[tuple[int, int]] = list(
            zip(missions.centre.tolist(), missions.week.tolist(), strict=True)
        )
        self.cost = missions.cost.tolist()
        self.confirmed = missions.confirmed.tolist()
        self.at_place: dict[tuple[int, int], list[int]] = {}
        for arc in np.argsort(missions.cost, kind="stable").tolist():
            self.at_place.setdefault(self.place[arc], []).append(arc)
        self.gap = [max(person.min_gap_weeks, 1) for person in problem.doctors]
        self.room = taken.missions.tolist()
        self.count = taken.locked_count.tolist()
        self.busy: list[list[tuple[int, int]]] = [[] for _ in problem.doctors]
        self.free = taken.places.copy()
        most_first = int(parameters.load("rota")["first_timers_per_centre_week"].value)
        self.firsts = most_first - taken.first_timers
        beds = np.array([centre.family_places for centre in problem.centres], dtype=np.int32)
        self.beds = beds[:, None] - taken.families
        self.chosen: set[int] = set()
        self.reserves: set[int] = set()

    def in_the_way(self, arc: int) -> set[int] | None:
        """Give the missions to undo before taking this one; None when something else forbids."""
        centre, week = self.place[arc]
        members = self.members[arc]
        if self.free[centre, week] < len(members):
            return None
        firsts = sum(self.problem.doctors[doctor].first_mission for doctor in members)
        families = sum(self.problem.doctors[doctor].family for doctor in members)
        if firsts and self.firsts[centre, week] < firsts:
            return None
        if families and self.beds[centre, week] < families:
            return None
        blocking: set[int] = set()
        for doctor in members:
            near = {other for at, other in self.busy[doctor] if abs(at - week) < self.gap[doctor]}
            if self.room[doctor] + len(near) < 1:
                if not self.busy[doctor]:
                    return None
                near.add(max(self.busy[doctor], key=lambda stay: (self.cost[stay[1]], stay))[1])
            blocking |= near
        return blocking

    def _change(self, arc: int, sign: int) -> None:
        centre, week = self.place[arc]
        for doctor in self.members[arc]:
            person = self.problem.doctors[doctor]
            self.room[doctor] -= sign
            self.count[doctor] += sign
            self.free[centre, week] -= sign
            self.firsts[centre, week] -= sign * person.first_mission
            self.beds[centre, week] -= sign * person.family
            if sign > 0:
                self.busy[doctor].append((week, arc))
            else:
                self.busy[doctor].remove((week, arc))

    def take(self, arc: int) -> None:
        """Choose a mission."""
        self._change(arc, 1)
        self.chosen.add(arc)

    def drop(self, arc: int) -> None:
        """Undo a mission."""
        self._change(arc, -1)
        self.chosen.remove(arc)

    def take_if_free(self, arc: int) -> bool:
        """Choose a mission if nothing is in the way."""
        if arc not in self.chosen and self.in_the_way(arc) == set():
            self.take(arc)
            return True
        return False

    def take_given(self) -> None:
        """Choose the confirmed missions, then the hints, where nothing is in the way."""
        hinted = {
            (given.doctor, given.centre, given.week)
            for given in self.problem.missions
            if given.status is Status.PROPOSED
        }
        for arc in np.argsort(-self.model.missions.confirmed, kind="stable").tolist():
            if not self.confirmed[arc]:
                break
            self.take_if_free(arc)
        if hinted:
            for arc, place in enumerate(self.place):
                if all((doctor, *place) in hinted for doctor in self.members[arc]):
                    self.take_if_free(arc)

    def fill(self) -> None:
        """Fill places, those with the fewest possible doctors first, with the cheapest doctor."""
        repeat = parameters.load("rota")["repeat_cost"].value
        for place in sorted(self.at_place, key=lambda at: (len(self.at_place[at]), at)):
            while self.free[place] > 0:
                best: tuple[float, int] | None = None
                for arc in self.at_place[place]:
                    if best is not None and self.cost[arc] >= best[0]:
                        break
                    if arc in self.chosen or self.in_the_way(arc) != set():
                        continue
                    price = self.cost[arc] + repeat * sum(
                        self.count[doctor] for doctor in self.members[arc]
                    )
                    if best is None or (price, arc) < best:
                        best = (price, arc)
                if best is None:
                    break
                self.take(best[1])

    def mend(self) -> None:
        """Close holes by chains: a doctor moves here, another takes the place left, and so on."""
        for place in sorted(self.at_place, key=lambda at: (len(self.at_place[at]), at)):
            while self.free[place] > 0:
                self.tries = _CHAIN_TRIES
                if not self._close(place, _CHAIN_LENGTH, {place}):
                    break

    def _close(self, place: tuple[int, int], length: int, seen: set[tuple[int, int]]) -> bool:
        options: list[tuple[int, int]] = []
        for arc in self.at_place.get(place, ()):
            if arc in self.chosen:
                continue
            blocking = self.in_the_way(arc)
            if blocking is None:
                continue
            if not blocking:
                self.take(arc)
                return True
            if len(blocking) == 1 and length > 0:
                (other,) = blocking
                if not self.confirmed[other] and len(self.members[other]) == 1:
                    options.append((arc, other))
        for arc, other in options:
            self.tries -= 1
            if self.tries <= 0:
                return False
            left = self.place[other]
            if left in seen or other not in self.chosen or arc in self.chosen:
                continue
            self.drop(other)
            if self.in_the_way(arc) == set():
                self.take(arc)
                if self._close(left, length - 1, seen | {left}):
                    return True
                self.drop(arc)
            self.take(other)
        return False

    def follow(self, values: Floats) -> None:
        """Choose missions in the order of their values in a relaxation, where nothing bars them."""
        for arc in np.argsort(-values, kind="stable").tolist():
            if values[arc] < _SOME:
                break
            self.take_if_free(arc)

    def promise(self, values: Floats | None = None) -> None:
        """Choose standbys week by week: each time the doctor who serves most centres in want.

        With `values` of a relaxation, one a standby column, those of high value come first.
        """
        depth, most = self.problem.standby_depth, self.model.row_upper
        limit = int(parameters.load("rota")["standbys_per_doctor"].value)
        if depth == 0 or len(most) == 0:
            return
        by_week: dict[int, list[int]] = {}
        for index, week in enumerate(self.model.standby_week.tolist()):
            by_week.setdefault(week, []).append(index)
        used: Counter[int] = Counter()
        for week, indices in sorted(by_week.items()):
            want = np.where(self.allowed.open_weeks[:, week], depth, 0)
            doctors = self.model.standby_doctor[indices]
            counts = self.allowed.suits[doctors] & (
                self.allowed.pioneer[doctors][:, None] | ~self.allowed.opening[:, week][None, :]
            )
            usable = np.array(
                [
                    self.room[doctor] >= 1
                    and used[doctor] < limit
                    and all(abs(at - week) >= self.gap[doctor] for at, _ in self.busy[doctor])
                    for doctor in doctors.tolist()
                ]
            )
            spare = np.array([min(self.room[doctor], 9) for doctor in doctors.tolist()])
            liked = np.zeros(len(indices)) if values is None else values[indices]
            while True:
                gain = (counts & (want > 0)).sum(axis=1) * usable
                if gain.max(initial=0) == 0:
                    break
                pick = int(np.argmax((gain > 0) * (gain * 10 + spare + _LIKED * liked)))
                doctor = int(doctors[pick])
                usable[pick] = False
                want = want - counts[pick]
                self.reserves.add(indices[pick])
                used[doctor] += 1
                self.room[doctor] -= 1
                self.busy[doctor].append((week, -1 - indices[pick]))

    def masks(self) -> tuple[Bools, Bools]:
        """Give the choice as two boolean arrays, over the mission and the standby columns."""
        chosen = np.zeros(len(self.cost), dtype=np.bool_)
        chosen[sorted(self.chosen)] = True
        reserves = np.zeros(len(self.model.standby_week), dtype=np.bool_)
        reserves[sorted(self.reserves)] = True
        return chosen, reserves


def first_plan(
    problem: Problem,
    allowed: Feasible,
    taken: Taken,
    model: Model,
    *,
    missions: Bools | None = None,
    values: Floats | None = None,
) -> tuple[Bools, Bools]:
    """Make a plan that obeys every hard rule: confirmed missions, hints, then the scarcest places.

    With `missions` (a boolean array over the mission columns) only the standbys are added to them.
    With `values` (of all columns, from a relaxation) missions and standbys are taken in that order.
    """
    draft = Draft(problem, allowed, taken, model)
    if missions is None:
        draft.take_given()
        if values is not None:
            draft.follow(values[model.x])
        draft.fill()
        draft.mend()
    else:
        for arc in np.flatnonzero(missions).tolist():
            draft.take(arc)
    draft.promise(None if values is None else values[model.y])
    return draft.masks()
