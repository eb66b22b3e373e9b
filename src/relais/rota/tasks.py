"""Jobs of the rota, run by the worker."""

from __future__ import annotations

from django.tasks import task


@task(queue_name="plans")
def compute_plan(run_id: int) -> str:
    """Compute a plan run; gives the state it ended in."""
    return str(run_id)
