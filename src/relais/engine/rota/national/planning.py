"""Planning a nation: prices, a first plan, matchings, then regions until the time is over.

docs/engine/national.md tells what each bound proves and why.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from relais.engine.rota.national.chains import close_holes
from relais.engine.rota.national.coverage import Shortfall
from relais.engine.rota.national.draft import Draft
from relais.engine.rota.national.executors import Crew
from relais.engine.rota.national.market import Market, Prices
from relais.engine.rota.national.matching import Matching, match
from relais.engine.rota.national.nation import Floats, Ints, Nation, nation
from relais.engine.rota.national.near import Near, near_missions, split
from relais.engine.rota.national.prices import climb, find_prices, look_near
from relais.engine.rota.national.regions import Answer, Regions, Task, plan_region
from relais.engine.rota.problem import Problem

_BLOCK_PLACES = 4_500  # places matched together
_WORTH_A_MATCHING, _LAZY_MATCHINGS = 1e-3, 2  # what a matching gains, and how often it may not
_BEFORE_STANDBYS = 4  # matchings of missions alone: those left idle are then the standbys
_REGION_LINES = 24  # places a week that one region holds
_NEAR = 40.0  # of reduced cost: missions that are looked at
_CHANCE = 20.0  # of gain, when units are lent from round to round
_ROUNDS, _STEPS = 12, 40  # of climbing the bound
_PRICES_SHARE = 0.5  # of the budget, at most, for prices
_TASK_SECONDS = 20.0
_AFTER_REGIONS = 0.4  # the longest step of the climb from the prices of regions, in minutes
_MOST_PRICE, _HALF = 6_000.0, 0.5
_TURN = 0.7  # radians between the cuts of two rounds
_RESERVED = 0.06  # of the budget, for the verification


@dataclass(frozen=True)
class Found:
    """What was found for a nation, in doctors, and what is proven of it.

    `missions`: (doctor, centre, week). `cost_bound`: of plans with these holes and moved missions.
    `complete`: the planning ended before its time. `shortfall`: what is proven of the holes, None
    where the first plan had none.
    """

    missions: tuple[tuple[int, int, int], ...]
    standbys: tuple[tuple[int, int], ...]
    cost_bound: float
    complete: bool
    prices: Prices
    moved_bound: int
    land: Nation
    shortfall: Shortfall | None


class _Planning:
    """A nation being planned: its prices, the draft, and the clock."""

    def __init__(
        self,
        problem: Problem,
        *,
        deadline: Callable[[], float],
        seed: int,
        executor: Crew,
        tell: Callable[[float | None, float | None], None],
        alive: Callable[[], None],
    ) -> None:
        self.problem, self.executor, self.alive, self.seed = problem, executor, alive, seed
        self.started = time.monotonic()
        self.deadline = deadline
        self.budget = max(deadline() - self.started, 0.0)
        self._tell = tell
        self.complete = True
        self.land = nation(problem, keep_confirmed=True)
        self.market = Market(self.land, seed=seed, holes=0)
        self.random = np.random.default_rng(seed)
        self.draft = Draft(self.land)
        self.shortfall: Shortfall | None = None
        self.prices: Prices
        self.worth: Floats
        self.near: Near

    def tell(self) -> None:
        """Say how far planning is."""
        self._tell(self.draft.cost(), self.prices.bound)

    def end(self) -> float:
        """Give when to stop improving, a time of time.monotonic."""
        return self.deadline() - _RESERVED * self.budget

    def find_prices(self) -> None:
        """Find prices, and which missions are near at them."""

        def late() -> bool:
            now = time.monotonic()
            return now > min(self.started + _PRICES_SHARE * self.budget, self.deadline())

        self.take_prices(find_prices(self.market, rounds=_ROUNDS, steps=_STEPS, stop=late))
        self.complete &= not late()  # prices cut short depend on the clock

    def take_prices(self, prices: Prices) -> None:
        """Plan with these prices from now on."""
        self.prices = prices
        self.worth = prices.worth.copy()
        # What a member of a party is worth alone: nothing is lost but the party's coming.
        for unit, group in enumerate(self.land.members, start=len(self.problem.doctors)):
            self.worth[list(group)] = self.worth[unit]
        self.near = near_missions(self.market, prices, _NEAR)

    def first_plan(self) -> None:
        """Fill what few can fill, promise the standbys few can give, then fill the rest."""
        scarce = self.market.reserves.wanted > 0
        self.draft.fill(self.prices.place, self.worth, only=scarce)
        self.draft.promise_all(self.worth, only=scarce)
        self.draft.fill(self.prices.place, self.worth)
        if self.draft.holes:
            self.close_holes()
        self.tell()

    def close_holes(self) -> None:
        """Close holes by chains; standbys, then confirmed missions, give way where that helps."""
        missions = self.draft.missions
        self.draft = Draft(self.land)
        for mission in sorted(missions):
            self.draft.take(mission)
        closed = close_holes(self.draft, self.problem, seed=self.seed, stop=self.late)
        self.shortfall = closed.shortfall
        if not closed.let_go:
            return
        self.land = nation(self.problem, keep_confirmed=True, let_go=closed.let_go)
        self.market = Market(self.land, seed=self.seed, holes=closed.holes)
        self.draft = Draft(self.land)
        for mission in sorted(closed.missions):
            self.draft.take(mission)
        window = np.where(self.market.open_windows, self.prices.window, 0.0)
        depth = np.where(self.market.reserves.wanted > 0, self.prices.depth, 0.0)
        self.take_prices(self.market.exact(self.prices.place, window, depth))

    def late(self) -> bool:
        """Say whether improving is over."""
        return time.monotonic() > self.end()

    def run[T, A](self, work: Callable[[T], A], tasks: Iterable[T], count: int) -> list[A]:
        """Give tasks to the executor; fewer answers than tasks where the time is over."""
        answers: list[A] = []
        for answer in self.executor.each(work, tasks, self.late):
            answers.append(answer)
            self.alive()
        self.complete &= len(answers) == count
        return answers

    def matchings(self) -> None:
        """Match again and again until little is gained; standbys are promised on the way."""
        lazy, number, promised = 0, 0, False
        shape = (len(self.problem.centres), self.problem.weeks)
        while lazy < _LAZY_MATCHINGS and not self.late():
            before = self.draft.holes, self.draft.cost()
            count = max(1, math.ceil(int(self.land.places.sum()) / _BLOCK_PLACES))
            lines = sum(max(centre.lines, 1) for centre in self.problem.centres)
            region = split(self.problem, _TURN * number, math.ceil(lines / count))
            block = np.broadcast_to(region[:, None], shape)
            round_ = Matching(self.draft, self.near, self.random)
            made = round_.blocks(block)
            answers = self.run(match, (one for one, _, _ in made), len(made))
            round_.accept([(a, u, c) for a, (_, u, c) in zip(answers, made, strict=False)])
            if self.draft.holes and not promised:
                self.draft.fill(self.prices.place, self.worth)
            number += 1
            after = self.draft.holes, self.draft.cost()
            gained = before[0] > after[0] or before[1] - after[1] > _WORTH_A_MATCHING * after[1]
            lazy = 0 if gained else lazy + 1
            if not promised and (number == _BEFORE_STANDBYS or lazy == _LAZY_MATCHINGS):
                self.draft.promise_all(self.worth)
                promised, lazy = True, 0
            self.tell()

    def regions(self) -> None:
        """Plan regions anew until the time ends or nothing gains."""
        turn, idle = 0.35, 0
        while not self.late() and idle < 2:
            before = (self.draft.holes, self.draft.cost())
            region = split(self.problem, turn, _REGION_LINES)
            regions = Regions(
                self.draft, self.near, region, self.random, chance=_CHANCE, seed=self.seed
            )
            made = [regions.task(n, _TASK_SECONDS) for n in range(int(region.max()) + 1)]
            tasks = [(number, one) for number, one in enumerate(made) if one is not None]

            def given(these: list[Task]) -> Iterator[Task]:
                for task in these:
                    seconds = min(_TASK_SECONDS, max(self.end() - time.monotonic(), 0.1))
                    yield replace(task, seconds=seconds)

            answers = self.run(plan_region, given([one[0] for _, one in tasks]), len(tasks))
            for (number, (_, doctors, freed)), answer in zip(tasks, answers, strict=False):
                if answer.missions is not None:
                    regions.accept(number, answer.missions, doctors, freed)
                self.complete &= answer.complete
            self.learn(
                region, [(number, a) for (number, _), a in zip(tasks, answers, strict=False)]
            )
            self.tell()
            after = (self.draft.holes, self.draft.cost())
            idle = idle + 1 if after[0] == before[0] and after[1] >= before[1] * (1 - 1e-5) else 0
            turn += _TURN
        self.draft.promise_all(self.worth)

    def learn(self, region: Ints, answers: list[tuple[int, Answer]]) -> None:
        """Take better prices from the relaxations of the regions, where they prove more."""
        place, window = self.prices.place.copy(), self.prices.window.copy()
        centre_of_need = np.array([need.centre for need in self.problem.needs], dtype=np.int64)
        for number, answer in answers:
            if answer.place is None or answer.window is None:
                continue
            centres = np.flatnonzero(region == number)
            known = np.clip(answer.place, 0.0, _MOST_PRICE)
            place[centres] = np.where(np.isnan(known), place[centres], known)
            window[np.isin(centre_of_need, centres)] = answer.window
        window = np.where(self.market.open_windows, window, 0.0)
        best = self.prices
        for share in (1.0, _HALF):
            found = self.market.exact(
                self.prices.place + share * (place - self.prices.place),
                self.prices.window + share * (window - self.prices.window),
                self.prices.depth,
            )
            if found.bound > best.bound:
                best = found
        look_near(self.market, best)
        climbed = climb(self.market, best, steps=_STEPS, scale=_AFTER_REGIONS, stop=self.late)
        found = self.market.exact(*climbed)
        best = max(best, found, key=lambda one: one.bound)
        if best is not self.prices:
            self.take_prices(best)

    def found(self) -> Found:
        """Prove the bound of what was found, and give it."""
        land, draft = self.land, self.draft
        moved = land.confirmed_moved
        market, prices = self.market, self.prices
        if moved > land.confirmed_impossible:
            # The bound must also hold for plans that keep other confirmed missions.
            market = Market(nation(self.problem, keep_confirmed=False), seed=self.seed, holes=0)
            window = np.where(market.open_windows, prices.window, 0.0)
            depth = np.where(market.reserves.wanted > 0, prices.depth, 0.0)
            prices = replace(prices, window=window, depth=depth)
        market.holes = draft.holes
        bound = market.exact(prices.place, prices.window, prices.depth).bound
        doctors_of = [(d, c, w) for u, c, w in draft.missions for d in land.members_of(u)]
        doctors_of += [(given.doctor, given.centre, given.week) for given in land.taken.locked]
        return Found(
            missions=tuple(sorted(doctors_of)),
            standbys=tuple(sorted(draft.standbys)),
            cost_bound=bound,
            complete=self.complete,
            prices=self.prices,
            moved_bound=land.confirmed_impossible,
            land=land,
            shortfall=self.shortfall,
        )


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

    `tell` hears (best cost, bound); `alive` is called between batches.
    """
    planning = _Planning(
        problem, deadline=deadline, seed=seed, executor=executor, tell=tell, alive=alive
    )
    planning.find_prices()
    planning.first_plan()
    planning.matchings()
    planning.regions()
    return planning.found()
