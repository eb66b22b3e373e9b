"""What changes a stay. Writers of one centre come one after the other (`booking.take_turn`); the
database refuses the same room-night or car-day twice, whoever forgets to.
"""

from __future__ import annotations

from relais.stays.services.booking import (
    BookingRefusal,
    book_car,
    book_lodging,
    prepare,
    release,
    settle,
)

__all__ = ["BookingRefusal", "book_car", "book_lodging", "prepare", "release", "settle"]
