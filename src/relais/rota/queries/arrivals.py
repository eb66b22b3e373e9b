"""Who comes to some centres in the next weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from relais.doctors.models import Doctor
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.network import queries as network
from relais.network.models import Centre, Line
from relais.rota.models import Mission
from relais.rota.queries.people import seniority, week_state
from relais.rota.queries.sharing import days_words, shared_of
from relais.rota.states import ACTIVE, WeekState


@dataclass(frozen=True, slots=True)
class Arrival:
    """One line in one week, as a coordinator reads it. `mission` is None while nobody is placed."""

    centre: Centre
    line: Line
    monday: date
    state: WeekState
    mission: Mission | None
    doctor: Doctor | None
    is_first_mission: bool
    closed_because: str
    shared: str = ""


def arrivals(centres: Iterable[Centre], *, today: date, weeks: int) -> tuple[Arrival, ...]:
    """List who comes to some centres from this week on, by week, centre and line. 5 queries."""
    ids = [centre.pk for centre in centres]
    first = monday_of(today)
    days = mondays(first, weeks)
    lines = list(network.lines(centre_ids=ids))
    closed = network.closed_weeks(
        network.closures(first=first, last=first + weeks * WEEK, centre_ids=ids),
        first_monday=first,
        weeks=weeks,
    )
    missions = {
        (mission.line_id, mission.monday): mission
        for mission in Mission.objects.filter(
            line__centre_id__in=ids, monday__in=days, state__in=ACTIVE
        ).select_related("doctor", "doctor__home", "shared__doctor")
    }
    done = seniority({mission.doctor_id for mission in missions.values()}, today=today)
    found = []
    for monday in days:
        for line in lines:
            mission = missions.get((line.pk, monday))
            needed = line.is_active(monday) and network.is_open_week(
                line.centre, monday=monday, closed=closed
            )
            if mission is not None:
                state = week_state(mission.state, monday, today=today)
            elif needed:
                state = WeekState.OPEN
            elif line.is_active(monday):
                state = WeekState.CLOSED
            else:
                continue
            found.append(
                Arrival(
                    centre=line.centre,
                    line=line,
                    monday=monday,
                    state=state,
                    mission=mission,
                    doctor=None if mission is None else mission.doctor,
                    is_first_mission=mission is not None and done[mission.doctor_id] == 0,
                    shared=_shared(mission, today=today),
                    closed_because=("" if needed else closed.reason(line.centre_id, monday)),
                )
            )
    return tuple(found)


def _shared(mission: Mission | None, *, today: date) -> str:
    """Say who comes on which days of a week that two doctors share; empty for the others."""
    shared = None if mission is None else shared_of(mission)
    if mission is None or shared is None:
        return ""
    return days_words(shared, first_doctor=str(mission.doctor), today=today)
