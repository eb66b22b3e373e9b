"""The open weeks that fit one doctor, sorted by fit and need, with the reason in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate

from relais.core import formats
from relais.doctors.models import Doctor
from relais.doctors.states import PreferenceKind
from relais.engine import parameters
from relais.engine.weeks import WEEK, monday_of, mondays, weeks_between
from relais.network.models import Line
from relais.rota.models import Hold, RiskReading, Season
from relais.rota.queries import situation as facts
from relais.rota.queries.seasons import Turn, season_of, seasons, turn_in, weeks_in
from relais.rota.queries.situation import LIFTED_BY_CHOICE, Situation, mission_cost
from relais.rota.states import WeekState

SURE, SCARCE, DANGER = 0, 1, 2  # how much a week needs somebody


@dataclass(frozen=True, slots=True)
class OpenWeek:
    """A line-week without a doctor that this doctor could take.

    `need`: SURE, SCARCE or DANGER. `held_until`: when it is kept for another doctor, till when.
    """

    line: Line
    monday: date
    travel_minutes: int
    need: int
    offered: bool
    because: str
    turn: Turn
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The page of a doctor who chooses: what she keeps, the weeks, how many more there are."""

    held: Hold | None
    weeks: tuple[OpenWeek, ...]
    others: int
    seasons: tuple[Season, ...]


def open_weeks(doctor: Doctor, *, now: datetime) -> Choice:
    """List the open weeks that a doctor could take: offered first, then need, then fit.

    Weeks without a season are listed as far as they may be chosen, weeks of a season all. A
    constant number of queries: 19 and 1 a season.
    """
    numbers = parameters.load("choosing")
    today = localdate(now)
    first = monday_of(today) + WEEK
    shown = tuple(seasons(today=today))
    last = max(
        [first + (int(numbers["free_weeks"].value) - 1) * WEEK, *(one.last_monday for one in shown)]
    )
    situation = facts.load(first, last, today=today, doctor_ids=[doctor.pk])
    needs = _needs(first, last)
    turns = {one.pk: turn_in(one, weeks=weeks_in(one, doctor=doctor), now=now) for one in shown}
    free_until = today + int(numbers["free_weeks"].value) * WEEK
    days = []
    for monday in mondays(first, weeks_between(first, last) + 1):
        season = next((one for one in shown if one.first_monday <= monday <= one.last_monday), None)
        if (season is not None or monday <= free_until) and situation.is_free(doctor, monday):
            days.append((monday, Turn(True) if season is None else turns[season.pk]))
    found = sorted(
        _fitting(situation, doctor, days, needs, now),
        key=lambda one: (not one[0].offered, not one[0].turn.now, -one[0].need, *one[1]),
    )
    listed = int(numbers["listed"].value)
    weeks: list[OpenWeek] = []
    for place, (one, _) in enumerate(found):
        if len(weeks) == listed:
            return Choice(_held_by(doctor, now), tuple(weeks), len(found) - place, shown)
        against = situation.objections(doctor, one.line, one.monday)
        if all(said.rule in LIFTED_BY_CHOICE for said in against):
            weeks.append(one)
    return Choice(_held_by(doctor, now), tuple(weeks), 0, shown)


def held_by(doctor: Doctor, *, now: datetime) -> Hold | None:
    """Give the week that is kept for a doctor now."""
    return _held_by(doctor, now)


def _held_by(doctor: Doctor, now: datetime) -> Hold | None:
    return (
        Hold.objects.filter(doctor=doctor, ended_at=None, until__gt=now)
        .select_related("line__centre__commune")
        .first()
    )


def _needs(first: date, last: date) -> dict[tuple[int, date], int]:
    """Read how much empty weeks need somebody, from the radar. 1 query."""
    page = parameters.load("radar")
    watch, danger = page["watch_from"].value, page["danger_from"].value
    rows = RiskReading.objects.filter(
        state=WeekState.OPEN, monday__gte=first, monday__lte=last
    ).values_list("line_id", "monday", "chance")
    return {
        (line_id, monday): DANGER if chance >= danger else SCARCE if chance >= watch else SURE
        for line_id, monday, chance in rows
    }


def _fitting(
    situation: Situation,
    doctor: Doctor,
    days: Collection[tuple[date, Turn]],
    needs: dict[tuple[int, date], int],
    now: datetime,
) -> list[tuple[OpenWeek, tuple[int, date, int]]]:
    """List what is empty where wishes, travel and lodging allow, with what sorts it."""
    taken = {(one.line_id, one.monday) for one in situation.missions.values()}
    suited = {
        pk: centre for pk, centre in situation.centres.items() if doctor.pk in situation.suited[pk]
    }
    lines = [line for line in situation.lines.values() if line.centre_id in suited]
    cost = {pk: mission_cost(situation, doctor, centre) for pk, centre in suited.items()}
    found = []
    for monday, turn in days:
        offered = (doctor.pk, monday) in situation.offers
        for line in lines:
            centre = suited[line.centre_id]
            if (line.pk, monday) in taken or not situation.is_needed(line, monday):
                continue
            if situation.is_opening(centre, monday) and not doctor.is_pioneer:
                continue
            kept = situation.kept.get((line.pk, monday))
            if kept is not None and kept.doctor_id == doctor.pk and kept.until > now:
                continue
            line.centre = centre
            need = needs.get((line.pk, monday), SURE)
            one = OpenWeek(
                line=line,
                monday=monday,
                travel_minutes=situation.travel_minutes(doctor, centre),
                need=need,
                offered=offered,
                because=_because(situation, doctor, line, need=need, offered=offered),
                turn=turn,
                held_until=kept.until if kept is not None and kept.until > now else None,
            )
            found.append((one, (cost[centre.pk], monday, line.pk)))
    return found


def _because(situation: Situation, doctor: Doctor, line: Line, *, need: int, offered: bool) -> str:
    """Say in a few words why this week: « Vous connaissez le centre. Peu de médecins … »."""
    words = []
    if offered:
        words.append("vous avez proposé cette semaine")
    if situation.knows(doctor.pk, line.centre_id):
        words.append("vous connaissez le centre")
    elif situation.wishes_for(doctor.pk, line.centre_id, PreferenceKind.PREFERRED):
        words.append("vous avez envie d’y aller")
    minutes = situation.travel_minutes(doctor, situation.centres[line.centre_id])
    words.append(f"à {formats.hours_minutes(minutes)} de chez vous")
    fit = formats.listing(words)
    sentence = f"{fit[:1].upper()}{fit[1:]}."
    if need == DANGER:
        return f"{sentence} Sans vous, elle risque fort de rester vide."
    if need == SCARCE:
        return f"{sentence} Peu d’autres médecins peuvent venir."
    return sentence


__all__ = ["DANGER", "SCARCE", "SURE", "Choice", "OpenWeek", "held_by", "open_weeks", "season_of"]
