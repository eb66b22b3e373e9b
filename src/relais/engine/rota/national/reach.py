"""Who may come where at a nation's size: a bit a doctor and centre, and no mission listed.

80,000 doctors and 1,500 centres are 120 million pairs: 15 megabytes of bits. Travel limits are
compared on the sphere by a scalar product, and worked out to the minute only where that is too
close to call. A *unit* is a doctor, or the doctors whom pairs bind; members of a party have no week
of their own in `week`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relais.engine import geo, parameters
from relais.engine.rota.feasible import Taken, opening_weeks, taken
from relais.engine.rota.model import parties_of
from relais.engine.rota.problem import Problem
from relais.engine.units import MINUTES_PER_HOUR
from relais.engine.weeks import WEEK

type Bools = NDArray[np.bool_]
type Ints = NDArray[np.int64]
type Bits = NDArray[np.uint8]

_CHUNK = 2_000  # doctors looked at together
_CLOSE = 1e-9  # of a cosine: nearer than this to the limit, the minutes are worked out
_HALF_A_MINUTE = 0.5


@dataclass(frozen=True)
class Reach:
    """Rules H1, H2, H4, H5, H9, H10, beds and what stands, of each unit taken alone.

    D doctors, U >= D units (rows D and up are parties), C centres, W weeks. `centre`: uint8
    (U, ceil(C / 8)), packed bits, see `rows`. `week`: bool (U, W), weeks of units; `own_week`:
    bool (D, W), the same with each member of a party on its own. `kind`: int64 (U,), row of
    `open_to`, bool (kinds, C, W), and of `kind_first`, `kind_family`, first-timers and families in
    such a unit. `room`, `gap`, `size`: int64 (U,). `first_room`, `family_room`: int32 (C, W), how
    many may still come beside those who stand.
    """

    problem: Problem
    taken: Taken
    centre: Bits
    week: Bools
    own_week: Bools
    kind: Ints
    open_to: Bools
    kind_first: Ints
    kind_family: Ints
    room: Ints
    gap: Ints
    size: Ints
    first_room: NDArray[np.int32]
    family_room: NDArray[np.int32]
    members: tuple[tuple[int, ...], ...]

    @property
    def places(self) -> NDArray[np.int32]:
        """Give the places that standing missions leave; int32 (C, W)."""
        return self.taken.places

    def rows(self, units: NDArray[np.integer]) -> Bools:
        """Say which centres suit these units; bool (len(units), C)."""
        count = len(self.problem.centres)
        return np.unpackbits(self.centre[units], axis=1, count=count).view(np.bool_)


def reach_of(
    problem: Problem, *, standing: Taken | None = None, like: Reach | None = None
) -> Reach:
    """Find who may come where, in blocks of doctors: memory stays far below a table of minutes.

    `standing`: what is taken by the missions that stand, those of the problem when not given.
    `like`: the reach of the same problem with other missions standing, if there is one.
    """
    people, centres = problem.doctors, problem.centres
    standing = taken(problem) if standing is None else standing
    bits = _suits(problem) if like is None else like.centre[: len(people)]
    own = np.zeros((len(people), problem.weeks), dtype=np.bool_)
    own[problem.offers[:, 0], problem.offers[:, 1]] = True
    for index, person in enumerate(people):
        if person.ready_on is not None:
            first = -((problem.first_monday - person.ready_on) // WEEK)
            own[index, : max(first, 0)] = False
    own &= ~standing.blocked & (standing.missions >= 1)[:, None]
    groups = tuple(group for group in parties_of(problem) if len(group) > 1)
    flags = np.array(
        [(d.pioneer, d.first_mission, d.family) for d in people], dtype=np.int64
    ).reshape(-1, 3)
    week, room = own, standing.missions.astype(np.int64)
    gap = np.array([max(person.min_gap_weeks, 1) for person in people], dtype=np.int64)
    size = np.ones(len(people), dtype=np.int64)
    if groups:
        week = np.vstack([own, *(own[list(g)].all(axis=0)[None, :] for g in groups)])
        week[[doctor for g in groups for doctor in g]] = False
        bits = np.vstack([bits, *(np.bitwise_and.reduce(bits[list(g)])[None, :] for g in groups)])
        room = np.r_[room, [room[list(g)].min() for g in groups]]
        gap = np.r_[gap, [gap[list(g)].max() for g in groups]]
        size = np.r_[size, [len(g) for g in groups]]
        together = [
            (flags[list(g), 0].min(), flags[list(g), 1].sum(), flags[list(g), 2].sum())
            for g in groups
        ]
        flags = np.vstack([flags, together])
    kinds, kind = np.unique(np.c_[flags, size], axis=0, return_inverse=True)
    if len(kinds) == 0:
        kinds = np.ones((1, 4), dtype=np.int64)
    opening = opening_weeks(problem)
    first_room = (
        int(parameters.load("rota")["first_timers_per_centre_week"].value) - standing.first_timers
    )
    beds = np.array([place.family_places for place in centres], dtype=np.int32)
    family_room = beds[:, None] - standing.families
    open_to = np.stack(
        [
            (standing.places >= max(int(many), 1))
            & (bool(pioneer) | ~opening)
            & ((first == 0) | (first_room >= first))
            & ((family == 0) | (family_room >= family))
            for pioneer, first, family, many in kinds
        ]
    )
    return Reach(
        problem=problem,
        taken=standing,
        centre=bits,
        week=week,
        own_week=own,
        kind=kind.reshape(-1),
        open_to=open_to,
        kind_first=kinds[:, 1],
        kind_family=kinds[:, 2],
        room=room,
        gap=gap,
        size=size,
        first_room=first_room.astype(np.int32),
        family_room=family_room.astype(np.int32),
        members=groups,
    )


def _on_sphere(places: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Put points in degrees on the unit sphere; float64 (n, 3)."""
    angles = np.radians(np.array(places, dtype=np.float64).reshape(-1, 2))
    phi, lam = angles[:, 0], angles[:, 1]
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)


