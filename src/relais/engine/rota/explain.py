"""Why this doctor, why not that one, why nobody: the plan told in French sentences.

`Explainer(problem, plan)` makes its indexes once; every question is then answered in milliseconds.
Sentences use no word of computing. Doctors and practices are named by their id unless the caller
gives better names. What an answer says of a price is that of an exchange carried out and undone
(`exchanges`): docs/engine/explain.md tells what is true of it, and how it is tested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters
from relais.engine.rota.exchanges import Exchange, Exchanges, Floors, Terms, terms_of
from relais.engine.rota.feasible import Feasible, feasible
from relais.engine.rota.model import parties_of
from relais.engine.rota.plan import Hole, Plan, PlannedMission
from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, Status, WeekIndex
from relais.engine.rota.replan import repairs
from relais.engine.rota.state import State
from relais.engine.units import count_words, day_words, duration_words

_FEW = 3
_NEAREST = 3  # centres looked at where any would do
_ASKED = 4  # doctors named where some could be asked
_WEEKS_OF_A_YEAR = range(50, 54)


class Reason(Enum):
    """What keeps a doctor from a centre-week: (one doctor, several doctors), as a verb phrase."""

    NOT_OFFERED = ("ne propose pas cette semaine", "ne proposent pas cette semaine")
    CLOSED = ("trouverait le centre fermé", "trouveraient le centre fermé")
    REFUSED = ("ne souhaite pas ce centre", "ne souhaitent pas ce centre")
    TOO_FAR = ("habite trop loin", "habitent trop loin")
    PET = (
        "vient avec un animal (le logement n’en accepte pas)",
        "viennent avec un animal (le logement n’en accepte pas)",
    )
    STEPS = ("a besoin d’un logement de plain-pied", "ont besoin d’un logement de plain-pied")
    PIONEERS_ONLY = (
        "n’est pas pionnier (le centre vient d’ouvrir)",
        "ne sont pas pionniers (le centre vient d’ouvrir)",
    )
    PAPERS = ("n’a pas encore ses papiers", "n’ont pas encore leurs papiers")
    HERE = ("y est déjà", "y sont déjà")
    NO_MISSION = ("ne prend pas de mission", "ne prennent pas de mission")
    ELSEWHERE = ("est pris ailleurs cette semaine-là", "sont pris ailleurs cette semaine-là")
    TOO_CLOSE = ("vient à une date trop proche", "viennent à une date trop proche")
    ENOUGH = ("fait déjà toutes ses missions", "font déjà toutes leurs missions")
    FULL = ("arriverait quand tout est pris", "arriveraient quand tout est pris")
    FIRST_TIMER = (
        "débute en même temps qu’un médecin déjà sur place",
        "débutent en même temps qu’un médecin déjà sur place",
    )
    FAMILY = (
        "vient en famille (pas de place au logement)",
        "viennent en famille (pas de place au logement)",
    )
    PARTNER = (
        "vient avec un autre médecin qui ne peut pas",
        "viennent avec un autre médecin qui ne peut pas",
    )
    STANDBY = ("est en réserve", "sont en réserve")


# What keeps a centre from a doctor: (one centre, several centres).
_OF_A_CENTRE = {
    Reason.CLOSED: ("est fermé", "sont fermés"),
    Reason.REFUSED: ("est écarté par ses souhaits", "sont écartés par ses souhaits"),
    Reason.TOO_FAR: ("est trop loin", "sont trop loin"),
    Reason.PET: ("n’accepte pas d’animal", "n’acceptent pas d’animal"),
    Reason.STEPS: ("n’a pas de logement de plain-pied", "n’ont pas de logement de plain-pied"),
    Reason.PIONEERS_ONLY: (
        "ouvre ses portes et n’accueille que des pionniers",
        "ouvrent leurs portes et n’accueillent que des pionniers",
    ),
    Reason.FAMILY: ("n’a pas de place pour une famille", "n’ont pas de place pour une famille"),
}


class Way(StrEnum):
    """How a doctor could take a place."""

    FREE = "free"
    STANDBY = "standby"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A doctor who could take a centre-week.

    `cost`: what level 3 of the score gains in travel, habits and fairness, the replacement's
    mission included (practices and standby depth are not counted). `moved`: the proposal the doctor
    leaves; `replacement`: who takes it then (None: it stays empty, the candidate comes last).
    """

    doctor: DoctorIndex
    way: Way
    travel_minutes: int
    cost: int
    moved: PlannedMission | None
    replacement: DoctorIndex | None
    because: str


@dataclass(frozen=True, slots=True)
class _People:
    """What the checks of many doctors at once need, one entry a doctor."""

    limit: NDArray[np.float64]
    pet: NDArray[np.bool_]
    step_free: NDArray[np.bool_]
    family: NDArray[np.bool_]
    most: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Obstacle:
    reason: Reason
    mission: PlannedMission | None = None
    week: WeekIndex | None = None
    partner: DoctorIndex | None = None


