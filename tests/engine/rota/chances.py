"""Small networks drawn at random, each with a plan that obeys every hard rule."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from relais.engine.rota.plan import Plan, Standby
from relais.engine.rota.problem import Problem
from relais.engine.rota.state import unproven
from tests.engine.rota import tiny

type Schedule = Mapping[int, int]


def network(seed: int, *, most_doctors: int = 5) -> tuple[Problem, list[Schedule]]:
    """A network and one schedule a doctor (week -> centre or tiny.STANDBY) that together obey."""
    draw = random.Random(seed)
    weeks = draw.randint(2, 4)
    centres = [
        tiny.centre(
            name,
            lines=draw.choice([1, 1, 2]),
            family_places=draw.choice([0, 1, 1]),
            opens_on=tiny.monday(draw.choice([0, 1])) if draw.random() < 0.15 else None,
        )
        for name in "AB"[: draw.randint(1, 2)]
    ]
    doctors = [
        tiny.doctor(
            f"d{index}",
            most=draw.choice([1, 1, 2, 3]),
            gap=draw.choice([0, 1, 1, 2, 3]),
            first_mission=draw.random() < 0.25,
            family=draw.random() < 0.2,
            pioneer=draw.random() < 0.5,
            ready_on=tiny.monday(1) if draw.random() < 0.1 else None,
            practices=frozenset(name for name in ("s", "g") if draw.random() < 0.4),
            latitude=47.0 + draw.choice([0.0, 0.3, 0.6]),
        )
        for index in range(draw.randint(2, most_doctors))
    ]
    offers = [
        (doctor, week)
        for doctor in range(len(doctors))
        for week in range(weeks)
        if draw.random() < 0.6
    ]
    every = [(doctor, place) for doctor in range(len(doctors)) for place in range(len(centres))]
    missions = []
    if draw.random() < 0.2:
        missions.append(tiny.given(0, 0, draw.choice([-2, -1])))
    problem = tiny.problem(
        centres,
        doctors,
        offers,
        weeks=weeks,
        standby_depth=draw.choice([0, 1, 2]),
        opening_weeks=1,
        closures=frozenset({(0, 0)} if draw.random() < 0.1 else ()),
        refused=frozenset(pair for pair in every if draw.random() < 0.1),
        known=frozenset(pair for pair in every if draw.random() < 0.4),
        preferred=frozenset(pair for pair in every if draw.random() < 0.4),
        pairs=((0, 1),) if draw.random() < 0.3 else (),
        needs=tuple(
            tiny.Need(place, practice, draw.randint(1, 2))
            for place in range(len(centres))
            for practice in "sg"
            if draw.random() < 0.4
        ),
        missions=tuple(missions),
    )
    return problem, _schedules(problem, draw)


def _schedules(problem: Problem, draw: random.Random) -> list[Schedule]:
    possible = [tiny.schedules(problem, doctor) for doctor in range(len(problem.doctors))]
    chosen: list[Schedule] = [{} for _ in possible]
    companion = dict(problem.pairs) | {other: one for one, other in problem.pairs}
    for _ in range(4 * len(possible)):
        doctor = draw.randrange(len(possible))
        tried = list(chosen)
        tried[doctor] = max(draw.choices(possible[doctor], k=3), key=len)
        if doctor in companion:
            missions = {w: c for w, c in tried[doctor].items() if c != tiny.STANDBY}
            if missions not in possible[companion[doctor]]:
                continue
            tried[companion[doctor]] = missions
        if tiny.levels(problem, tried) is not None:
            chosen = tried
    return chosen


def with_statuses(problem: Problem, schedules: list[Schedule], seed: int) -> Problem:
    """Confirm or lock some of the missions (both or none of a pair), and one that is not kept."""
    draw = random.Random(seed)
    companion = dict(problem.pairs) | {other: one for one, other in problem.pairs}
    share = draw.choice([0.0, 0.5, 1.0])
    given = list(problem.missions)
    for doctor, schedule in enumerate(schedules):
        for week, where in schedule.items():
            if where == tiny.STANDBY or companion.get(doctor, doctor) < doctor:
                continue
            status = "locked" if draw.random() < 0.15 else "confirmed"
            if draw.random() < share:
                given += [
                    tiny.given(member, where, week, status)
                    for member in {doctor, companion.get(doctor, doctor)}
                ]
    if draw.random() < 0.2 and len(problem.offers):
        doctor, week = draw.choice(problem.offers.tolist())
        if schedules[doctor].get(week) is None and doctor not in companion:
            where = draw.randrange(len(problem.centres))
            given.append(tiny.given(doctor, where, week, "confirmed"))
    return replace(problem, missions=tuple(given))


def plan_of(problem: Problem, schedules: list[Schedule]) -> Plan:
    """The schedules as a plan that proves nothing."""
    status = {(one.doctor, one.centre, one.week): one.status for one in problem.missions}
    missions = tuple(
        sorted(
            tiny.mission(
                problem, doctor, where, week, status.get((doctor, where, week), "proposed")
            )
            for doctor, schedule in enumerate(schedules)
            for week, where in schedule.items()
            if where != tiny.STANDBY
        )
    )
    standbys = tuple(
        sorted(
            Standby(week=week, doctor=doctor)
            for doctor, schedule in enumerate(schedules)
            for week, where in schedule.items()
            if where == tiny.STANDBY
        )
    )
    return unproven(problem, missions, standbys)


__all__ = ["network", "plan_of", "with_statuses"]
