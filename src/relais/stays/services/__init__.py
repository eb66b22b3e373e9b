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
from relais.stays.services.expenses import (
    ExpenseRefusal,
    Payment,
    approve_expense,
    make_batch,
    note_paid,
    read_batch,
    read_receipt,
    refuse_expense,
    send_expense,
    set_account,
)
from relais.stays.services.feedback import FeedbackRefusal, give_feedback
from relais.stays.services.travel import TravelRefusal, set_arrival, set_travel
from relais.stays.services.week import (
    TripRefusal,
    declare_driver,
    give_keys,
    note_kilometres,
    read_code,
    take_keys_back,
)
from relais.stays.services.welcome import WelcomeRefusal, mark_sent, publish

__all__ = [
    "BookingRefusal",
    "ExpenseRefusal",
    "FeedbackRefusal",
    "Payment",
    "TravelRefusal",
    "TripRefusal",
    "WelcomeRefusal",
    "approve_expense",
    "book_car",
    "book_lodging",
    "declare_driver",
    "give_feedback",
    "give_keys",
    "make_batch",
    "mark_sent",
    "note_kilometres",
    "note_paid",
    "prepare",
    "publish",
    "read_batch",
    "read_code",
    "read_receipt",
    "refuse_expense",
    "release",
    "send_expense",
    "set_account",
    "set_arrival",
    "set_travel",
    "settle",
    "take_keys_back",
]
