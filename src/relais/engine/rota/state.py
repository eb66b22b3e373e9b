"""A plan held in memory with its indexes, so that one change costs microseconds.

The unit is the party: a doctor, or the doctors whom pairs bind (rule H7 then needs no check). Every
change keeps the three levels of the score. `Tables` never changes and is shared by all copies of a
`State`; it rests on one compact table centres by parties, never on a list of all missions, so that
a nation fits in memory. docs/engine/replan.md tells the structure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from relais.engine import geo, parameters
from relais.engine.rota.feasible import Distances, calendar
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

BLOCK = 2_000  # doctors whose distances are worked out at once: bounds the memory of building
LISTED_MOST = 2_000_000  # candidates kept in lists before all lists are forgotten
WAYS_KEPT = 200_000  # ways remembered while a state is built
NOWHEN = -10_000  # week of an empty entry of `Rows`


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
        self.calendar = weeks = calendar(problem)
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

        self.plain = np.array([size == 1 for size in self.size], dtype=np.bool_)
        self.sizes = np.array(self.size, dtype=np.int64)
        self.gaps = np.array(
            [max(self.gap[doctor] for doctor in members) for members in self.parties],
            dtype=np.int64,
        )
        self.firsts = np.array(self.first, dtype=np.int64)
        self.families = np.array(self.family, dtype=np.int64)
        self._pioneer = _of_all(self.parties, weeks.pioneer)
        self._offered = _of_all(self.parties, weeks.offered & weeks.ready)
        self._fill_tables()
        self.offer_weeks: list[list[int]] = [np.flatnonzero(row).tolist() for row in self._offered]
        self.parties_in_week = [
            np.flatnonzero(column).astype(np.int32) for column in self._offered.T
        ]
        self._candidates: dict[Place, list[tuple[int, PartyIndex]]] = {}
        self._listed = 0

        self.practices = [
            frozenset().union(*(doctors[d].practices for d in members)) for members in self.parties
        ]
        wanted = sorted({need.practice for need in problem.needs})
        # whether a party does each practice that some centre needs; 0 or 1, (parties, practices)
        self.does = np.array(
            [[practice in held for practice in wanted] for held in self.practices], dtype=np.int64
        ).reshape(len(self.parties), len(wanted))
        self.skills: list[tuple[int, ...]] = [
            tuple(number for number, practice in enumerate(wanted) if practice in held)
            for held in self.practices
        ]
        # (need, practice, weeks in a row, whether a window may start in a week), by centre
        self.needs: list[list[tuple[int, int, int, list[bool]]]] = [[] for _ in centres]
        for index, need in enumerate(problem.needs):
            open_ = self.open[need.centre]
            whole = [
                start + need.every_weeks <= problem.weeks
                and all(open_[start : start + need.every_weeks])
                for start in range(problem.weeks)
            ]
            self.needs[need.centre].append(
                (index, wanted.index(need.practice), need.every_weeks, whole)
            )

        self.outside: dict[DoctorIndex, list[WeekIndex]] = defaultdict(list)
        self.given: dict[Key, Status] = {}
        for mission in problem.missions:
            if 0 <= mission.week < problem.weeks:
                key = (mission.doctor, mission.centre, mission.week)
                self.given[key] = mission.status
            else:
                self.outside[mission.doctor].append(mission.week)
                self.plain[self.party_of[mission.doctor]] = False
        statuses = list(self.given.values())
        self.confirmed_given = statuses.count(Status.CONFIRMED)
        self.locked_given = statuses.count(Status.LOCKED)

    def _fill_tables(self) -> None:
        """Work out who fits where, block by block.

        `_table`: (C, P), the cost of a mission without fairness and practices, as -1 - cost where
        a party does not fit in an empty centre (H2, H3, H6); 16 bits where the costs allow.
        `_suits`: (D, C / 8), one bit for each doctor and centre, rule H2.
        """
        problem = self.problem
        doctors, centres = len(problem.doctors), len(problem.centres)
        distances = Distances(problem)
        table = np.empty((centres, len(self.parties)), dtype=np.int16)
        self._suits = np.empty((doctors, (centres + 7) // 8), dtype=np.uint8)
        party_of, alone = np.array(self.party_of), self.sizes == 1
        together: dict[PartyIndex, tuple[NDArray[np.int32], NDArray[np.bool_]]] = {}
        for low in range(0, doctors, BLOCK):
            high = min(low + BLOCK, doctors)
            travel = distances.travel(low, high)
            suits, cost = distances.suits(low, high, travel), distances.cost(low, high, travel)
            self._suits[low:high] = np.packbits(suits, axis=1)
            for doctor in range(low, high):
                party = self.party_of[doctor]
                if self.size[party] > 1:
                    others, all_suit = together.get(party, (np.int32(0), np.bool_(True)))
                    here = doctor - low
                    together[party] = others + cost[here], all_suit & suits[here]
            single = np.flatnonzero(alone[party_of[low:high]])
            table = _wide_enough(table, cost)
            columns = party_of[low:high][single]
            table[:, columns] = self._coded(cost[single].T, suits[single].T, columns)
        for party, (total, may) in together.items():
            table = _wide_enough(table, total)
            columns = np.array([party])
            table[:, columns] = self._coded(total[:, None], may[:, None], columns)
        self._table = table

    def _coded(
        self,
        cost: NDArray[np.int32],
        suits: NDArray[np.bool_],
        parties: NDArray[np.int64],
    ) -> NDArray[np.int32]:
        lines = np.array(self.lines, dtype=np.int64)
        beds = np.array(self.family_places, dtype=np.int64)
        first, family = self.firsts, self.families
        fits = (
            suits
            & (self.sizes[parties][None, :] <= lines[:, None])
            & (first[parties] <= self.most_first)[None, :]
            & ((family[parties] == 0)[None, :] | (family[parties][None, :] <= beds[:, None]))
        )
        return np.where(fits, cost, -1 - cost)

    def travel_minutes(self, doctors: list[int], centres: list[int]) -> list[int]:
        """Give the minutes of some doctors to a centre each."""
        problem = self.problem
        if not doctors:
            return []
        home = np.array(
            [(problem.doctors[d].latitude, problem.doctors[d].longitude) for d in doctors]
        )
        place = np.array(
            [(problem.centres[c].latitude, problem.centres[c].longitude) for c in centres]
        )
        kilometres = geo.great_circle_km(home[:, 0], home[:, 1], place[:, 0], place[:, 1])
        minutes: list[int] = geo.travel_minutes(kilometres).tolist()
        return [
            problem.travel.get(pair, estimate)
            for pair, estimate in zip(zip(doctors, centres, strict=True), minutes, strict=True)
        ]

    def cost(self, party: PartyIndex, centre: CentreIndex) -> int:
        """Give what a mission of a party adds to the cost, without fairness and practices."""
        coded = int(self._table[centre, party])
        return coded if coded >= 0 else -1 - coded

    def counts_for(self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex) -> bool:
        """Say whether a standby of that week counts for a centre (open that week)."""
        weeks = self.calendar
        return bool(
            self.open[centre][week]
            and int(self._suits[doctor, centre >> 3]) >> (7 - (centre & 7)) & 1
            and weeks.ready[doctor, week]
            and (weeks.pioneer[doctor] or not weeks.opening[centre, week])
        )

    def helped(self, doctor: DoctorIndex, week: WeekIndex) -> NDArray[np.bool_]:
        """Say for which centres a standby of that week counts; boolean (centres,)."""
        weeks = self.calendar
        may: NDArray[np.bool_] = np.unpackbits(self._suits[doctor], count=len(self.lines)).view(
            np.bool_
        )
        may &= weeks.open_weeks[:, week]
        if not weeks.ready[doctor, week]:
            may[:] = False
        if not weeks.pioneer[doctor]:
            may &= ~weeks.opening[:, week]
        return may

    def costs(
        self, who: NDArray[np.int32], centre: CentreIndex, week: WeekIndex
    ) -> NDArray[np.int64]:
        """Give the cost of one mission of each party, negative where rules forbid it (n,).

        H2, H3, H6 and H9 are looked at as for an empty centre; offers are not.
        """
        coded: NDArray[np.int64] = self._table[centre, who].astype(np.int64)
        if self.calendar.opening[centre, week]:
            coded[~self._pioneer[who]] = -1
        return coded

    def cost_table(
        self, who: NDArray[np.int32], centres: NDArray[np.int32], week: WeekIndex
    ) -> NDArray[np.int64]:
        """Give `costs` for several centres; (centres, parties)."""
        coded = self._table[centres[:, None], who[None, :]].astype(np.int64)
        opening = self.calendar.opening[centres, week]
        if opening.any():
            coded[np.ix_(opening, ~self._pioneer[who])] = -1
        return coded

    def cost_of_each(self, who: NDArray[np.int32], centres: NDArray[np.int32]) -> NDArray[np.int64]:
        """Give the cost of a mission of each party at a centre each, whatever the rules; (n,)."""
        coded = self._table[centres, who].astype(np.int64)
        return np.where(coded < 0, -1 - coded, coded)

    def candidates(self, centre: CentreIndex, week: WeekIndex) -> list[tuple[int, PartyIndex]]:
        """List who may be asked by rules H1, H2, H9 and H10, cheapest first: (cost, party)."""
        place = (centre, week)
        known = self._candidates.get(place)
        if known is None:
            known = []
            if self.open[centre][week]:
                known = self._sorted(self.parties_in_week[week], centre, week)
            self._listed += len(known)
            if self._listed > LISTED_MOST:
                self._candidates.clear()
                self._listed = len(known)
            self._candidates[place] = known
        return known

    def strangers(self, centre: CentreIndex, week: WeekIndex) -> list[tuple[int, PartyIndex]]:
        """List who did not offer this week but may come by every other rule, cheapest first."""
        ready = _of_all(self.parties, self.calendar.ready[:, [week]])[:, 0]
        who = np.flatnonzero(ready & ~self._offered[:, week]).astype(np.int32)
        return self._sorted(who, centre, week)

    def _sorted(
        self, who: NDArray[np.int32], centre: CentreIndex, week: WeekIndex
    ) -> list[tuple[int, PartyIndex]]:
        cost = self.costs(who, centre, week)
        may = cost >= 0
        who, cost = who[may], cost[may]
        order = np.argsort(cost, kind="stable")
        return list(zip(cost[order].tolist(), who[order].tolist(), strict=True))


def _of_all(parties: list[tuple[int, ...]], flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say what all members of each party have in common."""
    common = flags[[members[0] for members in parties]].copy()
    for party, members in enumerate(parties):
        for doctor in members[1:]:
            common[party] &= flags[doctor]
    return common


