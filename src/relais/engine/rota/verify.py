"""The plan judged from the rules alone: obvious, and without a word of the solver.

Written from the plan folder format (rules H1 to H10, standbys, the three levels). It imports the
problem and the plan and nothing else of the planner: distances, opening weeks and costs are worked
out again here, so that a fault of the planner cannot hide itself. What is given is looked up in
indexes made once; who suits which centre is worked out some doctors at a time where it is asked for
a whole nation.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.plan import BoundBy, Certificate, Plan, PlannedMission, Score, Standby
from relais.engine.rota.problem import Problem, Status
from relais.engine.units import day_words

# The figures of the plan folder format, said a second time on purpose.
_EARTH_RADIUS_KM = 6371.0088
_FIXED_MINUTES, _DETOUR, _KM_PER_HOUR = 25, 1.3, 81
_MISSING_STANDBY, _MISSED_WINDOW, _REPEAT, _STANDBY = 3000, 1500, 200, 1
_UNKNOWN_CENTRE, _NOT_PREFERRED = 60, 60
_STANDBYS_PER_DOCTOR = 2
_HALF_A_MINUTE = 0.5 + 1e-6
_BLOCK = 500  # doctors whose travel is worked out together


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, who and where (indices of the problem, None where it does not apply).

    `rule`: `H1` … `H10`, `standby`, `holes`, `score`, `bound`, `status` or `travel`; `sentence`:
    French.
    """

    rule: str
    sentence: str
    doctor: int | None = None
    centre: int | None = None
    week: int | None = None


def exact_travel_minutes(problem: Problem, doctor: int, centre: int) -> float:
    """Give the travel time of a doctor to a centre in minutes, before rounding."""
    if (doctor, centre) in problem.travel:
        return float(problem.travel[doctor, centre])
    home, place = problem.doctors[doctor], problem.centres[centre]
    phi, to_phi = math.radians(home.latitude), math.radians(place.latitude)
    turn = math.radians(place.longitude - home.longitude)
    chord = (
        math.sin((to_phi - phi) / 2) ** 2
        + math.cos(phi) * math.cos(to_phi) * math.sin(turn / 2) ** 2
    )
    kilometres = 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))
    return _FIXED_MINUTES + 60 * _DETOUR * kilometres / _KM_PER_HOUR


def _minutes(problem: Problem, doctor: int, centre: int) -> int:
    return round(exact_travel_minutes(problem, doctor, centre))


def _is_open(problem: Problem, centre: int, week: int) -> bool:
    if not 0 <= week < problem.weeks or (centre, week) in problem.closures:
        return False
    place = problem.centres[centre]
    monday = problem.first_monday + timedelta(weeks=week)
    if place.opens_on is not None and monday < place.opens_on:
        return False
    return place.closes_on is None or monday < place.closes_on


def _is_opening_week(problem: Problem, centre: int, week: int) -> bool:
    opens_on = problem.centres[centre].opens_on
    if opens_on is None:
        return False
    first = opens_on
    while first.weekday() != 0:
        first += timedelta(days=1)
    monday = problem.first_monday + timedelta(weeks=week)
    return first <= monday < first + timedelta(weeks=problem.opening_weeks)


def _why_not_centre(problem: Problem, doctor: int, centre: int) -> str | None:
    """Say in French what rule H2 has against a doctor at a centre, None when nothing."""
    person, place = problem.doctors[doctor], problem.centres[centre]
    if (doctor, centre) in problem.refused:
        return "ne veut pas y aller"
    limit = person.max_travel_minutes
    if limit is not None and _minutes(problem, doctor, centre) > limit:
        return "habite trop loin"
    if person.pet and not place.pets:
        return "vient avec un animal, que le logement n’accepte pas"
    if person.step_free and not place.step_free:
        return "a besoin d’un logement de plain-pied"
    return None


def _is_ready(problem: Problem, doctor: int, week: int) -> bool:
    ready_on = problem.doctors[doctor].ready_on
    return ready_on is None or problem.first_monday + timedelta(weeks=week) >= ready_on


