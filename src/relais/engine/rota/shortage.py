"""Whom to look for where places stay empty: how many offers, when, near which centres, of whom.

The empty places of a plan are grouped by month, by who may fill them (pioneers in opening weeks)
and by neighbouring centres. One more offer of a doctor who can come, accepts the centre and has a
mission left closes one of them: so as many offers as places, in these weeks, close the group. Where
the certificate of the plan is reached, all of them are places of the cut: fewer offers cannot do.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from relais.engine import geo
from relais.engine.rota.plan import Hole, Plan
from relais.engine.rota.problem import CentreIndex, Problem, WeekIndex
from relais.engine.units import day_words, duration_words
from relais.engine.weeks import WEEK, monday_on_or_after

_NEIGHBOURS_KM = 120.0  # of the first centre of a group: they can look for doctors together
_MOST = 0.8  # of today's missions there come from nearer than the time told
_ROUNDED_MINUTES = 30
_NAMES = 4
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Offers that are missing together: `missing` of them, one a mission.

    `places`: (centre, week, how many) of them. `pioneers`: only a pioneer may fill them.
    `within_minutes`: from where most who go there come today, None where nobody does.
    """

    month: date
    centres: tuple[CentreIndex, ...]
    weeks: tuple[WeekIndex, ...]
    places: tuple[tuple[CentreIndex, WeekIndex, int], ...]
    missing: int
    pioneers: bool
    within_minutes: int | None


def shortages(problem: Problem, plan: Plan) -> tuple[Shortage, ...]:
    """Group the empty places of a plan, the earliest month first, then the most missing."""
    groups: dict[tuple[date, bool], list[list[Hole]]] = defaultdict(list)
    for hole in sorted(plan.holes):
        key = (
            problem.monday(hole.week).replace(day=1),
            _is_opening(problem, hole.centre, hole.week),
        )
        for group in groups[key]:
            if _kilometres(problem, group[0].centre, hole.centre) <= _NEIGHBOURS_KM:
                group.append(hole)
                break
        else:
            groups[key].append([hole])
    travel: dict[CentreIndex, list[int]] = defaultdict(list)
    for mission in plan.missions:
        travel[mission.centre].append(mission.travel_minutes)
    found = []
    for (month, pioneers), parts in groups.items():
        for holes in parts:
            centres = tuple(sorted({hole.centre for hole in holes}))
            minutes = sorted(one for centre in centres for one in travel[centre])
            most = minutes[math.ceil(_MOST * len(minutes)) - 1] if minutes else None
            found.append(
                Shortage(
                    month=month,
                    centres=centres,
                    weeks=tuple(sorted({hole.week for hole in holes})),
                    places=tuple((hole.centre, hole.week, hole.missing) for hole in holes),
                    missing=sum(hole.missing for hole in holes),
                    pioneers=pioneers,
                    within_minutes=(
                        None
                        if most is None
                        else math.ceil(max(most, 1) / _ROUNDED_MINUTES) * _ROUNDED_MINUTES
                    ),
                )
            )
    return tuple(
        sorted(found, key=lambda one: (one.month, -one.missing, one.centres, one.pioneers))
    )


def in_words(problem: Problem, one: Shortage) -> str:
    """Say in a French sentence which offers would close a shortage."""
    who = " de médecins pionniers" if one.pioneers else ""
    offers = f"{one.missing} offre{'s' if one.missing > 1 else ''} de plus"
    month = _MONTHS[one.month.month - 1]
    when = f"{'d’' if month[0] in 'ao' else 'de '}{month} {one.month.year}"
    names = [problem.centres[centre].name for centre in one.centres]
    listed = ", ".join(names[:_NAMES])
    if len(names) > _NAMES:
        listed += f" et {len(names) - _NAMES} autres centres"
    to = f"pour {listed}"
    near = (
        "" if one.within_minutes is None else f", à moins de {duration_words(one.within_minutes)}"
    )
    days = ", ".join(day_words(problem.monday(week)) for week in one.weeks)
    weeks = f"semaine{'s' if len(one.weeks) > 1 else ''} du {days}"
    return f"{offers}{who} au mois {when} {to}{near} : {weeks}."


def _is_opening(problem: Problem, centre: CentreIndex, week: WeekIndex) -> bool:
    opens_on = problem.centres[centre].opens_on
    if opens_on is None:
        return False
    first = monday_on_or_after(opens_on)
    return first <= problem.monday(week) < first + problem.opening_weeks * WEEK


def _kilometres(problem: Problem, one: CentreIndex, other: CentreIndex) -> float:
    here, there = problem.centres[one], problem.centres[other]
    return float(
        geo.great_circle_km(here.latitude, here.longitude, there.latitude, there.longitude)
    )
