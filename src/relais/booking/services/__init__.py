"""What patients do by themselves, and what their centre lets them do."""

from __future__ import annotations

from relais.booking.services.asking import ask, drop, send_again
from relais.booking.services.changing import cancel, move, proposed, want_earlier
from relais.booking.services.confirming import confirm
from relais.booking.services.keeping import forget_old_requests, tell_unmet
from relais.booking.services.refusals import (
    BookingRefusal,
    CodeRefusal,
    LimitRefusal,
    OverRefusal,
)
from relais.booking.services.setting import set_access
from relais.booking.services.wanted import Wanted

__all__ = [
    "BookingRefusal",
    "CodeRefusal",
    "LimitRefusal",
    "OverRefusal",
    "Wanted",
    "ask",
    "cancel",
    "confirm",
    "drop",
    "forget_old_requests",
    "move",
    "proposed",
    "send_again",
    "set_access",
    "tell_unmet",
    "want_earlier",
]
