"""One line in one week: who comes, why, who else could."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relais.core import formats
from relais.doctors.models import Doctor
from relais.doctors.states import PreferenceKind
from relais.engine import calendar_fr, parameters
from relais.engine.weeks import WEEK, is_monday
from relais.network.models import Centre, Line
from relais.rota.models import Mission, Offer, Standby
from relais.rota.queries import situation as facts
from relais.rota.queries.board import closed_words, risk_words
from relais.rota.queries.people import week_state
from relais.rota.queries.situation import Situation, mission_cost
from relais.rota.queries.standing import YEAR_WEEKS, Objection
from relais.rota.states import ACTIVE, WeekState


@dataclass(frozen=True, slots=True)
class Candidate:
    """A doctor who could take a line-week.

    `because`: what speaks for it; `objections`: what against.
    """

    doctor_id: int
    doctor_name: str
    phone: str
    email: str
    travel_minutes: int
    is_standby: bool
    seniority: int
    missions_this_year: int
    cost: int
    because: str
    objections: tuple[Objection, ...]
    busy: str = ""

    @property
    def is_possible(self) -> bool:
        """Say whether no rule speaks against this doctor."""
        return not self.objections and not self.busy


@dataclass(frozen=True, slots=True)
class StandbyDoctor:
    """A doctor in reserve that week. `counts`: whether this centre can call on this doctor."""

    doctor_id: int
    doctor_name: str
    phone: str
    counts: bool
    travel_minutes: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who holds the same line a week before or after, for the relay."""

    monday: date
    state: WeekState
    mission_id: int | None
    doctor_id: int | None
    doctor_name: str


@dataclass(frozen=True, slots=True)
class WeekDetail:
    """Everything the drawer of a line-week shows.

    `alternatives`: best first, then the impossible.
    """

    line: Line
    monday: date
    state: WeekState
    mission: Mission | None
    why: str
    risk: str
    closed_because: str
    alternatives: tuple[Candidate, ...]
    standbys: tuple[StandbyDoctor, ...]
    holidays: tuple[str, ...]
    school: str
    department_on_holiday: bool | None
    before: Neighbour
    after: Neighbour
    beside: tuple[Mission, ...]
    ended: tuple[Mission, ...]

    @property
    def possible(self) -> tuple[Candidate, ...]:
        """Give the candidates against whom no rule speaks."""
        return tuple(one for one in self.alternatives if one.is_possible)


def week(line: Line, monday: date, *, today: date) -> WeekDetail:
    """Read one line-week with its alternatives. A constant number of queries.

    Raises ValueError when `monday` is not a Monday.
    """
    if not is_monday(monday):
        raise ValueError(f"{monday} is not a Monday")
    offering = list(Offer.objects.filter(monday=monday).values_list("doctor_id", flat=True))
    on_standby = list(Standby.objects.filter(monday=monday).values_list("doctor_id", flat=True))
    missions = list(
        Mission.objects.filter(
            line__centre_id=line.centre_id, monday__range=(monday - WEEK, monday + WEEK)
        )
        .select_related("doctor", "doctor__home", "line", "line__centre", "shared__doctor")
        .order_by("monday", "line__number", "-changed_at", "id")
    )
    here = [one for one in missions if one.monday == monday]
    mission = next((one for one in here if one.line_id == line.pk and one.state in ACTIVE), None)
    now = facts.load(
        monday - WEEK,
        monday + WEEK,
        today=today,
        doctor_ids={*offering, *on_standby, *_doctors(mission)},
    )
    alternatives = _candidates(now, line, monday, mission=mission)
    department = _department(line)
    standing = None if mission is None else now.missions[mission.pk]
    return WeekDetail(
        line=line,
        monday=monday,
        state=_state(now, line, monday, mission),
        mission=mission,
        why="" if mission is None else mission.because,
        risk="" if standing is None else risk_words(now, standing),
        closed_because="" if now.is_needed(line, monday) else closed_words(now, line, monday),
        alternatives=alternatives,
        standbys=_standbys(now, line, monday),
        holidays=tuple(calendar_fr.holidays_in_week(monday, department or None).values()),
        school=calendar_fr.school_words(monday),
        department_on_holiday=(
            calendar_fr.on_school_holiday(monday, department) if department else None
        ),
        before=_neighbour(now, line, monday - WEEK, missions),
        after=_neighbour(now, line, monday + WEEK, missions),
        beside=tuple(one for one in here if one.line_id != line.pk and one.state in ACTIVE),
        ended=tuple(one for one in here if one.line_id == line.pk and one.state not in ACTIVE),
    )


def candidates(line: Line, monday: date, *, today: date) -> tuple[Candidate, ...]:
    """Rank the doctors who offered a week or stand in reserve, for one line. Best first."""
    return week(line, monday, today=today).alternatives


