"""The bridge to the engine: rows become a `Problem`, a `Plan` becomes rows.

What the engine cannot say, the bridge says with what it has:

- lines come and go during a year, the engine's centres have as many lines every week:
  a **ghost**, a doctor without offers and without cost, is locked on every place that is not there
  that week;
- « missions par an » means any 52 weeks in a row, the engine counts the planned weeks: offers that
  missions outside make impossible are left out, and what stands outside near the first and last
  offer is taken off the doctor's most (safe, at times a mission too strict, until the next plan);
- locked missions that a planner placed against the rules would make the engine refuse everything:
  the rule is eased for the doctors concerned, and they get nothing more.

A doctor who was invited counts as confirmed: a word was given. What has begun is locked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from relais.core import formats
from relais.doctors.models import Doctor, DoctorPractice
from relais.doctors.states import PracticeLevel, PreferenceKind
from relais.engine.rota import plan as engine_plan
from relais.engine.rota import problem as engine
from relais.engine.rota import shortage
from relais.engine.rota.explain import Explainer
from relais.engine.rota.feasible import travel_table
from relais.engine.rota.problem import GivenMission, Problem, Status
from relais.engine.rota.verify import score
from relais.engine.weeks import WEEK, monday_of, mondays, weeks_between
from relais.network import queries as network
from relais.network.models import Line, PracticeNeed
from relais.rota.flexible import fit
from relais.rota.models import PlannedHole, PlannedMission, PlannedStandby, PlanRun
from relais.rota.queries import situation as facts
from relais.rota.queries.situation import OPENING_WEEKS, Situation
from relais.rota.queries.standing import YEAR_WEEKS, Standing, most_in_a_year
from relais.rota.states import ChangeKind, MissionState

SENTENCE_MOST = 400  # letters of PlannedMission.because
HOLE_SENTENCE_MOST = 600  # letters of PlannedHole.because
NAMES_MOST = 4  # doctors named in the sentence of a hole


@dataclass(frozen=True, slots=True)
class Index:
    """Which row each number of the engine stands for, both ways. Ghosts have no row."""

    doctor_ids: tuple[int | None, ...]
    centre_ids: tuple[int, ...]
    doctor_of: Mapping[int, int]
    centre_of: Mapping[int, int]

    def is_ghost(self, doctor: int) -> bool:
        """Say whether a doctor of the engine only fills a place that is not there."""
        return self.doctor_ids[doctor] is None


@dataclass(frozen=True, slots=True)
class Bridge:
    """A problem, the facts it was made from, and the index between them."""

    problem: Problem
    index: Index
    situation: Situation
    practice_names: Mapping[str, str]

    def doctor_name(self, doctor: int) -> str:
        """Name a doctor of the engine as people do."""
        doctor_id = self.index.doctor_ids[doctor]
        return "" if doctor_id is None else str(self.situation.doctors[doctor_id])

    def explainer(self, plan: engine_plan.Plan) -> Explainer:
        """Make the engine's explainer of a plan, with people's names."""
        return Explainer(
            self.problem,
            plan,
            doctor_name=self.doctor_name,
            practice_name=lambda code: self.practice_names.get(code, code),
        )


def problem_for(
    first_monday: date,
    *,
    weeks: int,
    standby_depth: int,
    today: date,
    opening_weeks: int = OPENING_WEEKS,
    with_holds: bool = True,
    doctor_ids: Collection[int] | None = None,
) -> Bridge:
    """Build the engine's problem from the database. 15 queries, whatever the size.

    With `doctor_ids`, nobody else is a candidate; whoever holds a mission keeps it. With
    `with_holds`, a line-week kept for a doctor is no place for anybody, and she is busy
    around it.

    Raises ValueError when `first_monday` is not a Monday or `weeks` is less than 1.
    """
    if weeks < 1:
        raise ValueError(f"a plan needs at least one week, not {weeks}")
    days = mondays(first_monday, weeks)
    situation = facts.load(first_monday, days[-1], today=today, doctor_ids=doctor_ids)
    practices: dict[int, set[str]] = defaultdict(set)
    for doctor_id, code in DoctorPractice.objects.filter(level=PracticeLevel.YES).values_list(
        "doctor_id", "practice_id"
    ):
        practices[doctor_id].add(code)
    needs = list(network.practice_needs())
    builder = _Builder(situation, days, practices, with_holds=with_holds)
    return builder.bridge(standby_depth, opening_weeks, needs)


class _Builder:
    """Gathers the parts of one problem."""

    def __init__(
        self,
        situation: Situation,
        days: list[date],
        practices: Mapping[int, Collection[str]],
        *,
        with_holds: bool,
    ) -> None:
        self.situation, self.days, self.practices = situation, days, practices
        self.week_of = {monday: week for week, monday in enumerate(days)}
        self.inside: dict[int, list[Standing]] = defaultdict(list)
        self.outside: dict[int, list[date]] = defaultdict(list)
        for standing in situation.missions.values():
            if standing.monday in self.week_of:
                self.inside[standing.doctor_id].append(standing)
            else:
                self.outside[standing.doctor_id].append(standing.monday)
        for doctor_id, monday in situation.standbys:
            if monday not in self.week_of:
                self.outside[doctor_id].append(monday)
        self.kept_for: dict[int, list[date]] = defaultdict(list)
        self.kept_lines: Counter[tuple[int, date]] = Counter()
        for one in situation.kept.values() if with_holds else ():
            line = situation.lines.get(one.line_id)
            if one.monday in self.week_of and line is not None:
                self.kept_for[one.doctor_id].append(one.monday)
                self.kept_lines[line.centre_id, one.monday] += 1
        self.offers = self._offers()
        self.eased: set[int] = set()
        self.not_first: set[int] = set()
        self.no_family: set[int] = set()
        self._ease_company()

    def status(self, standing: Standing) -> Status:
        """Say how firm a mission is for the engine."""
        if standing.is_locked or standing.state == MissionState.READY:
            return Status.LOCKED
        if standing.monday <= self.situation.today:
            return Status.LOCKED
        if standing.state in (MissionState.CONFIRMED, MissionState.INVITED):
            return Status.CONFIRMED
        return Status.PROPOSED

    def _locked(self, doctor_id: int) -> list[date]:
        return sorted(
            one.monday for one in self.inside[doctor_id] if self.status(one) is Status.LOCKED
        )

    def _offers(self) -> dict[int, set[date]]:
        """Give the weeks in which each doctor can still be planned."""
        now = self.situation
        offers: dict[int, set[date]] = defaultdict(set)
        for doctor_id, monday in now.offers:
            doctor = now.doctors[doctor_id]
            gone = doctor.left_on is not None and doctor.left_on < monday + WEEK
            if monday <= now.today or gone or monday not in self.week_of:
                continue
            held = self.kept_for.get(doctor_id, ())
            if any(abs(weeks_between(day, monday)) < max(doctor.min_gap_weeks, 1) for day in held):
                continue
            if most_in_a_year([*self.outside[doctor_id], *held, monday]) <= doctor.max_missions:
                offers[doctor_id].add(monday)
        for standings in self.inside.values():
            for one in standings:
                if self.status(one) is Status.CONFIRMED:
                    offers[one.doctor_id].add(one.monday)
        return offers

    def _ease_company(self) -> None:
        """Note which locked doctors break rule H6 among themselves."""
        by_place: dict[tuple[int, date], list[Doctor]] = defaultdict(list)
        for standings in self.inside.values():
            for one in standings:
                if self.status(one) is Status.LOCKED:
                    doctor = self.situation.doctors[one.doctor_id]
                    by_place[one.centre_id, one.monday].append(doctor)
        for (centre_id, _), doctors in by_place.items():
            beginners = [one.pk for one in doctors if self.situation.is_first_timer(one)]
            self.not_first.update(sorted(beginners)[1:])
            families = sorted(one.pk for one in doctors if one.brings_family)
            self.no_family.update(families[self.situation.centres[centre_id].family_places :])
        self.eased |= self.not_first | self.no_family

    def doctor(self, doctor: Doctor) -> engine.Doctor:
        """Write one doctor as the engine reads it; may shorten the doctor's offers."""
        now = self.situation
        locked, outside = self._locked(doctor.pk), self.outside[doctor.pk]
        gap = doctor.min_gap_weeks
        near = [
            abs(weeks_between(one, other))
            for place, one in enumerate(locked)
            for other in [*locked[place + 1 :], *outside]
        ]
        if near and min(near) < gap:
            gap = min(near)
            self.eased.add(doctor.pk)
        if doctor.pk in self.eased:
            self.offers[doctor.pk] &= {one.monday for one in self.inside[doctor.pk]}
        reached = sorted({*self.offers[doctor.pk], *(one.monday for one in self.inside[doctor.pk])})
        most = doctor.max_missions - len(self.kept_for.get(doctor.pk, ()))
        if reached:
            year = YEAR_WEEKS
            most -= sum(0 < weeks_between(one, reached[0]) < year for one in outside)
            most -= sum(0 < weeks_between(reached[-1], one) < year for one in outside)
        if self.offers[doctor.pk] and doctor.max_missions:
            most = max(most, 1)
        gap, most = self._of_sets(doctor, gap, most)
        return engine.Doctor(
            id=str(doctor),  # only read in the engine's sentences
            latitude=doctor.latitude,
            longitude=doctor.longitude,
            max_missions=max(most, len(locked), 0),
            min_gap_weeks=gap,
            max_travel_minutes=doctor.max_travel_minutes,
            first_mission=now.is_first_timer(doctor) and doctor.pk not in self.not_first,
            family=doctor.brings_family and doctor.pk not in self.no_family,
            pet=doctor.brings_pet,
            step_free=doctor.needs_step_free,
            pioneer=doctor.is_pioneer,
            ready_on=doctor.ready_on,
            practices=frozenset(self.practices.get(doctor.pk, ())),
        )

    def _of_sets(self, doctor: Doctor, gap: int, most: int) -> tuple[int, int]:
        """Tighten gap and most for weeks « au choix »; may shorten the doctor's offers."""
        sets = self.situation.sets.get(doctor.pk)
        if not sets:
            return gap, most
        inside = self.inside[doctor.pk]
        firm = [one.monday for one in inside if self.status(one) is not Status.PROPOSED]
        fitted = fit(
            self.offers[doctor.pk],
            sets=dict.fromkeys(sets.values()),
            firm=firm,
            proposed=[one.monday for one in inside if one.monday not in firm],
            outside=[*self.outside[doctor.pk], *self.kept_for.get(doctor.pk, ())],
            gap=gap,
            most=most,
        )
        self.offers[doctor.pk] = set(fitted.offers)
        return fitted.gap, fitted.most

    def _doctor_ids(self) -> list[int]:
        wanted = {key for key, days in self.offers.items() if days} | set(self.inside)
        for doctor_id in list(wanted):
            wanted |= self.situation.companions.get(doctor_id, frozenset())
        return sorted(wanted & set(self.situation.doctors))

    def _places(self) -> dict[int, list[int]]:
        """Count the places of each centre-week: active lines, and what is locked beyond them."""
        now = self.situation
        locked: Counter[tuple[int, date]] = Counter()
        for standings in self.inside.values():
            for one in standings:
                if self.status(one) is Status.LOCKED:
                    locked[one.centre_id, one.monday] += 1
        lines_of = defaultdict(list)
        for line in now.lines.values():
            lines_of[line.centre_id].append(line)
        return {
            centre_id: [
                max(
                    sum(line.is_active(monday) for line in lines_of[centre_id])
                    - self.kept_lines[centre_id, monday],
                    locked[centre_id, monday],
                )
                for monday in self.days
            ]
            for centre_id in now.centres
        }

    def bridge(
        self, standby_depth: int, opening_weeks: int, needs: Collection[PracticeNeed]
    ) -> Bridge:
        """Put the problem together."""
        now, days = self.situation, self.days
        places = self._places()
        closures = {
            (centre_id, week)
            for centre_id, counts in places.items()
            for week, count in enumerate(counts)
            if count == 0 or now.closed.is_closed(centre_id, days[week])
        }
        centre_ids = tuple(sorted(now.centres))
        centre_of = {centre_id: row for row, centre_id in enumerate(centre_ids)}
        centres = tuple(
            engine.Centre(
                id=centre.key,
                name=centre.name,
                latitude=centre.latitude,
                longitude=centre.longitude,
                lines=max(places[centre.pk], default=0),
                opens_on=centre.opens_on,
                closes_on=centre.closes_on,
                family_places=centre.family_places,
                pets=centre.pets_allowed,
                step_free=centre.step_free,
            )
            for centre in (now.centres[centre_id] for centre_id in centre_ids)
        )
        ids = self._doctor_ids()
        people = [self.doctor(now.doctors[doctor_id]) for doctor_id in ids]
        doctor_of = {doctor_id: row for row, doctor_id in enumerate(ids)}
        given = self._given(doctor_of, centre_of)
        pairs = self._pairs(doctor_of)
        kinds = {kind: set[tuple[int, int]]() for kind in PreferenceKind}
        for doctor_id in ids:
            for centre_id in centre_ids:
                pair = (doctor_of[doctor_id], centre_of[centre_id])
                for kind in now.wishes.get((doctor_id, centre_id), ()):
                    kinds[PreferenceKind(kind)].add(pair)
                if now.knows(doctor_id, centre_id):
                    kinds[PreferenceKind.KNOWN].add(pair)
        travel = {
            (doctor_of[doctor_id], centre_of[centre_id]): minutes
            for (doctor_id, centre_id), minutes in now.travel.items()
            if doctor_id in doctor_of
        }
        row_ids: list[int | None] = list(ids)
        for centre_id in centre_ids:
            column = centre_of[centre_id]
            for week, count in enumerate(places[centre_id]):
                open_ = network.is_open_week(
                    now.centres[centre_id], monday=days[week], closed=now.closed
                )
                if not open_ or (centre_id, week) in closures:
                    continue
                for number in range(centres[column].lines - count):
                    ghost = len(people)
                    people.append(_ghost(centres[column], week, number))
                    row_ids.append(None)
                    given.append(GivenMission(ghost, column, week, Status.LOCKED))
                    travel[ghost, column] = 0
                    kinds[PreferenceKind.KNOWN].add((ghost, column))
                    kinds[PreferenceKind.PREFERRED].add((ghost, column))
        offers = sorted(
            (doctor_of[doctor_id], self.week_of[monday])
            for doctor_id in ids
            for monday in self.offers[doctor_id]
        )
        problem = Problem(
            first_monday=days[0],
            weeks=len(days),
            centres=centres,
            doctors=tuple(people),
            offers=np.array(offers, dtype=np.int32).reshape(-1, 2),
            standby_depth=standby_depth,
            opening_weeks=opening_weeks,
            closures=frozenset((centre_of[key], week) for key, week in closures),
            refused=frozenset(kinds[PreferenceKind.REFUSED]),
            preferred=frozenset(kinds[PreferenceKind.PREFERRED]),
            known=frozenset(kinds[PreferenceKind.KNOWN]),
            needs=tuple(
                engine.Need(centre_of[need.centre_id], need.practice_id, need.every_weeks)
                for need in needs
            ),
            pairs=pairs,
            missions=tuple(given),
            travel=travel,
        )
        index = Index(tuple(row_ids), centre_ids, doctor_of, centre_of)
        names = {need.practice_id: need.practice.label for need in needs}
        return Bridge(problem, index, now, names)

    def _given(
        self, doctor_of: Mapping[int, int], centre_of: Mapping[int, int]
    ) -> list[GivenMission]:
        """Write what stands: inside the planned weeks with its status, outside for the gap only."""
        given = [
            GivenMission(
                doctor_of[one.doctor_id],
                centre_of[one.centre_id],
                self.week_of[one.monday],
                self.status(one),
            )
            for doctor_id in doctor_of
            for one in self.inside[doctor_id]
        ]
        given += [
            GivenMission(
                doctor_of[doctor_id], 0, weeks_between(self.days[0], monday), Status.LOCKED
            )
            for doctor_id in doctor_of
            for monday in self.outside[doctor_id]
        ]
        return sorted(given, key=lambda one: (one.week, one.centre, one.doctor))

    def _pairs(self, doctor_of: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
        """Keep the pairs that no locked mission has already parted."""
        found = set()
        for doctor_id, others in self.situation.companions.items():
            for other in others:
                if doctor_id > other or doctor_id not in doctor_of or other not in doctor_of:
                    continue
                if self._locked_places(doctor_id) == self._locked_places(other):
                    found.add((doctor_of[doctor_id], doctor_of[other]))
        return tuple(sorted(found))

    def _locked_places(self, doctor_id: int) -> set[tuple[int, date]]:
        return {
            (one.centre_id, one.monday)
            for one in self.inside[doctor_id]
            if self.status(one) is Status.LOCKED
        }


def _ghost(centre: engine.Centre, week: int, number: int) -> engine.Doctor:
    return engine.Doctor(
        id=f"place absente {centre.id} {week} {number}",
        latitude=centre.latitude,
        longitude=centre.longitude,
        max_missions=1,
        min_gap_weeks=0,
    )


# -- from the engine -------------------------------------------------------------------------------


def standing_plan(
    bridge: Bridge,
) -> tuple[tuple[engine_plan.PlannedMission, ...], tuple[engine_plan.Standby, ...]]:
    """Write today's rota as the engine writes a plan: missions (ghosts too) and standbys."""
    problem, index, now = bridge.problem, bridge.index, bridge.situation
    minutes = travel_table(problem)
    missions = sorted(
        engine_plan.PlannedMission(
            week=given.week,
            centre=given.centre,
            doctor=given.doctor,
            status=given.status,
            travel_minutes=int(minutes[given.doctor, given.centre]),
        )
        for given in problem.missions
        if 0 <= given.week < problem.weeks
    )
    standbys = sorted(
        engine_plan.Standby(weeks_between(problem.first_monday, monday), index.doctor_of[doctor_id])
        for doctor_id, monday in now.standbys
        if doctor_id in index.doctor_of and now.first_monday <= monday <= now.last_monday
    )
    return tuple(missions), tuple(standbys)


def figures(
    bridge: Bridge,
    missions: Collection[engine_plan.PlannedMission],
    standbys: Collection[engine_plan.Standby],
) -> dict[str, int]:
    """Give what a plan is judged by, ghosts left out: counts and minutes."""
    problem, index = bridge.problem, bridge.index
    judged = score(problem, missions, standbys)
    real = [one for one in missions if not index.is_ghost(one.doctor)]
    return {
        "holes": judged.holes,
        "confirmed_moved": judged.confirmed_moved,
        "cost": judged.cost,
        "missions": len(real),
        "doctors": len({one.doctor for one in real}),
        "travel_minutes": sum(one.travel_minutes for one in real),
        "unknown_centres": sum((one.doctor, one.centre) not in problem.known for one in real),
        "standby_missing": judged.standby_missing,
        "windows_missed": judged.windows_missed,
    }


@dataclass(frozen=True, slots=True)
class ProposalRows:
    """The rows of a proposal, not saved."""

    missions: tuple[PlannedMission, ...]
    standbys: tuple[PlannedStandby, ...]
    holes: tuple[PlannedHole, ...]


def shortages(bridge: Bridge, plan: engine_plan.Plan) -> list[dict[str, object]]:
    """Say which offers would fill what a plan leaves empty, as kept in a run's `result`."""
    problem = bridge.problem
    return [
        {
            "first_monday": problem.monday(one.weeks[0]).isoformat(),
            "last_monday": problem.monday(one.weeks[-1]).isoformat(),
            "centres": [bridge.index.centre_ids[centre] for centre in one.centres],
            "missing": one.missing,
            "pioneers": one.pioneers,
            "within_minutes": one.within_minutes,
            "words": shortage.in_words(problem, one),
        }
        for one in shortage.shortages(problem, plan)
    ]


def plan_to_rows(run: PlanRun, bridge: Bridge, plan: engine_plan.Plan) -> ProposalRows:
    """Write a plan as the rows of a proposal: what stays, comes, goes, or stays empty."""
    problem, index, now = bridge.problem, bridge.index, bridge.situation
    standing = {
        (one.doctor_id, one.centre_id, one.monday): one
        for one in now.missions.values()
        if now.first_monday <= one.monday <= now.last_monday
    }
    explainer = bridge.explainer(plan)
    planned: dict[tuple[int, int, date], str] = {}
    for mission in plan.missions:
        doctor_id = index.doctor_ids[mission.doctor]
        if doctor_id is not None:
            key = (doctor_id, index.centre_ids[mission.centre], problem.monday(mission.week))
            planned[key] = explainer.because(mission)
    rows = []
    for key in sorted({*planned, *standing}, key=lambda one: (one[2], one[1], one[0])):
        doctor_id, centre_id, monday = key
        stands = standing.get(key)
        if key not in planned:
            change = ChangeKind.REMOVED
        else:
            change = ChangeKind.ADDED if stands is None else ChangeKind.KEPT
        doctor, centre = now.doctors[doctor_id], now.centres[centre_id]
        rows.append(
            PlannedMission(
                run=run,
                doctor_id=doctor_id,
                centre_id=centre_id,
                monday=monday,
                change=change,
                travel_minutes=now.travel_minutes(doctor, centre),
                because=planned.get(key, "")[:SENTENCE_MOST],
                mission_id=None if stands is None else stands.id,
            )
        )
    holes = tuple(
        PlannedHole(
            run=run,
            centre_id=index.centre_ids[hole.centre],
            monday=problem.monday(hole.week),
            missing=hole.missing,
            because=_hole_words(bridge, explainer, hole)[:HOLE_SENTENCE_MOST],
        )
        for hole in plan.holes
    )
    standbys = []
    for standby in plan.standbys:
        reserve_id = index.doctor_ids[standby.doctor]
        monday = problem.monday(standby.week)
        if reserve_id is not None and (reserve_id, monday) not in now.unwilling:
            standbys.append(PlannedStandby(run=run, doctor_id=reserve_id, monday=monday))
    return ProposalRows(tuple(rows), tuple(standbys), holes)


def _hole_words(bridge: Bridge, explainer: Explainer, hole: engine_plan.Hole) -> str:
    """Say why a place stays empty and whom to ask, in French."""
    ask = whom_to_ask(
        bridge.situation,
        centre_id=bridge.index.centre_ids[hole.centre],
        monday=bridge.problem.monday(hole.week),
    )
    why = explainer.why_hole(hole)
    if not ask:
        return why
    return f"{why} Vous pouvez demander à {formats.listing([str(doctor) for doctor in ask])}."


@dataclass(frozen=True, slots=True)
class Swap:
    """A way to fill a line-week by moving one proposal: who comes, from where, who follows there.

    `replacement_name` is empty where the place left would stay empty.
    """

    doctor_id: int
    doctor_name: str
    from_centre_id: int
    from_monday: date
    replacement_id: int | None
    replacement_name: str
    because: str


def swaps(line: Line, *, monday: date, today: date, most: int = 3) -> tuple[Swap, ...]:
    """List the best ways to fill a line-week when nobody is simply free. 15 queries.

    The gap, the year and the places are looked at over the year from this week, or from `monday`
    when it comes before.
    """
    first = min(monday_of(today), monday)
    bridge = problem_for(
        first,
        weeks=max(YEAR_WEEKS, weeks_between(first, monday) + 1),
        standby_depth=0,
        today=today,
    )
    plan = as_plan(bridge)
    standing = {(one.line_id, one.monday): one for one in bridge.situation.missions.values()}
    holder = standing.get((line.pk, monday))
    found = bridge.explainer(plan).candidates(
        bridge.index.centre_of[line.centre_id],
        weeks_between(first, monday),
        instead_of=None if holder is None else bridge.index.doctor_of[holder.doctor_id],
        limit=len(bridge.problem.doctors),
    )
    rows = []
    for one in found:
        doctor_id = bridge.index.doctor_ids[one.doctor]
        if one.moved is None or doctor_id is None:
            continue
        rows.append(
            Swap(
                doctor_id=doctor_id,
                doctor_name=bridge.doctor_name(one.doctor),
                from_centre_id=bridge.index.centre_ids[one.moved.centre],
                from_monday=bridge.problem.monday(one.moved.week),
                replacement_id=(
                    None if one.replacement is None else bridge.index.doctor_ids[one.replacement]
                ),
                replacement_name=(
                    "" if one.replacement is None else bridge.doctor_name(one.replacement)
                ),
                because=one.because,
            )
        )
    return tuple(rows[:most])


def as_plan(bridge: Bridge) -> engine_plan.Plan:
    """Write today's rota as a plan of the engine, without any proof."""
    missions, standbys = standing_plan(bridge)
    return engine_plan.Plan(
        missions=missions,
        standbys=standbys,
        holes=(),
        score=score(bridge.problem, missions, standbys),
        holes_bound=0,
        holes_bound_by=None,
        confirmed_moved_bound=0,
        cost_bound=0.0,
        certificate=None,
        seconds=0.0,
        stopped_by_budget=False,
    )


def without(bridge: Bridge, plan: engine_plan.Plan, missions: Collection[int]) -> engine_plan.Plan:
    """Give a plan without some missions, by their ids: those whose doctor asks to be replaced."""
    gone = {
        (
            bridge.index.doctor_of.get(one.doctor_id),
            weeks_between(bridge.problem.first_monday, one.monday),
        )
        for one in bridge.situation.missions.values()
        if one.id in missions
    }
    kept = tuple(one for one in plan.missions if (one.doctor, one.week) not in gone)
    return replace(plan, missions=kept)


def whom_to_ask(now: Situation, *, centre_id: int, monday: date) -> list[Doctor]:
    """Name the doctors worth a call for an empty week: they know or wish the centre and are free.

    They did not offer that week; those nearest come first, those who offered a week beside before.
    """
    centre = now.centres[centre_id]
    suited = now.suited[centre_id]
    found = [
        doctor
        for doctor_id in suited
        for doctor in [now.doctors[doctor_id]]
        if (doctor_id, monday) not in now.offers
        and now.is_free(doctor, monday)
        and (doctor.is_pioneer or not now.is_opening(centre, monday))
    ]

    def rank(doctor: Doctor) -> tuple[bool, bool, int, int]:
        beside = any((doctor.pk, monday + shift) in now.offers for shift in (-WEEK, WEEK))
        knows = now.knows(doctor.pk, centre_id) or now.wishes_for(
            doctor.pk, centre_id, PreferenceKind.PREFERRED
        )
        return (not knows, not beside, now.travel_minutes(doctor, centre), doctor.pk)

    return sorted(found, key=rank)[:NAMES_MOST]
