"""The bridge to the engine's ranked waves: whom to ask for an empty line-week, and how many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import cos, radians

from django.utils.timezone import localdate

from relais.core import formats
from relais.doctors.models import CentrePreference, Doctor
from relais.engine import hard_weeks, parameters
from relais.engine.rota.standby import (
    Acceptance,
    Answer,
    Kind,
    chance_nobody,
    lead_of,
    ranking,
    wave_size,
)
from relais.engine.simulate.rates import usual
from relais.engine.weeks import WEEK, monday_of, weeks_between
from relais.network.models import Line
from relais.rota import planning
from relais.rota.models import Ask, Mission, Offer
from relais.rota.planning import Bridge
from relais.rota.queries import fairness
from relais.rota.states import ACTIVE, AskOutcome

_KM_A_DEGREE = 111.2  # of latitude, on the sphere of engine.geo
_STANDBY_DEPTH = 0  # reserves are called, not asked for here


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could be asked. `because`: a few French words; `chance`: of a yes.

    `hard_points`: what she gave of hard weeks lately, told where the week asked for is hard.
    """

    doctor: Doctor
    chance: float
    offered: bool
    known: bool
    travel_minutes: int
    because: str
    hard_points: int = 0


@dataclass(frozen=True, slots=True)
class Wave:
    """Whom to ask now. `left_in_peace`: could come, asked often enough lately.

    `chance_of_one`: that at least one of `people` says yes. `others`: how many remain for later
    waves. `answer_hours`: how long the wave has to answer.
    """

    people: tuple[Person, ...]
    left_in_peace: int
    others: int
    chance_of_one: float
    answer_hours: float
    lead_days: int


def learned(bridge: Bridge, *, now: datetime) -> Acceptance:
    """Give the chances learnt from all questions answered or run out. 1 query."""
    today = localdate(now)
    answers = []
    for row in Ask.objects.values(
        "doctor_id", "lead_days", "offered", "known", "outcome", "answer_by"
    ).order_by("pk"):
        row_index = bridge.index.doctor_of.get(row["doctor_id"])
        if row["outcome"] == AskOutcome.WAITING and localdate(row["answer_by"]) >= today:
            continue
        kind = Kind(lead_of(row["lead_days"]), row["offered"], row["known"])
        yes = row["outcome"] in (AskOutcome.PLACED, AskOutcome.RESERVE, AskOutcome.THANKED)
        answers.append(Answer(-1 if row_index is None else row_index, kind, yes))
    return Acceptance().updated(answers)


def candidates(
    line: Line, *, monday: date, now: datetime, already: Collection[int] = ()
) -> list[Person]:
    """Rank everybody who could come to an empty line-week, those who offered it first.

    Nothing else would have to move. `already`: ids of doctors asked for this week before. Doctors
    who come with a companion are left to the planner. 16 queries. Empty where the line-week is not
    empty, or lies in the past.
    """
    today = localdate(now)
    first = monday_of(today) + WEEK
    if monday < first:
        first = monday_of(monday)
    if monday <= today:
        return []
    bridge = planning.problem_for(
        first,
        weeks=weeks_between(first, monday) + 1,
        standby_depth=_STANDBY_DEPTH,
        today=today,
        doctor_ids=_worth_reading(line, monday=monday),
    )
    index, situation = bridge.index, bridge.situation
    if line.centre_id not in index.centre_of:
        return []
    centre = situation.centres[line.centre_id]
    leaving = list(
        Mission.objects.filter(
            line=line, monday=monday, state__in=ACTIVE, leaving_at__isnull=False
        ).values_list("pk", flat=True)
    )
    found = []
    for one in ranking(
        bridge.problem,
        planning.without(bridge, planning.as_plan(bridge), leaving),
        weeks_between(first, monday),
        acceptance=learned(bridge, now=now),
        centre=index.centre_of[line.centre_id],
        lead_days=(monday - today).days,
        exclude=[index.doctor_of[key] for key in already if key in index.doctor_of],
    ):
        doctor_id = index.doctor_ids[one.doctors[0]]
        if len(one.doctors) > 1 or doctor_id is None:
            continue
        doctor = situation.doctors[doctor_id]
        if one.offered and situation.objections(doctor, line, monday, ignoring=leaving):
            continue
        known = situation.knows(doctor_id, centre.pk)
        minutes = situation.travel_minutes(doctor, centre)
        found.append(
            Person(
                doctor=doctor,
                chance=one.probability,
                offered=one.offered,
                known=known,
                travel_minutes=minutes,
                because=_because(offered=one.offered, known=known, minutes=minutes),
            )
        )
    return _shared_fairly(found, monday=monday, today=today)


