"""All years under all policies, counted; and the announced risk held against what happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2

from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem, WeekIndex
from relais.engine.rota.state import Place, State
from relais.engine.simulate.policies import MEANS, Policy, first_come
from relais.engine.simulate.rates import Rates, usual
from relais.engine.simulate.risk import outlook_of, week_risk
from relais.engine.simulate.year import Outcome, Year, draw, empty_at
from relais.engine.units import DAYS_PER_WEEK

_TAIL = 0.025  # on each side of an interval of 95 %
_Z = 1.959964
LOOKS = (28.0, 14.0, 7.0, 2.0)  # days before the Monday on which a risk is announced
EDGES = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over the years with its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy gave. All means are per year; shares lie between 0 and 1.

    `against_first`: how many uncovered weeks more (less: negative) than the first policy, year by
    year with the same luck.
    """

    policy: Policy
    years: int
    planned_holes: int
    uncovered: Mean
    none: Mean
    worst: int
    cancelled: float
    messages: float
    people: float
    reserves_used: float
    flying_used: float
    moved: float
    against_first: Mean


def mean_of_counts(counts: Sequence[int]) -> Mean:
    """Give the mean of yearly counts; the wider of the normal interval and Garwood's (1936).

    Garwood's is exact for a Poisson count and says what no event in n years proves: at most 3.7/n.
    """
    years, total = len(counts), sum(counts)
    value = total / years
    spread = float(np.std(counts, ddof=1)) / math.sqrt(years) if years > 1 else 0.0
    low = float(chi2.ppf(_TAIL, 2 * total)) / 2 / years if total else 0.0
    high = float(chi2.ppf(1 - _TAIL, 2 * total + 2)) / 2 / years
    return Mean(value, max(0.0, min(low, value - _Z * spread)), max(high, value + _Z * spread))


def mean_of_differences(values: Sequence[int]) -> Mean:
    """Give the mean of paired differences, with its normal interval."""
    value = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return Mean(value, value - _Z * spread, value + _Z * spread)


