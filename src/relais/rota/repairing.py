"""The bridge to the engine's repairs: the best ways to fill an empty line-week, in sentences.

A `Recipe` is what a planner sends back to apply one: which missions end, seen in which state, who
comes where, whose reserve ends. Only words: `services.accept_repair` looks at all rules again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from relais.core import formats
from relais.doctors.models import Doctor
from relais.engine.rota.replan import Consequences, Repair, consequences, search
from relais.engine.rota.state import State
from relais.engine.weeks import is_monday, monday_of, weeks_between
from relais.network.models import Line
from relais.rota import planning
from relais.rota.models import Mission
from relais.rota.planning import Bridge
from relais.rota.queries.situation import Situation
from relais.rota.queries.standing import YEAR_WEEKS, Standing
from relais.rota.states import ACTIVE, FIRM, MissionState

STANDBY_DEPTH = 2  # plan folder format: reserves wanted for every centre-week, unless said
MOST_STEPS = 20_000  # changes tried before a search ends unproven: about two seconds
_LEAVE = re.compile(r"(\d{1,18}):([a-z]{1,12})")
_COME = re.compile(r"(\d{1,18})@(\d{1,18})/(\d{4}-\d{2}-\d{2})")
_RESERVE = re.compile(r"(\d{1,18})/(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Leave:
    """A mission that ends, and the state in which the planner saw it."""

    mission_id: int
    state: MissionState


@dataclass(frozen=True, slots=True)
class Come:
    """A doctor who comes to a line a week."""

    doctor_id: int
    line_id: int
    monday: date


@dataclass(frozen=True, slots=True)
class Reserve:
    """A reserve that ends."""

    doctor_id: int
    monday: date


@dataclass(frozen=True, slots=True)
class Recipe:
    """One repair as rows. `str()` writes it for a form, `parse` reads it again."""

    leaves: tuple[Leave, ...]
    comes: tuple[Come, ...]
    reserves: tuple[Reserve, ...]

    def __str__(self) -> str:
        return ";".join(
            (
                ",".join(f"{one.mission_id}:{one.state.value}" for one in self.leaves),
                ",".join(f"{one.doctor_id}@{one.line_id}/{one.monday}" for one in self.comes),
                ",".join(f"{one.doctor_id}/{one.monday}" for one in self.reserves),
            )
        )

    @classmethod
    def parse(cls, text: str) -> Recipe:
        """Read what `str()` wrote. Raises ValueError for anything else."""
        leaves, comes, reserves = text.split(";")
        return cls(
            leaves=tuple(
                Leave(int(number), MissionState(state)) for number, state in _parts(_LEAVE, leaves)
            ),
            comes=tuple(
                Come(int(doctor), int(line), _monday(day))
                for doctor, line, day in _parts(_COME, comes)
            ),
            reserves=tuple(
                Reserve(int(doctor), _monday(day)) for doctor, day in _parts(_RESERVE, reserves)
            ),
        )


def _parts(pattern: re.Pattern[str], text: str) -> Iterable[tuple[str, ...]]:
    for part in filter(None, text.split(",")):
        found = pattern.fullmatch(part)
        if found is None:
            raise ValueError(f"not a part of a recipe: {part!r}")
        yield found.groups()


def _monday(text: str) -> date:
    day = date.fromisoformat(text)
    if not is_monday(day):
        raise ValueError(f"{day} is not a Monday")
    return day


@dataclass(frozen=True, slots=True)
class Solution:
    """One way to fill the line-week. `steps`, `costs`: French sentences; `to_ask`: one sentence.

    `moved`: missions that change; `confirmed_moved`: those whose doctor was invited or said yes.
    """

    recipe: Recipe
    steps: tuple[str, ...]
    costs: tuple[str, ...]
    to_ask: str
    moved: int
    confirmed_moved: int


@dataclass(frozen=True, slots=True)
class Solutions:
    """The best ways, best first. `is_proven`: nothing better exists (the search was not cut)."""

    found: tuple[Solution, ...]
    is_proven: bool


def solutions(line: Line, *, monday: date, today: date) -> Solutions:
    """Find the three best ways to fill an empty line-week, all rules kept. 16 queries.

    Fewest missions moved of doctors who were invited or said yes, then fewest moved at all, then
    least cost. Whoever declined or cancelled this very line-week is not asked for that week again.
    Nothing is found for a week that has begun, is taken, or needs nobody.
    """
    nothing = Solutions((), is_proven=True)
    if monday <= today:
        return nothing
    first = monday_of(today)
    bridge = planning.problem_for(
        first,
        weeks=max(YEAR_WEEKS, weeks_between(first, monday) + 1),
        standby_depth=STANDBY_DEPTH,
        today=today,
    )
    now, index = bridge.situation, bridge.index
    taken = {(one.line_id, one.monday) for one in now.missions.values()}
    if line.centre_id not in index.centre_of or (line.pk, monday) in taken:
        return nothing
    state = State(bridge.problem, planning.as_plan(bridge))
    centre, week = index.centre_of[line.centre_id], weeks_between(first, monday)
    if not now.is_needed(line, monday) or not state.missing(centre, week):
        return nothing
    said_no = Mission.objects.filter(line=line, monday=monday).exclude(state__in=ACTIVE)
    for doctor_id in sorted(set(said_no.values_list("doctor_id", flat=True))):
        if doctor_id in index.doctor_of:
            state.withdraw_offer(index.doctor_of[doctor_id], week)
    answer = search(state, centre, week, exclude=_parted(bridge, state), most_steps=MOST_STEPS)
    writer = _Writer(bridge, line, monday)
    found = []
    for repair in answer.repairs:
        with suppress(_NoLine):
            found.append(writer.solution(repair, consequences(state, repair)))
    return Solutions(tuple(found), is_proven=answer.complete)


class _NoLine(Exception):
    """A mission stands, or stood, on a line that has ended: nobody can follow there."""


def _parted(bridge: Bridge, state: State) -> list[int]:
    """List those whom a planner once sent without their companion: the bridge forgets the pair,
    so nothing new is proposed to them here.
    """
    doctor_of, party_of = bridge.index.doctor_of, state.tables.party_of
    return sorted(
        row
        for doctor_id, row in doctor_of.items()
        for other in bridge.situation.companions.get(doctor_id, ())
        if other not in doctor_of or party_of[doctor_of[other]] != party_of[row]
    )


class _Writer:
    """Turns repairs of one line-week into rows and sentences."""

    def __init__(self, bridge: Bridge, line: Line, monday: date) -> None:
        self.bridge, self.line, self.monday = bridge, line, monday
        self.now: Situation = bridge.situation
        self.standing = {
            (one.doctor_id, one.centre_id, one.monday): one for one in self.now.missions.values()
        }

    def rows(self, keys: Iterable[tuple[int, int, int]]) -> list[tuple[Doctor, int, date]]:
        """Say (doctor, centre id, Monday) of missions of the engine."""
        index, problem = self.bridge.index, self.bridge.problem
        found = []
        for doctor, centre, week in keys:
            doctor_id = index.doctor_ids[doctor]
            if doctor_id is not None:
                place = (index.centre_ids[centre], problem.monday(week))
                found.append((self.now.doctors[doctor_id], *place))
        return found

    def solution(self, repair: Repair, price: Consequences) -> Solution:
        """Write one repair."""
        index, problem = self.bridge.index, self.bridge.problem
        left = [
            self.standing[doctor.pk, centre_id, monday]
            for doctor, centre_id, monday in self.rows(repair.removed)
        ]
        coming = self.rows(repair.added)
        reserves = tuple(
            Reserve(doctor_id, problem.monday(week))
            for doctor, week in repair.standbys_used
            if (doctor_id := index.doctor_ids[doctor]) is not None
        )
        recipe = Recipe(
            leaves=tuple(Leave(one.id, MissionState(one.state)) for one in left),
            comes=tuple(self._comes(coming, left)),
            reserves=reserves,
        )
        return Solution(
            recipe=recipe,
            steps=tuple(self._steps(coming, left, reserves)),
            costs=tuple(self._costs(coming, left, price)),
            to_ask=self._to_ask(coming, left),
            moved=repair.moved,
            confirmed_moved=repair.confirmed_moved,
        )

    def _comes(
        self, coming: list[tuple[Doctor, int, date]], left: list[Standing]
    ) -> Iterable[Come]:
        """Choose a line for each: the empty one, those left by others, then any that is free."""
        free: dict[tuple[int, date], list[int]] = defaultdict(list)
        free[self.line.centre_id, self.monday].append(self.line.pk)
        for one in left:
            if self.now.lines[one.line_id].is_active(one.monday):
                free[one.centre_id, one.monday].append(one.line_id)
        gone = {one.id for one in left}
        coming_there = Counter((centre_id, monday) for _, centre_id, monday in coming)
        for (centre_id, monday), more in coming_there.items():
            stay = [
                one for one in self.now.at_centre.get((centre_id, monday), ()) if one.id not in gone
            ]
            active = [
                line
                for line in self.now.lines.values()
                if line.centre_id == centre_id and line.is_active(monday)
            ]
            if len(stay) + more > len(active):
                raise _NoLine
        for doctor, centre_id, monday in coming:
            lines = free[centre_id, monday]
            if not lines:
                used = {one.line_id for one in self.now.at_centre.get((centre_id, monday), ())}
                used.add(self.line.pk)
                lines += [
                    line.pk
                    for line in self.now.lines.values()
                    if line.centre_id == centre_id
                    and line.is_active(monday)
                    and line.pk not in used
                ]
            if not lines:
                raise _NoLine
            yield Come(doctor.pk, lines.pop(0), monday)

    def _place(self, centre_id: int, monday: date) -> str:
        week = formats.week_label(monday, today=self.now.today)
        return f"{self.now.centres[centre_id].name}, {week}"

    def _steps(
        self,
        coming: list[tuple[Doctor, int, date]],
        left: list[Standing],
        reserves: tuple[Reserve, ...],
    ) -> Iterable[str]:
        places: dict[int, list[Standing]] = defaultdict(list)
        for one in left:
            places[one.doctor_id].append(one)
        for doctor, centre_id, monday in coming:
            centre = self.now.centres[centre_id]
            minutes = self.now.travel_minutes(doctor, centre)
            goes = f"{self._place(centre_id, monday)} (trajet {formats.hours_minutes(minutes)})"
            leaves = places.pop(doctor.pk, None)
            if leaves:
                sentence = f"{doctor} quitte {self._left(leaves, monday)} et va à {goes}"
            else:
                sentence = f"{doctor} va à {goes}"
            called = [one.monday for one in reserves if one.doctor_id == doctor.pk]
            if called:
                sentence += " ; sa réserve prend fin"
            yield f"{sentence}."
        for doctor_id, leaves in places.items():
            yield f"{self.now.doctors[doctor_id]} quitte {self._left(leaves, None)}."

    def _left(self, leaves: list[Standing], monday: date | None) -> str:
        """Name what somebody leaves; the week is not said twice."""
        return formats.listing(
            [
                self.now.centres[one.centre_id].name
                if one.monday == monday
                else self._place(one.centre_id, one.monday)
                for one in leaves
            ]
        )

    def _costs(
        self, coming: list[tuple[Doctor, int, date]], left: list[Standing], price: Consequences
    ) -> Iterable[str]:
        word_given = sum(one.state in (*FIRM, MissionState.INVITED) for one in left)
        if not left:
            yield "Aucune autre mission ne change."
        elif word_given:
            known = formats.plural(
                word_given,
                "mission confirmée ou invitée change de médecin",
                "missions confirmées ou invitées changent de médecin",
            )
            yield f"{known}."
        else:
            changed = formats.plural(
                len(left),
                "mission proposée change de médecin",
                "missions proposées changent de médecin",
            )
            yield f"{changed}."
        if left and price.travel_minutes:
            minutes = formats.hours_minutes(abs(price.travel_minutes))
            sense = "de plus" if price.travel_minutes > 0 else "de moins"
            yield f"Trajets : {minutes} {sense} en tout."
        new = [
            f"{doctor} découvre {self.now.centres[centre_id].name}"
            for doctor, centre_id, _ in coming
            if not self.now.knows(doctor.pk, centre_id)
        ]
        if new:
            yield f"{formats.listing(new)}."
        if price.standbys_missing > 0:
            lost = formats.plural(price.standbys_missing, "réserve de moins", "réserves de moins")
            yield f"{lost} auprès des centres."
        if price.windows_missed > 0:
            lost = formats.plural(price.windows_missed, "période de plus", "périodes de plus")
            yield f"{lost} sans un acte attendu par le centre."

    def _to_ask(self, coming: list[tuple[Doctor, int, date]], left: list[Standing]) -> str:
        said = {one.doctor_id: one for one in left if one.state in (*FIRM, MissionState.INVITED)}
        words = []
        for doctor in dict.fromkeys(doctor for doctor, _, _ in coming):
            before = said.pop(doctor.pk, None)
            if before is None:
                words.append(str(doctor))
            elif before.state == MissionState.INVITED:
                name = self.now.centres[before.centre_id].name
                words.append(f"{doctor}, déjà invité à {name}")
            else:
                name = self.now.centres[before.centre_id].name
                words.append(f"{doctor}, qui avait dit oui à {name}")
        sentence = f"À qui demander : {' ; '.join(words)}."
        if said:
            names = formats.listing([str(self.now.doctors[one]) for one in said])
            sentence += f" À prévenir : {names}."
        return sentence