def _sentence(parts: Iterable[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


_TO_YOU = {
    Reason.NOT_OFFERED: "Vous n’avez pas proposé cette semaine.",
    Reason.PAPERS: "Vos papiers ne seront pas encore prêts cette semaine-là.",
    Reason.NO_MISSION: "Vous avez demandé à ne pas venir pour l’instant.",
}


def _listing(words: list[str]) -> str:
    """Join words: « a », « a et b », « a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} et {words[-1]}"


def _ordinal(number: int) -> str:
    return "première" if number == 1 else f"{number}e"


class Explainer:
    """Answers about one plan of one problem. Neither may change afterwards."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        *,
        doctor_name: Callable[[DoctorIndex], str] | None = None,
        practice_name: Callable[[str], str] | None = None,
        floors: Floors | None = None,
    ) -> None:
        self._floors = floors
        self._problem = problem
        self._plan = plan
        self._doctor_name = doctor_name or (lambda doctor: problem.doctors[doctor].id)
        self._practice_name = practice_name or (lambda practice: practice)
        # The tables alone: listed one by one, the missions of a nation would not fit in memory.
        no_offers = np.zeros((0, 2), dtype=np.int32)
        self._allowed: Feasible = feasible(replace(problem, offers=no_offers))
        self._offered: NDArray[np.bool_] = np.zeros_like(self._allowed.offered)
        self._offered[problem.offers[:, 0], problem.offers[:, 1]] = True
        self._at: dict[tuple[int, int], list[PlannedMission]] = defaultdict(list)
        self._of: dict[int, list[PlannedMission]] = defaultdict(list)
        for mission in sorted(plan.missions):
            self._at[mission.centre, mission.week].append(mission)
            self._of[mission.doctor].append(mission)
        self._standbys: dict[int, list[int]] = defaultdict(list)
        for standby in sorted(plan.standbys):
            self._standbys[standby.doctor].append(standby.week)
        self._outside: dict[int, list[int]] = defaultdict(list)
        for given in problem.missions:
            if not 0 <= given.week < problem.weeks:
                self._outside[given.doctor].append(given.week)
        self._party: dict[int, tuple[int, ...]] = {
            doctor: members
            for members in parties_of(problem)
            if len(members) > 1
            for doctor in members
        }
        self._offering: dict[int, list[int]] = defaultdict(list)
        for doctor, week in problem.offers.tolist():
            self._offering[week].append(doctor)
        self._practices: dict[int, set[str]] = defaultdict(set)
        for need in problem.needs:
            self._practices[need.centre].add(need.practice)
        numbers = parameters.load("rota")
        self._repeat = int(numbers["repeat_cost"].value)
        self._most_first = int(numbers["first_timers_per_centre_week"].value)

    @cached_property
    def _possible(self) -> NDArray[np.int32]:
        """Count who may come by rules H1, H2, H9 and H10; int32 (centres, weeks)."""
        allowed = self._allowed
        comes = (self._offered & allowed.ready).astype(np.float32)
        suits = allowed.suits.astype(np.float32).T
        pioneers = allowed.pioneer.astype(np.float32)[:, None]
        count = np.where(allowed.opening, suits @ (comes * pioneers), suits @ comes)
        return np.rint(np.where(allowed.open_weeks, count, 0)).astype(np.int32)

    @cached_property
    def _exchanges(self) -> Exchanges:
        return Exchanges(State(self._problem, self._plan))

    # -- why this doctor ---------------------------------------------------------------------------

    def because(self, mission: PlannedMission) -> str:
        """Say in one sentence why a mission is in the plan."""
        problem = self._problem
        person = problem.doctors[mission.doctor]
        pair = (mission.doctor, mission.centre)
        parts: list[str] = []
        if mission.status is Status.LOCKED:
            parts.append("mission verrouillée")
        elif mission.status is Status.CONFIRMED:
            parts.append("mission déjà confirmée")
        if pair in problem.known:
            parts.append("connaît le centre")
        if pair in problem.preferred:
            parts.append("préfère ce centre")
        parts.append(f"{duration_words(mission.travel_minutes)} de trajet")
        if person.pioneer and self._allowed.opening[mission.centre, mission.week]:
            parts.append("médecin pionnier pour l’ouverture")
        partners = [
            other for other in self._party.get(mission.doctor, ()) if other != mission.doctor
        ]
        if partners:
            parts.append(f"vient avec {' et '.join(map(self._doctor_name, partners))}")
        practices = sorted(self._practices.get(mission.centre, set()) & person.practices)
        if practices:
            names = " et ".join(map(self._practice_name, practices))
            parts.append(f"fait ce que le centre demande : {names}")
        parts.append(self._rank(mission))
        possible = int(self._possible[mission.centre, mission.week])
        if mission.status is Status.PROPOSED and possible == 1:
            parts.append("seul médecin possible cette semaine")
        elif mission.status is Status.PROPOSED and possible <= _FEW:
            parts.append(f"l’un des {possible} médecins possibles cette semaine")
        return _sentence(parts)

    def _rank(self, mission: PlannedMission) -> str:
        weeks = [other.week for other in self._of[mission.doctor]]
        rank = 1 + sum(week < mission.week for week in weeks)
        if self._problem.doctors[mission.doctor].first_mission and rank == 1:
            return "toute première mission"
        if rank == 1:
            year = self._problem.weeks in _WEEKS_OF_A_YEAR
            return f"première mission {'de l’année' if year else 'de la période'}"
        return f"{_ordinal(rank)} mission sur {len(weeks)}"

    # -- why not -----------------------------------------------------------------------------------

    def _own_obstacle(self, doctor: int, centre: int, week: int) -> _Obstacle | None:
        """Find what forbids a mission whatever the others do."""
        problem, allowed = self._problem, self._allowed
        person, place = problem.doctors[doctor], problem.centres[centre]
        limit = person.max_travel_minutes
        checks = (
            (not allowed.open_weeks[centre, week], Reason.CLOSED),
            (not self._offered[doctor, week], Reason.NOT_OFFERED),
            ((doctor, centre) in problem.refused, Reason.REFUSED),
            (limit is not None and allowed.travel[doctor, centre] > limit, Reason.TOO_FAR),
            (person.pet and not place.pets, Reason.PET),
            (person.step_free and not place.step_free, Reason.STEPS),
            (not allowed.ready[doctor, week], Reason.PAPERS),
            (allowed.opening[centre, week] and not person.pioneer, Reason.PIONEERS_ONLY),
            (person.max_missions < 1, Reason.NO_MISSION),
            (person.family and place.family_places < 1, Reason.FAMILY),
        )
        for stands, reason in checks:
            if stands:
                return _Obstacle(reason)
        return None

    def _busy_obstacles(self, doctor: int, centre: int, week: int) -> list[_Obstacle]:
        """Find which missions and standbys of the doctor are in the way."""
        person = self._problem.doctors[doctor]
        gap = max(person.min_gap_weeks, 1)
        found: list[_Obstacle] = []
        own = self._of.get(doctor, [])
        for mission in own:
            if mission.week == week:
                here = mission.centre == centre
                reason = Reason.HERE if here else Reason.ELSEWHERE
                found.append(_Obstacle(reason, mission=mission, week=week))
            elif abs(mission.week - week) < gap:
                found.append(_Obstacle(Reason.TOO_CLOSE, mission=mission, week=mission.week))
        found += [
            _Obstacle(Reason.TOO_CLOSE, week=other)
            for other in self._outside.get(doctor, [])
            if abs(other - week) < gap
        ]
        if not found and len(own) >= person.max_missions:
            found.append(_Obstacle(Reason.ENOUGH))
        reserves = self._standbys.get(doctor, [])
        if not found and any(abs(other - week) < gap for other in reserves):
            found.append(_Obstacle(Reason.STANDBY))
        if not found and len(own) + len(reserves) >= person.max_missions:
            found.append(_Obstacle(Reason.STANDBY))
        return found

    def _place_obstacle(
        self, members: tuple[int, ...], centre: int, week: int, leaving: frozenset[int], full: bool
    ) -> _Obstacle | None:
        """Find whether the place itself has room for these doctors, once others have left."""
        problem = self._problem
        place = problem.centres[centre]
        there = [
            mission.doctor
            for mission in self._at.get((centre, week), [])
            if mission.doctor not in leaving and mission.doctor not in members
        ]
        if not full and len(there) + len(members) > place.lines:
            return _Obstacle(Reason.FULL)
        everybody = [*there, *members]
        firsts = sum(problem.doctors[doctor].first_mission for doctor in everybody)
        if firsts > self._most_first and any(problem.doctors[d].first_mission for d in members):
            return _Obstacle(Reason.FIRST_TIMER)
        families = sum(problem.doctors[doctor].family for doctor in everybody)
        if families > place.family_places and any(problem.doctors[d].family for d in members):
            return _Obstacle(Reason.FAMILY)
        return None

    def _obstacles(
        self,
        doctor: int,
        centre: int,
        week: int,
        leaving: frozenset[int] = frozenset(),
        *,
        full: bool = False,
    ) -> list[_Obstacle]:
        """Find what keeps a doctor from a place under this plan; the first is the one to tell."""
        own = self._own_obstacle(doctor, centre, week)
        if own is not None:
            return [own]
        members = self._party.get(doctor, (doctor,))
        busy = self._busy_obstacles(doctor, centre, week)
        if any(obstacle.reason is not Reason.STANDBY for obstacle in busy):
            return busy
        for partner in members:
            if partner == doctor:
                continue
            theirs = self._own_obstacle(partner, centre, week)
            others = [theirs] if theirs else self._busy_obstacles(partner, centre, week)
            if others:
                return [_Obstacle(Reason.PARTNER, partner=partner)]
        room = self._place_obstacle(members, centre, week, leaving, full)
        return [room] if room is not None else busy

    def why_not(self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex) -> str:
        """Say in one sentence what keeps a doctor from a centre-week, or that nothing does."""
        problem, name = self._problem, self._doctor_name(doctor)
        obstacles = self._obstacles(doctor, centre, week)
        if not obstacles:
            return f"{name} peut venir."
        first = obstacles[0]
        if first.reason is Reason.TOO_FAR:
            limit = problem.doctors[doctor].max_travel_minutes or 0
            travel = duration_words(int(self._allowed.travel[doctor, centre]))
            return (
                f"{name} habite trop loin : {travel} de trajet, pour "
                f"{duration_words(int(limit))} au plus."
            )
        if first.reason is Reason.ELSEWHERE and first.mission is not None:
            place = problem.centres[first.mission.centre].name
            return f"{name} est déjà à {place} cette semaine-là{self._firmness(first.mission)}."
        if first.reason is Reason.TOO_CLOSE and first.week is not None:
            gap = problem.doctors[doctor].min_gap_weeks
            day = day_words(problem.monday(first.week))
            where = ""
            if first.mission is not None:
                where = f" à {problem.centres[first.mission.centre].name}"
            return (
                f"{name} vient{where} la semaine du {day}, et demande {gap} semaines entre "
                f"deux missions."
            )
        if first.reason is Reason.ENOUGH:
            most = problem.doctors[doctor].max_missions
            return f"{name} a déjà {most} mission{'s' if most > 1 else ''}, son maximum."
        if first.reason is Reason.PARTNER and first.partner is not None:
            return f"{name} vient avec {self._doctor_name(first.partner)}, qui ne peut pas."
        if first.reason is Reason.STANDBY:
            return f"{name} est en réserve, et peut venir si on l’appelle."
        return f"{name} {first.reason.value[0]}."

    def _firmness(self, mission: PlannedMission) -> str:
        if mission.status is Status.LOCKED:
            return " (mission verrouillée)"
        if mission.status is Status.CONFIRMED:
            return " (mission confirmée)"
        return ""

    # -- why nobody --------------------------------------------------------------------------------

    def why_hole(self, hole: Hole) -> str:
        """Say why places stay empty: how many offer that week, and what keeps each of them."""
        offering = self._offering.get(hole.week, [])
        if not offering:
            return "Aucun médecin ne propose cette semaine."
        counts, others = self._kept_away(offering, hole.centre, hole.week)
        free = 0
        for doctor in others:
            obstacles = self._obstacles(doctor, hole.centre, hole.week)
            if obstacles:
                counts[obstacles[0].reason] += 1
            else:
                free += 1
        here = counts.pop(Reason.HERE, 0)
        total = len(offering) - here
        if total == 0:
            return "Aucun autre médecin ne propose cette semaine."
        order = list(Reason)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], order.index(item[0])))
        if len(ranked) == 1 and free == 0:
            reason, count = ranked[0]
            if count == 1:
                return f"Un seul médecin propose cette semaine, et {reason.value[0]}."
            return f"{count} médecins proposent cette semaine, tous {_relative(reason)}."
        parts = [f"{count} {reason.value[0 if count == 1 else 1]}" for reason, count in ranked]
        if free:
            parts.append(f"{free} {'pourrait' if free == 1 else 'pourraient'} venir")
        if total == 1:
            return "Un seul médecin propose cette semaine, et pourrait venir."
        return f"{total} médecins proposent cette semaine : {', '.join(parts)}."

    def _kept_away(
        self, offering: list[int], centre: int, week: int
    ) -> tuple[Counter[Reason], list[int]]:
        """Count who cannot come whatever the others do, by first reason, and list the rest."""
        problem, allowed, people = self._problem, self._allowed, self._people
        place = problem.centres[centre]
        who = np.array(offering, dtype=np.int64)
        travel = allowed.travel[who, centre]
        refused = np.array([(doctor, centre) in problem.refused for doctor in offering])
        never = np.zeros(len(who), dtype=np.bool_)
        checks = (
            (Reason.CLOSED, never | (not allowed.open_weeks[centre, week])),
            (Reason.REFUSED, refused),
            (Reason.TOO_FAR, travel > people.limit[who]),
            (Reason.PET, never if place.pets else people.pet[who]),
            (Reason.STEPS, never if place.step_free else people.step_free[who]),
            (Reason.PAPERS, ~allowed.ready[who, week]),
            (Reason.PIONEERS_ONLY, ~allowed.pioneer[who] & bool(allowed.opening[centre, week])),
            (Reason.NO_MISSION, people.most[who] < 1),
            (Reason.FAMILY, people.family[who] & (place.family_places < 1)),
        )
        counts: Counter[Reason] = Counter()
        left = np.ones(len(who), dtype=np.bool_)
        for reason, stands in checks:
            found = int((left & stands).sum())
            if found:
                counts[reason] = found
            left &= ~stands
        return counts, who[left].tolist()

    @cached_property
    def _people(self) -> _People:
        doctors = self._problem.doctors
        return _People(
            limit=np.array(
                [np.inf if d.max_travel_minutes is None else d.max_travel_minutes for d in doctors]
            ),
            pet=np.array([d.pet for d in doctors], dtype=np.bool_),
            step_free=np.array([d.step_free for d in doctors], dtype=np.bool_),
            family=np.array([d.family for d in doctors], dtype=np.bool_),
            most=np.array([d.max_missions for d in doctors], dtype=np.int64),
        )

    # -- the whole answer, with its price ----------------------------------------------------------

    def why(self, mission: PlannedMission) -> tuple[str, ...]:
        """Say why this doctor that week, and what it would cost without: two sentences."""
        told = self.because(mission)
        name = self._doctor_name(mission.doctor)
        if mission.status is Status.LOCKED:
            return (told,)
        found = self._exchanges.without(mission.doctor, mission.week)
        if found is None:
            return (told,)
        come = list(dict.fromkeys(doctor for doctor, _, _ in found.added))
        if not come:
            return told, f"Sans {name}, la place resterait vide."
        price = self._price(found)
        names = _listing([self._doctor_name(doctor) for doctor in come])
        verb = "viendrait" if len(come) == 1 else "viendraient"
        return told, f"Sans {name}, {names} {verb} : {price}."

    def why_not_here(
        self, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex
    ) -> tuple[str, ...]:
        """Say what keeps a doctor from a centre-week, and what the best exchange would cost."""
        first = self.why_not(doctor, centre, week)
        obstacles = self._obstacles(doctor, centre, week)
        if any(one.reason is Reason.HERE for one in obstacles):
            return (first,)
        found, _ = self._exchanges.into(doctor, centre, week)
        if found is None:
            return (first,)
        return first, *self._exchange_words(doctor, centre, week, found)

    def why_not_week(self, doctor: DoctorIndex, week: WeekIndex) -> tuple[str, ...]:
        """Say why a doctor goes nowhere a week, or where: for the planner, with names."""
        here = self._here(doctor, week)
        if here is not None:
            return self.why(here)
        name = self._doctor_name(doctor)
        own = self._obstacle_everywhere(doctor, week)
        if own is not None:
            return (f"{name} {own.value[0]}.",)
        if not self._reachable(doctor, week):
            return (f"Aucun centre ne peut recevoir {name} : {self._centres_away(doctor, week)}.",)
        nearest = self._nearest(doctor, week)
        if nearest is None:
            centre = self._reachable(doctor, week)[0]
            return (self.why_not(doctor, centre, week),)
        centre, found = nearest
        first = self.why_not(doctor, centre, week)
        obstacles = self._obstacles(doctor, centre, week)
        if obstacles and obstacles[0].reason is Reason.FULL:
            first = f"Toutes les places où {name} peut aller cette semaine sont prises."
        return first, *self._exchange_words(doctor, centre, week, found)

    def why_not_me(self, doctor: DoctorIndex, week: WeekIndex) -> str:
        """Say to a doctor why she goes nowhere a week, or where: no other doctor is named."""
        problem = self._problem
        here = self._here(doctor, week)
        if here is not None:
            return f"Vous venez à {problem.centres[here.centre].name} cette semaine-là."
        own = self._obstacle_everywhere(doctor, week)
        if own is not None:
            return _TO_YOU[own]
        centres = self._reachable(doctor, week)
        if not centres:
            away = self._centres_away(doctor, week).replace("ses souhaits", "vos souhaits")
            return f"Aucun centre ne peut vous recevoir cette semaine-là : {away}."
        first = next(iter(self._obstacles(doctor, centres[0], week)), None)
        person = problem.doctors[doctor]
        if first is not None and first.reason is Reason.TOO_CLOSE and first.week is not None:
            day = day_words(problem.monday(first.week))
            where = "" if first.mission is None else f" à {self._place(first.mission)}"
            return (
                f"Vous venez{where} la semaine du {day}, et vous demandez "
                f"{person.min_gap_weeks} semaines entre deux missions."
            )
        if first is not None and first.reason is Reason.ENOUGH:
            missions = count_words(person.max_missions, "mission", "missions")
            return f"Vous avez déjà {missions}, comme vous l’avez demandé."
        if first is not None and first.reason is Reason.STANDBY:
            if week in self._standbys.get(doctor, []):
                return "Vous êtes en réserve cette semaine-là : nous vous appellerons au besoin."
            return "Vous êtes en réserve à une date trop proche, ou pour vos dernières missions."
        if first is not None and first.reason is Reason.PARTNER:
            return "La personne avec qui vous venez ne peut pas cette semaine-là."
        nearest = self._nearest(doctor, week)
        if nearest is None:
            return "Toutes les places où vous pourriez aller sont prises, sans échange possible."
        centre, found = nearest
        place = problem.centres[centre].name
        if found.holes < 0:
            return f"Une place est libre à {place} cette semaine-là : dites-le à l’équipe."
        return (
            f"Toutes les places où vous pourriez aller sont prises. Pour {place}, "
            f"{self._better(doctor, centre, week, found)}."
        )

    def who_could(self, centre: CentreIndex, week: WeekIndex) -> tuple[str, ...]:
        """Say who could take an empty place: at once, by an exchange, or if asked. Best first.

        The exchanges are the best there are (`replan.repairs`). Raises ValueError where no place is
        empty.
        """
        state = self._exchanges.state
        told: list[str] = []
        if not state.missing(centre, week):
            raise ValueError(f"no empty place at centre {centre} in week {week}")
        free = [
            doctor
            for _, party in state.fills(centre, week)[:_ASKED]
            for doctor in state.tables.parties[party]
        ]
        if free:
            names = [self._name_and_way(doctor, centre) for doctor in free]
            told.append(f"{_listing(names)} {'peut' if len(names) == 1 else 'peuvent'} venir.")
        else:
            for repair in repairs(state, centre, week):
                exchange = Exchange(
                    removed=repair.removed,
                    added=repair.added,
                    dropped=repair.standbys_used,
                    holes=-repair.filled,
                    confirmed_moved=repair.confirmed_moved,
                    cost=repair.cost,
                )
                comes = min(d for d, c, w in repair.added if (c, w) == (centre, week))
                told += self._exchange_words(comes, centre, week, exchange)
        strangers: list[int] = []
        for _, party in state.tables.strangers(centre, week):
            if len(strangers) == _ASKED:
                break
            if state.ways(party, week)[:1] == (((), ()),) and (
                next(state.room_at(party, centre, week), None) == ()
            ):
                strangers += state.tables.parties[party]
        if strangers:
            names = [self._name_and_way(doctor, centre) for doctor in strangers]
            alone = len(names) == 1
            told.append(
                f"{_listing(names)} n’{'a' if alone else 'ont'} pas proposé cette semaine, mais "
                f"{'pourrait' if alone else 'pourraient'} venir : "
                f"{'demandez-lui' if alone else 'demandez-leur'}."
            )
        if not told:
            place = self._problem.centres[centre].name
            told.append(f"Personne ne peut venir à {place} cette semaine sans en priver un autre.")
        return tuple(told)

    def _name_and_way(self, doctor: int, centre: int) -> str:
        minutes = int(self._allowed.travel[doctor, centre])
        return f"{self._doctor_name(doctor)} ({duration_words(minutes)})"

    def _here(self, doctor: int, week: int) -> PlannedMission | None:
        return next((one for one in self._of.get(doctor, ()) if one.week == week), None)

    def _place(self, mission: PlannedMission) -> str:
        return self._problem.centres[mission.centre].name

    def _obstacle_everywhere(self, doctor: int, week: int) -> Reason | None:
        """Find what keeps a doctor at home whatever the centre."""
        if not self._offered[doctor, week]:
            return Reason.NOT_OFFERED
        if not self._allowed.ready[doctor, week]:
            return Reason.PAPERS
        if self._problem.doctors[doctor].max_missions < 1:
            return Reason.NO_MISSION
        return None

    def _reachable(self, doctor: int, week: int) -> list[int]:
        """List the centres that rules of the doctor's own allow, cheapest first."""
        allowed = self._allowed
        may = allowed.suits[doctor] & (self._problem.capacity[:, week] > 0)
        may &= allowed.pioneer[doctor] | ~allowed.opening[:, week]
        if self._problem.doctors[doctor].family:
            may &= self._beds > 0
        centres = np.flatnonzero(may)
        order = np.argsort(allowed.cost[doctor, centres], kind="stable")
        found: list[int] = centres[order].tolist()
        return found

    @cached_property
    def _beds(self) -> NDArray[np.int64]:
        return np.array([place.family_places for place in self._problem.centres], dtype=np.int64)

    def _centres_away(self, doctor: int, week: int) -> str:
        """Count the centres by what keeps the doctor from them."""
        counts: Counter[Reason] = Counter()
        for centre in range(len(self._problem.centres)):
            obstacle = self._own_obstacle(doctor, centre, week)
            counts[Reason.CLOSED if obstacle is None else obstacle.reason] += 1
        order = list(_OF_A_CENTRE)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], order.index(item[0])))
        return ", ".join(f"{count} {_OF_A_CENTRE[reason][count > 1]}" for reason, count in ranked)

    def _nearest(self, doctor: int, week: int) -> tuple[int, Exchange] | None:
        """Find where a doctor would cost least, among the few centres most promising."""
        allowed = self._allowed

        def promise(centre: int) -> tuple[bool, int, int]:
            there = self._at.get((centre, week), ())
            empty = len(there) < self._problem.centres[centre].lines
            dearest = max((int(allowed.cost[one.doctor, centre]) for one in there), default=0)
            return not empty, int(allowed.cost[doctor, centre]) - dearest, centre

        best: tuple[tuple[int, int, int], int, Exchange] | None = None
        for centre in sorted(self._reachable(doctor, week), key=promise)[:_NEAREST]:
            found, _ = self._exchanges.into(doctor, centre, week)
            if found is not None and (best is None or (found.levels, centre) < best[:2]):
                best = (found.levels, centre, found)
        return None if best is None else (best[1], best[2])

    def _terms(self, exchange: Exchange) -> Terms:
        return terms_of(self._problem, self._plan, exchange)

    def _exchange_words(
        self, doctor: int, centre: int, week: int, exchange: Exchange
    ) -> tuple[str, ...]:
        """Say what would have to move, and the price."""
        problem, name = self._problem, self._doctor_name(doctor)
        place = problem.centres[centre].name
        members = self._party.get(doctor, (doctor,))
        steps = []
        for who, where, when in exchange.removed:
            day = day_words(problem.monday(when))
            if who in members:
                steps.append(f"laisser {problem.centres[where].name} la semaine du {day}")
            elif (where, when) == (centre, week):
                steps.append(f"prendre la place de {self._doctor_name(who)}")
        for who, where, when in exchange.added:
            if who not in members:
                day = day_words(problem.monday(when))
                other = problem.centres[where].name
                steps.append(f"confier {other}, semaine du {day}, à {self._doctor_name(who)}")
        for who, when in exchange.dropped:
            day = day_words(problem.monday(when))
            steps.append(f"libérer {self._doctor_name(who)} de la réserve du {day}")
        done = f" : {_listing(steps)}" if steps else ""
        told = [
            f"Pour que {name} aille à {place}, voici l’échange le plus simple{done}.",
            f"Bilan : {self._price(exchange)}.",
        ]
        least = 0 if self._floors is None else self._floors.of(doctor, centre, week)
        if least > 0:
            told.append(
                f"Il est prouvé qu’aucun planning avec {name} à {place} cette semaine-là, sans "
                f"autre place vide, ne coûte moins de {least} de plus."
            )
        return tuple(told)

    def _price(self, exchange: Exchange) -> str:
        """Say what an exchange changes, term by term, and the cost in all."""
        terms = self._terms(exchange)
        worse: list[str] = []
        better: list[str] = []
        for amount, one, several in (
            (terms.holes, "place vide", "places vides"),
            (terms.confirmed_moved, "mission confirmée déplacée", "missions confirmées déplacées"),
            (terms.standby_missing, "réserve manquante", "réserves manquantes"),
            (terms.windows, "période sans un acte demandé", "périodes sans un acte demandé"),
            (
                terms.habits,
                "habitude ou souhait non tenu",
                "habitudes ou souhaits non tenus",
            ),
        ):
            if amount:
                (worse if amount > 0 else better).append(count_words(abs(amount), one, several))
        if terms.travel_minutes:
            words = f"{duration_words(abs(terms.travel_minutes))} de trajet"
            (worse if terms.travel_minutes > 0 else better).append(words)
        if terms.fairness:
            (worse if terms.fairness > 0 else better).append("charge pour qui vient déjà souvent")
        parts = []
        if worse:
            parts.append(f"en plus, {_listing(worse)}")
        if better:
            parts.append(f"en moins, {_listing(better)}")
        if not parts:
            return "rien ne change, les deux choix se valent"
        text = " ; ".join(parts)
        if exchange.holes == 0 and exchange.confirmed_moved == 0:
            sign = "de plus" if exchange.cost >= 0 else "de moins"
            text += f" (coût : {abs(exchange.cost)} {sign})"
        return text

    def _better(self, doctor: int, centre: int, week: int, exchange: Exchange) -> str:
        """Say to a doctor, without a name, why the plan prefers another."""
        terms = self._terms(exchange)
        if terms.holes > 0:
            return "une autre semaine resterait vide si vous y alliez"
        if terms.confirmed_moved > 0:
            return "un médecin a déjà confirmé sa venue"
        if terms.windows > 0:
            return "un médecin qui fait un acte demandé par le centre est prévu"
        if terms.standby_missing > 0:
            return "une semaine aurait une réserve de moins si vous y alliez"
        if exchange.cost <= 0:
            return "le choix se valait, et l’équipe peut encore le changer"
        problem, allowed = self._problem, self._allowed
        for other, where, when in exchange.removed:
            if (where, when) != (centre, week):
                continue
            minutes = int(allowed.travel[doctor, centre]) - int(allowed.travel[other, centre])
            habits = minutes - int(allowed.cost[doctor, centre]) + int(allowed.cost[other, centre])
            more = len(self._of.get(doctor, ())) + 1 - len(self._of.get(other, ()))
            reasons = []
            if habits < 0:
                known = (other, centre) in problem.known and (doctor, centre) not in problem.known
                reasons.append("connaît le centre" if known else "a souhaité ce centre")
            if minutes > 0:
                reasons.append("habite plus près")
            if more > 0 and (not reasons or terms.fairness > 0):
                reasons.append("vient moins souvent")
            if reasons:
                return f"un médecin qui {_listing(reasons)} est prévu"
        return "le planning de tous les centres y perdrait"

    # -- whom to ask -------------------------------------------------------------------------------

    def candidates(
        self,
        centre: CentreIndex,
        week: WeekIndex,
        *,
        instead_of: DoctorIndex | None = None,
        limit: int = 20,
    ) -> tuple[Candidate, ...]:
        """Rank the doctors who could take a centre-week: free first, then standbys, then by moving.

        `instead_of`: the doctor who would leave. Where no place is left and nobody is named, one of
        those present is taken to leave. A doctor moves from a proposal only, never from a locked or
        confirmed mission, and never away from a companion.
        """
        leaving = frozenset(() if instead_of is None else (instead_of,))
        present = self._at.get((centre, week), [])
        full = (
            instead_of is None
            and len(present) >= self._problem.centres[centre].lines
            and len(present) > 0
        )
        found = []
        for doctor in self._offering.get(week, []):
            if doctor == instead_of:
                continue
            candidate = self._candidate(doctor, centre, week, leaving, full)
            if candidate is not None:
                found.append(candidate)
        ways = list(Way)
        found.sort(
            key=lambda one: (
                one.moved is not None and one.replacement is None,
                ways.index(one.way),
                one.cost,
                one.doctor,
            )
        )
        return tuple(found[:limit])

    def _candidate(
        self, doctor: int, centre: int, week: int, leaving: frozenset[int], full: bool
    ) -> Candidate | None:
        obstacles = self._obstacles(doctor, centre, week, leaving, full=full)
        minutes = int(self._allowed.travel[doctor, centre])
        cost = int(self._allowed.cost[doctor, centre])
        reasons = {obstacle.reason for obstacle in obstacles}
        parts = [f"{duration_words(minutes)} de trajet"]
        if (doctor, centre) in self._problem.known:
            parts.insert(0, "connaît le centre")
        if (doctor, centre) in self._problem.preferred:
            parts.insert(0, "préfère ce centre")
        count = len(self._of.get(doctor, []))
        if reasons <= {Reason.STANDBY}:
            way = Way.STANDBY if obstacles else Way.FREE
            parts.append("en réserve" if obstacles else "libre")
            if count:
                parts.append(f"déjà {count} mission{'s' if count > 1 else ''}")
            cost += self._repeat * count
            return Candidate(doctor, way, minutes, cost, None, None, _sentence(parts))
        moved = obstacles[0].mission
        if (
            len(obstacles) != 1
            or not reasons <= {Reason.ELSEWHERE, Reason.TOO_CLOSE}
            or moved is None
            or moved.status is not Status.PROPOSED
            or doctor in self._party
            or (moved.centre, moved.week) == (centre, week)
            or self._place_obstacle((doctor,), centre, week, leaving, full) is not None
        ):
            return None
        replacement, price = self._cheapest_free(moved, excluding=doctor)
        cost += price - int(self._allowed.cost[doctor, moved.centre])
        place = self._problem.centres[moved.centre].name
        when = f"la semaine du {day_words(self._problem.monday(moved.week))}"
        if replacement is None:
            parts.append(f"laisserait {place} sans remplaçant {when}")
        else:
            name = self._doctor_name(replacement)
            parts.append(f"laisserait {place} {when}, que {name} peut prendre")
        return Candidate(doctor, Way.MOVE, minutes, cost, moved, replacement, _sentence(parts))

    def _cheapest_free(
        self, mission: PlannedMission, *, excluding: int
    ) -> tuple[DoctorIndex | None, int]:
        """Find the cheapest doctor who is free for a place its doctor leaves, and the price."""
        best: tuple[int, int] | None = None
        for doctor in self._offering.get(mission.week, []):
            if doctor == excluding or doctor in self._party:
                continue
            if best is not None and self._allowed.cost[doctor, mission.centre] > best[0]:
                continue
            if self._obstacles(doctor, mission.centre, mission.week, frozenset((excluding,))):
                continue
            price = int(self._allowed.cost[doctor, mission.centre]) + self._repeat * len(
                self._of.get(doctor, [])
            )
            if best is None or (price, doctor) < best:
                best = (price, doctor)
        return (None, 0) if best is None else (best[1], best[0])


