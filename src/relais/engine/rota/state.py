"""A plan held in memory with its indexes, so that one change costs microseconds.

The unit is the party: a doctor, or the doctors whom pairs bind (rule H7 then needs no check). Every
change keeps the three levels of the score. `Tables` never changes and is shared by all copies of a
`State`. docs/engine/replan.md tells the structure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.feasible import feasible
from relais.engine.rota.model import parties_of
from relais.engine.rota.plan import BoundBy, Certificate, Hole, Plan, PlannedMission, Standby
from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, Status, WeekIndex
from relais.engine.rota.verify import score

type PartyIndex = int
type Place = tuple[CentreIndex, WeekIndex]
type Stay = tuple[PartyIndex, CentreIndex, WeekIndex]
type Key = tuple[DoctorIndex, CentreIndex, WeekIndex]
type Promise = tuple[DoctorIndex, WeekIndex]

# What a party must give up for a week it offers: nothing at all is possible, nothing to give up,
# standbys only, or at least one mission.
type Freedom = Literal[0, 1, 2, 3]
IMPOSSIBLE: Freedom = 0
FREE: Freedom = 1
ON_STANDBY: Freedom = 2
BUSY: Freedom = 3


class Tables:
    """What a problem says once and for all, party by party. P parties, C centres, W weeks."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        doctors, centres = problem.doctors, problem.centres
        numbers = {name: int(entry.value) for name, entry in parameters.load("rota").items()}
        self.missing_standby_cost = numbers["missing_standby_cost"]
        self.missed_window_cost = numbers["missed_window_cost"]
        self.repeat_cost = numbers["repeat_cost"]
        self.standby_cost = numbers["standby_cost"]
        self.standbys_per_doctor = numbers["standbys_per_doctor"]
        self.most_first = numbers["first_timers_per_centre_week"]
        self.allowed = allowed = feasible(problem)
        self.parties = parties_of(problem)
        self.party_of = [0] * len(doctors)
        for party, members in enumerate(self.parties):
            for doctor in members:
                self.party_of[doctor] = party
        self.size = [len(members) for members in self.parties]
        self.largest = max(self.size, default=1)
        self.most = [doctor.max_missions for doctor in doctors]
        self.gap = [max(doctor.min_gap_weeks, 1) for doctor in doctors]
        self.first = [sum(doctors[d].first_mission for d in members) for members in self.parties]
        self.family = [sum(doctors[d].family for d in members) for members in self.parties]
        self.lines = [centre.lines for centre in centres]
        self.family_places = [centre.family_places for centre in centres]
        self.open: list[list[bool]] = problem.open_weeks.tolist()
        self.depth = problem.standby_depth

        leaders = [members[0] for members in self.parties]
        self._suits = allowed.suits[leaders].copy()
        self._pioneer = allowed.pioneer[leaders].copy()
        self._cost = allowed.cost[leaders].astype(np.int64)
        self._offered = (allowed.offered & allowed.ready)[leaders]
        for party, members in enumerate(self.parties):
            for doctor in members[1:]:
                self._suits[party] &= allowed.suits[doctor]
                self._pioneer[party] &= allowed.pioneer[doctor]
                self._cost[party] += allowed.cost[doctor]
                self._offered[party] &= allowed.offered[doctor] & allowed.ready[doctor]
        size = np.array(self.size, dtype=np.int64)
        first, family = np.array(self.first, dtype=np.int64), np.array(self.family, dtype=np.int64)
        beds = np.array(self.family_places, dtype=np.int64)
        lines = np.array(self.lines, dtype=np.int64)
        self._fits = (
            (size[:, None] <= lines[None, :])
            & (first <= self.most_first)[:, None]
            & ((family == 0)[:, None] | (family[:, None] <= beds[None, :]))
        ) & self._suits
        self.offer_weeks: list[list[int]] = [np.flatnonzero(row).tolist() for row in self._offered]
        self._parties_in_week = [np.flatnonzero(column) for column in self._offered.T]
        self._candidates: dict[Place, list[tuple[int, PartyIndex]]] = {}

        self.practices = [
            frozenset().union(*(doctors[d].practices for d in members)) for members in self.parties
        ]
        # (need, weeks in a row, whether a window may start in a week), by centre and practice
        self.needs: list[list[tuple[int, str, int, list[bool]]]] = [[] for _ in centres]
        for index, need in enumerate(problem.needs):
            open_ = self.open[need.centre]
            whole = [
                start + need.every_weeks <= problem.weeks
                and all(open_[start : start + need.every_weeks])
                for start in range(problem.weeks)
            ]
            self.needs[need.centre].append((index, need.practice, need.every_weeks, whole))

        self.outside: dict[DoctorIndex, list[WeekIndex]] = defaultdict(list)
        self.given: dict[Key, Status] = {}
        for mission in problem.missions:
            if 0 <= mission.week < problem.weeks:
                key = (mission.doctor, mission.centre, mission.week)
                self.given[key] = mission.status
            else:
                self.outside[mission.doctor].append(mission.week)

    def cost(self, party: PartyIndex, centre: CentreIndex) -> int:
        """Give what a mission of a party adds to the cost, without fairness and practices."""
        return int(self._cost[party, centre])

    def counts_for(self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex) -> bool:
        """Say whether a standby of that week counts for a centre (open that week)."""
        return self.open[centre][week] and self.allowed.counts_for(doctor, centre, week)

    def candidates(self, centre: CentreIndex, week: WeekIndex) -> list[tuple[int, PartyIndex]]:
        """List who may be asked by rules H1, H2, H9 and H10, cheapest first: (cost, party)."""
        place = (centre, week)
        known = self._candidates.get(place)
        if known is None:
            known = []
            if self.open[centre][week]:
                known = self._sorted(self._parties_in_week[week], centre, week)
            self._candidates[place] = known
        return known

    def strangers(self, centre: CentreIndex, week: WeekIndex) -> list[tuple[int, PartyIndex]]:
        """List who did not offer this week but may come by every other rule, cheapest first."""
        ready = self.allowed.ready[[members[0] for members in self.parties], week].copy()
        for party, members in enumerate(self.parties):
            for doctor in members[1:]:
                ready[party] &= self.allowed.ready[doctor, week]
        return self._sorted(np.flatnonzero(ready & ~self._offered[:, week]), centre, week)

    def _sorted(
        self, who: NDArray[np.intp], centre: CentreIndex, week: WeekIndex
    ) -> list[tuple[int, PartyIndex]]:
        may = self._fits[who, centre]
        if self.allowed.opening[centre, week]:
            may = may & self._pioneer[who]
        who = who[may]
        cost = self._cost[who, centre]
        order = np.argsort(cost, kind="stable")
        return list(zip(cost[order].tolist(), who[order].tolist(), strict=True))


