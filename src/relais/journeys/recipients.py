"""People as messages know them: one kind and one key a person, whoever writes."""

from __future__ import annotations

from relais.accounts.models import User
from relais.doctors.models import Doctor
from relais.engine.messages import zone_of
from relais.outbox.recipients import DOCTOR, USER, Identity, Recipient


def of_doctor(doctor: Doctor) -> Recipient:
    """Give the card of a doctor; the night is that of the department where the doctor lives."""
    department = doctor.home.department if doctor.home is not None else ""
    return Recipient(
        kind=DOCTOR,
        key=str(doctor.pk),
        name=str(doctor),
        email=doctor.email,
        phone=doctor.phone,
        time_zone=zone_of(department),
        department=department,
    )


def of_user(user: User) -> Recipient:
    """Give the card of someone who signs in: as a doctor when the person is one."""
    doctor = _doctor_of(user)
    if doctor is not None:
        return of_doctor(doctor)
    return Recipient(kind=USER, key=str(user.pk), name=str(user), email=user.email)


def identities_of(user: User) -> list[Identity]:
    """Give every name under which messages may know someone who signs in."""
    found = [(USER, str(user.pk))]
    doctor = _doctor_of(user)
    if doctor is not None:
        found.append((DOCTOR, str(doctor.pk)))
    return found


def _doctor_of(user: User) -> Doctor | None:
    return Doctor.objects.select_related("home").filter(user=user).first()