def _doctors(mission: Mission | None) -> set[int]:
    return set() if mission is None else {mission.doctor_id}


def _department(line: Line) -> str:
    commune = line.centre.commune
    return "" if commune is None else commune.department


def _state(now: Situation, line: Line, monday: date, mission: Mission | None) -> WeekState:
    if mission is not None:
        return week_state(mission.state, monday, today=now.today)
    return WeekState.OPEN if now.is_needed(line, monday) else WeekState.CLOSED


def _neighbour(now: Situation, line: Line, monday: date, missions: list[Mission]) -> Neighbour:
    for one in missions:
        if one.line_id == line.pk and one.monday == monday and one.state in ACTIVE:
            return Neighbour(
                monday=monday,
                state=week_state(one.state, monday, today=now.today),
                mission_id=one.pk,
                doctor_id=one.doctor_id,
                doctor_name=str(one.doctor),
            )
    state = WeekState.OPEN if now.is_needed(line, monday) else WeekState.CLOSED
    return Neighbour(monday, state, None, None, "")


def _candidates(
    now: Situation, line: Line, monday: date, *, mission: Mission | None
) -> tuple[Candidate, ...]:
    holder = None if mission is None else mission.doctor_id
    ignoring = () if mission is None else (mission.pk,)
    found = [
        _candidate(now, line, monday, doctor, ignoring)
        for doctor in now.doctors.values()
        if doctor.pk != holder
        and ((doctor.pk, monday) in now.offers or (doctor.pk, monday) in now.standbys)
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.is_possible,
                bool(one.busy),
                len(one.objections),
                one.cost,
                one.doctor_name,
                one.doctor_id,
            ),
        )
    )


def _candidate(
    now: Situation, line: Line, monday: date, doctor: Doctor, ignoring: tuple[int, ...]
) -> Candidate:
    centre = now.centres[line.centre_id]
    minutes = now.travel_minutes(doctor, centre)
    taken = [
        one
        for one in now.of_doctor.get(doctor.pk, ())
        if one.id not in ignoring and abs((one.monday - monday).days) < YEAR_WEEKS * WEEK.days
    ]
    elsewhere = next((one for one in taken if one.monday == monday), None)
    busy = ""
    if elsewhere is not None:
        busy = f"{doctor} est cette semaine-là à {now.centres[elsewhere.centre_id].name}."
    repeat = int(parameters.load("rota")["repeat_cost"].value) * len(taken)
    return Candidate(
        doctor_id=doctor.pk,
        doctor_name=str(doctor),
        phone=doctor.phone,
        email=doctor.email,
        travel_minutes=minutes,
        is_standby=(doctor.pk, monday) in now.standbys,
        seniority=now.seniority(doctor),
        missions_this_year=len(taken),
        cost=mission_cost(now, doctor, centre) + repeat,
        because=because_words(now, doctor, centre, monday, others_this_year=len(taken)),
        objections=now.objections(doctor, line, monday, ignoring=ignoring),
        busy=busy,
    )


def because_words(
    now: Situation, doctor: Doctor, centre: Centre, monday: date, *, others_this_year: int
) -> str:
    """Say in a few French words what speaks for a doctor at a centre."""
    words = [f"à {formats.hours_minutes(now.travel_minutes(doctor, centre))}"]
    if (doctor.pk, monday) in now.standbys:
        words.insert(0, "en réserve cette semaine")
    if now.wishes_for(doctor.pk, centre.pk, PreferenceKind.PREFERRED):
        words.append("souhaite y aller")
    if now.knows(doctor.pk, centre.pk):
        words.append("connaît le centre")
    if now.is_first_timer(doctor):
        words.append("première mission")
    elif others_this_year <= 0:
        words.append("aucune autre mission dans l’année")
    else:
        count = formats.plural(others_this_year, "autre mission", "autres missions")
        words.append(f"{count} dans l’année")
    text = ", ".join(words)
    return f"{text[:1].upper()}{text[1:]}."


def _standbys(now: Situation, line: Line, monday: date) -> tuple[StandbyDoctor, ...]:
    centre = now.centres[line.centre_id]
    suited = now.suited[centre.pk]
    found = []
    for doctor_id, day in now.standbys:
        doctor = now.doctors.get(doctor_id)
        if day != monday or doctor is None:
            continue
        found.append(
            StandbyDoctor(
                doctor_id=doctor_id,
                doctor_name=str(doctor),
                phone=doctor.phone,
                counts=doctor_id in suited
                and (doctor.ready_on is None or doctor.ready_on <= monday)
                and (doctor.is_pioneer or not now.is_opening(centre, monday)),
                travel_minutes=now.travel_minutes(doctor, centre),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.counts, one.travel_minutes, one.doctor_id)))
