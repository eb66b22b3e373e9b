"""The turn: every writer of the rota takes it first, so that writers come one after the other."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from relais.rota.models import RotaTurn

THE_TURN = 1


def take_turn() -> int:
    """Wait for the turn, hold it until the transaction ends, and give its new number.

    The UPDATE locks the row on PostgreSQL; on SQLite the IMMEDIATE transaction already holds the
    whole file. Raises RuntimeError outside a transaction: the lock would be worth nothing.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("take_turn() outside a transaction")
    rows = RotaTurn.objects.filter(pk=THE_TURN)
    if not rows.update(number=F("number") + 1):
        RotaTurn.objects.bulk_create([RotaTurn(pk=THE_TURN)], ignore_conflicts=True)
        rows.update(number=F("number") + 1)
    return rows.values_list("number", flat=True).get()


def current_turn() -> int:
    """Give the number of the last change of the rota, 0 before the first."""
    return RotaTurn.objects.filter(pk=THE_TURN).values_list("number", flat=True).first() or 0