def _wide_enough(
    table: NDArray[np.signedinteger[Any]], cost: NDArray[np.int32]
) -> NDArray[np.signedinteger[Any]]:
    if cost.size and int(cost.max()) >= np.iinfo(table.dtype).max:
        return table.astype(np.int32)
    return table


class Rows:
    """What parties hold, as arrays, for questions about thousands of parties at once.

    `count`: missions (P,). `week`, `centre`: where (P, K), NOWHEN for none. `firm`: (P, K), 0
    proposed, 1 with a confirmed mission, 2 locked. `reserved`: a member is on standby (P,).
    """

    def __init__(self, parties: int) -> None:
        self.count = np.zeros(parties, dtype=np.int64)
        self.week = np.full((parties, 1), NOWHEN, dtype=np.int16)
        self.centre = np.zeros((parties, 1), dtype=np.int32)
        self.firm = np.zeros((parties, 1), dtype=np.int8)
        self.reserved = np.zeros(parties, dtype=np.bool_)

    def copy(self) -> Rows:
        """Give an independent copy."""
        other = object.__new__(Rows)
        other.count, other.week = self.count.copy(), self.week.copy()
        other.centre, other.firm = self.centre.copy(), self.firm.copy()
        other.reserved = self.reserved.copy()
        return other

    def widen(self, most: int) -> None:
        """Make room for `most` missions a party."""
        more = most - self.week.shape[1]
        if more > 0:
            ends = ((0, 0), (0, more))
            self.week = np.pad(self.week, ends, constant_values=NOWHEN)
            self.centre, self.firm = np.pad(self.centre, ends), np.pad(self.firm, ends)


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
        # standbys that count, (centres, weeks); a column is a week and lies together in memory
        self.reserves = np.zeros((len(tables.lines), weeks), dtype=np.int32, order="F")
        # windows that nobody covers and a week lies in, (practices, centres, weeks)
        self.missed = np.zeros((tables.does.shape[1], len(tables.lines), weeks), dtype=np.int64)
        self.cover = [[0] * weeks for _ in problem.needs]
        self.gone: set[Promise] = set()
        self.given: dict[Key, Status] = dict(tables.given)
        self.lost = {key for key, status in self.given.items() if status is Status.CONFIRMED}
        self.confirmed_moved = len(self.lost)
        self.standing = 0  # missions, doctor by doctor
        self.confirmed_given, self.locked_given = tables.confirmed_given, tables.locked_given
        self.holes = int(problem.capacity.sum())
        windows = sum(sum(whole) for centre in tables.needs for _, _, _, whole in centre)
        open_ = int(problem.open_weeks.sum())
        self.cost = (
            tables.missing_standby_cost * tables.depth * open_ + tables.missed_window_cost * windows
        )
        for centre, needs in enumerate(tables.needs):
            for _, practice, every, whole in needs:
                for start in np.flatnonzero(whole).tolist():
                    self.missed[practice, centre, start : start + every] += 1
        self._ways: dict[tuple[PartyIndex, WeekIndex], tuple[Way, ...]] = {}
        self._rows, self._stale = Rows(len(tables.parties)), set[PartyIndex]()
        self._able: list[NDArray[np.int32] | None] = [None] * weeks
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
            if len(self._ways) > WAYS_KEPT:
                self._ways.clear()
        self._stale.update(range(len(tables.parties)))
        self.rows()
        for week in range(weeks):
            self.able(week)

    def copy(self) -> State:
        """Give an independent state; what never changes is shared."""
        other = object.__new__(State)
        other.tables = self.tables
        other.missions = [dict(stays) for stays in self.missions]
        other.standbys = {doctor: set(weeks) for doctor, weeks in self.standbys.items()}
        other.present = {place: list(who) for place, who in self.present.items()}
        other.taken = dict(self.taken)
        other.room = list(self.room)
        other.reserves = self.reserves.copy(order="F")
        other.missed = self.missed.copy()
        other.cover = [list(row) for row in self.cover]
        other.gone = set(self.gone)
        other.given = dict(self.given)
        other.lost = set(self.lost)
        other.confirmed_moved = self.confirmed_moved
        other.standing = self.standing
        other.confirmed_given, other.locked_given = self.confirmed_given, self.locked_given
        other.holes = self.holes
        other.cost = self.cost
        other._rows, other._stale = self._rows.copy(), set(self._stale)
        other._able = list(self._able)
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
        total = 0
        if self.tables.needs[centre]:
            for practice in self.tables.skills[party]:
                total += int(self.missed[practice, centre, week])
        return total * self.tables.missed_window_cost

    def greatest_gain(self, centre: CentreIndex, week: WeekIndex) -> int:
        """Give an upper bound of `gain` over all parties."""
        if not self.tables.needs[centre]:
            return 0
        return int(self.missed[:, centre, week].sum()) * self.tables.missed_window_cost

    def price(self, party: PartyIndex, centre: CentreIndex, week: WeekIndex) -> int:
        """Give what one more mission of a party adds to the cost, all terms, when nothing goes."""
        tables = self.tables
        return (
            tables.cost(party, centre)
            + tables.repeat_cost * len(self.missions[party]) * tables.size[party]
            - self.gain(party, centre, week)
        )

    def prices(
        self, who: NDArray[np.int32], centre: CentreIndex, week: WeekIndex
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Give `price` of the parties who may go there: (parties, prices)."""
        tables = self.tables
        cost = tables.costs(who, centre, week)
        may = cost >= 0
        who, cost = who[may], cost[may]
        cost += tables.repeat_cost * self.rows().count[who] * tables.sizes[who]
        if tables.needs[centre]:
            missed = self.missed[:, centre, week]
            if missed.any():
                cost -= tables.missed_window_cost * (tables.does[who] @ missed)
        return who, cost

    def crowded(
        self, who: NDArray[np.int32], centre: CentreIndex, week: WeekIndex
    ) -> NDArray[np.bool_]:
        """Say for whom somebody would have to leave a centre-week by rule H6."""
        tables = self.tables
        here = self.present.get((centre, week), ())
        first, family = tables.firsts[who], tables.families[who]
        firsts = sum(tables.first[party] for party in here)
        families = sum(tables.family[party] for party in here)
        crowded: NDArray[np.bool_] = (first > 0) & (first + firsts > tables.most_first)
        crowded |= (family > 0) & (family + families > tables.family_places[centre])
        return crowded

    def able(self, week: WeekIndex) -> NDArray[np.int32]:
        """List the parties who offer a week and would give up standbys at most for it."""
        known = self._able[week]
        if known is None:
            who = self.tables.parties_in_week[week]
            free = np.frombuffer(self.freedom[week], dtype=np.uint8)[who]
            known = self._able[week] = who[(free == FREE) | (free == ON_STANDBY)]
        return known

    def rows(self) -> Rows:
        """Give what parties hold as arrays, up to date."""
        if self._stale:
            self._refresh()
        return self._rows

    def _refresh(self) -> None:
        rows, tables = self._rows, self.tables
        rows.widen(max(len(self.missions[party]) for party in self._stale))
        for party in self._stale:
            stays = self.missions[party]
            rows.count[party] = len(stays)
            rows.reserved[party] = any(
                self.standbys.get(doctor) for doctor in tables.parties[party]
            )
            rows.week[party] = NOWHEN
            for place, (week, centre) in enumerate(stays.items()):
                rows.week[party, place], rows.centre[party, place] = week, centre
                locked = self.is_locked(party, centre, week)
                rows.firm[party, place] = (
                    2 if locked else min(1, self.confirmed(party, centre, week))
                )
        self._stale.clear()

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
        self.cost += tables.cost(party, centre) + tables.repeat_cost * len(stays) * size
        stays[week] = centre
        self.standing += size
        self._stale.add(party)
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
            if practice in tables.skills[party]:
                cover = self.cover[index]
                for start in range(max(0, week - every + 1), week + 1):
                    if whole[start]:
                        if cover[start] == 0:
                            self.cost -= tables.missed_window_cost
                            self.missed[practice, centre, start : start + every] -= 1
                        cover[start] += 1

    def leave(self, party: PartyIndex, week: WeekIndex) -> CentreIndex:
        """Take a mission of a party away and say where it was."""
        tables = self.tables
        size = tables.size[party]
        stays = self.missions[party]
        centre = stays.pop(week)
        place = (centre, week)
        self.cost -= tables.cost(party, centre) + tables.repeat_cost * len(stays) * size
        self.standing -= size
        self._stale.add(party)
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
            if practice in tables.skills[party]:
                cover = self.cover[index]
                for start in range(max(0, week - every + 1), week + 1):
                    if whole[start]:
                        cover[start] -= 1
                        if cover[start] == 0:
                            self.cost += tables.missed_window_cost
                            self.missed[practice, centre, start : start + every] += 1
        return centre

    def promise(self, doctor: DoctorIndex, week: WeekIndex) -> None:
        """Add a standby."""
        tables = self.tables
        self.standbys.setdefault(doctor, set()).add(week)
        self.room[doctor] -= 1
        self._stale.add(tables.party_of[doctor])
        held, helped = self.reserves[:, week], tables.helped(doctor, week)
        lacking = int(np.count_nonzero(helped & (held < tables.depth)))
        self.cost += tables.standby_cost - tables.missing_standby_cost * lacking
        held += helped

    def drop(self, doctor: DoctorIndex, week: WeekIndex) -> None:
        """Take a standby away."""
        tables = self.tables
        self.standbys[doctor].remove(week)
        self.room[doctor] += 1
        self._stale.add(tables.party_of[doctor])
        held, helped = self.reserves[:, week], tables.helped(doctor, week)
        held -= helped
        lacking = int(np.count_nonzero(helped & (held < tables.depth)))
        self.cost += tables.missing_standby_cost * lacking - tables.standby_cost

    def settle(self, party: PartyIndex) -> None:
        """Work out again what a party would have to give up in each week it offers."""
        tables = self.tables
        members = tables.parties[party]
        for week in tables.offer_weeks[party]:
            self._ways.pop((party, week), None)
            self._able[week] = None
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
            status = self.given.pop((member, centre, week), None)
            if status is Status.CONFIRMED:
                self.lost.discard((member, centre, week))
                self.confirmed_moved -= 1
                self.confirmed_given -= 1
            elif status is Status.LOCKED:
                self.locked_given -= 1
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
        keys = [
            (doctor, centre, week)
            for party, stays in enumerate(self.missions)
            for week, centre in stays.items()
            for doctor in tables.parties[party]
        ]
        minutes = tables.travel_minutes([key[0] for key in keys], [key[1] for key in keys])
        missions = tuple(
            sorted(
                PlannedMission(
                    week=week,
                    centre=centre,
                    doctor=doctor,
                    status=self.given.get((doctor, centre, week), Status.PROPOSED),
                    travel_minutes=travel,
                )
                for (doctor, centre, week), travel in zip(keys, minutes, strict=True)
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
