"""The rows of the agenda: the day and its places; later the lists, the desk, the reminders."""

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

__all__ = [
    "PUBLIC_ID_BYTES",
    "Appointment",
    "AppointmentChange",
    "DoctorAgenda",
    "LineDay",
    "LineTick",
    "Opening",
    "PatientTick",
    "Reason",
    "new_public_id",
]
