"""Fewer holes under every rule: whoever may move makes room for those who could not come.

A draft is taken as a flow over a narrower web: each unit's weeks are cut into slots so far apart
that any choice of one week a slot keeps the gap, around the missions it has; whoever makes a first
mission or brings a family passes a gate before a place of several lines; parties stay where they
are. Every flow of that web is a plan that keeps the hard rules, so augmenting it only closes holes.
The slots are drawn again by chance, and again, until nothing more is gained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from relais.engine.rota.national.coverage import Shortfall, least_holes
from relais.engine.rota.national.draft import Assignment, Draft
from relais.engine.rota.national.nation import Nation
from relais.engine.rota.national.reach import Bools, Ints, Reach, reach_of
from relais.engine.rota.national.web import Slots, Targets, Web
from relais.engine.rota.problem import Problem

_IDLE_ROUNDS = 2  # draws of slots that close no hole, before giving up


@dataclass(frozen=True)
class Closed:
    """A plan with few holes, and what is proven of them.

    `missions`: of units, without those that stand. `let_go`: the confirmed missions, as (doctor,
    centre, week), that stood in the draft and had to move for a hole. `shortfall`: the proof.
    """

    missions: frozenset[Assignment]
    let_go: frozenset[tuple[int, int, int]]
    holes: int
    shortfall: Shortfall


def close_holes(
    draft: Draft, problem: Problem, *, seed: int, stop: Callable[[], bool] = lambda: False
) -> Closed:
    """Close what can be closed of the holes of a draft without standbys, and prove the rest.

    Confirmed missions that stand are moved only where holes remain otherwise. The draft itself is
    changed as far as they all stand.
    """
    free = reach_of(problem)
    short = least_holes(free, seed=seed, stop=stop)
    land = draft.nation
    held = reach_of(problem, standing=land.taken, like=free)
    fewer_holes(draft, held, seed=seed, enough=short.holes, stop=stop)
    kept = Closed(frozenset(draft.missions), frozenset(), draft.holes, short)
    locked = set(free.taken.locked)
    standing = [given for given in land.taken.locked if given not in locked]
    if draft.holes <= short.holes or not standing or stop():
        return kept
    loose = Draft(_loosened(land, free))
    stands = {
        (draft.unit_of.get(given.doctor, given.doctor), given.centre, given.week)
        for given in standing
    }
    for mission in sorted(draft.missions | stands):
        loose.take(mission)
    fewer_holes(loose, free, seed=seed, enough=short.holes, stop=stop)
    if loose.holes >= draft.holes:
        return kept
    gone = stands - loose.missions
    return Closed(
        missions=frozenset(loose.missions - stands),
        let_go=frozenset((d, c, w) for unit, c, w in gone for d in land.members_of(unit)),
        holes=loose.holes,
        shortfall=short,
    )


def _loosened(land: Nation, free: Reach) -> Nation:
    """Give the same nation with other missions standing; windows of practices are not told."""
    return replace(
        land,
        taken=free.taken,
        free=free.week,
        standby_free=free.own_week,
        room=free.room,
        kind=free.kind,
        open_to=free.open_to,
        kind_first=free.kind_first,
        kind_family=free.kind_family,
        first_room=free.first_room,
        family_room=free.family_room,
    )


def fewer_holes(
    draft: Draft,
    reach: Reach,
    *,
    seed: int,
    enough: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Close holes of a draft by alternating chains, down to `enough` at best. It has no standby.

    `reach` is that of the draft's standing missions (`reach_of(..., standing=...)`).
    """
    idle, number = 0, 0
    while draft.holes > enough and idle < _IDLE_ROUNDS and not stop():
        before, missions = draft.holes, set(draft.missions)
        random = np.random.default_rng((seed, number))
        if number % 2 == 0:
            _seat_parties(draft, reach, random)
        _round(draft, reach, random, stop)
        if draft.holes > before:  # parties took more than could be placed elsewhere
            _become(draft, missions)
        idle, number = (0 if draft.holes < before else idle + 1), number + 1


def _become(draft: Draft, missions: set[Assignment]) -> None:
    """Change a draft into another set of missions."""
    for mission in sorted(draft.missions - missions):
        draft.take(mission, -1)
    for mission in sorted(missions - draft.missions):
        draft.take(mission)