def _counts_for(problem: Problem, standby: Standby, centre: int) -> bool:
    """Say whether a standby counts for a centre: rules H2, H9 and H10."""
    if _why_not_centre(problem, standby.doctor, centre) is not None:
        return False
    if not _is_ready(problem, standby.doctor, standby.week):
        return False
    opening = _is_opening_week(problem, centre, standby.week)
    return problem.doctors[standby.doctor].pioneer or not opening


def _week_words(problem: Problem, week: int) -> str:
    return f"la semaine du {day_words(problem.first_monday + timedelta(weeks=week))}"


def _suits(problem: Problem, doctors: list[int]) -> NDArray[np.bool_]:
    """Say what `_why_not_centre` has nothing against, for these doctors and every centre."""
    people, places = [problem.doctors[doctor] for doctor in doctors], problem.centres
    phi = np.radians([[person.latitude] for person in people]).reshape(-1, 1)
    to_phi = np.radians([place.latitude for place in places])
    turn = np.radians(
        np.array([place.longitude for place in places])
        - np.array([[person.longitude] for person in people]).reshape(-1, 1)
    )
    chord = np.sin((to_phi - phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * np.sin(turn / 2) ** 2
    kilometres = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    minutes = np.rint(_FIXED_MINUTES + 60 * _DETOUR * kilometres / _KM_PER_HOUR)
    row_of = {doctor: row for row, doctor in enumerate(doctors)}
    if problem.travel:
        for (doctor, centre), given in problem.travel.items():
            if doctor in row_of:
                minutes[row_of[doctor], centre] = given
    limit = [
        math.inf if person.max_travel_minutes is None else person.max_travel_minutes
        for person in people
    ]
    fine: NDArray[np.bool_] = minutes <= np.array(limit).reshape(-1, 1)
    for needs, has in (
        ([person.pet for person in people], [place.pets for place in places]),
        ([person.step_free for person in people], [place.step_free for place in places]),
    ):
        fine &= ~np.array(needs, dtype=np.bool_).reshape(-1, 1) | np.array(has, dtype=np.bool_)
    return fine


def _refused_by(problem: Problem) -> dict[int, list[int]]:
    refused: dict[int, list[int]] = defaultdict(list)
    for doctor, centre in problem.refused:
        refused[doctor].append(centre)
    return refused


def _opening(problem: Problem) -> NDArray[np.bool_]:
    """Say which centre-weeks are opening weeks; bool (C, W)."""
    opening = np.zeros((len(problem.centres), problem.weeks), dtype=np.bool_)
    for centre, place in enumerate(problem.centres):
        if place.opens_on is not None:
            for week in range(problem.weeks):
                opening[centre, week] = _is_opening_week(problem, centre, week)
    return opening


def _reserves(problem: Problem, standbys: list[Standby]) -> NDArray[np.int64]:
    """Count the standbys of each week that count for each centre; int64 (C, W)."""
    counted = np.zeros((len(problem.centres), problem.weeks), dtype=np.int64)
    standbys = [
        standby
        for standby in standbys
        if 0 <= standby.week < problem.weeks and _is_ready(problem, standby.doctor, standby.week)
    ]
    opening, refused = _opening(problem), _refused_by(problem)
    for first in range(0, len(standbys), _BLOCK):
        some = standbys[first : first + _BLOCK]
        doctors = sorted({standby.doctor for standby in some})
        suits = _suits(problem, doctors)
        row_of = {doctor: row for row, doctor in enumerate(doctors)}
        for standby in some:
            counts = suits[row_of[standby.doctor]].copy()
            counts[refused.get(standby.doctor, [])] = False
            if not problem.doctors[standby.doctor].pioneer:
                counts = counts & ~opening[:, standby.week]
            counted[:, standby.week] += counts
    return counted


def _outside(problem: Problem) -> dict[int, list[int]]:
    """List the weeks of each doctor's given missions that are not planned, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for given in sorted(problem.missions, key=lambda one: (one.week, one.centre)):
        if not 0 <= given.week < problem.weeks:
            found[given.doctor].append(given.week)
    return found


def _offers(problem: Problem) -> set[tuple[int, int]]:
    return {(doctor, week) for doctor, week in problem.offers.tolist()}


def score(
    problem: Problem, missions: Iterable[PlannedMission], standbys: Iterable[Standby]
) -> Score:
    """Work out the three levels of a set of missions and standbys, from the format's words."""
    missions, standbys = list(missions), list(standbys)
    present: dict[tuple[int, int], list[int]] = defaultdict(list)
    for mission in missions:
        present[mission.centre, mission.week].append(mission.doctor)
    counted = _reserves(problem, standbys)

    holes = 0
    standby_missing = 0
    for centre, place in enumerate(problem.centres):
        for week in range(problem.weeks):
            if not _is_open(problem, centre, week):
                continue
            holes += max(0, place.lines - len(present[centre, week]))
            standby_missing += max(0, problem.standby_depth - int(counted[centre, week]))

    kept = {(mission.doctor, mission.centre, mission.week) for mission in missions}
    confirmed = {
        (given.doctor, given.centre, given.week)
        for given in problem.missions
        if given.status is Status.CONFIRMED and 0 <= given.week < problem.weeks
    }
    confirmed_moved = len(confirmed - kept)

    windows_missed = 0
    for need in problem.needs:
        for start in range(problem.weeks - need.every_weeks + 1):
            window = range(start, start + need.every_weeks)
            if not all(_is_open(problem, need.centre, week) for week in window):
                continue
            if not any(
                need.practice in problem.doctors[doctor].practices
                for week in window
                for doctor in present[need.centre, week]
            ):
                windows_missed += 1

    cost = _MISSING_STANDBY * standby_missing + _MISSED_WINDOW * windows_missed
    for count in Counter(mission.doctor for mission in missions).values():
        cost += _REPEAT * sum(range(count))
    for mission in missions:
        exact = exact_travel_minutes(problem, mission.doctor, mission.centre)
        right = abs(mission.travel_minutes - exact) <= _HALF_A_MINUTE
        cost += mission.travel_minutes if right else round(exact)
        if (mission.doctor, mission.centre) not in problem.known:
            cost += _UNKNOWN_CENTRE
        if (mission.doctor, mission.centre) not in problem.preferred:
            cost += _NOT_PREFERRED
    cost += _STANDBY * len(standbys)
    return Score(
        holes=holes,
        confirmed_moved=confirmed_moved,
        cost=cost,
        standby_missing=standby_missing,
        windows_missed=windows_missed,
    )


def _together(
    problem: Problem, missions: Iterable[tuple[int, int, int]], outside: bool
) -> list[Violation]:
    """Check rules H3 to H7 among missions (doctor, centre, week).

    `outside`: count the given missions before the first week (and after the last) for H5.
    """
    missions = sorted(set(missions))
    found: list[Violation] = []
    by_place: dict[tuple[int, int], list[int]] = defaultdict(list)
    by_doctor: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for doctor, centre, week in missions:
        by_place[centre, week].append(doctor)
        by_doctor[doctor].append((week, centre))

    for (centre, week), doctors in sorted(by_place.items()):
        place = problem.centres[centre]
        where = f"{place.name}, {_week_words(problem, week)}"
        if len(doctors) > place.lines:
            text = f"{where} : {len(doctors)} médecins pour {place.lines} places."
            found.append(Violation("H3", text, centre=centre, week=week))
        beginners = [doctor for doctor in doctors if problem.doctors[doctor].first_mission]
        if len(beginners) > 1:
            names = ", ".join(problem.doctors[doctor].id for doctor in beginners)
            text = f"{where} : plus d’un médecin y ferait sa première mission ({names})."
            found.append(Violation("H6", text, centre=centre, week=week))
        families = [doctor for doctor in doctors if problem.doctors[doctor].family]
        if len(families) > place.family_places:
            names = ", ".join(problem.doctors[doctor].id for doctor in families)
            text = (
                f"{where} : {len(families)} familles pour {place.family_places} places "
                f"de famille ({names})."
            )
            found.append(Violation("H6", text, centre=centre, week=week))

    not_planned = _outside(problem) if outside else {}
    for doctor, stays in sorted(by_doctor.items()):
        person = problem.doctors[doctor]
        if len(stays) > person.max_missions:
            text = (
                f"{person.id} : {len(stays)} missions, au plus {person.max_missions} "
                f"sont possibles."
            )
            found.append(Violation("H4", text, doctor=doctor))
        for (week, centre), (other_week, other_centre) in combinations(sorted(stays), 2):
            if week == other_week:
                text = (
                    f"{person.id} ne peut pas être à la fois à {problem.centres[centre].name} et à "
                    f"{problem.centres[other_centre].name}, {_week_words(problem, week)}."
                )
                found.append(Violation("H4", text, doctor=doctor, centre=centre, week=week))
            elif other_week - week < person.min_gap_weeks:
                text = (
                    f"{person.id} : {_week_words(problem, week)} et "
                    f"{_week_words(problem, other_week)} sont trop proches "
                    f"(au moins {person.min_gap_weeks} semaines)."
                )
                found.append(Violation("H5", text, doctor=doctor, week=other_week))
        if outside:
            weeks = [week for week, _ in stays]
            found += _too_close_outside(problem, doctor, weeks, not_planned)

    for one, other in problem.pairs:
        alone = {(week, centre) for week, centre in by_doctor[one]} ^ {
            (week, centre) for week, centre in by_doctor[other]
        }
        for week, centre in sorted(alone):
            text = (
                f"{problem.doctors[one].id} et {problem.doctors[other].id} viennent ensemble ou "
                f"pas du tout : un seul des deux est à {problem.centres[centre].name}, "
                f"{_week_words(problem, week)}."
            )
            found.append(Violation("H7", text, doctor=one, centre=centre, week=week))
    return found


def _too_close_outside(
    problem: Problem, doctor: int, weeks: list[int], not_planned: dict[int, list[int]]
) -> list[Violation]:
    person = problem.doctors[doctor]
    found = []
    for other in not_planned.get(doctor, ()):
        for week in weeks:
            if abs(week - other) < person.min_gap_weeks:
                text = (
                    f"{person.id} : {_week_words(problem, week)} est trop proche d’une autre "
                    f"mission, {_week_words(problem, other)} "
                    f"(au moins {person.min_gap_weeks} semaines)."
                )
                found.append(Violation("H5", text, doctor=doctor, week=week))
    return found


def check_locked(problem: Problem) -> tuple[Violation, ...]:
    """List where the locked missions break rules H3 to H7 among themselves; empty when they hold.

    A pair of which only one is locked somewhere breaks H7: the plan that keeps every other place
    empty would break it. A locked mission too close to one outside the planned weeks breaks H5.
    """
    locked = [
        (given.doctor, given.centre, given.week)
        for given in problem.missions
        if given.status is Status.LOCKED and 0 <= given.week < problem.weeks
    ]
    return tuple(_together(problem, locked, outside=True))


def _on_its_own(
    problem: Problem, offers: set[tuple[int, int]], mission: PlannedMission
) -> list[Violation]:
    """Check rules H1, H2, H9 and H10 of one mission that is not locked."""
    doctor, centre, week = mission.doctor, mission.centre, mission.week
    person, place = problem.doctors[doctor], problem.centres[centre]
    found = []

    def broken(rule: str, text: str) -> None:
        found.append(Violation(rule, text, doctor=doctor, centre=centre, week=week))

    if (doctor, week) not in offers:
        broken("H1", f"{person.id} n’a pas proposé {_week_words(problem, week)}.")
    if not _is_open(problem, centre, week):
        broken("H1", f"{place.name} n’est pas ouvert {_week_words(problem, week)}.")
    reason = _why_not_centre(problem, doctor, centre)
    if reason is not None:
        broken("H2", f"{person.id} à {place.name} : {reason}.")
    if _is_opening_week(problem, centre, week) and not person.pioneer:
        text = (
            f"{place.name} vient d’ouvrir {_week_words(problem, week)} : {person.id} n’est pas "
            f"médecin pionnier."
        )
        broken("H9", text)
    if not _is_ready(problem, doctor, week):
        text = f"Les papiers de {person.id} ne sont pas prêts {_week_words(problem, week)}."
        broken("H10", text)
    return found


def _check_standbys(problem: Problem, offers: set[tuple[int, int]], plan: Plan) -> list[Violation]:
    found = []
    mission_weeks: dict[int, list[int]] = defaultdict(list)
    standby_weeks: dict[int, list[int]] = defaultdict(list)
    for mission in plan.missions:
        mission_weeks[mission.doctor].append(mission.week)
    for standby in plan.standbys:
        standby_weeks[standby.doctor].append(standby.week)
    not_planned = _outside(problem)
    for doctor, weeks in sorted(standby_weeks.items()):
        person = problem.doctors[doctor]
        for week in weeks:
            if not 0 <= week < problem.weeks or (doctor, week) not in offers:
                text = f"{person.id}, de réserve, n’a pas proposé {_week_words(problem, week)}."
                found.append(Violation("standby", text, doctor=doctor, week=week))
        if len(weeks) > _STANDBYS_PER_DOCTOR:
            text = f"{person.id} est de réserve {len(weeks)} fois, {_STANDBYS_PER_DOCTOR} au plus."
            found.append(Violation("standby", text, doctor=doctor))
        total = len(weeks) + len(mission_weeks[doctor])
        if total > person.max_missions:
            text = (
                f"{person.id} : {total} semaines de mission ou de réserve, au plus "
                f"{person.max_missions} sont possibles."
            )
            found.append(Violation("standby", text, doctor=doctor))
        others = sorted((week, False) for week in mission_weeks[doctor])
        everything = sorted([*others, *((week, True) for week in weeks)])
        for (week, reserve), (other_week, other_reserve) in combinations(everything, 2):
            if not (reserve or other_reserve):
                continue  # two missions: rules H4 and H5, checked with the missions
            if other_week - week < max(person.min_gap_weeks, 1):
                text = (
                    f"{person.id}, de réserve : {_week_words(problem, week)} et "
                    f"{_week_words(problem, other_week)} sont trop proches."
                )
                found.append(Violation("standby", text, doctor=doctor, week=other_week))
        found += [
            Violation("standby", close.sentence, doctor=doctor, week=close.week)
            for close in _too_close_outside(problem, doctor, weeks, not_planned)
        ]
    return found


def most_missions(problem: Problem, doctor: int, places: Iterable[tuple[int, int]]) -> int:
    """Give the most missions one doctor alone can bring to these (centre, week) places.

    Alone: every rule that does not depend on other doctors. Locked missions of the doctor stand,
    use up max_missions and keep others at a distance, as do the missions outside the planned weeks.
    """
    person = problem.doctors[doctor]
    places = set(places)
    given = [mission for mission in problem.missions if mission.doctor == doctor]
    locked = {
        (mission.centre, mission.week)
        for mission in given
        if mission.status is Status.LOCKED and 0 <= mission.week < problem.weeks
    }
    standing = {week for _, week in locked} | {
        mission.week for mission in given if not 0 <= mission.week < problem.weeks
    }
    gap = max(person.min_gap_weeks, 1)
    offers = {int(week) for week in problem.offers[problem.offers[:, 0] == doctor, 1]}
    possible = set()
    for centre, week in places:
        place = problem.centres[centre]
        if (
            week in offers
            and _is_open(problem, centre, week)
            and _counts_for(problem, Standby(week=week, doctor=doctor), centre)
            and not (person.family and place.family_places < 1)
            and all(abs(week - other) >= gap for other in standing)
        ):
            possible.add(week)
    # Taking the earliest possible week, again and again, gives the most weeks a gap apart.
    chosen: list[int] = []
    for week in sorted(possible):
        if not chosen or week - chosen[-1] >= gap:
            chosen.append(week)
    room = max(0, person.max_missions - len(locked))
    return len(locked & places) + min(room, len(chosen))


def certificate_value(problem: Problem, certificate: Certificate) -> int:
    """Work out what a certificate proves: the need of its places minus the most all can bring.

    The result is a lower bound of the holes of every plan.
    """
    places = set(certificate.centre_weeks)
    need = sum(
        problem.centres[centre].lines for centre, week in places if _is_open(problem, centre, week)
    )
    return need - sum(_most_of_each(problem, places))


def _most_of_each(problem: Problem, places: set[tuple[int, int]]) -> list[int]:
    """Give `most_missions` of every doctor: the same rules, all doctors of a block at once."""
    inside = np.zeros((len(problem.centres), problem.weeks), dtype=np.bool_)
    for centre, week in places:
        inside[centre, week] = _is_open(problem, centre, week)
    for_others = inside & ~_opening(problem)
    no_beds = np.array([place.family_places < 1 for place in problem.centres], dtype=np.bool_)
    refused, standing = _refused_by(problem), _outside(problem)
    locked: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for given in problem.missions:
        if given.status is Status.LOCKED and 0 <= given.week < problem.weeks:
            locked[given.doctor].add((given.centre, given.week))
    offers: dict[int, list[int]] = defaultdict(list)
    for doctor, week in problem.offers.tolist():
        offers[doctor].append(week)
    found = []
    for first in range(0, len(problem.doctors), _BLOCK):
        doctors = list(range(first, min(first + _BLOCK, len(problem.doctors))))
        suits = _suits(problem, doctors)
        for row, doctor in enumerate(doctors):
            suits[row, refused.get(doctor, [])] = False
            if problem.doctors[doctor].family:
                suits[row] &= ~no_beds
        # Somewhere to go in that week: counted as a product of tables of 0 and 1.
        ways = suits.astype(np.float32)
        to_pioneers = (ways @ inside.astype(np.float32)) > 0
        to_others = (ways @ for_others.astype(np.float32)) > 0
        for row, doctor in enumerate(doctors):
            person = problem.doctors[doctor]
            somewhere = to_pioneers[row] if person.pioneer else to_others[row]
            gap = max(person.min_gap_weeks, 1)
            own = locked.get(doctor, set())
            kept_away = [*standing.get(doctor, ()), *(week for _, week in own)]
            chosen: list[int] = []
            for week in sorted(set(offers.get(doctor, ()))):
                if (
                    somewhere[week]
                    and _is_ready(problem, doctor, week)
                    and all(abs(week - other) >= gap for other in kept_away)
                    and (not chosen or week - chosen[-1] >= gap)
                ):
                    chosen.append(week)
            room = max(0, person.max_missions - len(own))
            found.append(len(own & places) + min(room, len(chosen)))
    return found


def _check_given(problem: Problem, plan: Plan) -> list[Violation]:
    """Check rule H8 and the statuses."""
    found = []
    given: dict[tuple[int, int, int], Status] = {
        (mission.doctor, mission.centre, mission.week): mission.status
        for mission in problem.missions
        if 0 <= mission.week < problem.weeks
    }
    planned = {(mission.doctor, mission.centre, mission.week) for mission in plan.missions}
    for (doctor, centre, week), status in sorted(given.items()):
        if status is Status.LOCKED and (doctor, centre, week) not in planned:
            text = (
                f"La mission verrouillée de {problem.doctors[doctor].id} à "
                f"{problem.centres[centre].name}, {_week_words(problem, week)}, manque."
            )
            found.append(Violation("H8", text, doctor=doctor, centre=centre, week=week))
    for mission in plan.missions:
        key = (mission.doctor, mission.centre, mission.week)
        if mission.status is not given.get(key, Status.PROPOSED):
            name = problem.doctors[mission.doctor].id
            text = f"L’état « {mission.status} » de la mission de {name} est faux."
            found.append(Violation("status", text, mission.doctor, mission.centre, mission.week))
        exact = exact_travel_minutes(problem, mission.doctor, mission.centre)
        if abs(mission.travel_minutes - exact) > _HALF_A_MINUTE:
            text = f"Le trajet de {problem.doctors[key[0]].id} est de {round(exact)} min."
            found.append(Violation("travel", text, mission.doctor, mission.centre, mission.week))
    if len(planned) < len(plan.missions):
        found.append(Violation("H4", "Une mission est écrite deux fois."))
    return found


def _check_sums(problem: Problem, plan: Plan) -> list[Violation]:
    """Check holes, score, bounds and certificate."""
    found = []
    count = Counter((mission.centre, mission.week) for mission in plan.missions)
    missing = {
        (centre, week): place.lines - count[centre, week]
        for centre, place in enumerate(problem.centres)
        for week in range(problem.weeks)
        if _is_open(problem, centre, week) and place.lines > count[centre, week]
    }
    said = {(hole.centre, hole.week): hole.missing for hole in plan.holes}
    for centre, week in sorted(missing.keys() | said.keys()):
        if missing.get((centre, week)) != said.get((centre, week)):
            text = (
                f"{problem.centres[centre].name}, {_week_words(problem, week)} : il manque "
                f"{missing.get((centre, week), 0)} médecins, le plan dit "
                f"{said.get((centre, week), 0)}."
            )
            found.append(Violation("holes", text, centre=centre, week=week))
    if len(said) < len(plan.holes):
        found.append(Violation("holes", "Une semaine sans médecin est écrite deux fois."))
    true_score = score(problem, plan.missions, plan.standbys)
    if true_score != plan.score:
        text = f"Le plan annonce {plan.score}, le calcul donne {true_score}."
        found.append(Violation("score", text))
    if (
        plan.holes_bound > true_score.holes
        or plan.confirmed_moved_bound > true_score.confirmed_moved
        or plan.cost_bound > true_score.cost + 1e-6
    ):
        found.append(Violation("bound", "Une borne dépasse ce que le plan atteint."))
    if (plan.holes_bound_by is None) != (true_score.holes == 0):
        found.append(Violation("bound", "La preuve des semaines vides est mal nommée."))
    if (plan.certificate is None) != (true_score.holes == 0):
        found.append(Violation("bound", "La preuve des semaines vides manque ou est de trop."))
    if plan.certificate is not None:
        value = certificate_value(problem, plan.certificate)
        by_cut = plan.holes_bound_by is BoundBy.CUT
        if value > plan.holes_bound or by_cut != (value == plan.holes_bound):
            text = f"La preuve donne {value}, le plan annonce {plan.holes_bound}."
            found.append(Violation("bound", text))
    return found


def verify(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """List every rule of the plan folder that a plan breaks; an empty tuple when it breaks none."""
    offers = _offers(problem)
    locked = {
        (given.doctor, given.centre, given.week)
        for given in problem.missions
        if given.status is Status.LOCKED
    }
    found: list[Violation] = []
    planned = []
    for mission in plan.missions:
        key = (mission.doctor, mission.centre, mission.week)
        planned.append(key)
        if not 0 <= mission.week < problem.weeks:
            text = f"{_week_words(problem, mission.week)} n’est pas dans les semaines à prévoir."
            found.append(Violation("H1", text, *key))
        elif key not in locked:
            found += _on_its_own(problem, offers, mission)
    found += _together(problem, planned, outside=True)
    found += _check_given(problem, plan)
    found += _check_standbys(problem, offers, plan)
    found += _check_sums(problem, plan)
    return tuple(found)
