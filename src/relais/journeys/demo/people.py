"""Fictional people and their offers, drawn from a seed. Nobody exists: surnames are made of parts.

The shares below are hypotheses that make a plausible network, not figures of a real one; those that
follow public facts name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from relais.doctors.states import DoctorStatus, PracticeLevel
from relais.engine.geo import great_circle_km, travel_minutes

FIRST_NAMES: Final = tuple(
    """Adèle Agnès Albane Alice Aline Anaïs Apolline Armelle Aurore Bérénice Blanche Camille
    Capucine Céleste Charlotte Claire Clémence Colette Constance Diane Édith Élise Éloïse Emma
    Estelle Ève
    Flore Gabrielle Garance Hélène Inès Irène Jeanne Joséphine Judith Juliette Laure Léonie Lise
    Louise Lucie Madeleine Mathilde Nadia Noémie Ondine Pauline Rachel Rose Salomé Sarah Sidonie
    Solène Suzanne Théa Victoire Yasmine Zoé Achille Adrien Alban Ambroise Anatole Antonin Armand
    Aubin Augustin Bastien Benoît Blaise Boris Célestin Clément Côme Cyprien Damien Élie Éloi Émile
    Ernest Étienne Eugène Fabien Félix Firmin Florent Gaspard Germain Gilles Grégoire Hector Hugo
    Isidore Jérôme Joachim Jules Karim Lazare Léon Lucien Malo Marius Martial Mathurin Médéric
    Nestor Octave Oscar Pacôme Quentin Raphaël Rémi Samir Sylvain Théodore Tristan Ulysse Valentin
    Victor Yann""".split()
)
SURNAME_STARTS: Final = tuple(
    "Val Clair Mont Roche Fon Beau Champ Bois Haute Pierre Aube Belle Sauve Grand Mire Ville Puy "
    "Chante Brève Aigue Noir Roque Lande Serre Combe Tour Prade Ferre Gard Malle".split()
)
SURNAME_ENDS: Final = tuple(
    "brune fond aubry mare lande vert croix feuille rive combe serre noix garde lune clos vigne "
    "source pré font nay perle marie mont bray roche sel gente fer bois chanvre".split()
)


@dataclass(frozen=True, slots=True)
class Town:
    """Where someone may live."""

    code: str
    department: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone may come."""

    key: str
    latitude: float
    longitude: float
    two_lines: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional doctor. `offered` are week numbers, 0 being the present week."""

    key: str
    first_name: str
    last_name: str
    rpps: str
    status: DoctorStatus
    town: Town
    max_missions: int
    max_travel_minutes: int | None
    brings_family: bool
    brings_pet: bool
    needs_step_free: bool
    is_pioneer: bool
    ready_in_weeks: int | None
    missions_before: int
    practices: Mapping[str, PracticeLevel]
    known: tuple[str, ...]
    preferred: tuple[str, ...]
    refused: tuple[str, ...]
    offered: tuple[int, ...]
    companion: str | None = None


# Share of doctors who do the act alone, and with help (hypotheses).
PRACTICES: Final = {"gynaecology": (0.55, 0.2), "sutures": (0.6, 0.2), "paediatrics": (0.8, 0.15)}
# How the volunteers practise elsewhere (hypothesis; the collective has all five, MISSION.md row 2).
STATUSES: Final = (
    (DoctorStatus.INSTALLED, 0.4),
    (DoctorStatus.SUBSTITUTE, 0.28),
    (DoctorStatus.RETIRED, 0.2),
    (DoctorStatus.HOSPITAL, 0.08),
    (DoctorStatus.ASSISTANT, 0.04),
)
# 50, 25 and 25 % come once, twice, three to seven times a year (as in docs/engine/rota.md).
MISSIONS_A_YEAR: Final = ((1,), (1,), (2,), (3, 4, 5, 6, 7))


def luhn_digit(digits: str) -> str:
    """Give the digit that makes a number pass the Luhn check."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def pick[T](random: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """Draw one value by its weight."""
    values = [value for value, _ in weighted]
    return random.choices(values, weights=[weight for _, weight in weighted], k=1)[0]


def surnames(random: Random, count: int) -> list[str]:
    """Make surnames of two parts; they repeat only when all are used."""
    made = [start + end for start in SURNAME_STARTS for end in SURNAME_ENDS]
    random.shuffle(made)
    return [made[index % len(made)] for index in range(count)]


def minutes_to(places: Sequence[Place], towns: Sequence[Town]) -> NDArray[np.int32]:
    """Estimate the travel from each town to each place; int32 array of shape (towns, places)."""
    here = np.array([(town.latitude, town.longitude) for town in towns]).reshape(-1, 1, 2)
    there = np.array([(place.latitude, place.longitude) for place in places]).reshape(1, -1, 2)
    return travel_minutes(great_circle_km(here[..., 0], here[..., 1], there[..., 0], there[..., 1]))


def homes(random: Random, towns: Sequence[Town], places: Sequence[Place], count: int) -> list[Town]:
    """Draw homes: more where more people live, and more within reach of a centre."""
    nearest = minutes_to(places, towns).min(axis=1)
    people = np.sqrt([town.population for town in towns])
    weights = people * (1 + 2 * np.exp(-nearest / 120))
    return random.choices(towns, weights=weights.tolist(), k=count)


def week_weights(weeks: Sequence[int], hard: frozenset[int]) -> list[float]:
    """Say how willingly a week is offered: hard weeks four times less than others (hypothesis)."""
    return [0.25 if week in hard else 1.0 for week in weeks]


def offered_weeks(
    random: Random, weeks: Sequence[int], hard: frozenset[int], many: bool
) -> set[int]:
    """Draw 3 to 12 weeks over the year; those with time offer more."""
    wanted = random.randint(6, 12) if many else random.randint(3, 9)
    chosen: set[int] = set()
    weights = week_weights(weeks, hard)
    while len(chosen) < wanted:
        start = random.choices(weeks, weights=weights, k=1)[0]
        chosen.update(
            week for week in (start, start + 1) if week in weeks and random.random() < 0.8
        )
    return chosen


def draw_people(
    *,
    seed: int,
    count: int,
    towns: Sequence[Town],
    places: Sequence[Place],
    weeks: range,
    hard: frozenset[int],
) -> list[Person]:
    """Draw `count` doctors; the same seed and places give the same people."""
    random = Random(seed)  # noqa: S311 - plausible people, not secrets
    people: list[Person] = []
    dwellings = homes(random, towns, places, count)
    for number, (town, surname) in enumerate(
        zip(dwellings, surnames(random, count), strict=True), start=1
    ):
        people.append(_draw_person(random, number, surname, town, places, weeks, hard))
    return _pair_up(random, people, places, weeks)


def _draw_person(
    random: Random,
    number: int,
    surname: str,
    town: Town,
    places: Sequence[Place],
    weeks: range,
    hard: frozenset[int],
) -> Person:
    status = pick(random, STATUSES)
    is_pioneer = number <= 8  # eight pioneer doctors (MISSION.md row 3)
    # Half have come twice or more, a quarter three times or more (spring 2025, MISSION.md row 2).
    before = 12 if is_pioneer else random.choice((0, 1, 1, 1, 2, 2, 3, 5))
    minutes = minutes_to(places, [town])[0]
    order = np.argsort(minutes, kind="stable")
    near = [places[index] for index in order]
    known = tuple(place.key for place in random.sample(near[:6], min(before, 2, len(near))))
    limit = random.choice((None, None, None, 240, 300, 360, 480))
    reach = int(minutes[order[min(2, len(order) - 1)]])
    rpps = f"9990{number:06d}"
    return Person(
        key=f"D{number:04d}",
        first_name=random.choice(FIRST_NAMES),
        last_name=surname,
        rpps=rpps + luhn_digit(rpps),
        status=status,
        town=town,
        max_missions=4 if is_pioneer else random.choice(random.choice(MISSIONS_A_YEAR)),
        max_travel_minutes=None if limit is None else max(limit, reach),
        brings_family=random.random() < 0.16,
        brings_pet=random.random() < 0.07,
        needs_step_free=random.random() < 0.03,
        is_pioneer=is_pioneer,
        ready_in_weeks=random.randint(2, 9) if before == 0 and random.random() < 0.5 else None,
        missions_before=before,
        practices={
            act: pick(
                random,
                (
                    (PracticeLevel.YES, alone),
                    (PracticeLevel.WITH_HELP, helped),
                    (PracticeLevel.NO, 1 - alone - helped),
                ),
            )
            for act, (alone, helped) in PRACTICES.items()
        },
        known=known,
        preferred=tuple(place.key for place in near[:4] if random.random() < 0.2),
        refused=tuple(place.key for place in near[6:] if random.random() < 0.08),
        offered=tuple(
            sorted(offered_weeks(random, weeks, hard, many=status == DoctorStatus.RETIRED))
        ),
    )


def _pair_up(
    random: Random, people: list[Person], places: Sequence[Place], weeks: range
) -> list[Person]:
    """Make ten couples: they live in the same place and offer the same weeks."""
    if not any(place.two_lines for place in places):
        return people
    free = [person for person in people if not person.is_pioneer and person.missions_before]
    for first, second in zip(free[20:40:2], free[21:40:2], strict=True):
        shared = tuple(sorted(set(first.offered) | set(second.offered)))
        for one, other in ((first, second), (second, first)):
            people[people.index(one)] = replace(
                one,
                companion=other.key,
                town=first.town,
                offered=shared,
                max_missions=1,
                max_travel_minutes=None,
                refused=(),
                brings_family=False,
                brings_pet=False,
                needs_step_free=False,
                ready_in_weeks=None,
            )
    return people
