"""Who may read and change a doctor's file."""

from __future__ import annotations

from relais.accounts.models import User
from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.doctors.models import Doctor


def may_read(user: User, doctor: Doctor) -> bool:
    """Say whether a user may read the file of a doctor: the team, and the doctor."""
    return may(user, Right.DOCTORS_READ) or is_own(user, doctor)


def may_edit_wishes(user: User, doctor: Doctor) -> bool:
    """Say whether a user may change what a doctor offers and wishes: the team, and the doctor."""
    return may(user, Right.DOCTORS_EDIT) or (may(user, Right.OFFERS_OWN) and is_own(user, doctor))


def is_own(user: User, doctor: Doctor) -> bool:
    """Say whether the doctor is the user."""
    return doctor.user_id is not None and doctor.user_id == user.pk
