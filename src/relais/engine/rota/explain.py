"""Why this doctor, why nobody, and whom to ask: the plan told in French sentences.

`Explainer(problem, plan)` makes its indexes once; every question is then answered in milliseconds.
Sentences use no word of computing. Doctors and practices are named by their id unless the caller
gives better names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from relais.engine import parameters
from relais.engine.rota.feasible import Feasible, Taken, feasible, taken
from relais.engine.rota.model import parties_of
from relais.engine.rota.plan import Hole, Plan, PlannedMission
from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, Status, WeekIndex
from relais.engine.units import day_words, duration_words

_FEW = 3
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
class _Obstacle:
    reason: Reason
    mission: PlannedMission | None = None
    week: WeekIndex | None = None
    partner: DoctorIndex | None = None


def _sentence(parts: Iterable[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


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
    ) -> None:
        self._problem = problem
        self._plan = plan
        self._doctor_name = doctor_name or (lambda doctor: problem.doctors[doctor].id)
        self._practice_name = practice_name or (lambda practice: practice)
        self._allowed: Feasible = feasible(problem)
        self._taken: Taken = taken(problem)
        self._at: dict[tuple[int, int], list[PlannedMission]] = defaultdict(list)
        self._of: dict[int, list[PlannedMission]] = defaultdict(list)
        for mission in sorted(plan.missions):
            self._at[mission.centre, mission.week].append(mission)
            self._of[mission.doctor].append(mission)
        self._standbys: dict[int, list[int]] = defaultdict(list)
        for standby in sorted(plan.standbys):
            self._standbys[standby.doctor].append(standby.week)
        self._outside: dict[int, list[int]] = defaultdict(list)
        for doctor, week in self._taken.outside:
            self._outside[doctor].append(week)
        self._party: dict[int, tuple[int, ...]] = {
            doctor: members
            for members in parties_of(problem)
            if len(members) > 1
            for doctor in members
        }
        self._offering: dict[int, list[int]] = defaultdict(list)
        for doctor, week in problem.offers.tolist():
            self._offering[week].append(doctor)
        self._possible: Counter[tuple[int, int]] = Counter(
            zip(self._allowed.centre.tolist(), self._allowed.week.tolist(), strict=True)
        )
        numbers = parameters.load("rota")
        self._repeat = int(numbers["repeat_cost"].value)
        self._most_first = int(numbers["first_timers_per_centre_week"].value)

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
        practices = sorted(
            {
                need.practice
                for need in problem.needs
                if need.centre == mission.centre and need.practice in person.practices
            }
        )
        if practices:
            names = " et ".join(map(self._practice_name, practices))
            parts.append(f"fait ce que le centre demande : {names}")
        parts.append(self._rank(mission))
        possible = self._possible[mission.centre, mission.week]
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
            (not allowed.offered[doctor, week], Reason.NOT_OFFERED),
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
        counts: Counter[Reason] = Counter()
        free = 0
        for doctor in offering:
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
