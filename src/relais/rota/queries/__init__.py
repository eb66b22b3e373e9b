"""The rota as it is read. Each page has a question; callers use the names below."""

from __future__ import annotations

from relais.rota.queries.arrivals import Arrival, arrivals
from relais.rota.queries.board import Board, BoardRow, Cell, ToFill, WeekHead, board
from relais.rota.queries.cohorts import Cohort, cohorts
from relais.rota.queries.desk import asking_to_leave, weeks_held
from relais.rota.queries.fairness import HardWeeks, hard_weeks_shared
from relais.rota.queries.people import (
    missions_of,
    offers_of,
    seniority,
    standbys_of,
    week_state,
)
from relais.rota.queries.radar import RadarSheet, WeekRisk, radar
from relais.rota.queries.runs import (
    ChangedWeek,
    CostTerm,
    PlannedHoleRow,
    RunComparison,
    latest_runs,
    run_comparison,
)
from relais.rota.queries.searches import (
    asks_of,
    is_filled,
    mission_to_replace,
    running_searches,
    search_of,
    waits_until,
    who_leaves,
)
from relais.rota.queries.week import (
    Candidate,
    Neighbour,
    StandbyDoctor,
    WeekDetail,
    candidates,
    week,
)

__all__ = [
    "Arrival",
    "Board",
    "BoardRow",
    "Candidate",
    "Cell",
    "ChangedWeek",
    "Cohort",
    "CostTerm",
    "HardWeeks",
    "Neighbour",
    "PlannedHoleRow",
    "RadarSheet",
    "RunComparison",
    "StandbyDoctor",
    "ToFill",
    "WeekDetail",
    "WeekHead",
    "WeekRisk",
    "arrivals",
    "asking_to_leave",
    "asks_of",
    "board",
    "candidates",
    "cohorts",
    "hard_weeks_shared",
    "is_filled",
    "latest_runs",
    "mission_to_replace",
    "missions_of",
    "offers_of",
    "radar",
    "run_comparison",
    "running_searches",
    "search_of",
    "seniority",
    "standbys_of",
    "waits_until",
    "week",
    "week_state",
    "weeks_held",
    "who_leaves",
]
