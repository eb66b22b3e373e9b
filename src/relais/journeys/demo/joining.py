"""Doctors at each step before a first week: interested, called, papers under way, ready, expired.

What was said long ago is noted with the clock of its time and sends nothing today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.timezone import localdate

from relais.connectors.typst import Page, render
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import Doctor, Interest, Paper
from relais.doctors.states import CallOutcome, DoctorStatus, LetterKind, PracticeLevel
from relais.engine import charter
from relais.engine.papers import asked_of
from relais.journeys import joining, people
from relais.journeys.letters import make_letter
from relais.journeys.practice import say_practice
from relais.network.models import Centre, Practice
from relais.rota.models import Mission
from relais.rota.states import MissionState
from relais.territory.queries import find_commune

DAY: Final = timedelta(days=1)
MAIL: Final = "{}@demonstration.invalid"
HOME: Final = "Bourges (18)"
GOOD_FOR: Final = 400 * DAY


@dataclass(frozen=True, slots=True)
class Story:
    """Somebody invented: since how many days, by which source, and the calls so far.

    A call is (days ago, outcome, what was noted).
    """

    first_name: str
    last_name: str
    status: DoctorStatus
    since_days: int
    source: str
    calls: tuple[tuple[int, CallOutcome, str], ...] = ()


INTERESTED: Final = (
    Story("Bastien", "Rochefer", DoctorStatus.INSTALLED, 6, "congres-d-automne"),
    Story("Ondine", "Clairvigne", DoctorStatus.SUBSTITUTE, 1, "page-publique"),
    Story(
        "Éloïse",
        "Montsel",
        DoctorStatus.RETIRED,
        12,
        "congres-d-automne",
        ((9, CallOutcome.NO_ANSWER, ""), (4, CallOutcome.REACHED, "Viendrait au printemps.")),
    ),
    Story(
        "Quentin",
        "Fonserre",
        DoctorStatus.HOSPITAL,
        9,
        "parrainage",
        ((7, CallOutcome.MESSAGE, ""), (3, CallOutcome.NO_ANSWER, "Essayer le soir.")),
    ),
    Story(
        "Irène",
        "Grandclos",
        DoctorStatus.ASSISTANT,
        40,
        "page-publique",
        ((38, CallOutcome.LATER, "Déménage cet été, rappeler ensuite."),),
    ),
    Story(
        "Samir",
        "Boisnay",
        DoctorStatus.INSTALLED,
        30,
        "congres-d-automne",
        ((28, CallOutcome.NO, "Ne peut pas s’absenter de son cabinet."),),
    ),
)
UNDER_WAY: Final = Story("Adèle", "Veyrolune", DoctorStatus.INSTALLED, 20, "parrainage")
READY: Final = Story("Théodore", "Hautbrin", DoctorStatus.SUBSTITUTE, 70, "congres-d-automne")
EXPIRED: Final = Story("Judith", "Ormecourt", DoctorStatus.RETIRED, 380, "page-publique")


def show_the_way_in(centres: Mapping[str, Centre], *, by: Actor, now: datetime) -> None:
    """Play people at each step of the way to a first week."""
    for story in INTERESTED:
        _interested(story, by=by, now=now)
    joining.show_interest(
        "Mathurin Breuilmont",
        contact=MAIL.format("mathurin.breuilmont"),
        status=DoctorStatus.RETIRED,
        source="parrainage",
        by=by,
        now=now,
    )
    centre = next(iter(centres.values()))
    for story, lead in ((UNDER_WAY, 14), (READY, 60), (EXPIRED, 370)):
        doctor = _welcomed(story, at=now - lead * DAY, by=by)
        _send_papers(doctor, story, now=now, by=by)
        _sign_and_say(doctor, at=now - (lead - 5) * DAY, by=by)
    ready = Doctor.objects.get(last_name=READY.last_name)
    make_letter(ready, kind=LetterKind.COUNCIL, centre=centre, by=by, now=now)
    coming = Mission.objects.filter(
        state=MissionState.CONFIRMED, monday__gt=localdate(now), doctor__user__isnull=False
    ).order_by("monday", "id")
    for mission in coming.select_related("doctor__home", "line__centre__commune")[:1]:
        make_letter(mission.doctor, kind=LetterKind.CONTRACT, mission=mission, by=by, now=now)


def _interested(story: Story, *, by: Actor, now: datetime) -> Interest:
    then = now - story.since_days * DAY
    email = MAIL.format(f"interet.{story.last_name.lower()}")
    interest, _ = doctors.show_interest(
        f"{story.first_name} {story.last_name}",
        contact=email,
        status=story.status,
        source=story.source,
        by=by,
        now=then,
        today=localdate(then),
    )
    for days, outcome, words in story.calls:
        at = now - days * DAY
        doctors.note_call(
            interest,
            outcome=outcome,
            next_on=None,
            words=words,
            by=Actor(key=by.key, label="Camille Rochefont", source=by.source),
            now=at,
            today=localdate(at),
        )
    return interest


def _welcomed(story: Story, *, at: datetime, by: Actor) -> Doctor:
    """Open file, account and checklist with the clock of that time; no letter leaves today."""
    interest = _interested(story, by=by, now=at)
    home = find_commune(HOME)
    doctor = doctors.add_doctor(
        story.last_name,
        first_name=story.first_name,
        email=interest.email,
        status=story.status,
        home=home,
        joined_on=localdate(at),
        by=by,
        now=at,
    )
    people.open_doctor_account(doctor, by=by, now=at)
    doctors.open_checklist(doctor, by=by, now=at, today=localdate(at))
    doctors.accept_interest(interest, doctor=doctor, by=by, now=at)
    return doctor


def _send_papers(doctor: Doctor, story: Story, *, now: datetime, by: Actor) -> None:
    today = localdate(now)
    sheet = render(Page(title="Exemple", text="# Exemple\n\nUn papier inventé."), now=now)
    rules = asked_of(doctor.status)
    for number, rule in enumerate(rules):
        if story is UNDER_WAY and (number > 3 or not rule.is_doctors):
            continue
        paper = Paper.objects.get(doctor=doctor, code=rule.code)
        if rule.is_doctors:
            at = now - (2 if story is UNDER_WAY else 50) * DAY
            paper = doctors.give_paper(
                doctor, code=rule.code, content=sheet, by=by, now=at, today=localdate(at)
            )
        if story is UNDER_WAY and number == 3:
            continue  # waits for the team
        if story is UNDER_WAY and number == 2:
            doctors.ask_paper_again(
                paper, reason="La photo est coupée à droite.", by=by, now=now, today=today
            )
            continue
        until = _until(story, rule.code, today=today)
        at = now - (40 if until < today else 1) * DAY
        doctors.accept_paper(
            paper, expires_on=until if rule.expires else None, by=by, now=at, today=localdate(at)
        )
    doctors.follow_papers(by=by, now=now, today=today)


def _until(story: Story, code: str, *, today: date) -> date:
    """Give the last day of a paper; the insurance of one person ended last week."""
    return today - 7 * DAY if story is EXPIRED and code == "insurance" else today + GOOD_FOR


def _sign_and_say(doctor: Doctor, *, at: datetime, by: Actor) -> None:
    today = localdate(at)
    doctors.sign_charter(
        doctor,
        version=charter.current(today).version,
        name=f"{doctor.first_name} {doctor.last_name}",
        by=by,
        now=at,
        today=today,
    )
    levels = dict.fromkeys(Practice.objects.order_by("code"), PracticeLevel.YES)
    say_practice(
        doctor,
        levels=levels,
        minutes=20,
        most_a_day=18,
        languages=["anglais"],
        limits="Pas de visite après 18 h.",
        by=by,
        now=at,
    )
