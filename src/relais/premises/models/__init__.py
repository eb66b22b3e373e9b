"""Lodgings and cars of the centres, when they are not free, and what is broken."""

from relais.premises.models.cars import Car, CarClosure
from relais.premises.models.incidents import Incident
from relais.premises.models.lodgings import Lodging, LodgingClosure, LodgingPhoto

__all__ = ["Car", "CarClosure", "Incident", "Lodging", "LodgingClosure", "LodgingPhoto"]
