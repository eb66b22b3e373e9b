"""What a doctor reads of a mission: when, where, with whom, what is still needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from relais.core import formats
from relais.doctors.models import Doctor
from relais.engine.weeks import LAST_DAY, WEEK
from relais.journeys import leaving
from relais.network import queries as network
from relais.network.models import Centre
from relais.rota import queries as rota
from relais.rota.models import Mission
from relais.rota.queries.sharing import days_words, shared_of
from relais.rota.states import ACTIVE, FIRM, MissionState, WeekState


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that the network needs from the doctor."""

    text: str
    is_done: bool
    url_name: str = ""


@dataclass(frozen=True, slots=True)
class MissionCard:
    """One mission as its doctor reads it."""

    mission: Mission
    state: WeekState
    last_day: date
    when: str
    companions: tuple[str, ...]
    coordinators: tuple[str, ...]
    needs: tuple[Need, ...]
    shared: str = ""

    @property
    def centre(self) -> Centre:
        """The centre of the mission."""
        return self.mission.line.centre

    @property
    def key(self) -> str:
        """The mission's number, as a word for the ids of the page."""
        return str(self.mission.pk)

    @property
    def is_active(self) -> bool:
        """Whether the mission still stands."""
        return MissionState(self.mission.state) in ACTIVE

    @property
    def awaits_answer(self) -> bool:
        """Whether the doctor has still to say yes or no."""
        return self.state in (WeekState.PROPOSED, WeekState.INVITED)

    @property
    def is_leaving(self) -> bool:
        """Whether the doctor asks to be replaced and is not yet."""
        return self.can_cancel and self.mission.leaving_at is not None

    @property
    def leave_act(self) -> str:
        """The act behind « je ne peux plus venir »: released at once when the week is near."""
        near = leaving.is_near(self.mission, now=timezone.now())
        return "annuler" if near else "remplacer"

    @property
    def can_cancel(self) -> bool:
        """Whether the doctor said yes and the week has not begun."""
        return self.state in (WeekState.CONFIRMED, WeekState.READY)


def cards(doctor: Doctor, missions: Sequence[Mission], *, today: date) -> list[MissionCard]:
    """Make the cards of some missions of one doctor. 5 queries, whatever their number."""
    beside = _companions(doctor, missions)
    rows = {
        row.id: row
        for row in network.centres(
            today=today, ids={mission.line.centre_id for mission in missions}
        )
    }
    has_practices = doctor.practices.exists()
    found = []
    for mission in missions:
        state = rota.week_state(mission.state, mission.monday, today=today)
        found.append(
            MissionCard(
                mission=mission,
                state=state,
                last_day=mission.monday + LAST_DAY,
                when=_when(mission.monday, state, today),
                companions=tuple(beside[mission.line.centre_id, mission.monday]),
                coordinators=rows[mission.line.centre_id].coordinators,
                shared=_shared(doctor, mission, today),
                needs=_needs(doctor, mission, state, today, has_practices=has_practices),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who holds the line the week before and the week after; empty while nobody has confirmed."""

    before: str
    after: str


def neighbours(mission: Mission) -> Neighbours:
    """Name the doctors from whom and to whom the relay passes. One query."""
    around = (mission.monday - WEEK, mission.monday + WEEK)
    names = {
        other.monday: str(other.doctor)
        for other in Mission.objects.filter(
            line=mission.line_id, monday__in=around, state__in=FIRM
        ).select_related("doctor")
    }
    return Neighbours(names.get(around[0], ""), names.get(around[1], ""))


def split(doctor: Doctor, *, today: date) -> tuple[list[Mission], list[Mission]]:
    """Give the missions of a doctor to come or under way, soonest first, then those before."""
    coming, before = [], []
    for mission in rota.missions_of(doctor):
        if mission.monday + LAST_DAY >= today and MissionState(mission.state) in ACTIVE:
            coming.append(mission)
        else:
            before.append(mission)
    return coming, before[::-1]


def _shared(doctor: Doctor, mission: Mission, today: date) -> str:
    """Say which days are whose in a week that two doctors share."""
    shared = shared_of(mission)
    if shared is None:
        return ""
    return days_words(shared, first_doctor=str(doctor), today=today)


def _when(monday: date, state: WeekState, today: date) -> str:
    return "cette semaine" if state is WeekState.RUNNING else formats.in_days(monday, today)


def _companions(doctor: Doctor, missions: Sequence[Mission]) -> dict[tuple[int, date], list[str]]:
    """Name the doctors who said yes to the same centre and week."""
    others = (
        Mission.objects.filter(
            line__centre__in={mission.line.centre_id for mission in missions},
            monday__in={mission.monday for mission in missions},
            state__in=FIRM,
        )
        .exclude(doctor=doctor)
        .select_related("doctor", "line")
        .order_by("line__number", "id")
    )
    found: dict[tuple[int, date], list[str]] = defaultdict(list)
    for other in others:
        found[other.line.centre_id, other.monday].append(str(other.doctor))
    return found


def _needs(
    doctor: Doctor, mission: Mission, state: WeekState, today: date, *, has_practices: bool
) -> tuple[Need, ...]:
    if state in (WeekState.RUNNING, WeekState.DONE):
        return ()
    return (
        _papers(doctor, mission, today),
        Need(
            "Un téléphone où vous joindre" if not doctor.phone else "Votre téléphone est noté",
            bool(doctor.phone),
            "doctor_preferences",
        ),
        Need(
            "Les actes que vous pratiquez sont notés"
            if has_practices
            else "Dites quels actes vous pratiquez, pour que l’agenda vous convienne",
            has_practices,
            "doctor_preferences",
        ),
    )


def _papers(doctor: Doctor, mission: Mission, today: date) -> Need:
    ready = doctor.ready_on
    if ready is not None and ready <= today:
        return Need("Vos papiers sont prêts", True)
    before = formats.date_words(mission.monday, today=today, weekday=False)
    if ready is not None and ready <= mission.monday:
        expected = formats.date_words(ready, today=today, weekday=False)
        return Need(f"Vos papiers sont attendus pour le {expected}", False)
    return Need(f"Vos papiers sont à compléter avec l’équipe avant le {before}", False)
