"""Booking, holding, moving, lengthening, cancelling: each in one transaction, each once a click.

The order is that of research on concurrency (docs/engine/agenda.md): the turn on the days, the turn
on the patients, holds that are over, the rules, the appointment, its ticks, history and audit.
"""

from __future__ import annotations

from relais.agenda.services.appointments.changing import (
    cancel,
    expire_holds,
    move,
    release,
    resize,
    restore,
    undo,
)
from relais.agenda.services.appointments.giving import book, confirm_hold, hold

__all__ = [
    "book",
    "cancel",
    "confirm_hold",
    "expire_holds",
    "hold",
    "move",
    "release",
    "resize",
    "restore",
    "undo",
]
