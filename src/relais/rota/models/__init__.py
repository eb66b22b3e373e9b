"""Offers of weeks, missions, reserves, plan runs, searches, and what keeps a yes to its week."""

from __future__ import annotations

from relais.rota.models.choosing import (
    Hold,
    Season,
)
from relais.rota.models.keeping import (
    Reminder,
    SharedWeek,
)
from relais.rota.models.mondays import (
    on_monday,
)
from relais.rota.models.relay import (
    Ask,
    CalendarFeed,
    Mission,
    Offer,
    PlannedHole,
    PlannedMission,
    PlannedStandby,
    PlanRun,
    Radar,
    RiskReading,
    RotaTurn,
    Search,
    Standby,
)
from relais.rota.models.sets import (
    DuoAsk,
    OfferSet,
)

__all__ = [
    "Ask",
    "CalendarFeed",
    "DuoAsk",
    "Hold",
    "Mission",
    "Offer",
    "OfferSet",
    "PlanRun",
    "PlannedHole",
    "PlannedMission",
    "PlannedStandby",
    "Radar",
    "Reminder",
    "RiskReading",
    "RotaTurn",
    "Search",
    "Season",
    "SharedWeek",
    "Standby",
    "on_monday",
]
