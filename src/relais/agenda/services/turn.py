"""The turn on a line's day, and on a patient: who writes waits for who writes already.

Always the days first, sorted, then the patients, sorted: two writers never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import F

from relais.agenda.models import LineDay
from relais.patients.models import Person


def lock_days(days: Iterable[tuple[int, date]]) -> None:
    """Take the turn on some (line, day) until the transaction ends.

    The UPDATE locks the row on PostgreSQL; on SQLite the IMMEDIATE transaction holds the file.
    Raises RuntimeError outside a transaction: the lock would be worth nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock_days() outside a transaction")
    for line_id, day in sorted(set(days)):
        rows = LineDay.objects.filter(line_id=line_id, day=day)
        if not rows.update(rev=F("rev") + 1):
            LineDay.objects.bulk_create([LineDay(line_id=line_id, day=day)], ignore_conflicts=True)
            rows.update(rev=F("rev") + 1)


def lock_patients(ids: Iterable[int]) -> dict[int, Person]:
    """Take the turn on some patients, after the days; the rows as they are now, by key."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}
