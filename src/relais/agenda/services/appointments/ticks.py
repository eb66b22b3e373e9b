"""The ticks an appointment owns, its row, its history and its audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from relais.agenda.models import Appointment, AppointmentChange, LineTick, PatientTick
from relais.agenda.states import AppointmentState
from relais.core import audit
from relais.core.actors import Actor


def expire(row: Appointment, *, verb: str, request_key: str, by: Actor, now: datetime) -> None:
    """Give the ticks of a held place back, and tell it under `verb`."""
    before = facts_of(row)
    leave_ticks(row)
    row.state = AppointmentState.EXPIRED
    save(row, now=now)
    tell(row, verb=verb, before=before, request_key=request_key, by=by, now=now)


def own_ticks(row: Appointment) -> None:
    """Insert the ticks, ascending, the line's before the patient's: the guarantee itself."""
    _insert(
        LineTick._meta.db_table,
        ("line_id", "lane", "tick", "appointment_id"),
        [(row.line_id, row.lane, tick, row.pk) for tick in range(row.tick, row.end)],
    )
    if row.patient_id is not None:
        _insert(
            PatientTick._meta.db_table,
            ("patient_id", "tick", "appointment_id"),
            [(row.patient_id, tick, row.pk) for tick in range(row.tick, row.end)],
        )


def _insert(table: str, columns: tuple[str, ...], rows: list[tuple[int, ...]]) -> None:
    """Insert whole numbers in one statement, without an object a row."""
    one = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(rows))}",  # noqa: S608
            [value for row in rows for value in row],
        )


def leave_ticks(row: Appointment) -> None:
    """Give all its ticks back."""
    LineTick.objects.filter(appointment=row).delete()
    PatientTick.objects.filter(appointment=row).delete()


def save(row: Appointment, *, now: datetime) -> None:
    """Write the row, one revision further."""
    row.rev += 1
    row.changed_at = now
    row.save()


def facts_of(row: Appointment) -> dict[str, object]:
    """Give what history keeps of an appointment: no name, no reason of visit."""
    return {
        "line": row.line_id,
        "lane": row.lane,
        "tick": row.tick,
        "ticks": row.ticks,
        "state": str(row.state),
        "patient": row.patient_id,
        "because": row.because,
    }


def tell(
    row: Appointment,
    *,
    verb: str,
    before: Mapping[str, object],
    request_key: str,
    by: Actor,
    now: datetime,
    why: str = "",
) -> None:
    """Write the history row and the audit entry of a change."""
    after = facts_of(row)
    AppointmentChange.objects.create(
        appointment=row,
        at=now,
        verb=verb,
        actor=by.key[:80],
        actor_label=by.label[:200],
        before=dict(before),
        after=after,
        why=why[:200],
        request_key=request_key,
    )
    audit.record(
        row,
        verb=f"agenda.{verb}",
        by=by,
        at=now,
        why=why,
        details={
            "patient": row.patient_id,
            "line": row.line_id,
            "starts_at": row.starts_at.isoformat(),
            "ticks": row.ticks,
        },
    )
