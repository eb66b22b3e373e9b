"""Made-up networks of the size of today's (S) and tomorrow's (M), from a seed.

Nobody in them exists.

Homes are drawn around French cities by weight, centres in the country between them; doctors follow
one of three school-holiday zones, offer 3 to 12 weeks and mostly come once. Every probability here
is an assumption, not the data of an association.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from relais.engine import geo
from relais.engine.rota.problem import Centre, Doctor, GivenMission, Need, Problem, Status

FIRST_MONDAY = date(2027, 1, 4)
WEEKS = 52

# (latitude, longitude, weight): large French cities, weight about the population of the urban area.
CITIES = [
    (48.86, 2.35, 100), (45.76, 4.84, 22), (43.3, 5.37, 18), (43.6, 1.44, 14),
    (44.84, -0.58, 13), (50.63, 3.07, 14), (47.22, -1.55, 10), (43.7, 7.27, 10),
    (48.57, 7.75, 8), (48.11, -1.68, 7.5), (45.19, 5.72, 7), (43.61, 3.88, 8),
    (49.44, 1.1, 7), (43.12, 5.93, 6), (45.78, 3.09, 5), (47.39, 0.69, 5),
    (48.69, 6.18, 5), (47.9, 1.9, 4.5), (49.18, -0.37, 4.5), (47.47, -0.55, 4.3),
    (49.12, 6.18, 4), (47.32, 5.04, 4), (45.44, 4.39, 5), (49.26, 4.03, 3.2),
    (48.39, -4.49, 3.7), (48.0, 0.2, 3.7), (49.89, 2.3, 3.5), (45.83, 1.26, 3),
    (42.7, 2.9, 4), (47.24, 6.02, 2.8), (46.58, 0.34, 2.9), (43.3, -0.37, 2.8),
    (43.95, 4.81, 5), (48.3, 4.07, 2.1), (47.08, 2.4, 1.7), (46.16, -1.15, 2.2),
    (48.45, -4.25, 1.2), (44.93, 4.89, 2.4), (45.65, 0.16, 1.8), (46.8, 1.69, 1),
]  # fmt: skip

# Weeks of school holidays by zone (0, 1, 2), as week numbers of the plan: autumn, Christmas, winter
# (shifted by zone), spring (shifted by zone), summer.
_COMMON_HOLIDAYS = [0, 27, 28, 29, 30, 31, 32, 33, 34, 42, 43, 51]
HOLIDAYS = [
    sorted({*_COMMON_HOLIDAYS, 5 + zone, 6 + zone, 13 + zone, 14 + zone}) for zone in range(3)
]


@dataclass(frozen=True)
class Size:
    """How large a made-up network is."""

    centres: int
    two_line_centres: int
    doctors: int


SIZES = {"XS": Size(4, 1, 200), "S": Size(11, 3, 950), "M": Size(21, 9, 1500)}


def _country_place(rng: np.random.Generator) -> tuple[float, float]:
    first, second = rng.choice(len(CITIES), size=2, replace=False)
    share = rng.uniform(0.25, 0.75)
    latitude = share * CITIES[first][0] + (1 - share) * CITIES[second][0]
    longitude = share * CITIES[first][1] + (1 - share) * CITIES[second][1]
    return float(latitude + rng.normal(0, 0.25)), float(longitude + rng.normal(0, 0.35))


def _centres(size: Size, rng: np.random.Generator) -> tuple[Centre, ...]:
    centres = []
    for index in range(size.centres):
        latitude, longitude = _country_place(rng)
        two = index < size.two_line_centres
        opens_on = FIRST_MONDAY + timedelta(weeks=18) if index == size.centres - 1 else None
        centres.append(
            Centre(
                id=f"C{index:03d}",
                name=f"Centre {index + 1}",
                latitude=latitude,
                longitude=longitude,
                lines=2 if two else 1,
                opens_on=opens_on,
                family_places=1,
                pets=bool(rng.random() < 0.6),
                step_free=bool(rng.random() < 0.7),
            )
        )
    return tuple(centres)


def _weeks_offered(rng: np.random.Generator, count: int) -> list[int]:
    weights = np.ones(WEEKS)
    weights[HOLIDAYS[int(rng.integers(3))]] = 2.5 if rng.random() < 0.5 else 0.5
    picked = rng.choice(WEEKS, size=count, replace=False, p=weights / weights.sum())
    return sorted(int(week) for week in picked)


def make(size_name: str, seed: int, *, spare: float = 1.0) -> Problem:
    """Draw a network; `spare` below 1 keeps only that share of the doctors, to make it scarce."""
    size = SIZES[size_name]
    rng = np.random.default_rng(seed)
    centres = _centres(size, rng)
    city_weights = np.array([city[2] for city in CITIES])
    city_weights = city_weights / city_weights.sum()
    doctors: list[Doctor] = []
    offers: list[tuple[int, int]] = []
    refused: set[tuple[int, int]] = set()
    preferred: set[tuple[int, int]] = set()
    known: set[tuple[int, int]] = set()
    count = round(size.doctors * spare)
    for index in range(count):
        city = CITIES[int(rng.choice(len(CITIES), p=city_weights))]
        latitude = float(city[0] + rng.normal(0, 0.25))
        longitude = float(city[1] + rng.normal(0, 0.35))
        pioneer = index < 8
        draw = rng.random()
        if pioneer:
            most = 4
        elif draw < 0.5:
            most = 1
        elif draw < 0.75:
            most = 2
        else:
            most = int(rng.choice([3, 4, 5, 6, 7], p=[0.45, 0.25, 0.15, 0.1, 0.05]))
        weeks = _weeks_offered(rng, 20 if pioneer else int(rng.integers(3, 13)))
        first_mission = not pioneer and most <= 2 and bool(rng.random() < 0.3)
        doctors.append(
            Doctor(
                id=f"D{index:05d}",
                latitude=latitude,
                longitude=longitude,
                max_missions=most,
                min_gap_weeks=int(rng.choice([2, 4, 6, 8], p=[0.1, 0.6, 0.15, 0.15])),
                max_travel_minutes=float(rng.choice([240, 300, 420]))
                if rng.random() < 0.4
                else None,
                first_mission=first_mission,
                family=bool(rng.random() < 0.12),
                pet=bool(rng.random() < 0.06),
                step_free=bool(rng.random() < 0.02),
                pioneer=pioneer,
                ready_on=(
                    FIRST_MONDAY + timedelta(days=int(rng.integers(10, 120)))
                    if first_mission and rng.random() < 0.4
                    else None
                ),
                practices=frozenset(
                    name
                    for name, share in (("gynaecology", 0.55), ("sutures", 0.65))
                    if rng.random() < share
                ),
            )
        )
        offers += [(index, week) for week in weeks]
        if rng.random() < 0.5:
            for centre in range(len(centres)):
                if rng.random() < 0.55:
                    refused.add((index, centre))
        if not first_mission and rng.random() < 0.6:
            for centre in rng.choice(len(centres), size=int(rng.integers(1, 3)), replace=False):
                known.add((index, int(centre)))
        if rng.random() < 0.3:
            for centre in rng.choice(len(centres), size=int(rng.integers(1, 3)), replace=False):
                preferred.add((index, int(centre)))
    offer_set = set(offers)

    pairs = []
    for number in range(round(count * 0.01)):
        one, other = 20 + 2 * number, 21 + 2 * number
        shared = [week for doctor, week in offers if doctor == one]
        offer_set |= {(other, week) for week in shared}
        pairs.append((one, other))
    # Companions live together, and one of the two is not a first-timer.
    for one, other in pairs:
        a, b = doctors[one], doctors[other]
        doctors[other] = Doctor(
            id=b.id, latitude=a.latitude, longitude=a.longitude, max_missions=a.max_missions,
            min_gap_weeks=a.min_gap_weeks, max_travel_minutes=a.max_travel_minutes,
            practices=b.practices,
        )  # fmt: skip

    closures = {(centre, 51) for centre in range(0, len(centres), 3)} | {
        (centre, 32) for centre in range(1, len(centres), 4)
    }
    needs = [Need(centre, "gynaecology", 4) for centre in range(len(centres))]
    needs += [Need(centre, "sutures", 3) for centre in range(0, len(centres), 2)]
    problem = Problem(
        first_monday=FIRST_MONDAY,
        weeks=WEEKS,
        centres=centres,
        doctors=tuple(doctors),
        offers=np.array(sorted(offer_set), dtype=np.int32).reshape(-1, 2),
        closures=frozenset(closures),
        refused=frozenset(refused),
        preferred=frozenset(preferred),
        known=frozenset(known),
        needs=tuple(needs),
        pairs=tuple(pairs),
    )
    return _with_given_missions(problem)


def _with_given_missions(problem: Problem) -> Problem:
    """Lock most of the first 4 weeks, confirm part of the next 8, and remember a few past weeks."""
    paired = {doctor for pair in problem.pairs for doctor in pair}
    distance = geo.great_circle_km(
        np.array([doctor.latitude for doctor in problem.doctors])[:, None],
        np.array([doctor.longitude for doctor in problem.doctors])[:, None],
        np.array([centre.latitude for centre in problem.centres])[None, :],
        np.array([centre.longitude for centre in problem.centres])[None, :],
    )
    minutes = geo.travel_minutes(distance)
    missions = [
        GivenMission(doctor, doctor % len(problem.centres), -1 - doctor % 3, Status.LOCKED)
        for doctor in range(100, min(140, len(problem.doctors)))
        if problem.doctors[doctor].max_missions > 1
    ]
    busy = {mission.doctor for mission in missions}
    by_week: dict[int, list[int]] = {}
    for doctor, week in problem.offers.tolist():
        by_week.setdefault(week, []).append(doctor)
    for week in range(12):
        for centre, place in enumerate(problem.centres):
            if not problem.open_weeks[centre, week] or (week + centre) % 3 == 2:
                continue
            for doctor in sorted(by_week.get(week, ()), key=lambda d: (minutes[d, centre], d))[:25]:
                person = problem.doctors[doctor]
                fits = (
                    doctor not in busy
                    and doctor not in paired
                    and (doctor, centre) not in problem.refused
                    and (place.pets or not person.pet)
                    and (place.step_free or not person.step_free)
                    and not person.pioneer
                    and (
                        person.max_travel_minutes is None
                        or minutes[doctor, centre] <= person.max_travel_minutes
                    )
                    and (
                        person.ready_on is None
                        or problem.first_monday + timedelta(weeks=week) >= person.ready_on
                    )
                )
                if fits:
                    status = Status.LOCKED if week < 4 else Status.CONFIRMED
                    missions.append(GivenMission(doctor, centre, week, status))
                    busy.add(doctor)
                    break
    return Problem(
        first_monday=problem.first_monday,
        weeks=problem.weeks,
        centres=problem.centres,
        doctors=problem.doctors,
        offers=problem.offers,
        closures=problem.closures,
        refused=problem.refused,
        preferred=problem.preferred,
        known=problem.known,
        needs=problem.needs,
        pairs=problem.pairs,
        missions=tuple(missions),
    )
