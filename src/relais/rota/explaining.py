"""The bridge to the engine's explanations: why this doctor, why not that one, who could.

They are worked out when somebody asks, on the rota or the proposal as it then stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relais.doctors.models import Doctor
from relais.engine.rota import plan as engine_plan
from relais.engine.rota.explain import Explainer
from relais.engine.rota.feasible import travel_table
from relais.engine.rota.problem import Status
from relais.engine.rota.state import unproven
from relais.engine.rota.verify import verify
from relais.engine.weeks import is_monday, monday_of, weeks_between
from relais.network.models import Line
from relais.rota import planning
from relais.rota.models import PlannedMission, PlannedStandby, PlanRun
from relais.rota.planning import Bridge
from relais.rota.queries.standing import YEAR_WEEKS
from relais.rota.states import ChangeKind

STANDBY_DEPTH = 2  # plan folder format: reserves wanted for every centre-week, unless said


@dataclass(frozen=True, slots=True)
class Because:
    """Sentences about one doctor."""

    doctor_name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A centre-week explained. `here`: who comes and why; `empty`: why places stay empty and who
    could come; `asked`: the answer about one doctor; `choices`: who offers the week and is not
    there, as (id, name).
    """

    here: tuple[Because, ...]
    missing: int
    empty: tuple[str, ...]
    asked: Because | None
    choices: tuple[tuple[int, str], ...]


def explain_week(
    line: Line, *, monday: date, today: date, doctor_id: int | None = None
) -> Explanation:
    """Explain a line's centre in one week of the rota of today. 15 queries.

    Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    bridge = _of_the_year(monday, today=today)
    return _explained(bridge, planning.as_plan(bridge), line.centre_id, monday, doctor_id)


def explain_run(
    run: PlanRun, *, centre_id: int, monday: date, today: date, doctor_id: int | None = None
) -> Explanation | None:
    """Explain a centre-week of a proposal; None where the rota has changed too much since. 15
    queries.
    """
    bridge = planning.problem_for(
        run.first_monday, weeks=run.weeks, standby_depth=run.standby_depth, today=today
    )
    plan = _proposed(run, bridge)
    if plan is None or centre_id not in bridge.index.centre_of:
        return None
    return _explained(bridge, plan, centre_id, monday, doctor_id)


def why_not_me(doctor: Doctor, *, monday: date, today: date) -> str:
    """Say to a doctor why a week she offers is not hers, or where she goes; names nobody else."""
    bridge = _of_the_year(monday, today=today)
    number = bridge.index.doctor_of.get(doctor.pk)
    if number is None:
        return "Vous n’avez pas proposé cette semaine."
    week = weeks_between(bridge.problem.first_monday, monday)
    return bridge.explainer(planning.as_plan(bridge)).why_not_me(number, week)


def _of_the_year(monday: date, *, today: date) -> Bridge:
    first = min(monday_of(today), monday)
    return planning.problem_for(
        first,
        weeks=max(YEAR_WEEKS, weeks_between(first, monday) + 1),
        standby_depth=STANDBY_DEPTH,
        today=today,
    )


def _explained(
    bridge: Bridge,
    plan: engine_plan.Plan,
    centre_id: int,
    monday: date,
    doctor_id: int | None,
) -> Explanation:
    problem, index = bridge.problem, bridge.index
    tell: Explainer = bridge.explainer(plan)
    centre = index.centre_of[centre_id]
    week = weeks_between(problem.first_monday, monday)
    there = [one for one in plan.missions if (one.centre, one.week) == (centre, week)]
    missing = max(0, int(problem.capacity[centre, week]) - len(there))
    empty: tuple[str, ...] = ()
    if missing:
        hole = engine_plan.Hole(week=week, centre=centre, missing=missing)
        empty = (tell.why_hole(hole), *tell.who_could(centre, week))
    present = {one.doctor for one in there}
    choices = sorted(
        (bridge.doctor_name(number), number)
        for number, at in problem.offers.tolist()
        if at == week and number not in present
    )
    asked = None
    number = None if doctor_id is None else index.doctor_of.get(doctor_id)
    if number is not None and number not in present:
        asked = Because(bridge.doctor_name(number), tell.why_not_here(number, centre, week))
    return Explanation(
        here=tuple(
            Because(bridge.doctor_name(one.doctor), tell.why(one))
            for one in there
            if not index.is_ghost(one.doctor)
        ),
        missing=missing,
        empty=empty,
        asked=asked,
        choices=tuple((index.doctor_ids[number] or 0, name) for name, number in choices),
    )


def _proposed(run: PlanRun, bridge: Bridge) -> engine_plan.Plan | None:
    """Write a proposal as a plan of the engine; None where it breaks a rule of the rota today."""
    problem, index = bridge.problem, bridge.index
    keys = set()
    for doctor_id, centre_id, monday in (
        PlannedMission.objects.filter(run=run)
        .exclude(change=ChangeKind.REMOVED)
        .values_list("doctor_id", "centre_id", "monday")
    ):
        week = weeks_between(problem.first_monday, monday)
        if doctor_id not in index.doctor_of or centre_id not in index.centre_of:
            return None
        keys.add((index.doctor_of[doctor_id], index.centre_of[centre_id], week))
    status = {
        (one.doctor, one.centre, one.week): one.status
        for one in problem.missions
        if 0 <= one.week < problem.weeks
    }
    keys |= {key for key in status if index.is_ghost(key[0])}
    minutes = travel_table(problem)
    missions = sorted(
        engine_plan.PlannedMission(
            week=week,
            centre=centre,
            doctor=doctor,
            status=status.get((doctor, centre, week), Status.PROPOSED),
            travel_minutes=int(minutes[doctor, centre]),
        )
        for doctor, centre, week in keys
    )
    standbys = sorted(
        engine_plan.Standby(weeks_between(problem.first_monday, monday), index.doctor_of[doctor_id])
        for doctor_id, monday in PlannedStandby.objects.filter(run=run).values_list(
            "doctor_id", "monday"
        )
        if doctor_id in index.doctor_of
    )
    plan = unproven(problem, tuple(missions), tuple(standbys))
    if any(one.rule.startswith("H") or one.rule == "standby" for one in verify(problem, plan)):
        return None
    return plan
