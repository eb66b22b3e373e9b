"""The rows of the agenda: the day and its places, the lists, the desk."""

from __future__ import annotations

from relais.agenda.models.day import (
    PUBLIC_ID_BYTES,
    Appointment,
    AppointmentChange,
    DoctorAgenda,
    LineDay,
    LineTick,
    Opening,
    PatientTick,
    Reason,
    new_public_id,
)
from relais.agenda.models.desk import CallTask, DeskChoice, Reminder
from relais.agenda.models.lists import FreedPlace, PlaceOffer, RefusedRequest, WaitEntry

__all__ = [
    "PUBLIC_ID_BYTES",
    "Appointment",
    "AppointmentChange",
    "CallTask",
    "DeskChoice",
    "DoctorAgenda",
    "FreedPlace",
    "LineDay",
    "LineTick",
    "Opening",
    "PatientTick",
    "PlaceOffer",
    "Reason",
    "RefusedRequest",
    "Reminder",
    "WaitEntry",
    "new_public_id",
]
