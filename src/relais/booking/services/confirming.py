"""The code came back: the place becomes an appointment of a patient."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from relais.agenda import services as agenda
from relais.agenda.models import Appointment
from relais.booking import links
from relais.booking.models import Request
from relais.booking.services.asking import TOO_LATE, drop, end, hash_of
from relais.booking.services.limits import check_patient, number, take_turn
from relais.booking.services.refusals import CodeRefusal, LimitRefusal, OverRefusal
from relais.booking.states import RequestState
from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.agenda import wall
from relais.engine.identity import BirthDate
from relais.engine.weeks import monday_of
from relais.outbox import services as outbox
from relais.outbox.recipients import PATIENT, Recipient
from relais.patients import queries as patient_queries
from relais.patients import services as patients
from relais.patients.models import Person
from relais.patients.states import CameBy, ProxyKind, Sex
from relais.rota.models import Mission
from relais.rota.states import FIRM


def confirm(request: Request, *, code: str, today: date, by: Actor, now: datetime) -> Appointment:
    """Give the place that was kept, when the code is the one that was sent.

    A try is counted before it is judged, so that guessing in parallel gains nothing. Raises
    CodeRefusal for a wrong code, OverRefusal when no try is left or it is too late, LimitRefusal
    when the patient has enough appointments, and the refusals of `agenda.services.confirm_hold`.
    """
    said = "".join(sign for sign in code if sign.isdigit())
    most = number("code_tries")
    counted = Request.objects.filter(
        pk=request.pk, state=RequestState.ASKED, expires_at__gt=now, tries__lt=most
    ).update(tries=F("tries") + 1)
    row = Request.objects.select_related("centre__commune", "appointment").get(pk=request.pk)
    if row.state == RequestState.CONFIRMED:
        return row.appointment
    if not counted:
        drop(row, by=by, now=now)
        raise OverRefusal(TOO_LATE if row.tries < most else _NO_TRY)
    if not row.code_hash or not constant_time_compare(row.code_hash, hash_of(row, code=said)):
        audit.record(row, verb="booking.code_missed", by=by, at=now)
        if row.tries >= most:
            drop(row, by=by, now=now)
            raise OverRefusal(_NO_TRY)
        left = formats.plural(most - row.tries, "essai")
        raise CodeRefusal(f"Ce code n’est pas le bon. Il vous reste {left}.")
    try:
        return _give(row, today=today, by=by, now=now)
    except LimitRefusal:
        drop(row, by=by, now=now)
        raise
    except Refusal as refusal:
        drop(row, by=by, now=now)
        raise OverRefusal(refusal.sentence) from refusal


_NO_TRY = "Trop de codes faux : la place est rendue. Recommencez, ou appelez le centre."


@transaction.atomic
def _give(row: Request, *, today: date, by: Actor, now: datetime) -> Appointment:
    take_turn(row.centre)
    person = _find(row, today=today)
    check_patient(person, phone_hash=row.phone_hash, day=row.appointment.day, now=now)
    if person is None:
        person = _open_file(row, today=today, by=by, now=now)
    given = agenda.confirm_hold(
        row.appointment,
        patient=person,
        request_key=f"online-confirm-{row.pk}",
        by=by,
        now=now,
    )
    phone = row.phone
    row.person, row.appointment = person, given
    end(row, state=RequestState.CONFIRMED, now=now)
    audit.record(row, verb="booking.confirmed", by=by, at=now, details={"centre": row.centre.key})
    send_confirmation(given, phone=phone, by=by, now=now)
    return given


def _find(row: Request, *, today: date) -> Person | None:
    """Find the one file of that name, birth date and telephone; None when there is not just one.

    The telephone, which was just confirmed, must stand in the file or be that of somebody who
    answers for the patient: a name and a birth date are known to many.
    """
    found = patient_queries.exactly(
        name=row.birth_name,
        first_name=row.first_name,
        born_on=BirthDate.read(row.birth_written).day_used(),
        among=Person.objects.all(),
    )
    wanted = patient_queries.last_digits(row.phone)
    mine = [
        person for person in found if wanted in patient_queries.reachable_at(person, today=today)
    ]
    return mine[0] if len(mine) == 1 else None


def _open_file(row: Request, *, today: date, by: Actor, now: datetime) -> Person:
    """Open a file that the desk will look at: the sex is not asked online."""
    person = patients.add_person(
        row.centre,
        birth_name=row.birth_name,
        first_birth_name=row.first_name,
        sex=Sex.UNKNOWN,
        birth_written=row.birth_written,
        phone="" if row.asker_kind else row.phone,
        came_by=CameBy.ONLINE,
        by=by,
        now=now,
    )
    if row.asker_kind:
        patients.add_proxy(
            person,
            name=row.asker_name,
            kind=ProxyKind(row.asker_kind),
            phone=row.phone,
            today=today,
            by=by,
            now=now,
        )
    return person


def send_confirmation(row: Appointment, *, phone: str, by: Actor, now: datetime) -> None:
    """Write the day, the hour, the place, the doctor and the link; never why."""
    centre = row.line.centre
    at = wall(row.tick, centre.time_zone)
    outbox.post(
        Recipient(
            kind=PATIENT,
            key=str(row.patient_id),
            name="Patient",
            phone=phone,
            time_zone=centre.time_zone,
        ),
        template="appointment_given",
        about=f"agenda.appointment:{row.pk}",
        version=row.rev,
        values={
            "network": settings.NETWORK_NAME,
            "day": formats.date_words(row.day, today=at.date()),
            "time": formats.time_words(at.time()),
            "centre": centre.name,
            "doctor": doctor_words(row),
            "link": links.address_of(row.public_id),
        },
        give_up_at=row.starts_at,
        urgent=True,
        by=by,
        now=now,
    )


def doctor_words(row: Appointment) -> str:
    """Name the doctor who will be there, when it is known: « avec le Dr Camille Dupont »."""
    mission = (
        Mission.objects.filter(line=row.line_id, monday=monday_of(row.day), state__in=FIRM)
        .select_related("doctor")
        .first()
    )
    return f"avec {mission.doctor}" if mission is not None else "avec le médecin de la semaine"
