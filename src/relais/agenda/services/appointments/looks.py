"""What a booking reads: one statement before the turn, one under it.

Written in SQL because they are the hot path of a rush: one journey each instead of seven.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from relais.agenda.services.appointments.spots import Spot
from relais.agenda.states import LIVE, MAIN_LANE, AppointmentState

_LIVE: Final = ", ".join(f"'{state}'" for state in LIVE)
_OVER: Final = f"state = '{AppointmentState.HELD}' AND a.hold_until <= %(now)s"
# « NOT (request_key = '') » as in the constraint: both databases then use its index.
_CLICK: Final = """SELECT c.appointment_id FROM agenda_appointmentchange c
  WHERE c.request_key = %(key)s AND NOT (c.request_key = '')"""
_BEFORE: Final = f"""
SELECT ({_CLICK}),
 EXISTS (SELECT 1 FROM agenda_linetick t JOIN agenda_appointment a ON a.id = t.appointment_id
          WHERE t.line_id = %(line)s AND t.lane = %(lane)s
            AND t.tick >= %(tick)s AND t.tick < %(end)s AND NOT (a.{_OVER})),
 EXISTS (SELECT 1 FROM agenda_appointment a WHERE a.patient_id = %(patient)s AND a.{_OVER})
"""  # noqa: S608
_UNDER: Final = f"""
SELECT {{person}}, ({_CLICK}),
 (SELECT COUNT(*) FROM agenda_appointment a
   WHERE a.line_id = %(line)s AND a.day = %(day)s AND a.lane = {MAIN_LANE}
     AND a.state IN ({_LIVE}) AND NOT (a.{_OVER})),
 EXISTS (SELECT 1 FROM agenda_appointment a
          WHERE a.line_id = %(line)s AND a.day = %(day)s AND a.lane = %(lane)s
            AND a.tick < %(end)s AND a.tick + a.ticks > %(tick)s
            AND a.state IN ({_LIVE}) AND NOT (a.{_OVER})),
 EXISTS (SELECT 1 FROM agenda_appointment a
          WHERE a.line_id = %(line)s AND a.day = %(day)s AND a.lane = %(lane)s
            AND a.tick < %(end)s AND a.tick + a.ticks > %(tick)s AND a.{_OVER}),
 EXISTS (SELECT 1 FROM agenda_patienttick p JOIN agenda_appointment a ON a.id = p.appointment_id
          WHERE p.patient_id = %(patient)s AND p.tick >= %(tick)s AND p.tick < %(end)s
            AND NOT (a.{_OVER}))
 {{source}}
"""  # noqa: S608
_OF_PERSON: Final = """p.merged_into_id IS NOT NULL, EXISTS (SELECT 1 FROM patients_knownat k
  WHERE k.person_id = p.id AND k.centre_id = %(centre)s)"""
_FROM_PERSON: Final = "FROM patients_person p WHERE p.id = %(patient)s"


@dataclass(frozen=True, slots=True)
class Before:
    """Before any lock: what the click did, whether the place has an owner, holds to clear."""

    done: int | None
    is_taken: bool
    patient_has_over_holds: bool


@dataclass(frozen=True, slots=True)
class Under:
    """Under the turn. `booked` counts the main lane; `has_over_holds`: some stand in the way."""

    is_merged: bool
    is_known: bool
    done: int | None
    booked: int
    is_taken: bool
    has_over_holds: bool
    is_patient_taken: bool


def before(spot: Spot, *, request_key: str, patient: int | None, now: datetime) -> Before:
    """Look before asking for the turn; one query. Raises ValueError without a key."""
    if not request_key:
        raise ValueError("a click has a key")
    done, taken, over = _row(_BEFORE, spot, request_key=request_key, patient=patient, now=now)
    return Before(done, bool(taken), bool(over))


def under(spot: Spot, *, request_key: str, patient: int | None, now: datetime) -> Under:
    """Look under the turn on the day, and take the turn on the patient; one query."""
    if patient is None:
        statement = _UNDER.format(person="1 = 0, 1 = 1", source="")
    else:
        lock = " FOR NO KEY UPDATE OF p" if connection.features.has_select_for_no_key_update else ""
        statement = _UNDER.format(person=_OF_PERSON, source=_FROM_PERSON + lock)
    found = _row(statement, spot, request_key=request_key, patient=patient, now=now)
    merged, known, done, booked, taken, over, elsewhere = found
    return Under(bool(merged), bool(known), done, booked, bool(taken), bool(over), bool(elsewhere))


def _row(
    statement: str, spot: Spot, *, request_key: str, patient: int | None, now: datetime
) -> Any:
    said: dict[str, Any] = {
        "key": request_key,
        "line": spot.line.pk,
        "centre": spot.line.centre_id,
        "day": connection.ops.adapt_datefield_value(spot.day),
        "lane": spot.lane,
        "tick": spot.tick,
        "end": spot.end,
        "patient": patient,
        "now": connection.ops.adapt_datetimefield_value(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return cursor.fetchone()
