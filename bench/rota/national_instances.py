"""Made-up networks of national size (L, XL, XXL), drawn with arrays, as `instances` draws.

Nobody in them exists and every probability is an assumption. Acceptance is wide (about half of the
centres, by travel limits), tight (most doctors stay within 100 to 260 minutes) or short (within 90
to 240 minutes: places then stay empty whatever is done). `ratio` is the missions that all doctors
together would do, over the places to fill.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from instances import CITIES, FIRST_MONDAY, HOLIDAYS, WEEKS

from relais.engine import geo
from relais.engine.rota.problem import Centre, Doctor, GivenMission, Need, Problem, Status


@dataclass(frozen=True)
class NationalSize:
    """How large a made-up nation is."""

    centres: int
    two_line_centres: int
    doctors: int
    ratio: float


SIZES = {
    "XM": NationalSize(40, 10, 2_200, 1.55),
    "L": NationalSize(150, 40, 8_000, 1.55),
    "XL": NationalSize(800, 0, 40_000, 1.10),
    "XXL": NationalSize(1_500, 0, 80_000, 1.10),
}
_LOCKED_WEEKS, _GIVEN_WEEKS = 4, 12
_PRACTICES = (("gynaecology", 0.55, 4, 1), ("sutures", 0.65, 3, 2))


def _most_missions(
    rng: np.random.Generator, count: int, total: float
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Draw how many missions each would do, so that the sum is about `total`."""
    many = rng.choice([2, 2, 2, 3, 3, 4, 5, 6, 7], size=count)
    share = (total / count - 1) / (many.mean() - 1)
    return np.where(rng.random(count) < min(1.0, share), many, 1)


