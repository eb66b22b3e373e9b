"""How the public page says no. No sentence tells whether a patient is known."""

from __future__ import annotations

from relais.core.errors import Refusal


class BookingRefusal(Refusal):
    """It cannot be booked like this."""


class LimitRefusal(BookingRefusal):
    """Too much was asked in a short time, or the patient has enough appointments."""


class CodeRefusal(BookingRefusal):
    """The code is not the one that was sent; another try is possible."""


class OverRefusal(BookingRefusal):
    """The request is over: too many tries, or too late. The place is given back."""
