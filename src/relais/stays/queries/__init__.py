"""Stays as they are read: one, those of a doctor, who sleeps where."""

from __future__ import annotations

from relais.stays.queries.overview import Cell, Row, overview
from relais.stays.queries.pages import (
    last_welcome,
    stay_of_mission,
    stays_of,
    trip_of,
    welcome_versions,
    whole_stays,
)

__all__ = [
    "Cell",
    "Row",
    "last_welcome",
    "overview",
    "stay_of_mission",
    "stays_of",
    "trip_of",
    "welcome_versions",
    "whole_stays",
]
