"""Which weeks of a proposal were the hardest to fill, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from relais.core import formats
from relais.engine.weeks import WEEK, mondays
from relais.network.models import Centre
from relais.rota.models import PlannedHole, PlannedMission, PlanRun
from relais.rota.queries import situation as facts
from relais.rota.queries.situation import Situation
from relais.rota.states import ChangeKind


@dataclass(frozen=True, slots=True)
class HardWeek:
    """A centre-week with little choice. `able`: doctors who offered it and may come there."""

    centre: Centre
    monday: date
    places: int
    able: int
    sentence: str


def hardest_weeks(run: PlanRun, *, today: date, most: int = 2) -> tuple[HardWeek, ...]:
    """Explain the filled centre-weeks of a proposal with the fewest doctors to spare, one a week.

    Doctors to spare are those who offered the week and may come to the centre, less its places.
    15 queries, whatever the size.
    """
    days = mondays(run.first_monday, run.weeks)
    now = facts.load(days[0], days[-1], today=today)
    planned: dict[tuple[int, date], set[int]] = defaultdict(set)
    for centre_id, monday, doctor_id in (
        PlannedMission.objects.filter(run=run)
        .exclude(change=ChangeKind.REMOVED)
        .values_list("centre_id", "monday", "doctor_id")
    ):
        planned[centre_id, monday].add(doctor_id)
    places = {key: len(doctors) for key, doctors in planned.items()}
    for hole in PlannedHole.objects.filter(run=run):
        places.pop((hole.centre_id, hole.monday), None)
    able = _able(now)
    ranked = sorted(
        places,
        key=lambda key: (len(able[key]) - places[key], key[1], now.centres[key[0]].name, key[0]),
    )
    found: list[HardWeek] = []
    for centre_id, monday in ranked:
        if len(found) == most:
            break
        if monday <= today or any(one.monday == monday for one in found):
            continue
        key = (centre_id, monday)
        sentence = _sentence(now, planned, key, places[key], able[key])
        found.append(
            HardWeek(now.centres[centre_id], monday, places[key], len(able[key]), sentence)
        )
    return tuple(found)


def _able(now: Situation) -> dict[tuple[int, date], set[int]]:
    suited = now.suited
    able: dict[tuple[int, date], set[int]] = defaultdict(set)
    for doctor_id, monday in now.offers:
        doctor = now.doctors[doctor_id]
        if doctor.ready_on is not None and monday < doctor.ready_on:
            continue
        if doctor.left_on is not None and doctor.left_on < monday + WEEK:
            continue
        for centre in now.centres.values():
            if doctor_id in suited[centre.pk] and (
                doctor.is_pioneer or not now.is_opening(centre, monday)
            ):
                able[centre.pk, monday].add(doctor_id)
    return able


def _sentence(
    now: Situation,
    planned: dict[tuple[int, date], set[int]],
    key: tuple[int, date],
    places: int,
    able: set[int],
) -> str:
    """Say how little choice there was, and where the doctors who could come are instead."""
    centre_id, monday = key
    here = planned.get(key, set())
    elsewhere = {
        doctor_id
        for (other, day), doctors in planned.items()
        if day == monday and other != centre_id
        for doctor_id in doctors & able
    }
    held = able - here - elsewhere
    place = now.centres[centre_id].name
    names = formats.listing(sorted(str(now.doctors[one]) for one in here))
    comes = formats.agree(len(here), "y vient", "y viennent")
    if not able:
        return (
            f"Aucun médecin qui propose cette semaine ne pouvait venir à {place}. "
            f"{names} {comes} : la place était déjà promise."
        )
    can = formats.agree(
        len(able), "propose cette semaine et peut", "proposent cette semaine et peuvent"
    )
    start = (
        f"{formats.plural(len(able), 'médecin')} {can} venir à {place}, "
        f"pour {formats.plural(places, 'place')}"
    )
    parts = []
    if here:
        parts.append(f"{names} {comes}")
    if elsewhere:
        parts.append(
            f"{formats.number(len(elsewhere))} "
            f"{formats.agree(len(elsewhere), 'est placé', 'sont placés')} ailleurs la même semaine"
        )
    if held:
        stay = formats.agree(len(held), "reste libre ou retenu", "restent libres ou retenus")
        parts.append(f"{formats.number(len(held))} {stay} par une réserve ou une autre mission")
    return f"{start} : {formats.listing(parts)}." if parts else f"{start}."
