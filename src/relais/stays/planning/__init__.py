"""Which lodging and car suit a stay, and what does not fit; nothing is written here."""

from __future__ import annotations

from relais.stays.planning.conflicts import Conflict, conflicts, conflicts_of
from relais.stays.planning.fits import (
    NO_CAR,
    NO_LODGING,
    CarFit,
    LodgingFit,
    car_fits,
    hours_between,
    lodging_fits,
    misfits,
    party_words,
    people_expected,
)

__all__ = [
    "NO_CAR",
    "NO_LODGING",
    "CarFit",
    "Conflict",
    "LodgingFit",
    "car_fits",
    "conflicts",
    "conflicts_of",
    "hours_between",
    "lodging_fits",
    "misfits",
    "party_words",
    "people_expected",
]
