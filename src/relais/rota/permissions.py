"""Who may do what with a mission: a doctor answers for one's own, the team for all."""

from __future__ import annotations

from datetime import date

from relais.accounts.models import User
from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.network.permissions import may_see_centre
from relais.rota.models import Mission


def may_read(user: User, mission: Mission, *, today: date) -> bool:
    """Say whether a user may see a mission: the team, the doctor, the centre's coordinators."""
    if may(user, Right.ROTA_READ) or is_own(user, mission):
        return True
    return may_see_centre(user, centre=mission.line.centre, today=today)


def may_answer(user: User, mission: Mission) -> bool:
    """Say whether a user may confirm or decline a mission: the doctor, or who edits the rota."""
    if may(user, Right.ROTA_EDIT):
        return True
    return may(user, Right.MISSIONS_OWN) and is_own(user, mission)


def may_change(user: User) -> bool:
    """Say whether a user may place, replace, lock and cancel missions."""
    return may(user, Right.ROTA_EDIT)


def is_own(user: User, mission: Mission) -> bool:
    """Say whether the mission's doctor is the user."""
    return mission.doctor.user_id is not None and mission.doctor.user_id == user.pk
