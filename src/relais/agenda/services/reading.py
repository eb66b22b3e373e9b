"""That someone read a day: every reading of a patient is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from relais.agenda.models import Appointment
from relais.core import audit
from relais.core.actors import Actor
from relais.network.models import Centre


def note_day_read(
    centre: Centre,
    *,
    first: date,
    last: date,
    appointments: Iterable[Appointment],
    by: Actor,
    now: datetime,
) -> None:
    """Note whose appointments a page of some days showed; nothing when it showed none."""
    shown = sorted({row.patient_id for row in appointments if row.patient_id is not None})
    if not shown:
        return
    audit.record(
        centre,
        verb="agenda.day_read",
        by=by,
        at=now,
        details={"first_on": first.isoformat(), "last_on": last.isoformat(), "patients": shown},
    )
