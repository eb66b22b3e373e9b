"""One doctor as the planner's page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from relais.core import formats
from relais.doctors import queries as doctors
from relais.doctors.models import Doctor, PracticeProfile
from relais.doctors.queries import DoctorFile
from relais.doctors.states import PracticeLevel
from relais.engine import calendar_fr
from relais.engine.weeks import WEEK, monday_of, mondays
from relais.network import queries as network
from relais.portals.office.board_sheet import week_url
from relais.rota import queries as rota
from relais.rota.models import Mission
from relais.rota.queries.roster import WhyNot, why_not
from relais.rota.states import ACTIVE, OfferSource

OFFER_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Come:
    """A mission of the doctor, in words."""

    url: str
    week: str
    near: str
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class OfferedWeek:
    """A week of the year to come: offered or not, and whether a mission or a reserve takes it."""

    monday: date
    words: str
    is_offered: bool
    taken: str
    school: str
    source: str


@dataclass(frozen=True, slots=True)
class OfferedMonth:
    """The weeks of a month."""

    words: str
    offered: int
    weeks: tuple[OfferedWeek, ...]


@dataclass(frozen=True, slots=True)
class DoctorSheet:
    """Everything the page of a doctor shows."""

    doctor: Doctor
    file: DoctorFile
    practices: tuple[tuple[str, str, str], ...]
    profile: PracticeProfile | None
    seniority: int
    following: tuple[Come, ...]
    past: tuple[Come, ...]
    months: tuple[OfferedMonth, ...]
    offered: int
    is_ready: bool
    why_monday: date | None
    why_week: str
    why: WhyNot | None


def doctor_sheet(doctor: Doctor, *, today: date, why_monday: date | None) -> DoctorSheet:
    """Read one doctor for the page. A constant number of queries."""
    missions = list(rota.missions_of(doctor))
    monday = monday_of(today)
    months = offered_months(doctor, missions, today=today)
    file = doctors.file_of(doctor)
    said = {one.practice_id: one for one in file.practices}
    return DoctorSheet(
        doctor=doctor,
        file=file,
        practices=tuple(
            (
                practice.label,
                said[practice.pk].level if practice.pk in said else "",
                PracticeLevel(said[practice.pk].level).label
                if practice.pk in said
                else "pas encore dit",
            )
            for practice in network.practices()
        ),
        profile=doctors.profile_of(doctor),
        seniority=rota.seniority([doctor.pk], today=today)[doctor.pk],
        following=tuple(_come(one, today) for one in missions if one.monday >= monday),
        past=tuple(_come(one, today) for one in reversed(missions) if one.monday < monday),
        months=months,
        offered=sum(month.offered for month in months),
        is_ready=doctor.ready_on is not None and doctor.ready_on <= today,
        why_monday=why_monday,
        why_week="" if why_monday is None else formats.week_label(why_monday, today=today),
        why=None if why_monday is None else why_not(doctor, why_monday, today=today),
    )


def _come(mission: Mission, today: date) -> Come:
    active = mission.state in ACTIVE
    state = rota.week_state(mission.state, mission.monday, today=today) if active else mission.state
    return Come(
        url=week_url(mission.line_id, mission.monday),
        week=formats.week_label(mission.monday, today=today),
        near="cette semaine"
        if mission.monday <= today < mission.monday + WEEK
        else formats.in_days(mission.monday, today),
        place=mission.line.centre.name,
        state=str(state),
    )


def offered_months(
    doctor: Doctor, missions: Iterable[Mission], *, today: date
) -> tuple[OfferedMonth, ...]:
    """List the weeks of the year to come by month, with what was offered and what is taken."""
    first = monday_of(today) + WEEK
    offers = {one.monday: one for one in rota.offers_of(doctor, since=first)}
    placed = {one.monday: one.line.centre.name for one in missions if one.state in ACTIVE}
    reserves = {one.monday for one in rota.standbys_of(doctor, since=first)}
    months = []
    for start, days in groupby(mondays(first, OFFER_WEEKS), key=lambda day: day.replace(day=1)):
        weeks = tuple(
            OfferedWeek(
                monday=day,
                words=formats.date_words(day, today=start, weekday=False),
                is_offered=day in offers,
                taken=placed.get(day, "") or ("en réserve" if day in reserves else ""),
                school=calendar_fr.school_words(day),
                source=OfferSource(offers[day].source).label if day in offers else "",
            )
            for day in days
        )
        months.append(
            OfferedMonth(
                words=formats.month_words(start),
                offered=sum(week.is_offered for week in weeks),
                weeks=weeks,
            )
        )
    return tuple(months)
