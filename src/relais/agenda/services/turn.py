"""The turn on a line's day, and on a patient: who writes waits for who writes already.

Always the days first, sorted, then the patients, sorted: two writers never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection

from relais.agenda.models import LineDay
from relais.patients.models import Person

_TABLE: Final = LineDay._meta.db_table


def lock_days(days: Iterable[tuple[int, date]]) -> None:
    """Take the turn on some (line, day) until the transaction ends.

    One statement makes the rows that are not there and locks all of them on PostgreSQL; on SQLite
    the IMMEDIATE transaction holds the file.
    Raises RuntimeError outside a transaction: the lock would be worth nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock_days() outside a transaction")
    wanted = sorted(set(days))
    if not wanted:
        return
    rows = ", ".join(["(%s, %s, 1)"] * len(wanted))
    adapt = connection.ops.adapt_datefield_value
    with connection.cursor() as cursor:  # the rows are locked in the order of VALUES
        cursor.execute(
            f"INSERT INTO {_TABLE} (line_id, day, rev) VALUES {rows}"  # noqa: S608
            f" ON CONFLICT (line_id, day) DO UPDATE SET rev = {_TABLE}.rev + 1",
            [value for line_id, day in wanted for value in (line_id, adapt(day))],
        )


def lock_patients(ids: Iterable[int]) -> dict[int, Person]:
    """Take the turn on some patients, after the days; the rows as they are now, by key."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}
