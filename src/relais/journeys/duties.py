"""What the worker does every minute, whatever people ask. A duty takes `now` and may be late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from relais.core.seals import seal_audit
from relais.journeys import spreadsheets
from relais.rota.services import fail_silent_runs

type Duty = Callable[[datetime], object]


def seal_the_audit(now: datetime) -> int:
    """Seal the audit entries that wait; count the seals."""
    return len(seal_audit(now=now))


def end_silent_runs(now: datetime) -> int:
    """Leave « interrompu » the plan runs whose worker died; count them."""
    return fail_silent_runs(now=now)


def forget_old_imports(now: datetime) -> int:
    """Delete the tables that were sent and not imported within a day; count them."""
    return spreadsheets.forget_old_imports(now)


EVERY_MINUTE: Final[tuple[Duty, ...]] = (seal_the_audit, end_silent_runs, forget_old_imports)