def _shared_fairly(people: list[Person], *, monday: date, today: date) -> list[Person]:
    """Put those who gave more hard weeks than the others further down, where the week is hard.

    Who offered the week still comes before who did not. Ordinary weeks stay as they are, 0 query;
    else 1.
    """
    if not hard_weeks.points(monday):
        return people
    shares = fairness.hard_points(today)
    mean = fairness.mean_points(shares)
    told = [replace(one, hard_points=shares.get(one.doctor.pk, 0)) for one in people]
    return sorted(
        told,
        key=lambda one: (
            not one.offered,
            -one.chance * hard_weeks.spared(one.hard_points, mean),
        ),
    )


def _worth_reading(line: Line, *, monday: date) -> list[int] | None:
    """Choose which doctors a large collective reads for one gap; None: everybody.

    Beyond `read_whole` doctors, those who offered the week, know the centre, or
    live within `read_km` of it: who is farther has hardly a chance (parameters/searching.toml). 3
    queries more.
    """
    numbers = parameters.load("searching")
    if Doctor.objects.count() <= numbers["read_whole"].value:
        return None
    centre = line.centre
    km = numbers["read_km"].value
    north = km / _KM_A_DEGREE
    east = north / max(cos(radians(centre.latitude)), 0.1)
    near = Doctor.objects.filter(
        latitude__range=(centre.latitude - north, centre.latitude + north),
        longitude__range=(centre.longitude - east, centre.longitude + east),
    )
    offered = Offer.objects.filter(monday=monday)
    known = CentrePreference.objects.filter(centre=centre)
    return sorted(
        {
            *near.values_list("pk", flat=True),
            *offered.values_list("doctor_id", flat=True),
            *known.values_list("doctor_id", flat=True),
        }
    )


def wave(
    people: Collection[Person], *, in_peace: Collection[int], monday: date, now: datetime
) -> Wave:
    """Choose whom to ask now: as few as keep the chance that nobody comes below the risk.

    `in_peace`: ids of doctors who were asked often enough. The risk and the time to answer depend
    on how near the Monday is (parameters/simulation.toml). No query.
    """
    rates = usual()
    days = (monday - localdate(now)).days
    lead = lead_of(days)
    free = [one for one in people if one.doctor.pk not in in_peace]
    size = min(
        wave_size([one.chance for one in free], rates.wave_risk(lead)), int(rates.largest_wave)
    )
    chosen = tuple(free[:size])
    return Wave(
        people=chosen,
        left_in_peace=len(people) - len(free),
        others=len(free) - size,
        chance_of_one=1 - chance_nobody(one.chance for one in chosen),
        answer_hours=rates.wave_days(lead) * 24,
        lead_days=days,
    )


def answer_by(wave_: Wave, *, leaves_at: datetime) -> datetime:
    """Give when a wave that leaves at `leaves_at` has had its time."""
    return leaves_at + timedelta(hours=wave_.answer_hours)


def _because(*, offered: bool, known: bool, minutes: int) -> str:
    """Say in a few words why somebody is thought of, « vous » meaning the doctor."""
    parts = []
    if offered:
        parts.append("vous avez offert cette semaine")
    if known:
        parts.append("vous connaissez déjà le centre")
    if not parts:
        parts.append(f"le centre est à {formats.hours_minutes(minutes)} de chez vous")
    return f"{formats.listing(parts)}."