def _relative(reason: Reason) -> str:
    """Say a reason after « tous »."""
    short = {
        Reason.ELSEWHERE: "déjà pris ailleurs cette semaine-là",
        Reason.TOO_FAR: "trop loin",
        Reason.TOO_CLOSE: "attendus à une date trop proche",
    }
    return short.get(reason, f"dans le même cas : ils {reason.value[1]}")


def because(problem: Problem, plan: Plan, mission: PlannedMission) -> str:
    """Say why a mission is in the plan. For many questions make one `Explainer`."""
    return Explainer(problem, plan).because(mission)


def why_hole(problem: Problem, plan: Plan, hole: Hole) -> str:
    """Say why places stay empty. For many questions make one `Explainer`."""
    return Explainer(problem, plan).why_hole(hole)


def candidates(
    problem: Problem, plan: Plan, centre: CentreIndex, week: WeekIndex
) -> tuple[Candidate, ...]:
    """Rank who could take a centre-week. For many questions make one `Explainer`."""
    return Explainer(problem, plan).candidates(centre, week)


def why_not(
    problem: Problem, plan: Plan, doctor: DoctorIndex, centre: CentreIndex, week: WeekIndex
) -> str:
    """Say what keeps a doctor from a centre-week. For many questions make one `Explainer`."""
    return Explainer(problem, plan).why_not(doctor, centre, week)
