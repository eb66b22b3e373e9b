"""Who may read and change a stay: its doctor hers, coordinators their centres, planners all."""

from __future__ import annotations

from datetime import date

from relais.accounts.models import User
from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.network.permissions import may_see_centre
from relais.rota.permissions import is_own
from relais.stays.models import Stay


def may_read(user: User, stay: Stay, *, today: date) -> bool:
    """Say whether a user may read a stay."""
    if may(user, Right.STAYS_OWN) and is_own(user, stay.mission):
        return True
    return may(user, Right.STAYS_READ) and may_see_centre(
        user, centre=stay.mission.line.centre, today=today
    )


def may_edit(user: User, stay: Stay, *, today: date) -> bool:
    """Say whether a user may change where a doctor sleeps: the team of the centre, planners."""
    return may(user, Right.STAYS_EDIT) and may_see_centre(
        user, centre=stay.mission.line.centre, today=today
    )