def _seat_parties(draft: Draft, reach: Reach, random: np.random.Generator) -> None:
    """Give parties all the missions they can take, where most is free; who is in the way leaves.

    Who leaves is placed elsewhere by the flow that follows, where that is possible.
    """
    nation, people = draft.nation, len(reach.problem.doctors)
    at: dict[tuple[int, int], list[Assignment]] = {}
    for mission in sorted(draft.missions):
        if mission[0] < people:
            at.setdefault(mission[1:], []).append(mission)
    held = nation.places.astype(np.int64).copy()
    for unit, centre, week in draft.missions:
        if unit >= people:
            held[centre, week] -= nation.size[unit]
    for unit in (people + random.permutation(len(reach.members))).tolist():
        size = int(nation.size[unit])
        suits = reach.rows(np.array([unit]))[0]
        weeks = random.permutation(np.flatnonzero(reach.week[unit])).tolist()
        for week in weeks:
            members = nation.members_of(unit)
            if any(draft.room[d] < 1 or draft.blocked[d, week] for d in members):
                continue
            may = suits & nation.open_to[nation.kind[unit], :, week] & (held[:, week] >= size)
            centres = np.flatnonzero(may)
            if len(centres) == 0:
                continue
            order = np.lexsort((nation.cost[unit, centres], -draft.left[centres, week]))
            centre = int(centres[order[0]])
            leave = list(at.get((centre, week), ()))
            gone = []
            while leave and not draft.fits((unit, centre, week)):
                gone.append(leave.pop())
                draft.take(gone[-1], -1)
            if draft.fits((unit, centre, week)):
                draft.take((unit, centre, week))
                held[centre, week] -= size
                at[centre, week] = leave
            else:
                for mission in gone:
                    draft.take(mission)


def _round(
    draft: Draft, reach: Reach, random: np.random.Generator, stop: Callable[[], bool]
) -> None:
    people = len(reach.problem.doctors)
    moving = sorted(mission for mission in draft.missions if mission[0] < people)
    targets, fixed = _targets(draft, reach, moving)
    moving = [mission for mission in moving if mission not in fixed]
    held = _weeks_of(draft, moving)
    slots = _slots(draft, reach, held, random)
    narrow = replace(reach, kind=_kinds(draft, reach))
    web = Web(narrow, slots, targets, seed=int(random.integers(2**31)))
    at = np.array(moving, dtype=np.int64).reshape(-1, 3)
    slot = slots.of[at[:, 0], at[:, 2]]
    target = targets.of[narrow.kind[at[:, 0]], at[:, 1], at[:, 2]].astype(np.int64)
    web.list_arcs(slot, target, np.ones(len(at), dtype=np.int64))
    web.draw()
    web.finish(stop)
    centre_of, week_of = _where(targets)
    taken = np.flatnonzero(web.flow > 0)
    after = set(
        zip(
            slots.unit[web.slot[taken]].tolist(),
            centre_of[web.target[taken]].tolist(),
            week_of[web.target[taken]].tolist(),
            strict=True,
        )
    )
    for mission in sorted(set(moving) - after):
        draft.take(mission, -1)
    for mission in sorted(after - set(moving)):
        draft.take(mission)


def _kinds(draft: Draft, reach: Reach) -> Ints:
    """Give each unit 0 to 3: whether a pioneer, and whether a first-timer or with a family."""
    people = reach.problem.doctors
    kind = np.zeros(len(reach.room), dtype=np.int64)
    kind[: len(people)] = [2 * d.pioneer + (d.first_mission or d.family) for d in people]
    return kind


def _targets(
    draft: Draft, reach: Reach, moving: list[Assignment]
) -> tuple[Targets, set[Assignment]]:
    """Make places and gates of what parties leave, and list the missions that no gate lets move.

    A gate lets as many through as both a first-timer's and a family's room allow.
    """
    nation, people = draft.nation, reach.problem.doctors
    left, gate = draft.left.astype(np.int64), np.minimum(draft.firsts, draft.beds).astype(np.int64)
    firsts, beds = draft.firsts.astype(np.int64), draft.beds.astype(np.int64)
    special: dict[tuple[int, int], list[Assignment]] = {}
    for mission in moving:
        doctor, centre, week = mission
        left[centre, week] += 1
        if people[doctor].first_mission or people[doctor].family:
            special.setdefault((centre, week), []).append(mission)
            firsts[centre, week] += people[doctor].first_mission
            beds[centre, week] += people[doctor].family
    gate = np.minimum(firsts, beds)
    fixed: set[Assignment] = set()
    for (centre, week), missions in special.items():
        if len(missions) > gate[centre, week]:
            fixed |= set(missions)
            left[centre, week] -= len(missions)
            gate[centre, week] = min(draft.firsts[centre, week], draft.beds[centre, week])
    gate = np.maximum(gate, 0)
    where, when = np.nonzero(left > 0)
    place = np.full(left.shape, -1, dtype=np.int32)
    place[where, when] = np.arange(len(where), dtype=np.int32)
    # Only where a gate is narrower than the place is it a target of its own.
    narrow = (left > 0) & (gate < left)
    gated = np.argwhere(narrow & (gate > 0))
    door = np.where(narrow, np.int32(-1), place)
    door[gated[:, 0], gated[:, 1]] = len(where) + np.arange(len(gated), dtype=np.int32)
    opening = nation.opening
    of = np.stack(
        [
            np.where(opening, np.int32(-1), place),
            np.where(opening, np.int32(-1), door),
            place,
            door,
        ]
    )
    targets = Targets(
        of=of,
        room=np.r_[left[where, when], gate[gated[:, 0], gated[:, 1]]],
        behind=np.r_[np.full(len(where), -1), place[gated[:, 0], gated[:, 1]]].astype(np.int64),
    )
    return targets, fixed


