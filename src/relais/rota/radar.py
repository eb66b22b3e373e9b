"""The bridge to the engine's radar: today's rota becomes places to watch, readings become rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import groupby

from django.utils.timezone import localdate

from relais.engine import parameters
from relais.engine.rota.standby import Acceptance
from relais.engine.rota.state import State
from relais.engine.simulate.radar import Standing, Watched, read_places
from relais.engine.weeks import WEEK, monday_of, mondays, weeks_between
from relais.network import queries as network
from relais.rota import planning
from relais.rota.models import Ask, Mission, RiskReading
from relais.rota.planning import Bridge
from relais.rota.states import FIRM, AskOutcome, MissionState, WeekState

STANDBY_DEPTH = 2  # plan folder format: reserves wanted for every centre-week, unless said
_STANDINGS = {
    WeekState.OPEN: Standing.EMPTY,
    WeekState.PROPOSED: Standing.PROPOSED,
    WeekState.INVITED: Standing.AWAITED,
    WeekState.CONFIRMED: Standing.PROMISED,
    WeekState.READY: Standing.PROMISED,
}


def ground_of_risks(today: date, *, weeks: int) -> Bridge:
    """Read what the risks of the coming weeks rest on, from next Monday on. 15 queries."""
    return planning.problem_for(
        monday_of(today) + WEEK,
        weeks=weeks,
        standby_depth=STANDBY_DEPTH,
        today=today,
        with_holds=False,  # who keeps a week has not said yes
    )


def invited_since(first_monday: date) -> dict[int, datetime]:
    """Give since when each invited mission from `first_monday` on awaits its answer. 1 query."""
    return dict(
        Mission.objects.filter(state=MissionState.INVITED, monday__gte=first_monday).values_list(
            "pk", "changed_at"
        )
    )


def who_leaves(first_monday: date) -> set[int]:
    """Give the missions from `first_monday` on whose doctor asks to be replaced. 1 query."""
    return set(
        Mission.objects.filter(
            state__in=FIRM, monday__gte=first_monday, leaving_at__isnull=False
        ).values_list("pk", flat=True)
    )


def asked_in_vain(first_monday: date, *, now: datetime) -> dict[date, set[int]]:
    """Give, for each week from `first_monday` on, the doctors who were asked and do not come.

    Who has not answered yet and still may is not one of them. 1 query.
    """
    rows = (
        Ask.objects.filter(search__monday__gte=first_monday)
        .exclude(outcome=AskOutcome.PLACED)
        .exclude(outcome=AskOutcome.WAITING, answer_by__gt=now)
        .values_list("search__monday", "doctor_id")
    )
    found: dict[date, set[int]] = {}
    for monday, doctor in rows:
        found.setdefault(monday, set()).add(doctor)
    return found


def risks(
    bridge: Bridge,
    *,
    invited: dict[int, datetime],
    leaving: Collection[int],
    asked: Mapping[date, Collection[int]],
    words: Mapping[int, float],
    today: date,
) -> list[RiskReading]:
    """Read every line-week that needs a doctor; rows not saved, by week, then line. No query.

    `leaving`: ids of missions whose doctor asks to be replaced, who count as empty places. `asked`:
    by week, ids of doctors who were asked in vain. `words`: by mission, how many times as likely to
    cancel its doctor is, after « toujours d’accord ? »; the chance of an empty Monday follows in
    proportion (docs/engine/radar.md).
    Weeks after the last planned one (`planned_from` of their places are given) are left out: they
    are still to be prepared.
    """
    now, index = bridge.situation, bridge.index
    first = bridge.problem.first_monday
    standing = {(one.line_id, one.monday): one for one in now.missions.values()}
    said_no = {
        monday: tuple(sorted(index.doctor_of[one] for one in who if one in index.doctor_of))
        for monday, who in asked.items()
    }
    rows, places = [], []
    times: list[float] = []
    for monday in mondays(first, bridge.problem.weeks):
        for line in sorted(now.lines.values(), key=lambda one: one.pk):
            centre = now.centres.get(line.centre_id)
            if centre is None or not line.is_active(monday):
                continue
            if not network.is_open_week(centre, monday=monday, closed=now.closed):
                continue
            mission = standing.get((line.pk, monday))
            leaves = mission is not None and mission.id in leaving
            state = WeekState.OPEN if mission is None else WeekState(mission.state)
            since = None if mission is None else invited.get(mission.id)
            places.append(
                Watched(
                    centre=index.centre_of[line.centre_id],
                    week=weeks_between(first, monday),
                    lead_days=(monday - today).days,
                    standing=Standing.EMPTY if leaves else _STANDINGS[state],
                    silent_days=max(0, (today - localdate(since)).days) if since else 0,
                    asked=said_no.get(monday, ()),
                )
            )
            is_firm = not leaves and mission is not None and mission.state in FIRM
            times.append(words.get(mission.id, 1.0) if is_firm and mission is not None else 1.0)
            rows.append(
                RiskReading(
                    line=line,
                    monday=monday,
                    doctor_id=None if mission is None else mission.doctor_id,
                    state=state,
                    invited_at=since,
                )
            )
    planned = _planned(rows)
    rows, places = rows[:planned], places[:planned]
    readings = read_places(
        State(bridge.problem, planning.without(bridge, planning.as_plan(bridge), leaving)),
        places,
        acceptance=Acceptance(),
    )
    for row, reading, worth in zip(rows, readings, times, strict=False):
        row.chance, row.says_yes = min(1.0, reading.chance * worth), reading.says_yes
        row.could_come, row.standbys = reading.could_come, reading.standbys
    return rows


def _planned(rows: list[RiskReading]) -> int:
    """Count the rows, in order of week, up to the last planned week."""
    share = parameters.load("radar")["planned_from"].value
    end = done = 0
    for _, week in groupby(rows, key=lambda row: row.monday):
        places = list(week)
        done += len(places)
        if sum(one.state != WeekState.OPEN for one in places) >= share * len(places):
            end = done
    return end
