"""What waits at the desks of the demonstration: a public page open, a pair of files, a reason.

Fictional people, through the services, after the agendas are filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from relais.agenda import services as agenda
from relais.agenda.models import Reason
from relais.agenda.states import Channel
from relais.booking import places
from relais.booking import services as booking
from relais.booking.states import Access
from relais.core.actors import Actor
from relais.network.models import Centre, Coordination
from relais.patients import services as patients
from relais.patients.models import Person
from relais.patients.queries import declarations_waiting, known_at
from relais.patients.states import Agreement, CameBy, Consent, Protection, ProxyKind

NOTE: Final = "Parking derrière la mairie. L’entrée est de plain-pied."
WHY: Final = "Appel du service des urgences, qui demande qui joindre au centre."
STILL_TO_SIGN: Final = 3
STILL_TO_SEND: Final = 2
OPENED_AGO: Final = timedelta(hours=20)


def set_up_the_desks(centres: Mapping[str, Centre], *, by: Actor, now: datetime) -> None:
    """Open one public page, show another, close a third; leave something to do at each desk."""
    rows = sorted(centres.values(), key=lambda one: (-one.lines.count(), one.pk))
    ways = (Access.OPEN, Access.SHOWN, Access.CLOSED)
    for centre, access in zip(rows, ways, strict=False):
        booking.set_access(centre, access=access, names_doctor=True, note=NOTE, by=by, now=now)
        _send_declarations(centre, by=by, now=now)
    busy = rows[0]
    people = list(known_at(busy).order_by("pk")[:3])
    if len(people) < 3:
        return
    _twin(people[0], busy, by=by, now=now)
    _from_the_page(busy, by=by, now=now)
    _protected(people[1], by=by, now=now)
    patients.note_agreement(
        people[2],
        kind=Agreement.MESSAGES,
        agrees=True,
        how=Consent.SPOKEN,
        said_by="le patient",
        today=now.date(),
        by=by,
        now=now,
    )
    _read_by_exception(people[2], busy, by=by, now=now)


def _send_declarations(centre: Centre, *, by: Actor, now: datetime) -> None:
    """Sign and send the declarations of most patients; some still wait for one or the other."""
    today = now.date()
    waiting = list(declarations_waiting(centre))
    for row in waiting[STILL_TO_SIGN:]:
        patients.sign_declaration(row, signed_on=today, today=today, by=by, now=now)
    for row in waiting[STILL_TO_SIGN + STILL_TO_SEND :]:
        patients.send_declaration(row, today=today, by=by, now=now)


def _twin(person: Person, centre: Centre, *, by: Actor, now: datetime) -> None:
    """Open a second file of somebody, as happens on a busy morning."""
    patients.add_person(
        centre,
        birth_name=person.birth_name,
        first_birth_name=person.first_birth_name,
        used_first_name=person.first_birth_name.title()[:3],
        sex=person.sex,
        birth_written=person.birth_written,
        phone="06 00 00 99 99",
        by=by,
        now=now,
    )


def _from_the_page(centre: Centre, *, by: Actor, now: datetime) -> None:
    """Let somebody new take a place online; the desk will look at the file."""
    reason = Reason.objects.filter(is_online=True, kind="planned").order_by("position").first()
    if reason is None:
        return
    sheets = places.sheets_of(centre, today=now.date(), now=now)
    slot = next(iter(places.slots(sheets, reason=reason, is_new=True, now=now)), None)
    if slot is None:
        return
    person = patients.add_person(
        centre,
        birth_name="Belair",
        first_birth_name="Ninon",
        sex="U",
        birth_written="1988-11-05",
        phone="06 00 00 88 88",
        came_by=CameBy.ONLINE,
        by=by,
        now=now,
    )
    agenda.book(
        slot.sheets[0].line,
        starts_at=slot.starts_at,
        minutes=slot.lengths[0].minutes,
        because=slot.lengths[0].because,
        reason=reason,
        patient=person,
        channel=Channel.ONLINE,
        request_key="demo-online",
        by=by,
        now=now,
    )


def _protected(person: Person, *, by: Actor, now: datetime) -> None:
    """Note that the law protects an adult, and who answers for them."""
    today = now.date()
    patients.edit_person(person, changes={"protection": Protection.GUARDIANSHIP}, by=by, now=now)
    patients.add_proxy(
        person,
        name="Service tutélaire du Val",
        kind=ProxyKind.GUARDIAN,
        phone="05 00 00 00 01",
        today=today,
        by=by,
        now=now,
    )


def _read_by_exception(person: Person, centre: Centre, *, by: Actor, now: datetime) -> None:
    """Let a coordinator of another centre open a file by exception, the day before."""
    other = (
        Coordination.objects.exclude(centre=centre).select_related("user").order_by("pk").first()
    )
    if other is None:
        return
    who = Actor(key=f"user:{other.user_id}", label=str(other.user), source=by.source)
    patients.open_exceptionally(person, user=other.user, why=WHY, by=who, now=now - OPENED_AGO)
