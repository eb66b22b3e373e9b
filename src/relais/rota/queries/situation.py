"""The rota around some weeks, in memory, and what speaks against one doctor in one place.

One load, a constant number of queries, then plain lookups: placing a mission, ranking candidates,
accepting a plan and feeding the engine all read the same facts.

« Missions par an »: no 52 weeks in a row hold more than a doctor's `max_missions` (missions and
standbys together), whatever the calendar year. A doctor who came last June is free again this June.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from django.db.models import Count, Q

from relais.core import formats
from relais.doctors.models import CentrePreference, Companionship, Doctor, TravelTime
from relais.doctors.states import PreferenceKind
from relais.engine import geo, parameters
from relais.engine.weeks import WEEK, monday_of, monday_on_or_after, weeks_between
from relais.network import queries as network
from relais.network.models import Centre, Line
from relais.network.queries import ClosedWeeks
from relais.rota.flexible import Chosen
from relais.rota.models import Hold, Mission, Offer, Standby
from relais.rota.queries.standing import (
    YEAR_WEEKS,
    Kept,
    Objection,
    Standing,
    most_in_a_year,
)
from relais.rota.states import ACTIVE, FIRM, PlanningRule

# Who chooses a week offers it by choosing, and says herself how often she comes.
LIFTED_BY_CHOICE = (PlanningRule.OFFERED, PlanningRule.CHOICE)
OPENING_WEEKS = 4  # plan folder format: first weeks of a new centre, pioneers only


@dataclass
class Situation:
    """Facts around the weeks from `first_monday` to `last_monday`, both included.

    `missions` and `standbys` reach a year and the longest gap beyond, on both sides. `sets`: by
    doctor and week, the weeks « au choix » it is one of. `kept`: line-weeks kept for a doctor.
    `unwilling`: offered weeks in which the doctor would not stand by.
    """

    first_monday: date
    last_monday: date
    today: date
    centres: Mapping[int, Centre]
    lines: Mapping[int, Line]
    closed: ClosedWeeks
    doctors: Mapping[int, Doctor]
    offers: set[tuple[int, date]]
    missions: dict[int, Standing]
    standbys: set[tuple[int, date]]
    wishes: Mapping[tuple[int, int], frozenset[str]]
    travel: Mapping[tuple[int, int], int]
    companions: Mapping[int, frozenset[int]]
    done: Mapping[tuple[int, int], int]
    sets: Mapping[int, Mapping[date, Chosen]] = field(default_factory=dict)
    kept: Mapping[tuple[int, date], Kept] = field(default_factory=dict)
    unwilling: frozenset[tuple[int, date]] = frozenset()
    done_in_all: Counter[int] = field(default_factory=Counter)
    of_doctor: dict[int, list[Standing]] = field(default_factory=lambda: defaultdict(list))
    at_centre: dict[tuple[int, date], list[Standing]] = field(
        default_factory=lambda: defaultdict(list)
    )
    standbys_of: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for (doctor_id, _), count in self.done.items():
            self.done_in_all[doctor_id] += count
        for standing in self.missions.values():
            self.of_doctor[standing.doctor_id].append(standing)
            self.at_centre[standing.centre_id, standing.monday].append(standing)
        for doctor_id, monday in self.standbys:
            self.standbys_of[doctor_id].add(monday)

    # -- facts ------------------------------------------------------------------------------------

    def is_first_timer(self, doctor: Doctor) -> bool:
        """Say whether a doctor has not done any mission yet, here or before this software."""
        return doctor.missions_before == 0 and self.done_in_all[doctor.pk] == 0

    def seniority(self, doctor: Doctor) -> int:
        """Count the missions a doctor has done."""
        return doctor.missions_before + self.done_in_all[doctor.pk]

    def knows(self, doctor_id: int, centre_id: int) -> bool:
        """Say whether a doctor knows a centre: said so, or has done a mission there."""
        return (
            PreferenceKind.KNOWN in self.wishes.get((doctor_id, centre_id), frozenset())
            or self.done.get((doctor_id, centre_id), 0) > 0
        )

    def wishes_for(self, doctor_id: int, centre_id: int, kind: PreferenceKind) -> bool:
        """Say whether a doctor said this of a centre."""
        return kind in self.wishes.get((doctor_id, centre_id), frozenset())

    def travel_minutes(self, doctor: Doctor, centre: Centre) -> int:
        """Give the travel time in minutes, given or estimated."""
        given = self.travel.get((doctor.pk, centre.pk))
        if given is not None:
            return given
        distance_km = geo.great_circle_km(
            doctor.latitude, doctor.longitude, centre.latitude, centre.longitude
        )
        return int(geo.travel_minutes(distance_km))

    def is_free(self, doctor: Doctor, monday: date) -> bool:
        """Say whether a doctor who offered a week can still take a mission in it, wherever it is.

        A standby of that week does not hold the doctor back: that is what it is for.
        """
        if doctor.ready_on is not None and monday < doctor.ready_on:
            return False
        if doctor.left_on is not None and doctor.left_on < monday + WEEK:
            return False
        if any(standing.monday == monday for standing in self.of_doctor.get(doctor.pk, ())):
            return False
        taken = self._taken(doctor.pk, monday, ())
        if any(abs(weeks_between(other, monday)) < doctor.min_gap_weeks for other in taken):
            return False
        if self._chosen_enough(doctor.pk, monday, taken) is not None:
            return False
        return most_in_a_year([*taken, monday]) <= doctor.max_missions

    @cached_property
    def suited(self) -> dict[int, set[int]]:
        """Give, by centre, the ids of the doctors whom wishes, travel and lodging allow."""
        doctors = list(self.doctors.values())
        centres = list(self.centres.values())
        if not doctors or not centres:
            return {centre.pk: set() for centre in centres}
        distance_km = geo.great_circle_km(
            np.array([doctor.latitude for doctor in doctors])[:, None],
            np.array([doctor.longitude for doctor in doctors])[:, None],
            np.array([centre.latitude for centre in centres])[None, :],
            np.array([centre.longitude for centre in centres])[None, :],
        )
        minutes = geo.travel_minutes(distance_km).tolist()
        found: dict[int, set[int]] = {centre.pk: set() for centre in centres}
        for row, doctor in enumerate(doctors):
            most = doctor.max_travel_minutes
            for column, centre in enumerate(centres):
                key = (doctor.pk, centre.pk)
                if most is not None and self.travel.get(key, minutes[row][column]) > most:
                    continue
                if doctor.brings_pet and not centre.pets_allowed:
                    continue
                if doctor.needs_step_free and not centre.step_free:
                    continue
                if PreferenceKind.REFUSED in self.wishes.get(key, ()):
                    continue
                found[centre.pk].add(doctor.pk)
        return found

    def is_needed(self, line: Line, monday: date) -> bool:
        """Say whether a line needs a doctor in a week."""
        return line.is_active(monday) and network.is_open_week(
            self.centres[line.centre_id], monday=monday, closed=self.closed
        )

    def is_opening(self, centre: Centre, monday: date) -> bool:
        """Say whether a week is one of the first weeks of a new centre."""
        if centre.opens_on is None:
            return False
        first = monday_on_or_after(centre.opens_on)
        return first <= monday < first + OPENING_WEEKS * WEEK

    # -- the rules --------------------------------------------------------------------------------

    def objections(
        self,
        doctor: Doctor,
        line: Line,
        monday: date,
        *,
        ignoring: Collection[int] = (),
        companions_too: bool = True,
    ) -> tuple[Objection, ...]:
        """List what the rules have against a doctor in a line-week, in the order of the rules.

        `ignoring` holds ids of missions that leave at the same time. What the database itself
        refuses (line-week taken, doctor elsewhere) is not told here.
        """
        found = [*self._of_place(doctor, line, monday)]
        found += self._of_doctor(doctor, monday, ignoring)
        found += self._of_company(doctor, line, monday, ignoring, companions_too)
        order = list(PlanningRule)
        return tuple(sorted(found, key=lambda one: order.index(one.rule)))

    def _of_place(self, doctor: Doctor, line: Line, monday: date) -> Iterable[Objection]:
        centre = self.centres[line.centre_id]
        week = formats.week_label(monday, today=self.today)
        if centre.opens_on is not None and monday < centre.opens_on:
            opens = formats.date_words(centre.opens_on, today=self.today)
            yield Objection(PlanningRule.OPEN_WEEK, f"{centre.name} n’ouvre que le {opens}.")
        elif centre.closes_on is not None and monday >= centre.closes_on:
            closes = formats.date_words(centre.closes_on, today=self.today)
            yield Objection(
                PlanningRule.OPEN_WEEK, f"{centre.name} ferme définitivement le {closes}."
            )
        elif self.closed.is_closed(centre.pk, monday):
            reason = self.closed.reason(centre.pk, monday)
            yield Objection(
                PlanningRule.OPEN_WEEK, f"{centre.name} est fermé la {week} ({reason})."
            )
        elif not line.is_active(monday):
            yield Objection(
                PlanningRule.OPEN_WEEK,
                f"La ligne {line.number} de {centre.name} n’est pas active la {week}.",
            )
        if self.wishes_for(doctor.pk, centre.pk, PreferenceKind.REFUSED):
            yield Objection(
                PlanningRule.NOT_REFUSED, f"{doctor} ne souhaite pas aller à {centre.name}."
            )
        minutes = self.travel_minutes(doctor, centre)
        if doctor.max_travel_minutes is not None and minutes > doctor.max_travel_minutes:
            most = formats.hours_minutes(doctor.max_travel_minutes)
            yield Objection(
                PlanningRule.TRAVEL,
                f"{doctor} accepte {most} de trajet au plus ; {centre.name} est à "
                f"{formats.hours_minutes(minutes)}.",
            )
        if doctor.brings_pet and not centre.pets_allowed:
            yield Objection(
                PlanningRule.PET,
                f"{doctor} vient avec un animal ; à {centre.name}, le logement n’en admet pas.",
            )
        if doctor.needs_step_free and not centre.step_free:
            yield Objection(
                PlanningRule.STEP_FREE,
                f"{doctor} a besoin d’un logement de plain-pied : {centre.name} n’en a pas.",
            )
        if not doctor.is_pioneer and self.is_opening(centre, monday):
            yield Objection(
                PlanningRule.PIONEER,
                f"{centre.name} vient d’ouvrir : les premières semaines vont aux "
                "médecins pionniers.",
            )

    def _of_doctor(
        self, doctor: Doctor, monday: date, ignoring: Collection[int]
    ) -> Iterable[Objection]:
        week = formats.week_label(monday, today=self.today)
        if (doctor.pk, monday) not in self.offers:
            yield Objection(PlanningRule.OFFERED, f"{doctor} n’a pas proposé la {week}.")
        if doctor.ready_on is not None and monday < doctor.ready_on:
            ready = formats.date_words(doctor.ready_on, today=self.today)
            yield Objection(
                PlanningRule.PAPERS, f"Les papiers du {doctor} ne seront prêts que le {ready}."
            )
        if doctor.left_on is not None and doctor.left_on < monday + WEEK:
            left = formats.date_words(doctor.left_on, today=self.today)
            yield Objection(PlanningRule.MEMBER, f"{doctor} quitte le collectif le {left}.")
        taken = self._taken(doctor.pk, monday, ignoring)
        near = [
            other for other in taken if 0 < abs(weeks_between(other, monday)) < doctor.min_gap_weeks
        ]
        if near:
            nearest = min(near, key=lambda other: (abs((other - monday).days), other))
            then = formats.week_label(nearest, today=self.today)
            gap = formats.plural(doctor.min_gap_weeks, "semaine")
            yield Objection(
                PlanningRule.GAP,
                f"{doctor} a déjà une mission ou une réserve la {then} et laisse {gap} entre deux "
                "missions.",
            )
        full = self._chosen_enough(doctor.pk, monday, taken)
        if full is not None:
            count = formats.plural(full.at_most, "semaine")
            yield Objection(
                PlanningRule.CHOICE,
                f"{doctor} a proposé {count} parmi celles qui entourent la {week}, et "
                f"{formats.agree(full.at_most, 'l’a', 'les a')} déjà.",
            )
        if most_in_a_year([*taken, monday]) > doctor.max_missions:
            already = formats.plural(len(self._within_a_year(taken, monday)), "mission")
            yield Objection(
                PlanningRule.YEARLY_MOST,
                f"{doctor} a déjà {already} dans l’année, pour {doctor.max_missions} au plus.",
            )

    def _chosen_enough(
        self, doctor_id: int, monday: date, taken: Collection[date]
    ) -> Chosen | None:
        """Give the set of a week when as many of its weeks are taken as the doctor said."""
        one = self.sets.get(doctor_id, {}).get(monday)
        if one is None or sum(day in one.weeks for day in taken) < one.at_most:
            return None
        return one

    def _taken(self, doctor_id: int, monday: date, ignoring: Collection[int]) -> list[date]:
        """List the Mondays of a doctor's missions and standbys, but a standby of the same week."""
        missions = [
            standing.monday
            for standing in self.of_doctor.get(doctor_id, ())
            if standing.id not in ignoring and standing.monday != monday
        ]
        standbys = [day for day in self.standbys_of.get(doctor_id, ()) if day != monday]
        return sorted(missions + standbys)

    @staticmethod
    def _within_a_year(taken: Iterable[date], monday: date) -> list[date]:
        return [other for other in taken if abs(weeks_between(other, monday)) < YEAR_WEEKS]

    def _of_company(
        self,
        doctor: Doctor,
        line: Line,
        monday: date,
        ignoring: Collection[int],
        companions_too: bool,
    ) -> Iterable[Objection]:
        centre = self.centres[line.centre_id]
        others = [
            self.doctors[standing.doctor_id]
            for standing in self.at_centre.get((centre.pk, monday), ())
            if standing.id not in ignoring
            and standing.doctor_id != doctor.pk
            and standing.doctor_id in self.doctors
        ]
        if self.is_first_timer(doctor) and any(map(self.is_first_timer, others)):
            yield Objection(
                PlanningRule.FIRST_TIMER,
                f"Un autre médecin vient déjà pour la première fois à {centre.name} "
                "cette semaine-là.",
            )
        families = sum(other.brings_family for other in others)
        if doctor.brings_family and families >= centre.family_places:
            yield Objection(
                PlanningRule.FAMILY,
                f"À {centre.name}, le logement n’a plus de place de famille cette semaine-là.",
            )
        if companions_too:
            absent = self.companions.get(doctor.pk, frozenset()) - {one.pk for one in others}
            if absent:
                names = formats.listing(
                    sorted(str(self.doctors[one]) for one in absent if one in self.doctors)
                )
                yield Objection(
                    PlanningRule.COMPANION, f"{doctor} vient avec {names}, ou ne vient pas."
                )

    # -- changes in memory, while a plan is accepted ----------------------------------------------

    def add(self, standing: Standing) -> None:
        """Count one more mission."""
        self.missions[standing.id] = standing
        self.of_doctor[standing.doctor_id].append(standing)
        self.at_centre[standing.centre_id, standing.monday].append(standing)

    def remove(self, mission_id: int) -> None:
        """Count a mission no longer."""
        standing = self.missions.pop(mission_id)
        self.of_doctor[standing.doctor_id].remove(standing)
        self.at_centre[standing.centre_id, standing.monday].remove(standing)


