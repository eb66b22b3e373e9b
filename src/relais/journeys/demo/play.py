"""The demonstration told in order: a network opens, doctors join, a year is planned.

It goes through services and journeys only, so it obeys every rule. All of it stands or none of it:
one transaction. The past is played with the clock of its time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import Doctor
from relais.doctors.states import PreferenceKind
from relais.engine.weeks import WEEK, monday_of
from relais.journeys import people, relay
from relais.journeys.demo.agendas import fill_the_agendas
from relais.journeys.demo.campaigns import tell_of_a_campaign
from relais.journeys.demo.choices import say_and_choose
from relais.journeys.demo.desks import set_up_the_desks
from relais.journeys.demo.joining import show_the_way_in
from relais.journeys.demo.people import Person, Place, Town, draw_people
from relais.journeys.demo.stays import lend_houses, tell_the_stays
from relais.journeys.demo.waiting import fill_the_lists
from relais.network import services as network
from relais.network.models import Centre, Practice
from relais.network.states import ClosureReason
from relais.rota import services as rota
from relais.rota.models import Mission, PlanRun
from relais.rota.services.compute import compute_run
from relais.rota.states import MissionState, OfferSource
from relais.territory import services as territory
from relais.territory.models import Commune
from relais.territory.queries import find_commune

PAST_WEEKS: Final = 8
# The story begins some days before its first Monday, whatever the hour and the season of now.
PAST: Final = (PAST_WEEKS + 1) * WEEK + timedelta(days=3)
YEAR_WEEKS: Final = 52
NEXT_YEAR_WEEKS: Final = 6  # offered again a year later, so that a later plan finds its last weeks
DOCTORS: Final = 950  # the collective of today (MISSION.md row 2)
SEED: Final = 7
SMALLEST_HOME: Final = 200  # inhabitants: the demonstration names no hamlet (hypothesis)
# How far ahead missions are confirmed, and how far they are wholly prepared (hypothesis).
READY_WEEKS, CONFIRMED_WEEKS, INVITED_WEEKS = 2, 12, 20
BUDGET_SECONDS: Final = 50

STORY: Final = Actor.system("démonstration")


@dataclass(frozen=True, slots=True)
class Played:
    """What the demonstration made."""

    centres: int
    lines: int
    doctors: int
    missions: int
    holes: int
    proven: bool


def is_played(*, today: date) -> bool:
    """Say whether the demonstration of this week stands already."""
    return PlanRun.objects.filter(first_monday=monday_of(today), weeks=YEAR_WEEKS).exists()


@transaction.atomic
def play(*, now: datetime, say: Callable[[str], None], count: int = DOCTORS) -> Played:
    """Play the whole story up to `now`; `say` gets one French line a chapter."""
    this_monday = monday_of(localdate(now))
    long_ago = now - PAST
    say("Les communes de France…")
    territory.load_communes(by=STORY, now=long_ago)
    say("Les centres, leurs lignes et leurs fermetures…")
    centres = open_centres(now=long_ago, this_monday=this_monday)
    say(f"{count} médecins fictifs, leurs pratiques et leurs semaines…")
    folk = welcome_doctors(centres, count=count, this_monday=this_monday, now=long_ago)
    say("Les comptes : planification, coordination, direction…")
    open_accounts(centres, now=long_ago)
    say("Les semaines déjà faites…")
    relay_the_past(this_monday, now=now)
    say(f"Une année à venir : {YEAR_WEEKS} semaines…")
    run = plan_the_year(this_monday, now=now)
    say("Les maisons, les voitures et les livrets d’accueil…")
    lend_houses(centres, this_monday=this_monday, by=STORY, now=now)
    say("Les premières réponses des médecins…")
    answer_the_plan(this_monday, now=now)
    open_doctor_accounts(this_monday, now=now)
    say("Des semaines au choix, une semaine retenue, « toujours d’accord ? »…")
    say_and_choose(this_monday, by=STORY, now=now)
    say("Des médecins qui rejoignent le collectif…")
    show_the_way_in(centres, by=STORY, now=now)
    tell_the_stays(this_monday, troubled=next(iter(centres.values())), by=STORY, now=now)
    say("Des patients fictifs et leurs rendez-vous…")
    fill_the_agendas(centres, this_monday=this_monday, by=STORY, now=now)
    set_up_the_desks(centres, by=STORY, now=now)
    tell_of_a_campaign(by=STORY, now=now)
    say("Deux listes d’attente, et une matinée à l’accueil…")
    fill_the_lists(centres, by=STORY, now=now)
    return Played(
        centres=len(centres),
        lines=sum(centre.lines.count() for centre in centres.values()),
        doctors=len(folk),
        missions=Mission.objects.count(),
        holes=int(run.result["holes"]),
        proven=bool(run.result["proven_optimal"]),
    )


def open_centres(*, now: datetime, this_monday: date) -> dict[str, Centre]:
    """Open the centres of places.toml with their lines, needs and closures."""
    said = tomllib.loads(files(__package__).joinpath("places.toml").read_text("utf-8"))
    practices = {
        code: network.add_practice(code, label=label, by=STORY, now=now)
        for code, label in said["practices"].items()
    }
    centres = {}
    for facts in said["centre"]:
        centre = network.add_centre(facts["key"], **_centre_fields(facts), by=STORY, now=now)
        for starts_on in facts["lines"]:
            network.add_line(centre, starts_on=date.fromisoformat(starts_on), by=STORY, now=now)
        needs = {practices[code]: weeks for code, weeks in said["needs"].items()}
        network.set_practice_needs(centre, needs=needs, by=STORY, now=now)
        centres[centre.key] = centre
    for first_on, reason in yearly_closures(this_monday):
        network.add_closure(
            None,
            first_on=first_on,
            last_on=first_on + timedelta(days=6),
            reason=reason,
            by=STORY,
            now=now,
        )
    return centres


def _centre_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    place = find_commune(f"{facts.get('commune') or facts['near']} ({facts['department']})")
    return {
        "name": facts.get("name") or facts["commune"],
        "commune": place if "commune" in facts else None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "position_note": facts.get("note", ""),
        "opens_on": facts["opens_on"],
        "family_places": facts["family_places"],
        "pets_allowed": facts["pets"],
        "step_free": facts["step_free"],
    }


def yearly_closures(this_monday: date) -> list[tuple[date, ClosureReason]]:
    """List the Mondays of the weeks of Christmas and of 15 August around the planned year.

    Both weeks are closed (public pages on Médecins Solidaires, 2024-2025).
    """
    years = range(this_monday.year - 1, this_monday.year + 3)
    weeks = [(monday_of(date(year, 12, 25)), ClosureReason.CHRISTMAS) for year in years]
    weeks += [(monday_of(date(year, 8, 15)), ClosureReason.MID_AUGUST) for year in years]
    return sorted(weeks)


def hard_weeks(this_monday: date) -> frozenset[int]:
    """Number the weeks that doctors rarely offer: around New Year, late July and early August."""
    found = set()
    for week in range(-PAST_WEEKS, YEAR_WEEKS):
        monday = this_monday + week * WEEK
        late_july = monday.month == 7 and monday.day >= 24
        if late_july or (monday.month, monday.day <= 12) in {(8, True), (1, monday.day <= 3)}:
            found.add(week)
        if monday.month == 12 and monday.day >= 26:
            found.add(week)
    return frozenset(found)


def welcome_doctors(
    centres: Mapping[str, Centre], *, count: int, this_monday: date, now: datetime
) -> list[tuple[Person, Doctor]]:
    """Open the files of fictional doctors, with what they do, wish and offer."""
    mainland = (
        Commune.objects.filter(population__gte=SMALLEST_HOME)
        .exclude(department__startswith="97")
        .exclude(department__startswith="98")
        .exclude(department__in=("2A", "2B"))
        .order_by("code")
    )
    towns = [
        Town(home.code, home.department, home.latitude, home.longitude, home.population or 0)
        for home in mainland
    ]
    places = [
        Place(centre.key, centre.latitude, centre.longitude, centre.lines.count() > 1)
        for centre in centres.values()
    ]
    folk = draw_people(
        seed=SEED,
        count=count,
        towns=towns,
        places=places,
        weeks=range(-PAST_WEEKS, YEAR_WEEKS),
        hard=hard_weeks(this_monday),
    )
    homes = Commune.objects.in_bulk({person.town.code for person in folk})
    practices = {practice.code: practice for practice in Practice.objects.all()}
    made: dict[str, Doctor] = {}
    for person in folk:
        doctor = _welcome(person, homes[person.town.code], this_monday, now)
        levels = {practices[code]: level for code, level in person.practices.items()}
        doctors.set_practices(doctor, levels=levels, by=STORY, now=now)
        doctors.set_preferences(doctor, wishes=_wishes(person, centres), by=STORY, now=now)
        rota.offer_weeks(
            doctor,
            mondays=[this_monday + week * WEEK for week in (*person.offered, *_again(person))],
            source=OfferSource.IMPORT,
            by=STORY,
            now=now,
        )
        made[person.key] = doctor
    for person in folk:
        if person.companion is not None:
            companion = made[person.companion]
            doctors.pair(made[person.key], companion=companion, by=STORY, now=now)
    return [(person, made[person.key]) for person in folk]


def _again(person: Person) -> list[int]:
    """Number the weeks offered again next year: those of the weeks just to come."""
    return [week + YEAR_WEEKS for week in person.offered if 0 <= week < NEXT_YEAR_WEEKS]


def _welcome(person: Person, home: Commune, this_monday: date, now: datetime) -> Doctor:
    seen = PAST_WEEKS + 2 + 20 * person.missions_before  # weeks in the collective
    ready = -seen if person.ready_in_weeks is None else person.ready_in_weeks
    return doctors.add_doctor(
        person.last_name,
        key=person.key,
        first_name=person.first_name,
        email=f"{person.key.lower()}@demonstration.invalid",
        phone=f"06 00 00 {int(person.key[1:]) // 100:02d} {int(person.key[1:]) % 100:02d}",
        rpps=person.rpps,
        status=person.status,
        home=home,
        max_missions=person.max_missions,
        max_travel_minutes=person.max_travel_minutes,
        brings_family=person.brings_family,
        brings_pet=person.brings_pet,
        needs_step_free=person.needs_step_free,
        is_pioneer=person.is_pioneer,
        ready_on=this_monday + ready * WEEK,
        joined_on=this_monday - seen * WEEK,
        missions_before=person.missions_before,
        by=STORY,
        now=now,
    )


def _wishes(person: Person, centres: Mapping[str, Centre]) -> dict[Centre, list[PreferenceKind]]:
    wishes: dict[Centre, list[PreferenceKind]] = {}
    for kind, keys in (
        (PreferenceKind.KNOWN, person.known),
        (PreferenceKind.PREFERRED, person.preferred),
        (PreferenceKind.REFUSED, person.refused),
    ):
        for key in keys:
            wishes.setdefault(centres[key], []).append(kind)
    return wishes


# Who runs the network of the demonstration: invented names.
TEAM: Final = (
    ("planification", "Camille Rochefont", [Role.PLANNER]),
    ("planification-2", "Anatole Boisclair", [Role.PLANNER]),
    ("direction", "Hélène Montbray", [Role.DIRECTOR]),
    ("administration", "Isidore Valnay", [Role.ADMINISTRATOR]),
    ("commune", "Jeanne Pradelune, commune d’accueil", [Role.TOWN]),
)
COORDINATORS: Final = (
    "Garance Clairmont",
    "Ambroise Sauvebois",
    "Noémie Bellerive",
    "Médéric Hautecombe",
    "Solène Fonvigne",
    "Octave Beauserre",
    "Inès Champfleuri",
    "Marius Grandpré",
    "Colette Aubemare",
    "Firmin Rochelande",
    "Louise Mirecroix",
)


def open_accounts(centres: Mapping[str, Centre], *, now: datetime) -> None:
    """Let the team and one coordinator a centre sign in."""
    for address, name, roles in TEAM:
        _account(address, name, roles, now)
    for name, centre in zip(COORDINATORS, centres.values(), strict=False):
        user = _account(f"coordination-{centre.key}", name, [Role.COORDINATOR], now)
        since = centre.opens_on or localdate(now)
        network.assign_coordinator(centre, user=user, since_on=since, by=STORY, now=now)


def open_doctor_accounts(this_monday: date, *, now: datetime) -> None:
    """Let some doctors sign in: those whose page has something to show, pioneers, a newcomer."""
    ahead = Mission.objects.filter(monday__gt=this_monday).order_by("monday", "id")
    asked = ahead.filter(state=MissionState.INVITED)[:5]
    sure = ahead.filter(state__in=(MissionState.READY, MissionState.CONFIRMED))[:3]
    chosen = [mission.doctor_id for mission in [*asked, *sure]]
    chosen += _ids(Doctor.objects.filter(is_pioneer=True), 2)
    chosen += _ids(Doctor.objects.filter(missions_before=0, ready_on__gt=this_monday), 2)
    for doctor in Doctor.objects.filter(pk__in=chosen).order_by("pk"):
        people.open_doctor_account(doctor, by=STORY, now=now)


def _ids(found: QuerySet[Doctor], count: int) -> list[int]:
    return list(found.order_by("key").values_list("pk", flat=True)[:count])


def _account(address: str, name: str, roles: list[Role], now: datetime) -> User:
    email = f"{address}@demonstration.invalid"
    return people.open_account(email, name=name, roles=roles, by=STORY, now=now)


def relay_the_past(this_monday: date, *, now: datetime) -> None:
    """Plan the weeks up to this one with the clock of that time, and have all of them confirmed."""
    then = now - PAST
    first = this_monday - PAST_WEEKS * WEEK
    _plan(first, weeks=PAST_WEEKS + 1, standby_depth=0, now=then)
    for mission in Mission.objects.select_related("doctor").order_by("monday", "line_id"):
        rota.confirm(mission, by=STORY, now=then)
        relay.mark_ready(mission, by=STORY, now=then)


def plan_the_year(this_monday: date, *, now: datetime) -> PlanRun:
    """Compute and accept the plan of the year."""
    return _plan(this_monday, weeks=YEAR_WEEKS, standby_depth=2, now=now)


def _plan(first_monday: date, *, weeks: int, standby_depth: int, now: datetime) -> PlanRun:
    run = rota.start_run(
        first_monday,
        weeks=weeks,
        standby_depth=standby_depth,
        budget_seconds=BUDGET_SECONDS,
        seed=SEED,
        asked_by=None,
        by=STORY,
        now=now,
    )
    compute_run(run, clock=lambda: now)
    rota.accept_run(run, by=STORY, now=now)
    return run


def answer_the_plan(this_monday: date, *, now: datetime) -> None:
    """Have near missions prepared and confirmed, and later ones asked; a few wait for an answer."""
    planned = Mission.objects.filter(monday__gt=this_monday, state=MissionState.PROPOSED)
    for mission in planned.order_by("monday", "line__centre__key", "line__number"):
        weeks_ahead = (mission.monday - this_monday) // WEEK
        if weeks_ahead >= INVITED_WEEKS:
            break
        late = mission.doctor_id % 9 == 0 and weeks_ahead >= 3
        if weeks_ahead >= CONFIRMED_WEEKS or late:
            relay.invite(mission, by=STORY, now=now)
            continue
        rota.invite(mission, by=STORY, now=now)  # answered long ago: its letter is not sent now
        relay.confirm(mission, by=STORY, now=now)
        if weeks_ahead < READY_WEEKS:
            relay.mark_ready(mission, by=STORY, now=now)
