"""How many places of a whole nation must stay empty, proven over every possible mission.

The flow of docs/engine/coverage.md: unit -> its slots -> places. Here a slot is a stretch of weeks
as long as the gap, of which no plan takes two: the weeks of a unit are cut into such stretches,
earliest first, which makes exactly as many as the missions that fit (see `Cut`). What the flow
cannot bring, no plan can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from relais.engine.rota.coverage import Cut
from relais.engine.rota.feasible import opening_weeks
from relais.engine.rota.national.reach import Bools, Ints, Reach
from relais.engine.rota.national.web import Slots, Targets, Web

_LONG_AGO = -(10**6)


@dataclass(frozen=True)
class Shortfall:
    """What is proven of the holes of a nation.

    `holes`: a lower bound of the holes of every plan, parties counted as such. `cut`: its places,
    with the (at times smaller) bound of the plan folder's certificate, where doctors are counted
    one by one. `proven`: the cut is a minimum one, no other says more of the same kind.
    """

    holes: int
    cut: Cut
    proven: bool


def stretches(reach: Reach) -> Slots:
    """Cut the weeks of each unit into stretches shorter than its gap; one stretch with room 1."""
    units, weeks = reach.week.shape
    of = np.full((units, weeks), -1, dtype=np.int64)
    start = np.full(units, _LONG_AGO)
    now = np.full(units, -1, dtype=np.int64)
    owners: list[Ints] = []
    count = 0
    for week in range(weeks):
        on = np.flatnonzero(reach.week[:, week])
        fresh = on[np.where(reach.room[on] == 1, now[on] < 0, week - start[on] >= reach.gap[on])]
        now[fresh] = count + np.arange(len(fresh))
        start[fresh] = week
        count += len(fresh)
        owners.append(fresh)
        of[on, week] = now[on]
    return Slots(of=of, unit=np.concatenate(owners), room=reach.room)


def open_places(reach: Reach) -> Targets:
    """Make each centre-week with a free place a target, for the kinds that may come."""
    centre, week = np.nonzero(reach.places > 0)
    number = np.full(reach.places.shape, -1, dtype=np.int32)
    number[centre, week] = np.arange(len(centre), dtype=np.int32)
    return Targets(
        of=np.where(reach.open_to, number[None], np.int32(-1)),
        room=reach.places[centre, week].astype(np.int64),
        behind=np.full(len(centre), -1, dtype=np.int64),
    )


def least_holes(
    reach: Reach,
    *,
    seed: int,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] | None = None,
) -> Shortfall:
    """Find the fewest holes that the flow allows, and the cut that proves them."""
    web = Web(reach, stretches(reach), open_places(reach), seed=seed)
    web.draw()
    proven = web.finish(stop, tell)
    centre, week = np.nonzero(reach.places > 0)
    short = ~web.seen_target
    places = np.zeros(reach.places.shape, dtype=np.bool_)
    places[centre[short], week[short]] = True
    bound = units_bound(reach, places)
    if bound <= 0:
        nowhere = np.zeros_like(places)
        return Shortfall(0, Cut(nowhere, (), 0), proven)
    return Shortfall(bound, doctors_cut(reach, places), proven)


def _most(reach: Reach, places: Bools, *, apart: bool) -> tuple[Ints, Ints]:
    """Give the most missions each can bring to places, and in how many weeks anyone could.

    `apart`: members of parties each on their own; else units.
    """
    people = len(reach.problem.doctors)
    may_week = reach.own_week if apart else reach.week
    most = np.zeros(len(may_week), dtype=np.int64)
    weeks = np.zeros(len(may_week), dtype=np.int64)
    last = np.full(len(may_week), _LONG_AGO)
    rules = _own_rules(reach) if apart else reach.open_to
    kind = np.array([d.pioneer for d in reach.problem.doctors], dtype=np.int64)
    if not apart:
        kind = reach.kind
    for week in range(places.shape[1]):
        who = np.flatnonzero(may_week[:, week])
        for one in np.unique(kind[who]).tolist():
            inside = places[:, week] & rules[one, :, week]
            units = who[kind[who] == one]
            if not inside.any() or len(units) == 0:
                continue
            mask = np.packbits(inside)
            comes = units[(reach.centre[units] & mask).any(axis=1)]
            weeks[comes] += 1
            fits = comes[week - last[comes] >= reach.gap[comes]]
            last[fits] = week
            most[fits] += 1
    room = reach.taken.missions.astype(np.int64)[:people] if apart else reach.room
    return np.minimum(most, room), weeks


def _own_rules(reach: Reach) -> Bools:
    """Say which centre-weeks are open to a doctor on their own; bool (not pioneer, pioneer; C, W).

    Places that others hold for good count as open here: the certificate takes them off elsewhere.
    """
    opening = opening_weeks(reach.problem)
    open_ = reach.problem.open_weeks
    return np.stack([open_ & ~opening, open_])


def units_bound(reach: Reach, places: Bools) -> int:
    """Work out what places prove: their need less the most that each unit can bring."""
    most, _ = _most(reach, places, apart=False)
    return int(reach.places[places].sum()) - int((most * reach.size).sum())


def doctors_cut(reach: Reach, places: Bools) -> Cut:
    """Weigh places as the plan folder's certificate does: each doctor alone; nothing at worst."""
    most, weeks = _most(reach, places, apart=True)
    value = int(reach.problem.capacity[places].sum()) - int(most.sum())
    value -= sum(bool(places[given.centre, given.week]) for given in reach.taken.locked)
    if value < 0:
        return Cut(np.zeros_like(places), (), 0)
    return Cut(places, tuple(np.flatnonzero(most < weeks).tolist()), value)
