"""Plan runs: asked, computed by the worker, stopped, set aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.timezone import localdate

from relais.accounts.models import User
from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.weeks import WEEK, is_monday
from relais.rota.models import PlanRun
from relais.rota.queries.standing import YEAR_WEEKS
from relais.rota.services.turn import current_turn
from relais.rota.states import PENDING, RunState

COMPUTE_PLAN = (
    "relais.rota.tasks.compute_plan"  # a job is named, as an address is: tasks stand above
)
# A run whose worker gave no sign for this long is over. The solver speaks at least every 15 s.
SILENCE = timedelta(minutes=2)


class RunPendingRefusal(Refusal):
    """A computation for some of these weeks is already waiting or running."""


class RunWeeksRefusal(Refusal):
    """The weeks asked for cannot be planned."""


class RunStateRefusal(Refusal):
    """The run is not in a state from which this is possible."""


@transaction.atomic
def start_run(
    first_monday: date,
    *,
    weeks: int,
    standby_depth: int,
    budget_seconds: int,
    seed: int,
    asked_by: User | None,
    by: Actor,
    now: datetime,
) -> PlanRun:
    """Ask for a plan of some weeks; the worker computes it.

    Raises RunWeeksRefusal when the weeks are over or more than a year, RunPendingRefusal when a run
    for some of them is waiting or running, ValueError when `first_monday` is not a Monday.
    """
    if not is_monday(first_monday):
        raise ValueError(f"{first_monday} is not a Monday")
    if not 1 <= weeks <= YEAR_WEEKS:
        raise RunWeeksRefusal(f"Un calcul porte sur 1 à {YEAR_WEEKS} semaines.")
    if first_monday + WEEK <= localdate(now):
        raise RunWeeksRefusal(
            "Cette semaine est passée. Choisissez la semaine en cours ou une semaine à venir."
        )
    fail_silent_runs(now=now)
    end = first_monday + weeks * WEEK
    for pending in PlanRun.objects.filter(state__in=PENDING, first_monday__lt=end):
        if pending.first_monday + pending.weeks * WEEK > first_monday:
            raise _already_pending(pending.asked_at)
    try:
        with transaction.atomic():
            run = PlanRun.objects.create(
                asked_by=asked_by,
                asked_at=now,
                first_monday=first_monday,
                weeks=weeks,
                standby_depth=standby_depth,
                budget_seconds=budget_seconds,
                seed=seed,
                from_turn=current_turn(),
            )
    except IntegrityError as error:
        raise _already_pending(now) from error
    audit.record(
        run,
        verb="rota.run_started",
        by=by,
        at=now,
        details={
            "first_monday": first_monday.isoformat(),
            "weeks": weeks,
            "standby_depth": standby_depth,
            "budget_seconds": budget_seconds,
            "seed": seed,
        },
    )
    import_string(COMPUTE_PLAN).enqueue(run.pk)
    return run


def _already_pending(asked_at: datetime) -> RunPendingRefusal:
    asked = formats.date_words(localdate(asked_at))
    return RunPendingRefusal(
        f"Un calcul demandé le {asked} porte déjà sur ces semaines. Attendez sa fin, ou arrêtez-le."
    )


@transaction.atomic
def stop_run(run: PlanRun, *, by: Actor, now: datetime) -> PlanRun:
    """Stop a computation that waits or runs. Raises RunStateRefusal when it is over."""
    return _leave(run, PENDING, RunState.CANCELLED, verb="rota.run_stopped", by=by, now=now)


@transaction.atomic
def discard_run(run: PlanRun, *, by: Actor, now: datetime) -> PlanRun:
    """Set a proposal aside. Raises RunStateRefusal when there is none to set aside."""
    return _leave(
        run, (RunState.FINISHED,), RunState.DISCARDED, verb="rota.run_discarded", by=by, now=now
    )


def _leave(
    run: PlanRun,
    origins: tuple[RunState, ...],
    target: RunState,
    *,
    verb: str,
    by: Actor,
    now: datetime,
) -> PlanRun:
    moved = PlanRun.objects.filter(pk=run.pk, state__in=origins).update(state=target)
    run.refresh_from_db()
    if not moved:
        raise RunStateRefusal(f"Ce calcul est déjà terminé ({RunState(run.state).label}).")
    if target is RunState.CANCELLED:
        PlanRun.objects.filter(pk=run.pk).update(finished_at=now)
        run.finished_at = now
    audit.record(run, verb=verb, by=by, at=now)
    return run


# -- what the worker tells -------------------------------------------------------------------------


def begin_run(run: PlanRun, *, turn: int, now: datetime) -> bool:
    """Note that the computation begins, from the rota of `turn`; False when it was stopped."""
    begun = PlanRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(
        state=RunState.RUNNING, started_at=now, heartbeat_at=now, from_turn=turn
    )
    run.refresh_from_db()
    return bool(begun)


def note_progress(run: PlanRun, *, progress: Mapping[str, object], now: datetime) -> bool:
    """Keep the last line of progress; False when the run was stopped meanwhile."""
    return bool(
        PlanRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            progress=dict(progress), heartbeat_at=now
        )
    )


@transaction.atomic
def fail_run(run: PlanRun, *, failure: str, now: datetime) -> None:
    """Note that a computation ended without a result, and why in a French sentence."""
    moved = PlanRun.objects.filter(pk=run.pk, state__in=PENDING).update(
        state=RunState.FAILED, failure=failure[:400], finished_at=now
    )
    if moved:
        audit.record(run, verb="rota.run_failed", by=Actor.system("worker"), at=now, why=failure)


@transaction.atomic
def fail_silent_runs(*, now: datetime) -> int:
    """Leave « interrompu » every run whose worker died: no sign of life for `SILENCE`.

    Count them.
    """
    silent = list(PlanRun.objects.filter(state=RunState.RUNNING, heartbeat_at__lt=now - SILENCE))
    count = 0
    for run in silent:
        moved = PlanRun.objects.filter(
            pk=run.pk, state=RunState.RUNNING, heartbeat_at__lt=now - SILENCE
        ).update(
            state=RunState.INTERRUPTED,
            finished_at=now,
            failure="Le calcul s’est interrompu. Rien n’a changé ; vous pouvez le relancer.",
        )
        if moved:
            audit.record(run, verb="rota.run_interrupted", by=Actor.system("worker"), at=now)
            count += 1
    return count
