"""Patients of the demonstration and their appointments: fictional, drawn from a seed.

Every centre gets its usual week and some patients; the first centre of two lines is busy, so that
there is a Monday morning to play with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from relais.agenda import planning
from relais.agenda import services as agenda
from relais.agenda.models import Appointment, Reason
from relais.agenda.queries import lines_of
from relais.agenda.states import AppointmentState, Channel
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.agenda import instant
from relais.engine.weeks import WEEK
from relais.journeys.demo.people import FIRST_NAMES, SURNAME_ENDS, SURNAME_STARTS
from relais.network.models import Centre
from relais.patients import services as patients
from relais.patients.models import Person
from relais.patients.states import Consent, ProxyKind

BUSY_PATIENTS: Final = 90
CALM_PATIENTS: Final = 8
# Shares of the demonstration (hypotheses; long-term conditions: 27 % of patients, MISSION.md row 6)
LONG_TERM: Final = 0.27
REGISTERED: Final = 0.8
WITHOUT_PHONE: Final = 0.06
FULL: Final = 0.8  # of the places of the busy centre this week, less in the next one
LATER_FULL: Final = 0.5
CALM: Final = 0.05  # of the places of the other centres next week


def fill_the_agendas(
    centres: Mapping[str, Centre], *, this_monday: date, by: Actor, now: datetime
) -> int:
    """Give each centre a week, patients and appointments; gives the number of appointments."""
    dice = Random(20)  # noqa: S311 (a story, not a secret)
    busy = next((one for one in centres.values() if one.lines.count() > 1), None)
    given = 0
    for centre in centres.values():
        agenda.prepare_centre(centre, by=by, now=now)
        is_busy = centre == busy
        count = BUSY_PATIENTS if is_busy else CALM_PATIENTS
        people = [_patient(centre, dice, number, by, now) for number in range(count)]
        shares = ((0, FULL), (1, LATER_FULL)) if is_busy else ((1, CALM),)
        for week, share in shares:
            given += _fill_week(
                centre, people, this_monday + week * WEEK, share, dice, by=by, now=now
            )
    return given


def _patient(centre: Centre, dice: Random, number: int, by: Actor, now: datetime) -> Person:
    today = now.date()
    age = dice.choice((*range(1, 18, 3), *range(18, 95)))
    born = date(today.year - age, dice.randint(1, 12), dice.randint(1, 28))
    if (born.month, born.day) > (today.month, today.day):
        born = born.replace(year=born.year - 1)  # the birthday of this year is still to come
    long_term = age > 30 and dice.random() < LONG_TERM
    person = patients.add_person(
        centre,
        birth_name=f"{dice.choice(SURNAME_STARTS)}{dice.choice(SURNAME_ENDS)}",
        first_birth_name=dice.choice(FIRST_NAMES),
        sex=dice.choice("FM"),
        birth_written=born.isoformat(),
        birth_place="99999",
        phone=""
        if dice.random() < WITHOUT_PHONE
        else f"06 00 00 {number // 100:02d} {number % 100:02d}",
        commune=centre.commune,
        has_long_term=long_term,
        long_term_until=date(today.year + 2, 6, 30) if long_term else None,
        by=by,
        now=now,
    )
    if dice.random() < REGISTERED:
        if age < 18:
            patients.add_proxy(
                person,
                name=f"{dice.choice(FIRST_NAMES)} {person.birth_name.title()}",
                kind=ProxyKind.PARENT,
                today=today,
                by=by,
                now=now,
            )
        patients.register(
            person,
            centre=centre,
            consent=Consent.SIGNED,
            consent_by="le patient" if age >= 18 else "un parent",
            today=today,
            by=by,
            now=now,
        )
    return person


def _fill_week(
    centre: Centre,
    people: list[Person],
    monday: date,
    share: float,
    dice: Random,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Give appointments with the clock of the Monday's dawn; those that are over were seen."""
    lines = lines_of(centre, day=monday)
    dawn = min(now, instant(monday, time(6), centre.time_zone))
    reasons = list(Reason.objects.filter(kind="planned", practice=None).order_by("position"))
    rows: list[Appointment] = []
    for offset in range(6):
        day = monday + timedelta(days=offset)
        free = planning.places_for(
            lines, reason=reasons[0], person=None, first=day, days=1, now=dawn, most=99
        )
        for place in free:
            if dice.random() >= share:
                continue
            person, reason = dice.choice(people), dice.choice(reasons)
            wanted = planning.length_for(reason, person=person, is_new=False, sheet=place.sheet)
            try:
                rows.append(
                    agenda.book(
                        place.sheet.line,
                        starts_at=place.starts_at,
                        minutes=wanted.minutes,
                        because=wanted.because,
                        reason=reason,
                        patient=person,
                        channel=dice.choice((Channel.PHONE, Channel.CENTRE)),
                        request_key=f"demo-{place.sheet.line.pk}-{place.tick}",
                        by=by,
                        now=dawn,
                    )
                )
            except Refusal:
                continue  # the longer one before reaches into this place
    _see(rows, dice, by=by, now=now)
    return len(rows)


def _see(rows: Iterable[Appointment], dice: Random, *, by: Actor, now: datetime) -> None:
    """Note who came of those whose time is over; a few did not."""
    for row in rows:
        if row.starts_at + timedelta(minutes=row.minutes) >= now:
            continue
        came = dice.random() > 0.05
        state = AppointmentState.DONE if came else AppointmentState.NO_SHOW
        agenda.mark(row, state=state, by=by, now=now)
