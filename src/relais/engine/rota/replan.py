"""What to do when one place becomes empty: the best repairs, proven, in a moment.

A repair fills the place and leaves no other place emptier. It may move missions (their doctors
leave, others take the places left, and so on) and call doctors on standby. Only repairs without a
superfluous change count. The best has, in this order: the fewest confirmed missions moved, the
fewest missions moved at all, the most places filled (a pair may fill two), the least cost.

`repairs` answers about a `State`; `cancel`, `offers_changed`, `withdraw` and `centre_added` turn
what happened into a new problem, a plan and the places to repair; `replan` plans the whole again.
docs/engine/replan.md tells the search and why it misses nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.plan import Plan, PlannedMission
from relais.engine.rota.problem import (
    Centre,
    CentreIndex,
    DoctorIndex,
    GivenMission,
    Problem,
    Status,
    WeekIndex,
)
from relais.engine.rota.solve import Progress, solve
from relais.engine.rota.state import (
    BUSY,
    FREE,
    IMPOSSIBLE,
    NOWHEN,
    ON_STANDBY,
    Key,
    PartyIndex,
    Place,
    Promise,
    State,
    Stay,
    unproven,
)

__all__ = [
    "Change",
    "Consequences",
    "Repair",
    "Search",
    "State",
    "apply",
    "cancel",
    "centre_added",
    "consequences",
    "offers_changed",
    "repairs",
    "replan",
    "search",
    "withdraw",
]

MOST_MOVES = 3
BEST = 3
EFFORT_AT_ONCE = 700_000  # prices worked out together before the rest waits until it matters
NEVER = 1 << 40  # a price that nobody has
FEW = 32  # cheapest candidates put in order first


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to fill a place. Missions are (doctor, centre, week).

    `added`, `removed`: in the order in which one follows from another; `standbys_used`: (doctor,
    week) promised before and no more. `filled`: places filled on balance. `confirmed_moved`,
    `cost`: what levels 2 and 3 of the score gain. `moved`: missions moved, whatever their status.
    """

    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    standbys_used: tuple[Promise, ...]
    confirmed_moved: int
    moved: int
    filled: int
    cost: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Give the order of repairs: less is better."""
        return self.confirmed_moved, self.moved, -self.filled, self.cost


@dataclass(frozen=True, slots=True)
class Search:
    """The best repairs found, and whether that is proven (`complete`: nothing was cut short).

    `steps`: changes tried.
    """

    repairs: tuple[Repair, ...]
    complete: bool
    steps: int


class _Enough(Exception):
    """The steps allowed are used up."""


type _Rank = tuple[int, int, int, int]
type _Found = tuple[_Rank, tuple[Stay, ...], tuple[Stay, ...], tuple[Promise, ...]]


def _holds(who: NDArray[np.int32], party: PartyIndex) -> bool:
    """Say whether a sorted array of parties holds one."""
    at = int(np.searchsorted(who, party))
    return at < len(who) and int(who[at]) == party


def _without(who: NDArray[np.int32], some: Collection[PartyIndex]) -> NDArray[np.bool_]:
    """Say which of an array of parties are not among a few."""
    others = np.ones(len(who), dtype=np.bool_)
    for party in some:
        others &= who != party
    return others


def _cheapest_first(
    price: NDArray[np.int64], who: NDArray[np.int32]
) -> Iterator[tuple[int, PartyIndex]]:
    """Give (price, party) in order; the first few without sorting all."""
    if len(price) > 2 * FEW:
        bar = np.partition(price, FEW)[FEW]
        low = price <= bar
        yield from _in_order(price[low], who[low])
        price, who = price[~low], who[~low]
    yield from _in_order(price, who)


def _in_order(price: NDArray[np.int64], who: NDArray[np.int32]) -> Iterator[tuple[int, PartyIndex]]:
    order = np.lexsort((who, price))
    yield from zip(price[order].tolist(), who[order].tolist(), strict=True)


class _Repairing:
    """One search. The state is changed while searching and put back as it was."""

    def __init__(
        self,
        state: State,
        target: Place,
        exclude: frozenset[PartyIndex],
        k: int,
        most_steps: int | None,
    ) -> None:
        self.state, self.target, self.exclude, self.k = state, target, exclude, k
        self.most_steps = most_steps
        self.steps = 0
        self.found: list[_Found] = []
        self.removed: list[Stay] = []
        self.added: list[Stay] = []
        self.dropped: list[Promise] = []
        self.deficit: dict[Place, int] = {target: 1}
        self.known_reach: dict[tuple[Place, PartyIndex, int], bool] = {}
        self.holes, self.cost, self.moved = state.holes, state.cost, state.confirmed_moved
        self.standing, self.lost_before = state.standing, len(state.lost)
        self.may_return = bool(state.lost)
        self.largest = state.tables.largest

    @property
    def confirmed_standing(self) -> int:
        """Count the confirmed missions that stand, the search's own changes aside."""
        return self.state.confirmed_given - self.lost_before

    @property
    def any_proposed(self) -> bool:
        """Say whether a mission stands that nobody confirmed or locked."""
        return self.standing > self.state.locked_given + self.confirmed_standing

    # -- levels ------------------------------------------------------------------------------------

    def run(self, max_moves: int) -> None:
        """Look among repairs in their order until `k` are found: none better is left then."""
        returns = min(len(self.state.lost), (max_moves + 1) * self.largest)
        for confirmed in range(-returns, max_moves + 1):
            for moves in range(max(confirmed, 0), max_moves + 1):
                if confirmed > 0 and not self.confirmed_standing:
                    return
                if moves > confirmed and not (self.any_proposed or self.may_return):
                    break
                self.confirmed_wanted, self.moves_wanted = confirmed, moves
                self.fill(0)
                if len(self.found) >= self.k:
                    return

    # -- one level: exactly so many moved, exactly so many of them confirmed -----------------------

    def fill(self, moves: int) -> None:
        """Fill the first place in want in every possible way; `moves` are made already."""
        place = next((at for at, wanted in self.deficit.items() if wanted > 0), None)
        if place is None:
            confirmed = self.state.confirmed_moved - self.moved
            if moves == self.moves_wanted and confirmed == self.confirmed_wanted:
                self.keep(
                    (
                        confirmed,
                        moves,
                        self.state.holes - self.holes,
                        self.state.cost - self.cost,
                    ),
                    tuple(self.added),
                    tuple(self.dropped),
                )
            return
        left = self.moves_wanted - moves
        if left <= 1 and self.simple_end(place, moves):
            if left == 0:
                self.fill_last(place)
            else:
                self.fill_by_one(place, moves)
            return
        parties = [party for _, party in self.state.tables.candidates(*place)]
        self.fill_with(parties, place, moves, left)

    def simple_end(self, place: Place, moves: int) -> bool:
        """Say whether one more doctor ends the repair, and nothing complicates counting it."""
        confirmed = self.state.confirmed_moved - self.moved
        return (
            self.deficit[place] == 1
            and sum(wanted > 0 for wanted in self.deficit.values()) == 1
            and not self.may_return
            and 0 <= self.confirmed_wanted - confirmed <= self.moves_wanted - moves
        )

    def touched(self) -> set[PartyIndex]:
        """Name the parties that the repair has changed so far."""
        return {one for one, _, _ in chain(self.removed, self.added)}

    def askable(self, week: WeekIndex, touched: set[PartyIndex]) -> NDArray[np.int32]:
        """List who could come a week without a move, the touched included where they offer it."""
        who = self.state.able(week)
        offered = self.state.tables.parties_in_week[week]
        more = [party for party in touched if _holds(offered, party) and not _holds(who, party)]
        if more:
            who = np.append(who, np.array(more, dtype=np.int32))
        if self.exclude:
            who = who[_without(who, self.exclude)]
        return who

    def worse(self, rank: _Rank) -> bool:
        """Say whether enough repairs are found, all better than one of this rank."""
        return len(self.found) >= self.k and rank > self.found[self.k - 1][0]

    def fill_last(self, place: Place) -> None:
        """Fill the last place without a move: cheapest first, until no better one can come."""
        state, tables = self.state, self.state.tables
        centre, week = place
        missions = state.missions
        touched = self.touched()
        gone = {stay[0] for stay in self.removed if stay[1:] == place}
        spots = tables.lines[centre] - state.taken.get(place, 0)
        alone = tables.lines[centre] == 1
        base_cost = state.cost - self.cost
        base_holes = state.holes - self.holes
        confirmed, moves = self.confirmed_wanted, self.moves_wanted
        who, price = state.prices(self.askable(week, touched), centre, week)
        reserved = state.rows().reserved[who]
        price[reserved] -= tables.standby_cost * tables.standbys_per_doctor * tables.largest
        for least, party in _cheapest_first(price, who):
            if self.worse((confirmed, moves, base_holes - spots, base_cost + least)):
                break
            if party in touched and (party in gone or state.freedom[week][party] == IMPOSSIBLE):
                continue
            self.count_step()
            if not alone and next(state.room_at(party, centre, week), None) != ():
                continue
            if party in touched:
                ways = state.ways(party, week, set(self.added))
            elif state.freedom[week][party] == FREE:
                ways = (((), ()),)
            else:
                ways = state.standing_ways(party, week)
            for leave, drop in ways:
                if leave:
                    continue
                size = tables.size[party]
                cost = base_cost + tables.cost(party, centre) - state.gain(party, centre, week)
                cost += tables.repeat_cost * len(missions[party]) * size
                if drop:
                    before = state.cost
                    for promise in drop:
                        state.drop(*promise)
                    cost += state.cost - before
                    for promise in reversed(drop):
                        state.promise(*promise)
                self.keep(
                    (confirmed, moves, base_holes - size, cost),
                    (*self.added, (party, centre, week)),
                    (*self.dropped, *drop),
                )

    # -- one more move, then the last place: thousands of candidates at once ----------------------

    def fill_by_one(self, place: Place, moves: int) -> None:
        """Fill the last place with exactly one more move.

        Plain parties (one doctor, untouched, not on standby, no question of H6) leave one mission
        for it, and somebody takes that: a lower bound of each is worked out with arrays, and they
        are tried in its order until no better one can come. The others are tried one by one.
        """
        state, tables = self.state, self.state.tables
        centre, week = place
        rows = state.rows()
        who = tables.parties_in_week[week]
        cost = tables.costs(who, centre, week)
        free = np.frombuffer(state.freedom[week], dtype=np.uint8)[who]
        may = (cost >= 0) & (free != IMPOSSIBLE)
        who, cost, free = who[may], cost[may], free[may]
        touched = self.touched()
        # Whoever leaves this place, or is there, does not come back to it.
        never = {stay[0] for stay in self.removed if stay[1:] == place}
        never |= self.exclude | set(state.present.get(place, ()))
        if never:
            may = _without(who, never)
            who, cost, free = who[may], cost[may], free[may]
        plain = tables.plain[who] & ~rows.reserved[who]
        if state.taken.get(place, 0):
            plain &= ~state.crowded(who, centre, week)
        plain &= _without(who, touched)
        self.fill_with(who[~plain].tolist(), place, moves, 1)
        busy = plain & (free == BUSY)
        if busy.any():
            self.try_plain(who[busy], cost[busy], place, moves)

    def try_plain(
        self, who: NDArray[np.int32], cost: NDArray[np.int64], place: Place, moves: int
    ) -> None:
        """Try the parties who leave one mission for a place, most promising first."""
        state, tables = self.state, self.state.tables
        centre, week = place
        rows = state.rows()
        weeks = rows.week[who].astype(np.int64)
        near = np.abs(weeks - week) < tables.gaps[who][:, None]
        many = near.sum(axis=1)
        confirmed = state.confirmed_moved - self.moved
        leaves = (rows.firm[who] == self.confirmed_wanted - confirmed) & (weeks != NOWHEN)
        # Too near a mission: that one goes. No room for one more: any of them.
        leaves &= (many == 0)[:, None] | ((many == 1)[:, None] & near)
        at, slot = np.nonzero(leaves)
        if not len(at):
            return
        party, left_week = who[at], weeks[at, slot]
        left_centre = rows.centre[party, slot]
        missed = state.missed[:, centre, week]
        window = tables.missed_window_cost
        delta = cost[at] - tables.cost_of_each(party, left_centre)
        delta -= window * (tables.does[party] @ missed)
        delta += state.cost - self.cost
        filled = state.holes - self.holes - self.most_filled(left_centre, left_week)
        for filled_least, least, number in self.promising(filled, delta, left_centre, left_week):
            if self.worse((self.confirmed_wanted, self.moves_wanted, filled_least, least)):
                break
            stay = (int(party[number]), int(left_centre[number]), int(left_week[number]))
            self.count_step()
            self.step(stay[0], place, [stay], (), moves + 1)

    def most_filled(
        self, centres: NDArray[np.int32], weeks: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Give an upper bound of the places filled on balance when one of these is left."""
        state, tables = self.state, self.state.tables
        most = np.ones(len(centres), dtype=np.int64)
        if tables.largest > 1:
            for number, place in enumerate(zip(centres.tolist(), weeks.tolist(), strict=True)):
                if tables.lines[place[0]] > 1:
                    empty = tables.lines[place[0]] - state.taken.get(place, 0)
                    most[number] = min(tables.largest, empty + 1)
        return most

    def promising(
        self,
        filled: NDArray[np.int64],
        delta: NDArray[np.int64],
        centres: NDArray[np.int32],
        weeks: NDArray[np.int64],
    ) -> Iterator[tuple[int, int, int]]:
        """Order choices by a lower bound of their rank: (filled, cost, number), least first.

        The bound adds what the cheapest doctor who could fill the place left would cost. Where few
        could, it is worked out for all choices at once, else when a choice comes to the top.
        """
        touched = self.touched()
        pools: dict[int, NDArray[np.int32]] = {}
        exact = np.zeros(len(delta), dtype=np.bool_)
        least = delta.copy()
        effort = 0
        for week in np.unique(weeks).tolist():
            who = pools[week] = self.askable(week, touched)
            here = np.flatnonzero(weeks == week)
            effort += len(who) * len(here)
            if len(who) and effort <= EFFORT_AT_ONCE:
                least[here] += self.least_prices(who, centres[here], week)
                exact[here] = True
            elif len(who):
                least[here] -= self.greatest_savings(who, centres[here], week)
            else:
                least[here] = NEVER
        order = np.flatnonzero(least < NEVER // 2)
        order = order[np.lexsort((order, least[order], filled[order]))]
        heap: list[tuple[int, int, int, bool]] = list(
            zip(
                filled[order].tolist(),
                least[order].tolist(),
                order.tolist(),
                exact[order].tolist(),
                strict=True,
            )
        )
        while heap:
            filled_least, cost, number, known = heapq.heappop(heap)
            if not known:
                week = int(weeks[number])
                price = self.least_prices(pools[week], centres[number : number + 1], week)
                cost = int(delta[number] + price[0])
                if cost < NEVER // 2:
                    heapq.heappush(heap, (filled_least, cost, number, True))
                continue
            yield filled_least, cost, number

    def least_prices(
        self, who: NDArray[np.int32], centres: NDArray[np.int32], week: WeekIndex
    ) -> NDArray[np.int64]:
        """Give for each centre a lower bound of what any of these parties would cost there.

        NEVER where nobody fits. Standbys given up and missions left only make it dearer, but for
        what a standby itself costs.
        """
        state, tables = self.state, self.state.tables
        price = tables.cost_table(who, centres, week)
        price[price < 0] = NEVER
        rows = state.rows()
        more = tables.repeat_cost * rows.count[who] * tables.sizes[who]
        more[rows.reserved[who]] -= self.standbys_worth()
        touched = self.touched()
        if touched:
            more[~_without(who, touched)] = -self.standbys_worth()
        price += more[None, :]
        missed = state.missed[:, centres, week]
        if missed.any():
            price -= tables.missed_window_cost * (missed.T @ tables.does[who].T)
        return np.asarray(price.min(axis=1), dtype=np.int64)

    def greatest_savings(
        self, who: NDArray[np.int32], centres: NDArray[np.int32], week: WeekIndex
    ) -> NDArray[np.int64]:
        """Give what filling each centre could save at most, whoever comes."""
        state, tables = self.state, self.state.tables
        missed = state.missed[:, centres, week].sum(axis=0)
        return self.standbys_worth() + tables.missed_window_cost * missed

    def standbys_worth(self) -> int:
        """Give what the standbys of a party cost at most."""
        tables = self.state.tables
        return tables.standby_cost * tables.standbys_per_doctor * tables.largest

    # -- any number of moves -----------------------------------------------------------------------

    def fill_with(self, parties: Iterable[PartyIndex], place: Place, moves: int, left: int) -> None:
        """Fill a place with some parties, in every way that moves at most `left` more missions."""
        state, tables = self.state, self.state.tables
        centre, week = place
        free = state.freedom[week]
        touched = self.touched()
        gone = {stay[0] for stay in self.removed if stay[1:] == place}
        gone.update(state.present.get(place, ()))
        held = set(self.added)
        for party in parties:
            freedom = free[party]
            if freedom == IMPOSSIBLE or party in self.exclude or party in gone:
                continue
            if left == 0 and freedom == BUSY and party not in touched:
                continue
            if party in touched:
                ways = state.ways(party, week, held)
            else:
                ways = state.standing_ways(party, week)
            if not ways:
                continue
            groups = list(state.room_at(party, centre, week, held, left))
            for (leave, drop), group in product(ways, groups):
                stays = [(party, state.missions[party][at], at) for at in leave]
                stays += [(other, centre, week) for other in group]
                cost = sum(tables.size[stay[0]] for stay in stays)
                if cost > left:
                    continue
                if not self.may_return and self.too_many_confirmed(stays):
                    continue
                self.count_step()
                self.step(party, place, stays, drop, moves + cost)

    def too_many_confirmed(self, stays: list[Stay]) -> bool:
        """Say whether leaving these moves more confirmed missions than this level allows."""
        state = self.state
        here = sum(state.confirmed(*stay) for stay in stays)
        return state.confirmed_moved - self.moved + here > self.confirmed_wanted

    def step(
        self,
        party: PartyIndex,
        place: Place,
        stays: list[Stay],
        drop: tuple[Promise, ...],
        moves: int,
    ) -> None:
        """Make one change, go on from there, and undo it."""
        state, tables = self.state, self.state.tables
        self.removed += stays
        if self.hopeless(party, stays, drop, self.moves_wanted - moves):
            del self.removed[len(self.removed) - len(stays) :]
            return
        for stay in stays:
            state.leave(stay[0], stay[2])
            at = stay[1:]
            self.deficit[at] = self.deficit.get(at, 0) + tables.size[stay[0]]
        for promise in drop:
            state.drop(*promise)
        state.take(party, *place)
        self.deficit[place] -= tables.size[party]
        self.added.append((party, *place))
        self.dropped += drop
        # Each mission still to come can bring at most one party of lost confirmed missions back.
        pending = sum(wanted for wanted in self.deficit.values() if wanted > 0)
        back = 0
        if self.may_return:
            back = min(len(state.lost), (pending + self.moves_wanted - moves) * self.largest)
        try:
            if state.confirmed_moved - self.moved - back <= self.confirmed_wanted:
                self.fill(moves)
        finally:
            del self.dropped[len(self.dropped) - len(drop) :]
            self.added.pop()
            self.deficit[place] += tables.size[party]
            state.leave(party, place[1])
            for promise in reversed(drop):
                state.promise(*promise)
            for stay in reversed(stays):
                state.take(*stay)
                self.deficit[stay[1:]] -= tables.size[stay[0]]
            del self.removed[len(self.removed) - len(stays) :]

    # -- what cannot lead anywhere -----------------------------------------------------------------

    def hopeless(
        self, party: PartyIndex, stays: list[Stay], drop: tuple[Promise, ...], left: int
    ) -> bool:
        """Say for certain that a place left could not be filled with the moves that remain.

        Doctors whom the repair did not touch are as they were: for them the answer is known and
        kept. A touched one may have got freer; where one could matter, nothing is ruled out.
        """
        return any(
            not self.reachable(stay[1:], stay[0], left) and not self.unsure(party, stay, drop, left)
            for stay in stays
        )

    def unsure(self, party: PartyIndex, stay: Stay, drop: tuple[Promise, ...], left: int) -> bool:
        """Say whether a touched doctor, freer than before, might fill a place left after all."""
        state, tables = self.state, self.state.tables
        if drop or self.dropped or (left and len(self.removed) > 1):
            return True
        comes = [one for one, _, _ in self.added]
        comes.append(party)
        for other in {one for one, _, _ in self.removed}:
            lost = [week for one, _, week in self.removed if one == other]
            roomier = len(lost) > comes.count(other)
            reach = max(tables.gap[doctor] for doctor in tables.parties[other])
            for week in tables.offer_weeks[other]:
                if (
                    (left or week == stay[2])
                    and state.freedom[week][other] in (ON_STANDBY, BUSY)
                    and (roomier or any(abs(week - at) < reach for at in lost))
                    and (other != stay[0] or week != stay[2])
                ):
                    return True
        return False

    def reachable(self, place: Place, leaver: PartyIndex, left: int) -> bool:
        """Say whether untouched doctors could fill a place with at most `left` more moves.

        Too hopeful on purpose: rules between doctors of one centre are not looked at.
        """
        key = (place, leaver, left)
        known = self.known_reach.get(key)
        if known is None:
            known = self.known_reach[key] = self._reachable(place, leaver, left)
        return known

    def _reachable(self, place: Place, leaver: PartyIndex, left: int) -> bool:
        state, tables = self.state, self.state.tables
        centre, week = place
        free = state.freedom[week]
        able = self.askable(week, set())
        able = able[tables.costs(able, centre, week) >= 0]
        if len(able) > 1 or (len(able) == 1 and able[0] != leaver):
            return True
        if left == 0:
            return False
        if tables.lines[centre] > 1:
            return True
        for _, party in tables.candidates(centre, week):
            if free[party] == IMPOSSIBLE or party == leaver or party in self.exclude:
                continue
            size = tables.size[party]
            for leave, _ in state.standing_ways(party, week):
                moved = len(leave) * size
                if moved <= left and all(
                    self.reachable((self.centre_before(party, at), at), party, left - moved)
                    for at in leave
                ):
                    return True
        return False

    def centre_before(self, party: PartyIndex, week: WeekIndex) -> CentreIndex:
        """Say where a party was that week before the search began to change things."""
        for one, centre, at in self.removed:
            if one == party and at == week:
                return centre
        return self.state.missions[party][week]

    # -- keeping the best --------------------------------------------------------------------------

    def count_step(self) -> None:
        """Count what is tried, and stop where the caller's patience ends."""
        self.steps += 1
        if self.most_steps is not None and self.steps > self.most_steps:
            raise _Enough

    def keep(self, rank: _Rank, added: tuple[Stay, ...], dropped: tuple[Promise, ...]) -> None:
        """Keep a repair if it is among the best, and has no change that could be left out."""
        found = self.found
        one: _Found = (rank, added, tuple(self.removed), tuple(sorted(dropped)))
        if len(found) >= self.k and one >= found[self.k - 1]:
            return
        same = (frozenset(added), frozenset(self.removed), one[3])
        for known in found:
            if known[0] == rank and (frozenset(known[1]), frozenset(known[2]), known[3]) == same:
                return
        if self.superfluous(added, one[3]):
            return
        found.append(one)
        found.sort()
        del found[self.k :]

    def superfluous(self, added: tuple[Stay, ...], dropped: tuple[Promise, ...]) -> bool:
        """Say whether a part of the changes would do alone.

        Not where each doctor takes one place and leaves what forbids it: there, each change follows
        from the one before.
        """
        tables = self.state.tables
        comes = {party for party, _, _ in added}
        if not self.removed or (
            len(comes) == len(added) == len({stay[1:] for stay in added})
            and all(tables.size[party] == 1 for party in comes)
            and all(party in comes for party, _, _ in self.removed)
        ):
            return False
        parts: list[tuple[str, Stay | Promise]] = [("added", stay) for stay in added]
        parts += [("removed", stay) for stay in self.removed]
        parts += [("dropped", promise) for promise in dropped]
        for count in range(1, len(parts)):
            for some in combinations(parts, count):
                kinds: dict[str, list[tuple[int, ...]]] = {
                    "added": [],
                    "removed": [],
                    "dropped": [],
                }
                for kind, part in some:
                    kinds[kind].append(part)
                if self.would_do(kinds["added"], kinds["removed"], kinds["dropped"]):
                    return True
        return False

    def would_do(
        self,
        added: list[tuple[int, ...]],
        removed: list[tuple[int, ...]],
        dropped: list[tuple[int, ...]],
    ) -> bool:
        """Say whether some changes alone, made to the state before the search, are a repair."""
        state, tables = self.state, self.state.tables
        places = {part[1:] for part in chain(added, removed)}
        for place in places:
            centre, week = place
            here = list(state.present.get((centre, week), ()))
            for stay in self.added:
                if stay[1:] == place:
                    here.remove(stay[0])
            here += [stay[0] for stay in self.removed if stay[1:] == place]
            before = sum(tables.size[party] for party in here)
            for part in removed:
                if part[1:] == place:
                    here.remove(part[0])
            here += [part[0] for part in added if part[1:] == place]
            after = sum(tables.size[party] for party in here)
            families = sum(tables.family[party] for party in here)
            if (
                after < before + (place == self.target)
                or after > tables.lines[centre]
                or sum(tables.first[party] for party in here) > tables.most_first
                or families > tables.family_places[centre]
            ):
                return False
        if self.target not in places:
            return False
        parties = {part[0] for part in chain(added, removed)}
        parties |= {tables.party_of[part[0]] for part in dropped}
        return all(self.holds(party, added, removed, dropped) for party in parties)

    def holds(
        self,
        party: PartyIndex,
        added: list[tuple[int, ...]],
        removed: list[tuple[int, ...]],
        dropped: list[tuple[int, ...]],
    ) -> bool:
        """Say whether a party's weeks obey H4, H5 and the rules of standbys after some changes."""
        state, tables = self.state, self.state.tables
        weeks = set(state.missions[party])
        weeks -= {week for one, _, week in self.added if one == party}
        weeks |= {week for one, _, week in self.removed if one == party}
        weeks -= {part[2] for part in removed if part[0] == party}
        taken = sorted([*weeks, *(part[2] for part in added if part[0] == party)])
        for doctor in tables.parties[party]:
            promised = set(state.standbys.get(doctor, ()))
            promised |= {week for one, week in self.dropped if one == doctor}
            promised -= {part[1] for part in dropped if part[0] == doctor}
            every = sorted([*taken, *promised])
            if len(every) > tables.most[doctor]:
                return False
            gap = tables.gap[doctor]
            if any(later - sooner < gap for sooner, later in pairwise(every)):
                return False
            if any(
                abs(week - other) < gap
                for week in every
                for other in tables.outside.get(doctor, ())
            ):
                return False
        return True

    def answer(self) -> tuple[Repair, ...]:
        """Write the best repairs doctor by doctor."""
        return tuple(
            Repair(
                added=tuple(self.doctors_of(added)),
                removed=tuple(self.doctors_of(removed)),
                standbys_used=dropped,
                confirmed_moved=rank[0],
                moved=rank[1],
                filled=-rank[2],
                cost=rank[3],
            )
            for rank, added, removed, dropped in self.found
        )

    def doctors_of(self, stays: Iterable[Stay]) -> Iterator[Key]:
        """Name the doctors of missions of parties."""
        for party, centre, week in stays:
            for doctor in self.state.tables.parties[party]:
                yield doctor, centre, week


def search(
    state: State,
    centre: CentreIndex,
    week: WeekIndex,
    *,
    exclude: Iterable[DoctorIndex] = (),
    k: int = BEST,
    max_moves: int = MOST_MOVES,
    most_steps: int | None = None,
) -> Search:
    """Find the `k` best repairs of one empty place that move at most `max_moves` missions.

    `exclude`: doctors who take nothing new (their missions may still move). Without `most_steps`
    the answer is exact: nothing better exists. With it, the search ends after so many changes tried
    and says whether it was complete. Raises ValueError when no place is empty there.
    """
    if state.missing(centre, week) == 0:
        raise ValueError(f"no empty place at centre {centre} in week {week}")
    if k < 1 or max_moves < 0:
        raise ValueError("k is at least 1 and max_moves at least 0")
    parties = frozenset(state.tables.party_of[doctor] for doctor in exclude)
    repairing = _Repairing(state, (centre, week), parties, k, most_steps)
    complete = True
    try:
        repairing.run(max_moves)
    except _Enough:
        complete = False
    return Search(repairs=repairing.answer(), complete=complete, steps=repairing.steps)


def repairs(
    state: State,
    centre: CentreIndex,
    week: WeekIndex,
    *,
    exclude: Iterable[DoctorIndex] = (),
    k: int = BEST,
    max_moves: int = MOST_MOVES,
) -> tuple[Repair, ...]:
    """Give the `k` best repairs of one empty place, best first; fewer where no more exist.

    Exact: see `search`.
    """
    return search(state, centre, week, exclude=exclude, k=k, max_moves=max_moves).repairs


def carry_out(state: State, repair: Repair) -> None:
    """Make a repair in a state; the state is another one afterwards."""
    state.change(
        removed=_as_stays(state, repair.removed),
        added=_as_stays(state, repair.added),
        dropped=repair.standbys_used,
    )


def _as_stays(state: State, keys: Iterable[Key]) -> list[Stay]:
    return list(
        dict.fromkeys(
            (state.tables.party_of[doctor], centre, week) for doctor, centre, week in keys
        )
    )


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a repair changes beside the missions themselves; more is worse.

    `travel_minutes`: one way, all missions together. `standbys_missing`: standbys that centre-weeks
    lack. `windows_missed`: windows of `needs.csv` without their practice.
    """

    travel_minutes: int
    standbys_missing: int
    windows_missed: int


def consequences(state: State, repair: Repair) -> Consequences:
    """Say what a repair would change; the state stays as it is."""
    after = state.copy()
    carry_out(after, repair)
    tables = state.tables

    def minutes(keys: tuple[Key, ...]) -> int:
        return sum(tables.travel_minutes([key[0] for key in keys], [key[1] for key in keys]))

    def lacking(one: State) -> int:
        short = np.maximum(tables.depth - one.reserves, 0)
        return int(short[tables.calendar.open_weeks].sum())

    def missed(one: State) -> int:
        return sum(
            whole[start] and one.cover[index][start] == 0
            for needs in tables.needs
            for index, _, _, whole in needs
            for start in range(len(whole))
        )

    return Consequences(
        travel_minutes=minutes(repair.added) - minutes(repair.removed),
        standbys_missing=lacking(after) - lacking(state),
        windows_missed=missed(after) - missed(state),
    )


def apply(state: State, repair: Repair) -> Plan:
    """Give the plan that a repair leads to, its score worked out anew; the state stays as it is."""
    after = state.copy()
    carry_out(after, repair)
    return after.plan()


# -- what happened ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What happened: the problem and the plan as they now are, and the places to repair, by week.

    The plan obeys every hard rule of the problem and proves nothing.
    """

    problem: Problem
    plan: Plan
    places: tuple[Place, ...]


def cancel(problem: Problem, plan: Plan, *, doctor: DoctorIndex, week: WeekIndex) -> Change:
    """A doctor cannot come a week, whatever the status of the mission; a companion stays away too.

    Raises ValueError when the doctor has no mission that week.
    """
    if not any(one.doctor == doctor and one.week == week for one in plan.missions):
        raise ValueError(f"doctor {doctor} has no mission in week {week}")
    return _doctor_loses(problem, plan, doctor, {week}, spare_locked=False)


def offers_changed(
    problem: Problem, plan: Plan, *, doctor: DoctorIndex, weeks: Iterable[WeekIndex]
) -> Change:
    """A doctor now offers these weeks and no others.

    Missions and standbys outside them end; locked missions stay (rule H8: they need no offer).
    """
    weeks = set(weeks)
    before = {int(week) for one, week in problem.offers if one == doctor}
    others = problem.offers[problem.offers[:, 0] != doctor]
    rows = sorted({(int(d), int(w)) for d, w in others} | {(doctor, week) for week in weeks})
    offers = np.array(rows, dtype=np.int32).reshape(-1, 2)
    lost = before - weeks
    return _doctor_loses(replace(problem, offers=offers), plan, doctor, lost, spare_locked=True)


def withdraw(
    problem: Problem, plan: Plan, *, doctor: DoctorIndex, from_week: WeekIndex = 0
) -> Change:
    """A doctor leaves: from a week on no offer, mission (locked or not) or standby stays."""
    return _doctor_loses(
        problem, plan, doctor, set(range(from_week, problem.weeks)), spare_locked=False
    )


def centre_added(problem: Problem, plan: Plan, *, centre: Centre) -> Change:
    """A new centre opens: all its open weeks are to fill."""
    problem = replace(problem, centres=(*problem.centres, centre))
    after = unproven(problem, plan.missions, plan.standbys)
    index = len(problem.centres) - 1
    places = tuple((hole.centre, hole.week) for hole in after.holes if hole.centre == index)
    return Change(problem, after, places)


def _doctor_loses(
    problem: Problem,
    plan: Plan,
    doctor: DoctorIndex,
    weeks: set[WeekIndex],
    *,
    spare_locked: bool,
) -> Change:
    """Take some weeks of a doctor away: offers, standbys, missions, and those of companions."""
    party = _companions(problem, doctor)
    lost = {
        (mission.centre, mission.week)
        for mission in plan.missions
        if mission.doctor == doctor
        and mission.week in weeks
        and not (spare_locked and mission.status is Status.LOCKED)
    }

    def ends(mission: PlannedMission | GivenMission) -> bool:
        return mission.doctor in party and (mission.centre, mission.week) in lost

    # A given mission of these weeks that the plan does not hold is no longer wanted either.
    missions = tuple(
        given
        for given in problem.missions
        if not ends(given)
        and not (
            given.doctor == doctor
            and given.week in weeks
            and not (spare_locked and given.status is Status.LOCKED)
        )
    )
    keep = np.array(
        [not (int(d) == doctor and int(w) in weeks) for d, w in problem.offers], dtype=np.bool_
    )
    problem = replace(problem, offers=problem.offers[keep], missions=missions)
    after = unproven(
        problem,
        tuple(mission for mission in plan.missions if not ends(mission)),
        tuple(one for one in plan.standbys if one.doctor != doctor or one.week not in weeks),
    )
    empty = {(hole.centre, hole.week) for hole in after.holes}
    places = tuple(sorted(lost & empty, key=lambda place: (place[1], place[0])))
    return Change(problem, after, places)


def _companions(problem: Problem, doctor: DoctorIndex) -> set[DoctorIndex]:
    found = {doctor}
    growing = True
    while growing:
        growing = False
        for pair in problem.pairs:
            if found & set(pair) and not found >= set(pair):
                found |= set(pair)
                growing = True
    return found


def replan(
    problem: Problem,
    plan: Plan,
    *,
    budget_seconds: float = 60.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan the whole again, starting from a plan that people know.

    Locked missions stand; a confirmed one moves only where fewer places stay empty by it (level 2
    of the score comes before the cost); the others of `plan` are hints. See `solve` for the rest.
    """
    given = {(one.doctor, one.centre, one.week) for one in problem.missions}
    hints = tuple(
        GivenMission(one.doctor, one.centre, one.week, Status.PROPOSED)
        for one in sorted(plan.missions)
        if (one.doctor, one.centre, one.week) not in given
    )
    return solve(
        replace(problem, missions=problem.missions + hints),
        budget_seconds=budget_seconds,
        seed=seed,
        progress=progress,
    )