def _where(targets: Targets) -> tuple[Ints, Ints]:
    """Give the centre and the week of each target."""
    count = len(targets.room)
    centre_of, week_of = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for kind in (2, 3):  # a pioneer reaches every place, and every gate where there is one
        centre, week = np.nonzero(targets.of[kind] >= 0)
        centre_of[targets.of[kind, centre, week]] = centre
        week_of[targets.of[kind, centre, week]] = week
    return centre_of, week_of


def _weeks_of(draft: Draft, moving: list[Assignment]) -> dict[int, list[int]]:
    held: dict[int, list[int]] = {}
    for unit, _, week in moving:
        held.setdefault(unit, []).append(week)
    return held


def _slots(
    draft: Draft, reach: Reach, held: dict[int, list[int]], random: np.random.Generator
) -> Slots:
    """Cut the free weeks of each doctor into slots a gap apart, one around each mission held."""
    people = len(reach.problem.doctors)
    room = np.zeros(len(reach.room), dtype=np.int64)
    room[:people] = draft.room
    own = np.zeros(len(reach.room), dtype=np.int64)
    for unit, weeks in held.items():
        own[unit] = len(weeks)
    room += own
    # What stays (fixed missions) still blocks weeks; what moves does not.
    stays = draft.count.astype(np.int64) - own[:people]
    free = reach.week & (room >= 1)[:, None]
    of = np.full(free.shape, -1, dtype=np.int64)
    owners: list[Ints] = []
    fixed = np.flatnonzero(stays > 0)
    blocked = {unit: _held_blocks(draft, unit, held.get(unit, ())) for unit in fixed.tolist()}
    for unit, mask in blocked.items():
        free[unit] &= ~mask
    single = np.flatnonzero((room == 1) & free.any(axis=1))
    of[single] = np.where(free[single], np.arange(len(single))[:, None], -1)
    owners.append(single)
    count = len(single)
    several = np.flatnonzero((room > 1) & free.any(axis=1))
    added: list[int] = []
    for unit in several.tolist():
        open_weeks = np.flatnonzero(free[unit])
        for part in _spread(open_weeks, int(reach.gap[unit]), held.get(unit, []), random):
            of[unit, part] = count + len(added)
            added.append(unit)
    owners.append(np.array(added, dtype=np.int64))
    return Slots(of=of, unit=np.concatenate(owners), room=room)


def _held_blocks(draft: Draft, unit: int, moving: list[int] | tuple[int, ...]) -> Bools:
    """Say which weeks the missions of a doctor that stay forbid; bool (W,)."""
    blocked = draft.blocked[unit].astype(np.int64).copy()
    reach = draft.reach[unit]
    for week in moving:
        blocked[max(week - reach + 1, 0) : week + reach] -= 1
    forbidden: Bools = blocked > 0
    return forbidden


def _spread(weeks: Ints, gap: int, held: list[int], random: np.random.Generator) -> list[Ints]:
    """Cut weeks into slots of which any choice keeps the gap; each held week has its own."""
    anchors = sorted(held)
    for week in random.permutation(weeks).tolist():
        if all(abs(week - other) >= gap for other in anchors):
            anchors.append(week)
    anchors.sort()
    slots: list[Ints] = []
    start = int(weeks[0])
    for anchor, following in zip(anchors, [*anchors[1:], None], strict=True):
        end = (
            int(weeks[-1])
            if following is None
            else anchor + int(random.integers(following - gap - anchor + 1))
        )
        slots.append(weeks[(weeks >= start) & (weeks <= end)])
        start = end + gap
    return slots
