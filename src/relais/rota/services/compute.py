"""The computation of a plan run, from the rota of its moment to a proposal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

import relais
from relais.core import audit
from relais.core.actors import Actor
from relais.engine.rota.national.executors import Unusable
from relais.engine.rota.plan import Plan
from relais.engine.rota.solve import (
    Cancelled,
    LockedConflict,
    PlannerFault,
    Progress,
    solve,
)
from relais.rota import planning
from relais.rota.models import PlannedHole, PlannedMission, PlannedStandby, PlanRun
from relais.rota.planning import Bridge
from relais.rota.services.runs import begin_run, fail_run, note_progress
from relais.rota.services.turn import current_turn
from relais.rota.states import RunState

SECONDS_BETWEEN_LINES = 1.0
WORKER = Actor.system("worker")


def compute_run(
    run: PlanRun, *, clock: Callable[[], datetime], executor: str | None = None
) -> RunState:
    """Compute a run and keep its proposal; give the state it ended in.

    `executor`: where a network too large for one model is planned, as `solve` names it.
    `clock` tells the time when it is needed: a computation lasts. A run that was stopped before or
    meanwhile stays stopped. A failure is told to the planner in a sentence and raised again.
    """
    started = clock()
    with transaction.atomic():
        turn = current_turn()
        if not begin_run(run, turn=turn, now=started):
            return RunState(run.state)
        bridge = planning.problem_for(
            run.first_monday,
            weeks=run.weeks,
            standby_depth=run.standby_depth,
            today=localdate(started),
        )
    try:
        plan = solve(
            bridge.problem,
            budget_seconds=run.budget_seconds,
            seed=run.seed,
            progress=_Teller(run, clock),
            executor=executor,
        )
    except Cancelled:
        run.refresh_from_db()
        return RunState(run.state)
    except LockedConflict as error:
        fail_run(
            run,
            failure=f"Des missions verrouillées se contredisent. {error} Déverrouillez-en une.",
            now=clock(),
        )
        return RunState.FAILED
    except Unusable as error:
        fail_run(
            run,
            failure=f"{error} Rien n’a changé. Prévenez l’équipe technique.",
            now=clock(),
        )
        return RunState.FAILED
    except PlannerFault:
        fail_run(
            run,
            failure="Le calcul a échoué par notre faute. Rien n’a changé. "
            "Prévenez l’équipe technique.",
            now=clock(),
        )
        raise
    return _keep(run, bridge, plan, now=clock())


class _Teller:
    """Writes where planning is, at most once a second, and stops it when the planner did."""

    def __init__(self, run: PlanRun, clock: Callable[[], datetime]) -> None:
        self.run, self.clock = run, clock
        self.last, self.phase = 0.0, ""

    def __call__(self, progress: Progress) -> None:
        instant = time.monotonic()
        if progress.phase == self.phase and instant - self.last < SECONDS_BETWEEN_LINES:
            return
        self.last, self.phase = instant, progress.phase
        if not note_progress(self.run, progress=asdict(progress), now=self.clock()):
            raise Cancelled


@transaction.atomic
def _keep(run: PlanRun, bridge: Bridge, plan: Plan, *, now: datetime) -> RunState:
    """Write the proposal, unless the run was stopped at the last moment."""
    missions, standbys = planning.standing_plan(bridge)
    result = {
        "before": planning.figures(bridge, missions, standbys),
        "after": planning.figures(bridge, plan.missions, plan.standbys),
        **summary(plan, seed=run.seed),
        "shortages": planning.shortages(bridge, plan),
    }
    moved = PlanRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=RunState.FINISHED, finished_at=now, heartbeat_at=now, result=result
    )
    run.refresh_from_db()
    if not moved:
        return RunState(run.state)
    rows = planning.plan_to_rows(run, bridge, plan)
    PlannedMission.objects.bulk_create(rows.missions, batch_size=500)
    PlannedStandby.objects.bulk_create(rows.standbys, batch_size=500)
    PlannedHole.objects.bulk_create(rows.holes, batch_size=500)
    audit.record(
        run,
        verb="rota.run_finished",
        by=WORKER,
        at=now,
        details={key: result[key] for key in ("holes", "proven_optimal", "gap", "seconds")},
    )
    return RunState.FINISHED


def summary(plan: Plan, *, seed: int) -> dict[str, object]:
    """Give the fields of summary.json (public plan folder) that the product keeps."""
    return {
        "holes": plan.score.holes,
        "holes_bound": plan.holes_bound,
        "holes_bound_by": None if plan.holes_bound_by is None else str(plan.holes_bound_by),
        "confirmed_moved": plan.score.confirmed_moved,
        "confirmed_moved_bound": plan.confirmed_moved_bound,
        "cost": plan.score.cost,
        "cost_bound": plan.cost_bound,
        "proven_optimal": plan.proven_optimal,
        "gap": plan.gap,
        "standby_missing": plan.score.standby_missing,
        "windows_missed": plan.score.windows_missed,
        "stopped_by_budget": plan.stopped_by_budget,
        "seconds": plan.seconds,
        "version": relais.__version__,
        "seed": seed,
    }
