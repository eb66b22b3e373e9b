"""How a doctor works: the acts go to the plan, the pace to the agenda, the rest to people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from relais.agenda import queries as agenda_read
from relais.agenda import services as agenda
from relais.agenda.models import DoctorAgenda
from relais.core.actors import Actor
from relais.doctors import services as doctors
from relais.doctors.models import Doctor
from relais.doctors.states import PracticeLevel
from relais.engine import practice
from relais.network.models import Practice


@transaction.atomic
def say_practice(
    doctor: Doctor,
    *,
    levels: Mapping[Practice, PracticeLevel],
    minutes: int,
    most_a_day: int | None,
    languages: Collection[str],
    limits: str,
    by: Actor,
    now: datetime,
) -> None:
    """Write a doctor's acts and way of working; the agenda of her weeks opens accordingly.

    What she asked of the agenda beside that (half day off, Monday's first hour) stays. Raises what
    `doctors.services.set_profile` raises.
    """
    doctors.set_practices(doctor, levels=levels, by=by, now=now)
    doctors.set_profile(
        doctor,
        minutes=minutes,
        most_a_day=most_a_day,
        languages=languages,
        limits=limits,
        by=by,
        now=now,
    )
    known = agenda_read.asked_by(doctor) or DoctorAgenda(doctor=doctor)
    agenda.set_doctor_agenda(
        doctor,
        pace=practice.pace(minutes),
        most_a_day=most_a_day,
        off_weekday=known.off_weekday,
        off_half=known.off_half,
        monday_from=known.monday_from,
        by=by,
        now=now,
    )
