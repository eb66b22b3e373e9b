"""A whole nation as arrays: who may go where, what it costs, nothing kept mission by mission.

At national size the possible missions number in the millions. They are never listed: a table unit ×
centre says what a mission costs (infinite where rule H2 forbids it), a table unit × week when one
may come (H1, H10, the gap to standing missions), and a mask a kind of unit which centre-weeks are
open to it (H9, places left, first-timers and families already there). A *unit* is a doctor, or the
doctors whom pairs bind: it has one row, and its members' own rows allow no mission.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from relais.engine import geo, parameters
from relais.engine.rota.feasible import Taken, opening_weeks, taken
from relais.engine.rota.model import parties_of
from relais.engine.rota.problem import GivenMission, Problem, Status

type Bools = NDArray[np.bool_]
type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Table = NDArray[np.float32]

_CHUNK = 2_000  # doctors whose distances are worked out together
FORBIDDEN = np.float32(-1e9)


@dataclass(frozen=True)
class Nation:
    """The problem as arrays. D doctors, U >= D units (rows D and up are parties), C centres.

    `travel`: int32 (D, C), minutes. `cost`: float32 (U, C), level 3 of one mission of the unit
    without its repeats beyond standing ones, inf where forbidden. `suits`: bool (D, C), rule H2.
    `free`: bool (U, W), weeks a mission is possible. `standby_free`: bool (D, W), the same for a
    standby. `room`, `gap`, `size`, `kind`: int64 (U,). `open_to`: bool (kinds, C, W).
    `kind_does`: bool (kinds, practices). `repeat`: float64 (U,), what the second mission adds.
    `first_room`, `family_room`: int32 (C, W), first-timers and families who may still come.
    `member_cost`: rows of `cost` of party members.
    `confirmed_impossible`: confirmed missions that no plan keeps; `confirmed_moved`: not kept here.
    """

    problem: Problem
    taken: Taken
    travel: NDArray[np.int32]
    cost: Table
    suits: Bools
    free: Bools
    standby_free: Bools
    pioneer: Bools
    opening: Bools
    room: Ints
    gap: Ints
    size: Ints
    repeat: Floats
    kind: Ints
    open_to: Bools
    kind_does: Bools
    kind_first: Ints
    kind_family: Ints
    practices: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    first_room: NDArray[np.int32]
    family_room: NDArray[np.int32]
    member_cost: dict[int, Table]
    confirmed_impossible: int
    confirmed_moved: int

    @property
    def places(self) -> NDArray[np.int32]:
        """Give the places that standing missions leave; int32 (C, W)."""
        return self.taken.places

    def members_of(self, unit: int) -> tuple[int, ...]:
        """List the doctors of a unit."""
        people = len(self.problem.doctors)
        return (unit,) if unit < people else self.members[unit - people]


def _travel(problem: Problem) -> NDArray[np.int32]:
    """Work out all travel times in minutes, some doctors at a time; int32 (D, C)."""
    latitude = np.array([person.latitude for person in problem.doctors])[:, None]
    longitude = np.array([person.longitude for person in problem.doctors])[:, None]
    to_latitude = np.array([place.latitude for place in problem.centres])
    to_longitude = np.array([place.longitude for place in problem.centres])
    table = np.empty((len(problem.doctors), len(problem.centres)), dtype=np.int32)
    for start in range(0, len(table), _CHUNK):
        rows = slice(start, start + _CHUNK)
        table[rows] = geo.travel_minutes(
            geo.great_circle_km(latitude[rows], longitude[rows], to_latitude, to_longitude)
        )
    for (doctor, centre), minutes in problem.travel.items():
        table[doctor, centre] = minutes
    return table


def nation(
    problem: Problem,
    *,
    keep_confirmed: bool,
    let_go: frozenset[tuple[int, int, int]] = frozenset(),
) -> Nation:
    """Lay the problem out as arrays; with `keep_confirmed`, confirmed missions stand as locked.

    `let_go`: the (doctor, centre, week) of confirmed missions that do not stand all the same.
    """
    numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
    people, centres = problem.doctors, problem.centres
    travel = _travel(problem)
    limit = np.array(
        [np.inf if d.max_travel_minutes is None else d.max_travel_minutes for d in people]
    )
    suits = travel <= limit[:, None]
    for flags, allowed in (
        ([d.pet for d in people], [c.pets for c in centres]),
        ([d.step_free for d in people], [c.step_free for c in centres]),
    ):
        suits &= ~(np.array(flags, dtype=bool)[:, None] & ~np.array(allowed, dtype=bool)[None, :])
    for doctor, centre in problem.refused:
        suits[doctor, centre] = False
    cost = travel.astype(np.float32)
    cost += np.float32(numbers["unknown_centre_cost"] + numbers["not_preferred_cost"])
    for doctor, centre in problem.known:
        cost[doctor, centre] -= numbers["unknown_centre_cost"]
    for doctor, centre in problem.preferred:
        cost[doctor, centre] -= numbers["not_preferred_cost"]

    offered = np.zeros((len(people), problem.weeks), dtype=np.bool_)
    offered[problem.offers[:, 0], problem.offers[:, 1]] = True
    for index, person in enumerate(people):
        if person.ready_on is not None:
            ready = -((problem.first_monday - person.ready_on) // timedelta(weeks=1))
            offered[index, : max(ready, 0)] = False
    opening = opening_weeks(problem)
    pioneer = np.array([person.pioneer for person in people], dtype=np.bool_)

    standing_problem, impossible, moved = _standing(
        problem, suits, offered, opening, keep_confirmed, let_go
    )
    standing = taken(standing_problem)
    offered &= ~standing.blocked & (standing.missions >= 1)[:, None]

    # Parties: one row each, their members' own rows forbidden.
    groups = tuple(group for group in parties_of(problem) if len(group) > 1)
    repeat_cost = numbers["repeat_cost"]
    family_flag = np.array([person.family for person in people], dtype=np.bool_)
    no_beds = np.array([place.family_places < 1 for place in centres], dtype=np.bool_)
    rows = cost + (repeat_cost * standing.locked_count[:, None]).astype(np.float32)
    rows[~suits | (family_flag[:, None] & no_beds[None, :])] = np.inf
    free, room = offered.copy(), standing.missions.astype(np.int64)
    gap = np.array([max(person.min_gap_weeks, 1) for person in people], dtype=np.int64)
    first = np.array([person.first_mission for person in people], dtype=np.int64)
    family = family_flag.astype(np.int64)
    practices = tuple(sorted({need.practice for need in problem.needs}))
    does = np.array(
        [[name in d.practices for name in practices] for d in people], dtype=np.bool_
    ).reshape(len(people), len(practices))
    size = np.ones(len(people), dtype=np.int64)
    goes_first = pioneer
    member_cost = {doctor: rows[doctor].copy() for g in groups for doctor in g}
    if groups:
        rows = np.vstack([rows, *(rows[list(g)].sum(axis=0)[None, :] for g in groups)])
        free = np.vstack([free, *(free[list(g)].all(axis=0)[None, :] for g in groups)])
        room = np.r_[room, [room[list(g)].min() for g in groups]]
        gap = np.r_[gap, [gap[list(g)].max() for g in groups]]
        first = np.r_[first, [first[list(g)].sum() for g in groups]]
        family = np.r_[family, [family[list(g)].sum() for g in groups]]
        does = np.vstack([does, *(does[list(g)].any(axis=0)[None, :] for g in groups)])
        size = np.r_[size, [len(g) for g in groups]]
        goes_first = np.r_[pioneer, [pioneer[list(g)].all() for g in groups]]
        bound = np.array([doctor for g in groups for doctor in g])
        rows[bound] = np.inf
        free[bound] = False
    key = np.c_[first, family, goes_first, size, does]
    kinds, kind = np.unique(key, axis=0, return_inverse=True)
    if len(kinds) == 0:  # no doctor at all: one kind that nobody is
        kinds = np.zeros((1, key.shape[1]), dtype=np.int64)
    first_room = int(numbers["first_timers_per_centre_week"]) - standing.first_timers
    beds = np.array([place.family_places for place in centres], dtype=np.int32)
    family_room = beds[:, None] - standing.families
    open_to = np.stack(
        [
            (standing.places >= k[3])
            & (k[2].astype(bool) | ~opening)
            & ((k[0] == 0) | (first_room >= k[0]))
            & ((k[1] == 0) | (family_room >= k[1]))
            for k in kinds
        ]
    )
    return Nation(
        problem=problem,
        taken=standing,
        travel=travel,
        cost=rows.astype(np.float32),
        suits=suits,
        free=free,
        standby_free=offered,
        pioneer=pioneer,
        opening=opening,
        room=room,
        gap=gap,
        size=size,
        repeat=repeat_cost * size.astype(np.float64),
        kind=kind.reshape(-1),
        open_to=open_to,
        kind_does=kinds[:, 4:].astype(np.bool_),
        kind_first=kinds[:, 0],
        kind_family=kinds[:, 1],
        practices=practices,
        members=groups,
        first_room=first_room.astype(np.int32),
        family_room=family_room.astype(np.int32),
        member_cost=member_cost,
        confirmed_impossible=impossible,
        confirmed_moved=moved,
    )


def _standing(
    problem: Problem,
    suits: Bools,
    offered: Bools,
    opening: Bools,
    keep_confirmed: bool,
    let_go: frozenset[tuple[int, int, int]],
) -> tuple[Problem, int, int]:
    """Lock the confirmed missions that can stand together and let the others go.

    Gives that problem, how many confirmed missions no plan keeps, and how many are not kept here.
    """
    kept: list[GivenMission] = [
        m for m in problem.missions if m.status is Status.LOCKED or not 0 <= m.week < problem.weeks
    ]
    party: dict[int, tuple[int, ...]] = {}
    for group in parties_of(problem):
        for doctor in group:
            party[doctor] = group
    confirmed = {
        (m.doctor, m.centre, m.week)
        for m in problem.missions
        if m.status is Status.CONFIRMED and 0 <= m.week < problem.weeks
    }
    alone = _Book(problem, tuple(kept), suits, offered, opening)
    possible = [m for m in confirmed if alone.fits(party[m[0]], m[1], m[2])]
    impossible = len(confirmed) - len(possible)
    stands = 0
    if keep_confirmed:
        book = _Book(problem, tuple(kept), suits, offered, opening)
        for doctor, centre, week in sorted(
            set(possible) - let_go, key=lambda m: (m[2], m[1], m[0])
        ):
            group = party[doctor]
            together = doctor == group[0] and all((d, centre, week) in confirmed for d in group)
            if together and book.fits(group, centre, week):
                book.take(group, centre, week)
                kept += [GivenMission(d, centre, week, Status.LOCKED) for d in group]
                stands += len(group)
    return replace(problem, missions=tuple(kept)), impossible, len(confirmed) - stands


class _Book:
    """What is left of places, beds, weeks and missions while given missions are taken up."""

    def __init__(
        self,
        problem: Problem,
        missions: tuple[GivenMission, ...],
        suits: Bools,
        offered: Bools,
        opening: Bools,
    ) -> None:
        self.problem, self.suits, self.offered, self.opening = problem, suits, offered, opening
        book = taken(replace(problem, missions=missions))
        self.places, self.room = book.places.copy(), book.missions.copy()
        self.blocked = book.blocked.copy()
        self.firsts, self.families = book.first_timers.copy(), book.families.copy()
        self.most_first = int(parameters.load("rota")["first_timers_per_centre_week"].value)

    def _flags(self, group: tuple[int, ...]) -> tuple[int, int]:
        people = [self.problem.doctors[doctor] for doctor in group]
        return sum(d.first_mission for d in people), sum(d.family for d in people)

    def fits(self, group: tuple[int, ...], centre: int, week: int) -> bool:
        """Say whether a party may be there, beside what is taken."""
        beginners, families = self._flags(group)
        beds = self.problem.centres[centre].family_places
        return bool(
            self.problem.open_weeks[centre, week]
            and self.places[centre, week] >= len(group)
            and (not beginners or self.firsts[centre, week] + beginners <= self.most_first)
            and (not families or self.families[centre, week] + families <= beds)
            and all(
                self.suits[d, centre]
                and self.offered[d, week]
                and self.room[d] >= 1
                and not self.blocked[d, week]
                and (self.problem.doctors[d].pioneer or not self.opening[centre, week])
                for d in group
            )
        )

    def take(self, group: tuple[int, ...], centre: int, week: int) -> None:
        """Take a mission up."""
        beginners, families = self._flags(group)
        self.places[centre, week] -= len(group)
        self.firsts[centre, week] += beginners
        self.families[centre, week] += families
        for d in group:
            reach = max(self.problem.doctors[d].min_gap_weeks, 1)
            self.blocked[d, max(week - reach + 1, 0) : week + reach] = True
            self.room[d] -= 1
