"""Stays, the nights and days they hold, the welcome packs of the centres."""

from relais.stays.models.after import BankAccount, Expense, Feedback, TransferBatch
from relais.stays.models.stays import AllowedDriver, CarDay, CarTrip, RoomNight, Stay
from relais.stays.models.welcome import WelcomeVersion

__all__ = [
    "AllowedDriver",
    "BankAccount",
    "CarDay",
    "CarTrip",
    "Expense",
    "Feedback",
    "RoomNight",
    "Stay",
    "TransferBatch",
    "WelcomeVersion",
]
