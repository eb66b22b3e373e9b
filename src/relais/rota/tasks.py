"""Jobs of the rota, run by the worker."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from relais.rota.models import PlanRun
from relais.rota.services.compute import compute_run
from relais.rota.services.radar import refresh_radar
from relais.rota.services.runs import fail_run


@task(queue_name="plans")
def compute_plan(run_id: int) -> str:
    """Compute a plan run; gives the state it ended in, « gone » when the run is no more.

    Whatever fails is told to the planner in a sentence, then raised for the journal.
    """
    run = PlanRun.objects.filter(pk=run_id).first()
    if run is None:
        return "gone"
    try:
        return str(compute_run(run, clock=timezone.now, executor=settings.PLAN_EXECUTOR))
    except Exception:
        fail_run(
            run,
            failure="Le calcul a échoué par notre faute. Rien n’a changé. Prévenez l’équipe "
            "technique.",
            now=timezone.now(),
        )
        raise


@task(queue_name="plans")
def read_the_radar() -> None:
    """Read the risks of the coming weeks again."""
    refresh_radar(timezone.now())