def make(
    size_name: str,
    seed: int,
    *,
    ratio: float | None = None,
    tight: bool = False,
    short: bool = False,
) -> Problem:
    """Draw a nation of a size, from a seed."""
    size = SIZES[size_name]
    rng = np.random.default_rng(seed)
    cities = np.array(CITIES)
    count = size.doctors

    ends = np.array([rng.choice(len(CITIES), 2, replace=False) for _ in range(size.centres)])
    share = rng.uniform(0.25, 0.75, size.centres)[:, None]
    places = share * cities[ends[:, 0], :2] + (1 - share) * cities[ends[:, 1], :2]
    places = places + rng.normal(0, [0.25, 0.35], (size.centres, 2))
    pets, flat = rng.random(size.centres) < 0.6, rng.random(size.centres) < 0.7
    new = np.arange(size.centres) >= size.centres - max(1, size.centres // 100)
    centres = tuple(
        Centre(
            id=f"C{index:04d}", name=f"Centre {index + 1}",
            latitude=float(places[index, 0]), longitude=float(places[index, 1]),
            lines=2 if index < size.two_line_centres else 1,
            opens_on=FIRST_MONDAY + timedelta(weeks=18) if new[index] else None,
            pets=bool(pets[index]), step_free=bool(flat[index]),
        )
        for index in range(size.centres)
    )  # fmt: skip
    lines = size.centres + size.two_line_centres
    pioneer = np.arange(count) < max(8, count // 400)
    most = _most_missions(rng, count, (ratio or size.ratio) * lines * WEEKS)
    most[pioneer] = 4
    homes = cities[rng.choice(len(CITIES), count, p=cities[:, 2] / cities[:, 2].sum()), :2]
    homes = homes + rng.normal(0, [0.25, 0.35], (count, 2))
    gap = rng.choice([2, 4, 6, 8], count, p=[0.1, 0.6, 0.15, 0.15])
    if short:
        limit = rng.choice([90, 120, 160, 200, 240], count).astype(float)
        limit[rng.random(count) < 0.06] = np.inf
    elif tight:
        limit = rng.choice([100, 140, 180, 220, 260], count).astype(float)
        limit[rng.random(count) < 0.1] = np.inf
    else:
        limit = rng.choice([240.0, 300.0, 420.0, np.inf], count, p=[0.25, 0.25, 0.2, 0.3])
    first = ~pioneer & (most <= 2) & (rng.random(count) < 0.3)
    late = first & (rng.random(count) < 0.4)
    late_days = rng.integers(10, 120, count)
    family, pet = rng.random(count) < 0.12, rng.random(count) < 0.06
    level = rng.random(count) < 0.02
    does = {name: rng.random(count) < share for name, share, _, _ in _PRACTICES}

    # Weeks offered, by weighted draws without replacement (exponential keys).
    weights = np.ones((count, WEEKS))
    zone, likes = rng.integers(3, size=count), rng.random(count) < 0.5
    for number, holidays in enumerate(HOLIDAYS):
        rows = np.flatnonzero(zone == number)
        weights[np.ix_(rows, holidays)] = np.where(likes[rows], 2.5, 0.5)[:, None]
    offered_count = np.where(pioneer, 20, rng.integers(3, 13, count))
    offered_count = np.maximum(offered_count, most)
    keys = rng.exponential(size=(count, WEEKS)) / weights
    ranks = keys.argsort(axis=1).argsort(axis=1)
    offered = ranks < offered_count[:, None]
    del keys, ranks, weights

    pairs = [(20 + 2 * n + count // 400, 21 + 2 * n + count // 400) for n in range(count // 100)]
    for one, other in pairs:
        offered[other], homes[other], most[other] = offered[one], homes[one], most[one]
        gap[other], limit[other] = gap[one], limit[one]
        first[other] = family[other] = late[other] = pet[other] = level[other] = False
        pioneer[one] = pioneer[other] = False
    doctors = tuple(
        Doctor(
            id=f"D{index:05d}",
            latitude=float(homes[index, 0]), longitude=float(homes[index, 1]),
            max_missions=int(most[index]), min_gap_weeks=int(gap[index]),
            max_travel_minutes=None if np.isinf(limit[index]) else float(limit[index]),
            first_mission=bool(first[index]), family=bool(family[index]), pet=bool(pet[index]),
            step_free=bool(level[index]), pioneer=bool(pioneer[index]),
            ready_on=FIRST_MONDAY + timedelta(days=int(late_days[index])) if late[index] else None,
            practices=frozenset(name for name, flags in does.items() if flags[index]),
        )
        for index in range(count)
    )  # fmt: skip

    def some(
        share: float, of: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> frozenset[tuple[int, int]]:
        who = np.flatnonzero((rng.random(count) < share) & of)
        picks = rng.integers(size.centres, size=(len(who), 2))
        second = rng.random(len(who)) < 0.5
        drawn = {(int(d), int(c)) for d, c in zip(who, picks[:, 0], strict=True)}
        drawn |= {(int(d), int(c)) for d, c in zip(who[second], picks[second, 1], strict=True)}
        return frozenset(drawn)

    everyone = np.ones(count, dtype=np.bool_)
    refused, preferred, known = some(0.5, everyone), some(0.3, everyone), some(0.6, ~first)
    closures = {(centre, 51) for centre in range(0, size.centres, 3)}
    closures |= {(centre, 32) for centre in range(1, size.centres, 4)}
    needs = [
        Need(centre, name, every)
        for name, _, every, step in _PRACTICES
        for centre in range(0, size.centres, step)
    ]
    problem = Problem(
        first_monday=FIRST_MONDAY, weeks=WEEKS, centres=centres, doctors=doctors,
        offers=np.argwhere(offered).astype(np.int32), closures=frozenset(closures),
        refused=refused, preferred=preferred, known=known, needs=tuple(needs), pairs=tuple(pairs),
    )  # fmt: skip
    fields = {name: getattr(problem, name) for name in problem.__dataclass_fields__}
    return Problem(**fields | {"missions": tuple(_given(problem, offered, limit, rng))})


def _given(
    problem: Problem,
    offered: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    limit: np.ndarray[tuple[int], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> list[GivenMission]:
    """Lock part of the first weeks, confirm part of the next: near doctors whom nothing forbids."""
    plain = np.array(
        [
            not (d.pet or d.step_free or d.pioneer or d.family or d.first_mission)
            for d in problem.doctors
        ]
    )
    plain[[doctor for pair in problem.pairs for doctor in pair]] = False
    latitude = np.array([d.latitude for d in problem.doctors])
    longitude = np.array([d.longitude for d in problem.doctors])
    missions = []
    for week in range(_GIVEN_WEEKS):
        free = np.flatnonzero(plain & offered[:, week])
        for index, centre in enumerate(problem.centres):
            if len(free) == 0 or not problem.open_weeks[index, week] or rng.random() < 0.5:
                continue
            minutes = geo.travel_minutes(
                geo.great_circle_km(
                    latitude[free], longitude[free], centre.latitude, centre.longitude
                )
            )
            fits = minutes <= limit[free]
            at = int(np.argmin(np.where(fits, minutes, 10**6)))
            doctor = int(free[at])
            if not fits[at] or (doctor, index) in problem.refused:
                continue
            status = Status.LOCKED if week < _LOCKED_WEEKS else Status.CONFIRMED
            missions.append(GivenMission(doctor, index, week, status))
            plain[doctor] = False
            free = np.delete(free, at)
    return missions
