"""The link of an invitation for a doctor without an account: it opens one mission only."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core import signing

from relais.connectors.ics import WEEK_LAST_DAY
from relais.rota.models import Mission

ANSWER_PATH: Final = "/r/mission/{token}/"
_SALT: Final = "relais.journeys.invitation"


def needs_no_account(mission: Mission) -> bool:
    """Say whether the doctor of a mission cannot sign in, and answers by the link alone."""
    user = mission.doctor.user
    return user is None or not user.is_active


def path_of(mission: Mission) -> str:
    """Give the path of the page where the doctor of a mission answers without signing in."""
    token = signing.Signer(salt=_SALT).sign_object([mission.pk, mission.doctor_id], compress=False)
    return ANSWER_PATH.format(token=token)


def find_mission(token: str, *, today: date) -> Mission | None:
    """Give the mission behind such a link.

    None when we did not make it, the mission is another doctor's by now, the doctor has left, or
    the week is over: the link opens nothing any more.
    """
    try:
        pk, doctor = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = (
        Mission.objects.select_related("doctor__user", "line__centre__commune")
        .filter(pk=pk, doctor=doctor, doctor__left_on__isnull=True)
        .first()
    )
    if found is None or found.monday + WEEK_LAST_DAY < today:
        return None
    return found
