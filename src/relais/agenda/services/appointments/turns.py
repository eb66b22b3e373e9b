"""One click, one transaction, one turn: what every act goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, OperationalError, transaction

from relais.agenda.models import Appointment, AppointmentChange, PatientTick
from relais.agenda.services.appointments.spots import Spot
from relais.agenda.services.refusals import (
    AgendaRefusal,
    BusyRefusal,
    ChangedMeanwhileRefusal,
    PatientTakenRefusal,
    PlaceTakenRefusal,
)
from relais.agenda.services.turn import lock_days, lock_patients
from relais.agenda.states import AppointmentState
from relais.patients.models import Person

TAKEN: Final = "Cette place vient d’être prise. Choisissez-en une autre."
PATIENT_TAKEN: Final = (
    "Ce patient a déjà un rendez-vous à cette heure-là. Déplacez-le ou annulez-le d’abord."
)
MERGED: Final = "Cette fiche a été réunie à une autre. Cherchez le patient à nouveau."
CHANGED: Final = "Ce rendez-vous vient de changer. Rechargez la page avant de recommencer."


def once(act: Callable[[], Appointment], *, request_key: str, verb: str) -> Appointment:
    """Do something once a key, in one transaction; the keys of the database have the last word.

    Raises what `act` raises, PlaceTakenRefusal, and BusyRefusal on a file that too many write.
    """
    known = done(request_key, verb=verb)
    if known is not None:
        return known
    return in_one_turn(act, request_key=request_key, verb=verb)


def in_one_turn(
    act: Callable[[], Appointment],
    *,
    request_key: str,
    verb: str,
    spot: Spot | None = None,
    patient: int | None = None,
) -> Appointment:
    """Do something in one transaction; raises like `once`, and PatientTakenRefusal if `spot` is."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        known = done(request_key, verb=verb)
        if known is not None:
            return known
        if spot is not None and patient is not None and _is_elsewhere(patient, spot):
            raise PatientTakenRefusal(PATIENT_TAKEN) from error
        raise PlaceTakenRefusal(TAKEN) from error
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        raise BusyRefusal(
            "Trop de personnes écrivent en même temps. Rien n’a changé ; réessayez dans un instant."
        ) from error


def _is_elsewhere(patient: int, spot: Spot) -> bool:
    return PatientTick.objects.filter(
        patient_id=patient, tick__gte=spot.tick, tick__lt=spot.end
    ).exists()


def done(request_key: str, *, verb: str | None) -> Appointment | None:
    """Give what a key already did. Raises AgendaRefusal when it did something else."""
    if not request_key:
        raise ValueError("a click has a key")
    change = (
        AppointmentChange.objects.filter(request_key=request_key)
        .exclude(request_key="")
        .select_related("appointment")
        .first()
    )
    if change is None:
        return None
    if verb is not None and change.verb != verb:
        raise AgendaRefusal("Cette page a déjà servi. Rechargez-la avant de recommencer.")
    return change.appointment


def over_holds(ids: Iterable[int], *, now: datetime) -> list[tuple[int, date]]:
    """List the (line, day) of some patients' holds that are over: they are locked with the rest."""
    rows = Appointment.objects.filter(
        patient_id__in=list(ids), state=AppointmentState.HELD, hold_until__lte=now
    )
    return list(rows.values_list("line_id", "day"))


def lock_people(ids: Iterable[int]) -> Mapping[int, Person]:
    """Lock some patients. Raises AgendaRefusal when a file was merged into another."""
    people = lock_patients(ids)
    if any(person.merged_into_id for person in people.values()):
        raise AgendaRefusal(MERGED)
    return people


def take_turns(
    spots: Iterable[Spot],
    *,
    patient_ids: Iterable[int],
    now: datetime,
    also: Iterable[tuple[int, date]] = (),
) -> Mapping[int, Person]:
    """Lock the days of some spots, and of the patients' holds that are over, then the patients.

    Raises AgendaRefusal when a patient's file was merged into another.
    """
    ids = set(patient_ids)
    days = {(spot.line.pk, spot.day) for spot in spots} | set(also)
    if ids:
        days |= set(over_holds(ids, now=now))
    lock_days(days)
    return lock_people(ids)


def turn_on(
    appointment: Appointment,
    *,
    now: datetime,
    also: Iterable[Spot] = (),
    patient_ids: Iterable[int] = (),
) -> tuple[Appointment, Mapping[int, Person]]:
    """Lock what an appointment stands on and read it as it is now.

    Raises ChangedMeanwhileRefusal when it moved to another day between the reading and the lock.
    """
    before = Appointment.objects.get(pk=appointment.pk)
    ids = {*patient_ids, *([before.patient_id] if before.patient_id else [])}
    here = [(before.line_id, before.day)]
    people = take_turns(also, patient_ids=ids, now=now, also=here)
    row = Appointment.objects.select_related("line__centre__commune", "reason", "patient").get(
        pk=appointment.pk
    )
    if (row.line_id, row.day) != (before.line_id, before.day):
        raise ChangedMeanwhileRefusal(CHANGED)
    if row.patient_id is not None and row.patient_id not in people:
        raise ChangedMeanwhileRefusal(CHANGED)
    return row, people