def mission_cost(situation: Situation, doctor: Doctor, centre: Centre) -> int:
    """Give what one mission adds to the cost of a plan, without fairness (plan folder, level 3)."""
    numbers = parameters.load("rota")
    cost = situation.travel_minutes(doctor, centre)
    if not situation.knows(doctor.pk, centre.pk):
        cost += int(numbers["unknown_centre_cost"].value)
    if not situation.wishes_for(doctor.pk, centre.pk, PreferenceKind.PREFERRED):
        cost += int(numbers["not_preferred_cost"].value)
    return cost


def load(
    first_monday: date,
    last_monday: date,
    *,
    today: date,
    doctor_ids: Collection[int] | None = None,
) -> Situation:
    """Read the rota around some weeks, for all doctors or some. 13 queries, whatever the size.

    With `doctor_ids`, doctors who hold a mission in those weeks are read too: company matters.
    """
    weeks = weeks_between(first_monday, last_monday) + 1
    centres = {centre.pk: centre for centre in Centre.objects.order_by("pk")}
    lines = {line.pk: line for line in Line.objects.order_by("centre_id", "number")}
    closed = network.closed_weeks(
        network.closures(first=first_monday, last=last_monday + WEEK),
        first_monday=first_monday,
        weeks=weeks,
    )
    # A gap is in practice shorter than a year; the year of `max_missions` sets how far to look.
    reach = (YEAR_WEEKS + 1) * WEEK
    around = Q(monday__gte=first_monday - reach, monday__lte=last_monday + reach)
    whom = Q() if doctor_ids is None else Q(doctor_id__in=list(doctor_ids))
    standing = Mission.objects.filter(around, state__in=ACTIVE)
    if doctor_ids is not None:
        standing = standing.filter(whom | Q(monday__gte=first_monday, monday__lte=last_monday))
    missions = {
        row[0]: Standing(*row)
        for row in standing.order_by("monday", "line_id", "id").values_list(
            "id", "doctor_id", "line_id", "line__centre_id", "monday", "state", "is_locked"
        )
    }
    people = Doctor.objects.order_by("pk")
    if doctor_ids is not None:
        present = {
            one.doctor_id for one in missions.values() if first_monday <= one.monday <= last_monday
        }
        pairs = Companionship.objects.filter(
            Q(first_id__in=list(doctor_ids)) | Q(second_id__in=list(doctor_ids))
        ).values_list("first_id", "second_id")
        couples = list(pairs)
        wanted = present.union(doctor_ids, *couples)
        people = people.filter(pk__in=wanted)
    else:
        couples = list(Companionship.objects.order_by("pk").values_list("first_id", "second_id"))
    doctors = {doctor.pk: doctor for doctor in people}
    companions: dict[int, frozenset[int]] = defaultdict(frozenset)
    for first, second in couples:
        companions[first] |= {second}
        companions[second] |= {first}
    wishes: dict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
    for doctor_id, centre_id, kind in CentrePreference.objects.filter(whom).values_list(
        "doctor_id", "centre_id", "kind"
    ):
        wishes[doctor_id, centre_id] |= {kind}
    done = Mission.objects.filter(state__in=FIRM, monday__lt=monday_of(today))
    if doctor_ids is not None:
        done = done.filter(doctor_id__in=list(doctors))
    offers, unwilling = set(), set()
    for doctor_id, monday, may_stand_by in Offer.objects.filter(
        whom, monday__gte=first_monday, monday__lte=last_monday
    ).values_list("doctor_id", "monday", "may_stand_by"):
        offers.add((doctor_id, monday))
        if not may_stand_by:
            unwilling.add((doctor_id, monday))
    return Situation(
        first_monday=first_monday,
        last_monday=last_monday,
        today=today,
        centres=centres,
        lines=lines,
        closed=closed,
        doctors=doctors,
        offers=offers,
        missions=missions,
        standbys=set(Standby.objects.filter(whom, around).values_list("doctor_id", "monday")),
        wishes=dict(wishes),
        travel={
            (doctor_id, centre_id): minutes
            for doctor_id, centre_id, minutes in TravelTime.objects.filter(whom).values_list(
                "doctor_id", "centre_id", "minutes"
            )
        },
        companions=dict(companions),
        done={
            (doctor_id, centre_id): count
            for doctor_id, centre_id, count in done.values_list("doctor_id", "line__centre_id")
            .annotate(count=Count("pk"))
            .values_list("doctor_id", "line__centre_id", "count")
        },
        sets=_sets(whom),
        kept={
            (one.line_id, one.monday): one
            for row in Hold.objects.filter(ended_at=None, monday__lte=last_monday).values_list(
                "line_id", "monday", "doctor_id", "until"
            )
            for one in [Kept(*row)]
        },
        unwilling=frozenset(unwilling),
    )


def _sets(whom: Q) -> dict[int, dict[date, Chosen]]:
    """Read the weeks « au choix » of some doctors, by doctor and week. 1 query."""
    rows = defaultdict(list)
    for doctor_id, monday, key, at_most in Offer.objects.filter(
        whom, among__isnull=False
    ).values_list("doctor_id", "monday", "among_id", "among__at_most"):
        rows[doctor_id, key, at_most].append(monday)
    found: dict[int, dict[date, Chosen]] = defaultdict(dict)
    for (doctor_id, _, at_most), weeks in rows.items():
        one = Chosen(frozenset(weeks), at_most)
        found[doctor_id].update(dict.fromkeys(weeks, one))
    return dict(found)
