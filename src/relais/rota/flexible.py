"""Weeks offered together, « une semaine parmi celles-ci », in terms the engine has.

The engine knows a doctor's weeks, her most and her gap; of weeks « au choix » it knows nothing. Her
figures are tightened so that no plan of the engine takes more of a set than she said:

- one set and nothing else offered: her most becomes what the set leaves. Exact.
- otherwise the gap grows until one gap holds no more of a set than it leaves. Never too many; at
  times a mission too few near the edges of two sets, until the next plan.
- where missions that stand are nearer than that gap, weeks of the set are left out instead.

Placing by hand and accepting a plan count exactly (`queries.situation`): these figures only keep
the engine from planning in vain. docs/decisions/0010 says why.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from relais.engine.weeks import weeks_between


@dataclass(frozen=True, slots=True)
class Chosen:
    """Weeks of which a doctor takes `at_most` some."""

    weeks: frozenset[date]
    at_most: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the engine is told of a doctor: weeks, gap in weeks, most missions in all."""

    offers: frozenset[date]
    gap: int
    most: int


def fit(
    offers: Collection[date],
    *,
    sets: Iterable[Chosen],
    firm: Collection[date],
    proposed: Collection[date] = (),
    outside: Collection[date] = (),
    gap: int,
    most: int,
) -> Fitted:
    """Tighten a doctor's figures so that no plan takes more of a set than she offered.

    `firm`: Mondays of her missions that stand in the planned weeks (a yes, or locked); `proposed`:
    of those that may still move; `outside`: of her missions and reserves outside the planned weeks.
    """
    left_offers = set(offers)
    standing = {*firm, *proposed}
    opened: list[tuple[set[date], int]] = []
    for one in sets:
        weeks = (left_offers & one.weeks) - set(firm)
        left = one.at_most - sum(day in one.weeks for day in (*firm, *outside))
        if left <= 0:
            left_offers -= weeks - set(proposed)
            weeks &= set(proposed)
        if weeks:
            opened.append((weeks, max(left, len(weeks & standing))))
    if not opened:
        return Fitted(frozenset(left_offers), gap, most)
    bound = {day for weeks, _ in opened for day in weeks}
    plain = left_offers - bound - set(firm)
    most = min(most, len(set(firm)) + len(plain) + sum(left for _, left in opened))
    if len(opened) == 1 and not plain and not (left_offers & set(firm)):
        return Fitted(frozenset(left_offers), gap, most)
    widest = _nearest([*standing, *outside])
    wanted = max(gap, *(_gap_for(weeks, left, gap=gap) for weeks, left in opened))
    if wanted <= widest:
        return Fitted(frozenset(left_offers), wanted, most)
    for weeks, left in opened:
        left_offers -= weeks - _thinned(weeks, left, gap=gap, keep=weeks & standing)
    return Fitted(frozenset(left_offers), gap, most)


def spaced(weeks: Iterable[date], *, gap: int) -> int:
    """Count the most of some Mondays that lie `gap` weeks or more apart."""
    count, last = 0, None
    for day in sorted(weeks):
        if last is None or weeks_between(last, day) >= max(gap, 1):
            count, last = count + 1, day
    return count


def _gap_for(weeks: Collection[date], left: int, *, gap: int) -> int:
    """Give the smallest gap, `gap` at least, that lets no more than `left` of the weeks in."""
    wide = gap
    while spaced(weeks, gap=wide) > left:
        wide += 1
    return wide


def _nearest(days: Collection[date]) -> int:
    """Give the weeks between the two nearest of some Mondays; more than any gap for one or none."""
    ordered = sorted(set(days))
    return min(
        (weeks_between(one, other) for one, other in itertools.pairwise(ordered)),
        default=10**6,
    )


def _thinned(weeks: Collection[date], left: int, *, gap: int, keep: Collection[date]) -> set[date]:
    """Keep weeks, the first ones before others, of which the gap lets in `left` at most."""
    kept = set(keep)
    for day in sorted(weeks):
        if spaced({*kept, day}, gap=gap) <= left:
            kept.add(day)
    return kept
