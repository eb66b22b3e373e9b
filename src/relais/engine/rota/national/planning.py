"""Planning a nation: prices, a first plan, then rounds of regions until the time is over.

docs/engine/national.md tells what each bound proves and why.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.feasible import Feasible, Taken
from relais.engine.rota.national.draft import Assignment, Draft
from relais.engine.rota.national.executors import Crew
from relais.engine.rota.national.nation import Ints, Nation, nation
from relais.engine.rota.national.prices import Market, Prices, find_prices
from relais.engine.rota.national.regions import Task, plan_region
from relais.engine.rota.problem import GivenMission, Need, Problem, Status

_REGION_LINES = 40  # places a week that one region holds
_NEAR = 40.0  # of reduced cost: missions a region looks at, the nearest of them:
_NEAR_A_PLACE = 200
_CHANCE = 20.0  # of gain, when units are lent from round to round
_ROUNDS, _STEPS = 16, 60  # of climbing the bound
_PRICES_SHARE = 0.3  # of the budget, at most, for prices
_TASK_SECONDS = 20.0
_WITHOUT_STANDBYS = 3  # rounds of missions alone: those left idle are then the standbys
_TURN = 0.7  # radians between the cuts of two rounds
_RESERVED = 0.06  # of the budget, for the verification


@dataclass(frozen=True)
class Near:
    """Missions of small reduced cost, as arrays; `gain` at the prices."""

    unit: NDArray[np.int32]
    centre: NDArray[np.int32]
    week: NDArray[np.int32]
    gain: NDArray[np.float32]


def near_missions(market: Market, prices: Prices, width: float) -> Near:
    """List the missions that lose at most `width` against the best of their unit."""
    place = np.where(market.nation.places > 0, prices.place, 0.0)
    table = market.table(place, prices.window)
    several = np.zeros(len(market.nation.room), dtype=np.bool_)
    several[market.who[market.several]] = True
    floor = np.where(several, 0.0, prices.worth).astype(np.float32) - np.float32(width)
    found: list[tuple[Ints, Ints, NDArray[np.float32]]] = []
    chunk = 4_000
    for start in range(0, len(market.unit), chunk):
        rows = slice(start, start + chunk)
        gains = table[market.row[rows]]
        gains -= market.nation.cost[market.unit[rows]]
        row, centre = np.nonzero(gains >= floor[market.unit[rows]][:, None])
        found.append((row + start, centre, gains[row, centre]))
    if not found:
        none = np.zeros(0, dtype=np.int32)
        return Near(none, none, none, none.astype(np.float32))
    row = np.concatenate([one[0] for one in found])
    centre = np.concatenate([one[1] for one in found])
    gain = np.concatenate([one[2] for one in found])
    most = _NEAR_A_PLACE * max(1, int(market.nation.places.sum()))
    if len(row) > most:
        kept = np.sort(np.argpartition(floor[market.unit[row]] - gain, most - 1)[:most])
        row, centre, gain = row[kept], centre[kept], gain[kept]
    return Near(
        unit=market.unit[row].astype(np.int32),
        centre=centre.astype(np.int32),
        week=market.week[row].astype(np.int32),
        gain=gain,
    )


def split(problem: Problem, turn: float, lines: int) -> Ints:
    """Cut the centres into regions of about `lines` places a week, halving along turned axes.

    Gives the region of each centre; int64 (C,).
    """
    x = np.array([centre.longitude for centre in problem.centres]) * math.cos(math.radians(46.5))
    y = np.array([centre.latitude for centre in problem.centres])
    weight = np.array([max(centre.lines, 1) for centre in problem.centres])
    region = np.zeros(len(x), dtype=np.int64)
    parts = [np.arange(len(x))]
    done: list[Ints] = []
    while parts:
        part = parts.pop()
        if weight[part].sum() <= lines or len(part) == 1:
            done.append(part)
            continue
        angles = (turn, turn + math.pi / 2)
        axes = [np.cos(a) * x[part] + np.sin(a) * y[part] for a in angles]
        axis = max(axes, key=lambda values: float(np.ptp(values)))
        ordered = part[np.lexsort((part, axis))]
        load = np.cumsum(weight[ordered])
        pieces = math.ceil(load[-1] / lines)
        cut = int(np.searchsorted(load, load[-1] * (pieces // 2) / pieces)) + 1
        cut = min(max(cut, 1), len(ordered) - 1)
        parts += [ordered[:cut], ordered[cut:]]
    for number, part in enumerate(done):
        region[part] = number
    return region


class Regions:
    """The regions of one round, ready to be planned, and how to take their answers in."""

    def __init__(
        self,
        draft: Draft,
        near: Near,
        region: Ints,
        random: np.random.Generator,
        *,
        chance: float,
        seed: int,
    ) -> None:
        self.draft, self.near, self.region, self.seed = draft, near, region, seed
        self.nation = draft.nation
        self._lend(random, chance)
        own = self.owner[near.unit] == region[near.centre]
        index = np.flatnonzero(own)
        order = np.argsort(region[near.centre[index]], kind="stable")
        self.near_of = index[order]
        self.near_bounds = np.searchsorted(
            region[near.centre[self.near_of]], np.arange(region.max(initial=-1) + 2)
        )
        self.locked_at: dict[int, list[GivenMission]] = {}
        for given in self.nation.taken.locked:
            self.locked_at.setdefault(given.centre, []).append(given)
        self.by_unit: dict[int, list[Assignment]] = {}
        for mission in sorted(draft.missions):
            self.by_unit.setdefault(mission[0], []).append(mission)
        self.by_region: dict[int, list[Assignment]] = {}
        for mission in sorted(draft.missions):
            self.by_region.setdefault(int(region[mission[1]]), []).append(mission)

    def _lend(self, random: np.random.Generator, chance: float) -> None:
        """Lend each unit to one region: where it has a mission, else where it would earn most."""
        near = self.near
        owner = np.full(len(self.nation.room), -1, dtype=np.int64)
        # A little chance, so that other rounds lend a unit elsewhere.
        noisy = near.gain + random.uniform(0, chance, len(near.gain)).astype(np.float32)
        order = np.lexsort((noisy, near.unit))
        unit = near.unit[order]
        last = np.flatnonzero(np.r_[unit[1:] != unit[:-1], True]) if len(unit) else order
        owner[unit[last]] = self.region[near.centre[order[last]]]
        missions = np.array(sorted(self.draft.missions), dtype=np.int64).reshape(-1, 3)
        missions = missions[random.permutation(len(missions))]
        owner[missions[:, 0]] = self.region[missions[:, 1]]
        self.owner = owner

    def task(self, number: int, seconds: float) -> tuple[Task, Ints, list[Assignment]] | None:
        """Make the problem of a region: also the doctors by local number, and what it frees."""
        nation, draft = self.nation, self.draft
        problem, people = nation.problem, len(nation.problem.doctors)
        centres = np.flatnonzero(self.region == number)
        freed = [m for m in self.by_region.get(number, ()) if self.owner[m[0]] == number]
        held = [m for m in self.by_region.get(number, ()) if self.owner[m[0]] != number]
        rows = self.near_of[self.near_bounds[number] : self.near_bounds[number + 1]]
        unit = np.r_[self.near.unit[rows], [m[0] for m in freed]].astype(np.int64)
        centre = np.r_[self.near.centre[rows], [m[1] for m in freed]].astype(np.int64)
        week = np.r_[self.near.week[rows], [m[2] for m in freed]].astype(np.int64)
        if len(unit) == 0:
            return None
        keys = np.unique((unit * len(problem.centres) + centre) * problem.weeks + week)
        week = keys % problem.weeks
        unit, centre = np.divmod(keys // problem.weeks, len(problem.centres))
        # What stands: other missions of these units, standbys, and missions lent from elsewhere.
        for mission in freed:
            draft.take(mission, -1)
        try:
            arcs_doctor, arcs_of = [], []
            single = unit < people
            arcs_doctor.append(unit[single])
            arcs_of.append(np.flatnonzero(single))
            for party in np.flatnonzero(~single).tolist():
                group = nation.members[int(unit[party]) - people]
                arcs_doctor.append(np.array(group))
                arcs_of.append(np.full(len(group), party))
            doctor = np.concatenate(arcs_doctor)
            at = np.concatenate(arcs_of)
            open_ = (draft.blocked[doctor, week[at]] == 0) & (draft.room[doctor] >= 1)
            standing = [
                *(g for c in centres.tolist() for g in self.locked_at.get(c, ())),
                *(
                    GivenMission(d, m[1], m[2], Status.LOCKED)
                    for m in held
                    for d in nation.members_of(m[0])
                ),
            ]
            locals_ = np.unique(np.r_[doctor, [g.doctor for g in standing]].astype(np.int64))
            local_centre = np.full(len(problem.centres), -1, dtype=np.int64)
            local_centre[centres] = np.arange(len(centres))
            local = np.searchsorted(locals_, doctor[open_])
            arc_centre, arc_week = local_centre[centre[at[open_]]], week[at[open_]]
            order = np.lexsort((arc_centre, arc_week, local))
            part = self._problem(locals_, centres, local_centre)
            no_weeks = np.zeros((len(locals_), problem.weeks), dtype=np.bool_)
            allowed = Feasible(
                travel=nation.travel[np.ix_(locals_, centres)].astype(np.int32),
                cost=self._cost(locals_, centres),
                suits=nation.suits[np.ix_(locals_, centres)],
                offered=no_weeks,
                ready=no_weeks,
                opening=nation.opening[centres],
                pioneer=nation.pioneer[locals_],
                open_weeks=part.open_weeks,
                doctor=local[order].astype(np.int32),
                centre=arc_centre[order].astype(np.int32),
                week=arc_week[order].astype(np.int32),
            )
            beds = np.array([place.family_places for place in part.centres], dtype=np.int32)
            taken = Taken(
                locked=tuple(
                    GivenMission(
                        int(np.searchsorted(locals_, g.doctor)),
                        int(local_centre[g.centre]),
                        g.week,
                        Status.LOCKED,
                    )
                    for g in standing
                ),
                outside=(),
                places=draft.left[centres].copy(),
                missions=draft.room[locals_].copy(),
                locked_count=nation.taken.locked_count[locals_] + draft.count[locals_],
                blocked=no_weeks,
                first_timers=1 - draft.firsts[centres],
                families=beds[:, None] - draft.beds[centres],
            )
            now = np.array(
                [
                    (np.searchsorted(locals_, d), local_centre[m[1]], m[2])
                    for m in freed
                    for d in nation.members_of(m[0])
                ],
                dtype=np.int32,
            ).reshape(-1, 3)
        finally:
            for mission in freed:
                draft.take(mission)
        return Task(part, allowed, taken, now, seconds, self.seed), locals_, freed

    def _cost(self, doctors: Ints, centres: Ints) -> NDArray[np.int32]:
        """Give what a mission costs each doctor without repeats; int32, 0 where forbidden."""
        nation = self.nation
        cost = nation.cost[np.ix_(doctors, centres)].astype(np.float64)
        for row, doctor in enumerate(doctors.tolist()):
            if doctor in nation.member_cost:
                cost[row] = nation.member_cost[doctor][centres]
        cost -= (nation.repeat[doctors] * nation.taken.locked_count[doctors])[:, None]
        cost[~np.isfinite(cost)] = 0
        return np.rint(cost).astype(np.int32)

    def _problem(self, doctors: Ints, centres: Ints, local_centre: Ints) -> Problem:
        """Cut the problem down to these doctors and centres; what stands is told apart."""
        problem = self.nation.problem
        number = {int(doctor): index for index, doctor in enumerate(doctors.tolist())}
        return Problem(
            first_monday=problem.first_monday,
            weeks=problem.weeks,
            centres=tuple(problem.centres[index] for index in centres.tolist()),
            doctors=tuple(problem.doctors[index] for index in doctors.tolist()),
            offers=np.zeros((0, 2), dtype=np.int32),
            standby_depth=0,
            opening_weeks=problem.opening_weeks,
            closures=frozenset(
                (int(local_centre[centre]), week)
                for centre, week in problem.closures
                if local_centre[centre] >= 0
            ),
            needs=tuple(
                Need(int(local_centre[need.centre]), need.practice, need.every_weeks)
                for need in problem.needs
                if local_centre[need.centre] >= 0
            ),
            pairs=tuple(
                (number[one], number[other])
                for one, other in problem.pairs
                if one in number and other in number
            ),
            travel={},
        )

    def accept(
        self, number: int, missions: NDArray[np.int32], doctors: Ints, freed: list[Assignment]
    ) -> None:
        """Put what a region answered in the place of what it freed."""
        for mission in freed:
            self.draft.take(mission, -1)
        centres = np.flatnonzero(self.region == number)
        new = {
            (self.draft.unit_of.get(int(doctors[d]), int(doctors[d])), int(centres[c]), w)
            for d, c, w in missions.tolist()
        }
        for mission in sorted(new):
            self.draft.take(mission)


@dataclass(frozen=True)
class Found:
    """What was found for a nation, in doctors, and what is proven of it.

    `missions`: (doctor, centre, week). `cost_bound`: of plans with these holes and moved missions.
    `complete`: the planning ended before its time.
    """

    missions: tuple[tuple[int, int, int], ...]
    standbys: tuple[tuple[int, int], ...]
    cost_bound: float
    complete: bool
    prices: Prices
    moved_bound: int
    land: Nation


def plan_nation(
    problem: Problem,
    *,
    deadline: Callable[[], float],
    seed: int,
    executor: Crew,
    tell: Callable[[float | None, float | None], None],
    alive: Callable[[], None] = lambda: None,
) -> Found:
    """Plan a nation until `deadline()`, a time of time.monotonic that may change.

    `tell` hears (best cost, bound); `alive` is called between regions.
    """
    started = time.monotonic()
    budget = max(deadline() - started, 0.0)
    land = nation(problem, keep_confirmed=True)
    market = Market(land, seed=seed, holes=0)

    def late(share: float) -> Callable[[], bool]:
        return lambda: time.monotonic() > min(started + share * budget, deadline())

    prices = find_prices(market, rounds=_ROUNDS, steps=_STEPS, stop=late(_PRICES_SHARE))
    draft = Draft(land)
    # What a member of a party is worth alone: nothing is lost but the party's coming.
    worth = prices.worth.copy()
    for unit, group in enumerate(land.members, start=len(problem.doctors)):
        worth[list(group)] = worth[unit]
    draft.fill(prices.place, worth)
    tell(draft.cost(), prices.bound)
    near = near_missions(market, prices, _NEAR)
    random = np.random.default_rng(seed)

    def end() -> float:
        return deadline() - _RESERVED * budget

    turn, number_of_rounds, promised, complete, idle = 0.0, 0, False, True, 0
    while time.monotonic() < end() and idle < 2:
        before = (draft.holes, draft.cost())
        region = split(problem, turn, _REGION_LINES)
        regions = Regions(draft, near, region, random, chance=_CHANCE, seed=seed)
        count = int(region.max()) + 1
        made = [regions.task(number, _TASK_SECONDS) for number in range(count)]
        tasks = [(number, one) for number, one in enumerate(made) if one is not None]

        def given(these: list[Task]) -> Iterator[Task]:
            for task in these:
                seconds = min(_TASK_SECONDS, max(end() - time.monotonic(), 0.1))
                yield replace(task, seconds=seconds)

        answered = 0
        answers = executor.each(
            plan_region, given([one[0] for _, one in tasks]), lambda: time.monotonic() > end()
        )
        for (number, (_, doctors, freed)), answer in zip(tasks, answers, strict=False):
            if answer.missions is not None:
                regions.accept(number, answer.missions, doctors, freed)
            complete &= answer.complete
            answered += 1
            alive()
        complete &= answered == len(tasks)
        if draft.holes:
            draft.release()
            draft.fill(prices.place, worth)
        tell(draft.cost(), prices.bound)
        after = (draft.holes, draft.cost())
        idle = idle + 1 if after[0] == before[0] and after[1] >= before[1] * (1 - 1e-5) else 0
        turn, number_of_rounds = turn + _TURN, number_of_rounds + 1
        if not promised and (number_of_rounds == _WITHOUT_STANDBYS or late(0.5)() or idle):
            draft.promise_all(worth)
            promised, idle = True, 0
    draft.promise_all(worth)
    moved = land.confirmed_moved
    if moved > land.confirmed_impossible:
        # The bound must also hold for plans that keep other confirmed missions.
        market = Market(nation(problem, keep_confirmed=False), seed=seed, holes=0)
        prices = replace(prices, window=np.where(market.open_windows, prices.window, 0.0))
    market.holes = draft.holes
    bound = market.exact(prices.place, prices.window).bound
    doctors_of = [(d, c, w) for u, c, w in draft.missions for d in land.members_of(u)]
    doctors_of += [(given.doctor, given.centre, given.week) for given in land.taken.locked]
    return Found(
        missions=tuple(sorted(doctors_of)),
        standbys=tuple(sorted(draft.standbys)),
        cost_bound=bound,
        complete=complete,
        prices=prices,
        moved_bound=land.confirmed_impossible,
        land=land,
    )
