"""A doctor who cannot come asks to be replaced: the mission stays hers until somebody says yes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.rota.models import Mission
from relais.rota.services.missions import WeekOverRefusal
from relais.rota.services.turn import take_turn
from relais.rota.states import FIRM


class LeavingRefusal(Refusal):
    """The mission cannot be left this way."""


@transaction.atomic
def ask_to_leave(mission: Mission, *, by: Actor, now: datetime, why: str = "") -> Mission:
    """Note that the doctor of a confirmed mission asks to be replaced; asked twice, it is once.

    The mission stays hers. `why` joins the note of the mission, never the audit. Raises
    WeekOverRefusal, LeavingRefusal where the mission is not confirmed.
    """
    take_turn()
    fresh = Mission.objects.select_for_update().get(pk=mission.pk)
    if fresh.monday <= localdate(now):
        raise WeekOverRefusal("Cette semaine a commencé : appelez tout de suite l’équipe.")
    if fresh.state not in FIRM:
        raise LeavingRefusal(
            "Cette mission n’est pas confirmée : déclinez-la, l’équipe cherchera quelqu’un d’autre."
        )
    if fresh.leaving_at is None:
        Mission.objects.filter(pk=fresh.pk).update(
            leaving_at=now,
            changed_at=now,
            note="\n".join(part for part in (fresh.note, why.strip()) if part),
        )
        audit.record(
            fresh,
            verb="rota.leaving_asked",
            by=by,
            at=now,
            details={"reason": "dans la note"} if why.strip() else {},
        )
    mission.refresh_from_db()
    return mission


@transaction.atomic
def stay_after_all(mission: Mission, *, by: Actor, now: datetime) -> Mission:
    """Note that a doctor who asked to be replaced comes all the same.

    Raises LeavingRefusal when somebody else has said yes meanwhile.
    """
    take_turn()
    fresh = Mission.objects.select_for_update().get(pk=mission.pk)
    if fresh.state not in FIRM:
        raise LeavingRefusal(
            "Quelqu’un vient déjà à votre place : cette mission n’est plus la vôtre."
        )
    if fresh.leaving_at is not None:
        Mission.objects.filter(pk=fresh.pk).update(
            leaving_at=None, changed_at=now, sequence=F("sequence") + 1
        )
        audit.record(fresh, verb="rota.leaving_withdrawn", by=by, at=now)
    mission.refresh_from_db()
    return mission