def share(count: int, of: int) -> Mean:
    """Give a share with Wilson's interval (1927)."""
    value, z2 = count / of, _Z**2
    centre = (value + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(value * (1 - value) / of + z2 / (4 * of**2))
    low = max(0.0, centre - half) if count else 0.0
    return Mean(value, low, min(1.0, centre + half) if count < of else 1.0)


def starts(
    problem: Problem, plan: Plan, *, seed: int, policies: Iterable[Policy]
) -> dict[Policy, State]:
    """Give the state in which each policy begins the year."""
    bare = replace(plan, standbys=())
    wanted = list(policies)
    first = first_come(problem, seed=seed) if Policy.FIRST_COME in wanted else plan
    begun = {}
    for policy in wanted:
        means = MEANS[policy]
        own = first if not means.best_plan else plan if means.standbys else bare
        begun[policy] = State(problem, own)
    return begun


def compare(
    problem: Problem,
    plan: Plan,
    *,
    years: int,
    seed: int,
    policies: Sequence[Policy] = tuple(Policy),
    rates: Rates | None = None,
    go_on: Callable[[int], bool] | None = None,
) -> list[Result]:
    """Play the same years under every policy, in the order given.

    `plan`: the best plan, standbys included. `go_on` is told how many years are done and says
    whether to play another. The same problem, plan, years, seed and rates give the same results.
    """
    rates = usual() if rates is None else rates
    begun = starts(problem, plan, seed=seed, policies=policies)
    played: dict[Policy, list[Outcome]] = {policy: [] for policy in policies}
    for year in range(years):
        luck = draw(problem, rates, seed=seed, year=year)
        for policy in policies:
            played[policy].append(Year(begun[policy], MEANS[policy], luck, rates).play())
        if go_on is not None and not go_on(year + 1):
            break
    first = [one.uncovered for one in played[policies[0]]]
    return [
        _result(policy, begun[policy].holes, outcomes, first) for policy, outcomes in played.items()
    ]


def _result(
    policy: Policy, planned_holes: int, outcomes: Sequence[Outcome], first: Sequence[int]
) -> Result:
    def mean(values: Iterable[int]) -> float:
        return sum(values) / len(outcomes)

    counts = [one.uncovered for one in outcomes]
    return Result(
        policy=policy,
        years=len(outcomes),
        planned_holes=planned_holes,
        uncovered=mean_of_counts(counts),
        none=share(counts.count(0), len(counts)),
        worst=max(counts),
        cancelled=mean(one.cancelled for one in outcomes),
        messages=mean(one.messages for one in outcomes),
        people=mean(one.people for one in outcomes),
        reserves_used=mean(one.reserves_used for one in outcomes),
        flying_used=mean(one.flying_used for one in outcomes),
        moved=mean(one.moved for one in outcomes),
        against_first=mean_of_differences(
            [own - other for own, other in zip(counts, first, strict=True)]
        ),
    )


def keeps_none(results: Sequence[Result]) -> list[Policy]:
    """List the policies under which no week was uncovered in any year played."""
    return [result.policy for result in results if result.worst == 0]


@dataclass(frozen=True, slots=True)
class Bin:
    """Line-weeks whose announced risk was alike: how many, the mean announced, what happened."""

    announced: float
    observed: Mean
    count: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far announced risks hold. `brier`: mean squared error, `brier_of_mean`: of announcing
    the overall frequency to everybody; `announced`, `observed`: overall frequencies.
    """

    bins: tuple[Bin, ...]
    brier: float
    brier_of_mean: float
    announced: float
    observed: float
    count: int


def reliability(
    problem: Problem,
    plan: Plan,
    *,
    years: int,
    seed: int,
    policy: Policy = Policy.RESERVES,
    rates: Rates | None = None,
) -> Reliability:
    """Announce the risk of every line-week 28, 14, 7 and 2 days before and when it is emptied.

    Then see what becomes of it. The policy needs waves: the announced risk counts on them.
    """
    rates = usual() if rates is None else rates
    means = MEANS[policy]
    if not means.waves:
        raise ValueError(f"the announced risk supposes ranked waves, which {policy} has not")
    begun = starts(problem, plan, seed=seed, policies=[policy])[policy]
    told: list[float] = []
    true: list[int] = []
    for year in range(years):
        luck = draw(problem, rates, seed=seed, year=year)
        said: list[tuple[Place, float, int]] = []

        def announce(
            played: Year, place: Place, now: float, *, filled: bool, lines: int,
            said: list[tuple[Place, float, int]] = said,
        ) -> None:  # fmt: skip
            centre, week = place
            outlook = outlook_of(
                played.state,
                centre,
                week,
                acceptance=played.acceptance,
                lead_days=week * DAYS_PER_WEEK - now,
                rates=rates,
                filled=filled,
                exclude=sorted(played.asked.get(week, ())),
                standbys=means.standbys,
                flying=means.flying and bool(played.luck.flying[week]),
            )
            said.append((place, week_risk(outlook, rates=rates), lines))

        def look(played: Year, week: WeekIndex, now: float) -> None:
            for centre, place in enumerate(problem.centres):
                filled = place.lines - played.state.missing(centre, week)
                if (
                    problem.open_weeks[centre, week]
                    and filled == place.lines
                    and not empty_at(played, centre, week, now)
                ):
                    announce(played, (centre, week), now, filled=True, lines=place.lines)

        def emptied(played: Year, place: Place, now: float) -> None:
            announce(played, place, now, filled=False, lines=1)

        played = Year(begun, means, luck, rates, looks=LOOKS, look=look, emptied=emptied)
        played.play()
        for place, risk, lines in said:
            lost = min(lines, played.uncovered.get(place, 0))
            told += [risk] * lines
            true += [1] * lost + [0] * (lines - lost)
    return _reliability(told, true)


def _reliability(told: Sequence[float], true: Sequence[int]) -> Reliability:
    if not told:
        return Reliability((), 0.0, 0.0, 0.0, 0.0, 0)
    risks, happened = np.array(told), np.array(true)
    which = np.clip(np.digitize(risks, EDGES) - 1, 0, len(EDGES) - 2)
    bins = []
    for index in range(len(EDGES) - 1):
        inside = which == index
        count = int(inside.sum())
        if count:
            lost = int(happened[inside].sum())
            bins.append(Bin(float(risks[inside].mean()), share(lost, count), count, lost))
    observed = float(happened.mean())
    return Reliability(
        bins=tuple(bins),
        brier=float(((risks - happened) ** 2).mean()),
        brier_of_mean=observed * (1 - observed),
        announced=float(risks.mean()),
        observed=observed,
        count=len(risks),
    )
