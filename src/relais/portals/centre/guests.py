"""Who comes, as a coordinator reads it: by week, then by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from relais.core import formats
from relais.engine.weeks import WEEK, monday_of
from relais.rota.queries import Arrival
from relais.rota.states import WeekState

LAST_DAY = timedelta(days=5)  # a relay week goes from Monday to Saturday


@dataclass(frozen=True, slots=True)
class Guest:
    """One line in one week: who comes, from where, with whom.

    `line` names the line (« ligne 2 »), or is empty where the centre has only one that week.
    """

    arrival: Arrival
    line: str
    comes_from: str
    brings: tuple[str, ...]

    @property
    def is_awaited(self) -> bool:
        """Whether nobody is expected yet though the week needs a doctor."""
        return self.arrival.state is WeekState.OPEN


@dataclass(frozen=True, slots=True)
class GuestWeek:
    """The lines of one week. `name` is « cette semaine », « la semaine prochaine » or the date."""

    monday: date
    name: str
    guests: tuple[Guest, ...]

    @property
    def saturday(self) -> date:
        """The last day of the week."""
        return self.monday + LAST_DAY

    @property
    def summary(self) -> str:
        """Say in a few words whether every line has its doctor."""
        needed = [guest for guest in self.guests if guest.arrival.state is not WeekState.CLOSED]
        if not needed:
            return "fermée"
        missing = sum(guest.is_awaited for guest in needed)
        if missing:
            return f"{formats.plural(missing, 'médecin')} à trouver"
        unsure = sum(
            guest.arrival.state in (WeekState.PROPOSED, WeekState.INVITED) for guest in needed
        )
        if unsure:
            return f"{formats.plural(unsure, 'réponse')} {formats.agree(unsure, 'attendue')}"
        return formats.agree(len(needed), "le médecin est connu", "tous les médecins sont connus")


def guest_weeks(arrivals: Iterable[Arrival], *, today: date) -> list[GuestWeek]:
    """Group arrivals, already in order of week, by week."""
    return [
        GuestWeek(monday, _name(monday, today), _guests(list(rows)))
        for monday, rows in groupby(arrivals, key=lambda row: row.monday)
    ]


def _name(monday: date, today: date) -> str:
    if monday == monday_of(today):
        return "Cette semaine"
    if monday == monday_of(today) + WEEK:
        return "La semaine prochaine"
    label = formats.week_label(monday, today=today)
    return label[:1].upper() + label[1:]


def _guests(arrivals: Sequence[Arrival]) -> tuple[Guest, ...]:
    lines = Counter(arrival.centre.pk for arrival in arrivals)
    return tuple(
        _guest(arrival, f"ligne {arrival.line.number}" if lines[arrival.centre.pk] > 1 else "")
        for arrival in arrivals
    )


def _guest(arrival: Arrival, line: str) -> Guest:
    doctor = arrival.doctor
    if doctor is None or arrival.mission is None:
        return Guest(arrival, line, "", ())
    comes_from = "" if doctor.home is None else formats.from_place(str(doctor.home))
    if comes_from and arrival.mission.travel_minutes:
        comes_from += f", environ {formats.hours_minutes(arrival.mission.travel_minutes)}"
    brings = [
        words
        for is_so, words in (
            (arrival.is_first_mission, "première mission"),
            (doctor.brings_family, "en famille"),
            (doctor.brings_pet, "avec un animal"),
            (doctor.needs_step_free, "logement de plain-pied"),
        )
        if is_so
    ]
    return Guest(arrival, line, comes_from, tuple(brings))
