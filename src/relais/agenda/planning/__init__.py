"""The bridge to the engine: what a line's day looks like, its free places, what a change breaks."""

from __future__ import annotations

from relais.agenda.planning.free import (
    Place,
    free_places,
    is_new_at,
    length_for,
    places_for,
)
from relais.agenda.planning.impact import Impact, Proposal, impact_of_week
from relais.agenda.planning.sheets import Sheet, load_sheets, openings_of, refresh

__all__ = [
    "Impact",
    "Place",
    "Proposal",
    "Sheet",
    "free_places",
    "impact_of_week",
    "is_new_at",
    "length_for",
    "load_sheets",
    "openings_of",
    "places_for",
    "refresh",
]