def _suits(problem: Problem) -> Bits:
    """Say which centres rule H2 and the beds allow to each doctor, as packed bits."""
    numbers = {name: entry.value for name, entry in parameters.load("rota").items()}
    people, centres = problem.doctors, problem.centres
    home = [(person.latitude, person.longitude) for person in people]
    to = [(place.latitude, place.longitude) for place in centres]
    here, there = _on_sphere(home), _on_sphere(to)
    limit = np.array(
        [np.inf if d.max_travel_minutes is None else d.max_travel_minutes for d in people]
    )
    slope = MINUTES_PER_HOUR * numbers["road_detour"] / numbers["road_speed_km_per_hour"]
    # The largest distance whose minutes round to the limit, then its cosine.
    reach_km = (np.floor(limit) + _HALF_A_MINUTE - numbers["travel_fixed_minutes"]) / slope
    angle = np.clip(reach_km / numbers["earth_radius_km"], 0.0, np.pi)
    least = np.where(reach_km < 0, 2.0, np.where(np.isinf(limit), -2.0, np.cos(angle)))
    flags = np.array([(d.pet, d.step_free, d.family) for d in people], dtype=np.bool_)
    flags = flags.reshape(-1, 3)
    closed = np.array(
        [(not c.pets, not c.step_free, c.family_places < 1) for c in centres], dtype=np.bool_
    ).reshape(-1, 3)
    bits = np.zeros((len(people), (len(centres) + 7) // 8), dtype=np.uint8)
    special: dict[int, list[tuple[int, bool]]] = {}
    for (doctor, place), given in problem.travel.items():
        special.setdefault(doctor, []).append((place, bool(given <= limit[doctor])))
    refused = np.array(sorted(problem.refused), dtype=np.int64).reshape(-1, 2)
    borders = np.searchsorted(refused[:, 0], np.arange(0, len(people) + _CHUNK, _CHUNK))
    for number, start in enumerate(range(0, len(people), _CHUNK)):
        rows = slice(start, start + _CHUNK)
        cosine = here[rows] @ there.T
        may = cosine >= least[rows, None]
        unsure = np.abs(cosine - least[rows, None]) < _CLOSE
        if unsure.any():
            row, centre = np.nonzero(unsure)
            latitudes, longitudes = np.array(home)[start + row].T
            at = np.array(to)[centre].T
            minutes = geo.travel_minutes(geo.great_circle_km(latitudes, longitudes, *at))
            may[row, centre] = minutes <= limit[start + row]
        for doctor in range(start, min(start + _CHUNK, len(people))):
            for place, fits in special.get(doctor, ()):
                may[doctor - start, place] = fits
        for flag in range(3):
            who = np.flatnonzero(flags[rows, flag])
            may[np.ix_(who, np.flatnonzero(closed[:, flag]))] = False
        not_wanted = refused[borders[number] : borders[number + 1]]
        may[not_wanted[:, 0] - start, not_wanted[:, 1]] = False
        bits[rows] = np.packbits(may, axis=1)
    return bits
