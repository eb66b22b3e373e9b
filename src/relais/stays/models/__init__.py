"""Stays, the nights and days they hold, the welcome packs of the centres."""

from relais.stays.models.stays import AllowedDriver, CarDay, CarTrip, RoomNight, Stay
from relais.stays.models.welcome import WelcomeVersion

__all__ = ["AllowedDriver", "CarDay", "CarTrip", "RoomNight", "Stay", "WelcomeVersion"]