class State:
    """A plan that changes. The plan given must obey every hard rule of the problem.

    `holes`, `confirmed_moved` and `cost` are the three levels, always up to date. Building it takes
    time in proportion to doctors times centres; `copy` shares what does not change.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        tables = Tables(problem)
        weeks = problem.weeks
        self.tables = tables
        self.missions: list[dict[WeekIndex, CentreIndex]] = [{} for _ in tables.parties]
        self.standbys: dict[DoctorIndex, set[WeekIndex]] = {}
        self.present: dict[Place, list[PartyIndex]] = {}
        self.taken: dict[Place, int] = {}
        self.room = list(tables.most)
        self.reserves = [[0] * weeks for _ in tables.lines]
        self.cover = [[0] * weeks for _ in problem.needs]
        self.gone: set[Promise] = set()
        self.given: dict[Key, Status] = dict(tables.given)
        self.lost = {key for key, status in self.given.items() if status is Status.CONFIRMED}
        self.confirmed_moved = len(self.lost)
        self.holes = int(problem.capacity.sum())
        windows = sum(sum(whole) for centre in tables.needs for _, _, _, whole in centre)
        open_ = int(problem.open_weeks.sum())
        self.cost = (
            tables.missing_standby_cost * tables.depth * open_ + tables.missed_window_cost * windows
        )
        self._ways: dict[tuple[PartyIndex, WeekIndex], tuple[Way, ...]] = {}
        done: set[Stay] = set()
        for mission in sorted(plan.missions):
            stay = (tables.party_of[mission.doctor], mission.centre, mission.week)
            if stay not in done:
                done.add(stay)
                self.take(*stay)
        for standby in sorted(plan.standbys):
            self.promise(standby.doctor, standby.week)
        self.freedom = [bytearray(len(tables.parties)) for _ in range(weeks)]
        for party in range(len(tables.parties)):
            self.settle(party)

    def copy(self) -> State:
        """Give an independent state; what never changes is shared."""
        other = object.__new__(State)
        other.tables = self.tables
        other.missions = [dict(stays) for stays in self.missions]
        other.standbys = {doctor: set(weeks) for doctor, weeks in self.standbys.items()}
        other.present = {place: list(who) for place, who in self.present.items()}
        other.taken = dict(self.taken)
        other.room = list(self.room)
        other.reserves = [list(row) for row in self.reserves]
        other.cover = [list(row) for row in self.cover]
        other.gone = set(self.gone)
        other.given = dict(self.given)
        other.lost = set(self.lost)
        other.confirmed_moved = self.confirmed_moved
        other.holes = self.holes
        other.cost = self.cost
        other._ways = dict(self._ways)
        other.freedom = [bytearray(row) for row in self.freedom]
        return other

    # -- asking ------------------------------------------------------------------------------------

    def missing(self, centre: CentreIndex, week: WeekIndex) -> int:
        """Count the empty places of a centre-week; 0 where it is closed."""
        if not self.tables.open[centre][week]:
            return 0
        return max(0, self.tables.lines[centre] - self.taken.get((centre, week), 0))

    def is_locked(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> bool:
        """Say whether a mission of a party may not move."""
        return any(
            self.given.get((doctor, centre, week)) is Status.LOCKED
            for doctor in self.tables.parties[party]
        )

    def confirmed(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> int:
        """Count the confirmed missions that a party would keep there."""
        return sum(
            self.given.get((doctor, centre, week)) is Status.CONFIRMED
            for doctor in self.tables.parties[party]
        )

    def gain(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> int:
        """Give the cost of the windows that a party would cover there and nobody covers yet."""
        tables = self.tables
        total = 0
        for index, practice, every, whole in tables.needs[centre]:
            if practice in tables.practices[party]:
                cover = self.cover[index]
                for start in range(max(0, week - every + 1), week + 1):
                    if whole[start] and cover[start] == 0:
                        total += tables.missed_window_cost
        return total

    def greatest_gain(self, centre: CentreIndex, week: WeekIndex) -> int:
        """Give an upper bound of `gain` over all parties."""
        total = 0
        for index, _, every, whole in self.tables.needs[centre]:
            cover = self.cover[index]
            for start in range(max(0, week - every + 1), week + 1):
                if whole[start] and cover[start] == 0:
                    total += self.tables.missed_window_cost
        return total

    def price(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> int:
        """Give what one more mission of a party adds to the cost, all terms, when nothing goes."""
        tables = self.tables
        return (
            tables.cost(party, centre)
            + tables.repeat_cost * len(self.missions[party]) * tables.size[party]
            - self.gain(party, centre, week)
        )

    def ways(
        self, party: PartyIndex, week: WeekIndex, held: frozenset[Stay] | set[Stay] = frozenset()
    ) -> tuple[Way, ...]:
        """List what a party would have to give up for a week: (weeks of missions, standbys).

        Each way is minimal: rules H4 and H5 and those of standbys allow the week after it and
        forbid it after less. `held` missions and locked ones are not given up. Offers are not
        looked at.
        """
        tables = self.tables
        stays = self.missions[party]
        leave: set[WeekIndex] = set()
        drop: set[Promise] = set()
        short: list[DoctorIndex] = []
        members = tables.parties[party]
        for doctor in members:
            gap = tables.gap[doctor]
            for other in stays:
                if -gap < other - week < gap:
                    leave.add(other)
            for other in tables.outside.get(doctor, ()):
                if -gap < other - week < gap:
                    return ()
            for other in self.standbys.get(doctor, ()):
                if -gap < other - week < gap:
                    drop.add((doctor, other))
        if any(not self._may_leave(party, other, held) for other in leave):
            return ()
        for doctor in members:
            freed = len(leave) + sum(one == doctor for one, _ in drop)
            if self.room[doctor] + freed < 1:
                short.append(doctor)
        if not short:
            return ((tuple(sorted(leave)), tuple(sorted(drop))),)
        if any(self.room[doctor] < 0 for doctor in short):
            return ()
        sure = tuple(sorted(drop))
        found: list[Way] = [
            ((other,), sure) for other in sorted(stays) if self._may_leave(party, other, held)
        ]
        choices = [[(d, at) for at in sorted(self.standbys.get(d, ()))] for d in short]
        found += [((), tuple(sorted({*drop, *chosen}))) for chosen in product(*choices)]
        return tuple(found)

    def standing_ways(self, party: PartyIndex, week: WeekIndex) -> tuple[Way, ...]:
        """Give `ways` without anything held, remembered until the party changes."""
        key = (party, week)
        known = self._ways.get(key)
        if known is None:
            known = self._ways[key] = self.ways(party, week)
        return known

    def _may_leave(
        self, party: PartyIndex, week: WeekIndex, held: frozenset[Stay] | set[Stay]
    ) -> bool:
        centre = self.missions[party][week]
        return (party, centre, week) not in held and not self.is_locked(party, centre, week)

    def room_at(
        self,
        party: PartyIndex,
        centre: CentreIndex,
        week: WeekIndex,
        held: frozenset[Stay] | set[Stay] = frozenset(),
        most: int = 0,
    ) -> Iterator[tuple[PartyIndex, ...]]:
        """List, smallest first, who must leave a centre-week before a party fits in (H3, H6).

        Each answer is minimal; at most `most` doctors leave in one. Needs a party that fits in an
        empty centre (`Tables.candidates` lists no other).
        """
        tables = self.tables
        place = (centre, week)
        here = self.present.get(place, ())
        spots = tables.lines[centre] - self.taken.get(place, 0) - tables.size[party]
        firsts, families = tables.first[party], tables.family[party]
        beds = tables.family_places[centre]
        if firsts:
            firsts += sum(tables.first[other] for other in here)
        if families:
            families += sum(tables.family[other] for other in here)
        if spots >= 0 and firsts <= tables.most_first and (families <= beds or not families):
            yield ()
            return
        movable = [
            other
            for other in here
            if (other, centre, week) not in held and not self.is_locked(other, centre, week)
        ]
        good: list[frozenset[PartyIndex]] = []
        for count in range(1, min(len(movable), most) + 1):
            for group in combinations(movable, count):
                leaving = frozenset(group)
                if (
                    sum(tables.size[other] for other in group) <= most
                    and spots + sum(tables.size[other] for other in group) >= 0
                    and (
                        not tables.first[party]
                        or firsts - sum(tables.first[other] for other in group) <= tables.most_first
                    )
                    and (
                        not tables.family[party]
                        or families - sum(tables.family[other] for other in group) <= beds
                    )
                    and not any(smaller <= leaving for smaller in good)
                ):
                    good.append(leaving)
                    yield group

    def fills(
        self, centre: CentreIndex, week: WeekIndex, exclude: frozenset[PartyIndex] = frozenset()
    ) -> list[tuple[int, PartyIndex]]:
        """List who can take an empty place at once, nobody and no standby given up: (cost, party).

        Cheapest first, all terms of the cost; the list of invitations starts here.
        """
        free = self.freedom[week]
        found = [
            (self.price(party, centre, week), party)
            for _, party in self.tables.candidates(centre, week)
            if free[party] == FREE
            and party not in exclude
            and next(self.room_at(party, centre, week), None) == ()
        ]
        found.sort()
        return found

    # -- changing (every one keeps the score; `settle` the parties afterwards) ---------------------

    def take(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> None:
        """Add a mission of a party."""
        tables = self.tables
        size = tables.size[party]
        stays = self.missions[party]
        place = (centre, week)
        self.cost += int(tables._cost[party, centre]) + tables.repeat_cost * len(stays) * size
        stays[week] = centre
        self.present.setdefault(place, []).append(party)
        before = self.taken.get(place, 0)
        self.taken[place] = before + size
        if tables.open[centre][week]:
            self.holes -= size
        for doctor in tables.parties[party]:
            self.room[doctor] -= 1
            if self.lost and (doctor, centre, week) in self.lost:
                self.lost.discard((doctor, centre, week))
                self.confirmed_moved -= 1
        for index, practice, every, whole in tables.needs[centre]:
            if practice in tables.practices[party]:
                cover = self.cover[index]
                for start in range(max(0, week - every + 1), week + 1):
                    if whole[start]:
                        if cover[start] == 0:
                            self.cost -= tables.missed_window_cost
                        cover[start] += 1

    def leave(self, party: PartyIndex, week: WeekIndex) -> CentreIndex:
        """Take a mission of a party away and say where it was."""
        tables = self.tables
        size = tables.size[party]
        stays = self.missions[party]
        centre = stays.pop(week)
        place = (centre, week)
        self.cost -= int(tables._cost[party, centre]) + tables.repeat_cost * len(stays) * size
        self.present[place].remove(party)
        self.taken[place] -= size
        if tables.open[centre][week]:
            self.holes += size
        for doctor in tables.parties[party]:
            self.room[doctor] += 1
            if self.given.get((doctor, centre, week)) is Status.CONFIRMED:
                self.lost.add((doctor, centre, week))
                self.confirmed_moved += 1
        for index, practice, every, whole in tables.needs[centre]:
            if practice in tables.practices[party]:
                cover = self.cover[index]
                for start in range(max(0, week - every + 1), week + 1):
                    if whole[start]:
                        cover[start] -= 1
                        if cover[start] == 0:
                            self.cost += tables.missed_window_cost
        return centre

    def promise(self, doctor: DoctorIndex, week: WeekIndex) -> None:
        """Add a standby."""
        tables = self.tables
        self.standbys.setdefault(doctor, set()).add(week)
        self.room[doctor] -= 1
        self.cost += tables.standby_cost
        for centre, row in enumerate(self.reserves):
            if tables.counts_for(doctor, centre, week):
                if row[week] < tables.depth:
                    self.cost -= tables.missing_standby_cost
                row[week] += 1

    def drop(self, doctor: DoctorIndex, week: WeekIndex) -> None:
        """Take a standby away."""
        tables = self.tables
        self.standbys[doctor].remove(week)
        self.room[doctor] += 1
        self.cost -= tables.standby_cost
        for centre, row in enumerate(self.reserves):
            if tables.counts_for(doctor, centre, week):
                row[week] -= 1
                if row[week] < tables.depth:
                    self.cost += tables.missing_standby_cost

    def settle(self, party: PartyIndex) -> None:
        """Work out again what a party would have to give up in each week it offers."""
        tables = self.tables
        members = tables.parties[party]
        for week in tables.offer_weeks[party]:
            self._ways.pop((party, week), None)
            if self.gone and any((doctor, week) in self.gone for doctor in members):
                self.freedom[week][party] = IMPOSSIBLE
                continue
            ways = self.standing_ways(party, week)
            if not ways:
                freedom = IMPOSSIBLE
            elif ways[0] == ((), ()):
                freedom = FREE
            elif any(not leave for leave, _ in ways):
                freedom = ON_STANDBY
            else:
                freedom = BUSY
            self.freedom[week][party] = freedom

    # -- what happens to a plan --------------------------------------------------------------------

    def cancel(self, doctor: DoctorIndex, week: WeekIndex) -> Place:
        """A doctor cannot come a week after all: the whole party leaves, and is not asked again.

        Gives the centre-week left empty. Raises KeyError when the doctor has no mission that week.
        A given mission (locked or confirmed) is forgotten: nobody moved it, the doctor withdrew.
        """
        party = self.tables.party_of[doctor]
        centre = self.leave(party, week)
        for member in self.tables.parties[party]:
            if self.given.pop((member, centre, week), None) is Status.CONFIRMED:
                self.lost.discard((member, centre, week))
                self.confirmed_moved -= 1
        self.gone.add((doctor, week))
        self.settle(party)
        return centre, week

    def withdraw_offer(self, doctor: DoctorIndex, week: WeekIndex) -> None:
        """A doctor without a mission that week can no longer come; a standby of hers ends."""
        if week in self.standbys.get(doctor, ()):
            self.drop(doctor, week)
        self.gone.add((doctor, week))
        self.settle(self.tables.party_of[doctor])

    def change(
        self,
        *,
        removed: Iterable[Stay] = (),
        added: Iterable[Stay] = (),
        dropped: Iterable[Promise] = (),
    ) -> None:
        """Make a change whole, and the indexes right again. The hard rules are not looked at."""
        touched = set()
        for party, _, week in removed:
            self.leave(party, week)
            touched.add(party)
        for doctor, week in dropped:
            self.drop(doctor, week)
            touched.add(self.tables.party_of[doctor])
        for party, centre, week in added:
            self.take(party, centre, week)
            touched.add(party)
        for party in touched:
            self.settle(party)

    # -- back to the public shapes -----------------------------------------------------------------

    def problem(self) -> Problem:
        """Give the problem as it stands: without offers withdrawn and missions cancelled."""
        start = self.tables.problem
        if not self.gone and len(self.given) == len(self.tables.given):
            return start
        keep = [(int(d), int(w)) not in self.gone for d, w in start.offers]
        missions = tuple(
            mission
            for mission in start.missions
            if not 0 <= mission.week < start.weeks
            or (mission.doctor, mission.centre, mission.week) in self.given
        )
        return replace(
            start, offers=start.offers[np.array(keep, dtype=np.bool_)], missions=missions
        )

    def plan(self) -> Plan:
        """Write the state as a plan. It proves nothing: every bound is 0."""
        tables = self.tables
        missions = tuple(
            sorted(
                PlannedMission(
                    week=week,
                    centre=centre,
                    doctor=doctor,
                    status=self.given.get((doctor, centre, week), Status.PROPOSED),
                    travel_minutes=int(tables.allowed.travel[doctor, centre]),
                )
                for party, stays in enumerate(self.missions)
                for week, centre in stays.items()
                for doctor in tables.parties[party]
            )
        )
        standbys = tuple(
            sorted(
                Standby(week=week, doctor=doctor)
                for doctor, weeks in self.standbys.items()
                for week in weeks
            )
        )
        return unproven(self.problem(), missions, standbys)


type Way = tuple[tuple[WeekIndex, ...], tuple[Promise, ...]]


def unproven(
    problem: Problem, missions: tuple[PlannedMission, ...], standbys: tuple[Standby, ...]
) -> Plan:
    """Make a plan of missions and standbys, with its holes and score and nothing proven."""
    missing = problem.capacity.astype(np.int64).copy()
    for mission in missions:
        missing[mission.centre, mission.week] -= 1
    holes = tuple(
        Hole(week=int(week), centre=int(centre), missing=int(missing[centre, week]))
        for week, centre in np.argwhere(missing.T > 0)
    )
    return Plan(
        missions=missions,
        standbys=standbys,
        holes=holes,
        score=score(problem, missions, standbys),
        holes_bound=0,
        holes_bound_by=BoundBy.CUT if holes else None,
        confirmed_moved_bound=0,
        cost_bound=0.0,
        certificate=Certificate((), ()) if holes else None,
        seconds=0.0,
        stopped_by_budget=False,
    )
