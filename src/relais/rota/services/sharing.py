"""A week that two doctors share by days, as a last resort.

The mission stays one: the database still holds one full place a line-week and one a doctor-week.
The second doctor has some of its days. docs/decisions/0011 says why.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from relais.core import audit, formats
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor
from relais.engine.weeks import LAST_DAY
from relais.rota.models import Mission, SharedWeek
from relais.rota.queries import situation as facts
from relais.rota.services.refusals import DoctorElsewhereRefusal, RuleRefusal
from relais.rota.services.turn import take_turn
from relais.rota.states import ACTIVE, FIRM


class SharingRefusal(Refusal):
    """The week cannot be shared this way."""


@transaction.atomic
def share_week(
    mission: Mission,
    *,
    doctor: Doctor,
    first_on: date,
    last_on: date,
    by: Actor,
    now: datetime,
    despite: str = "",
) -> SharedWeek:
    """Give a second doctor the first days, or the last, of a confirmed mission.

    Who shares comes: the mission no longer asks for a replacement. Said twice with the same doctor,
    the days are those said last. `despite`: a planner's reason to go beyond the planning rules,
    kept in the audit.

    Raises SharingRefusal, RuleRefusal, DoctorElsewhereRefusal.
    """
    take_turn()
    fresh = Mission.objects.select_related("doctor", "line__centre").get(pk=mission.pk)
    end = fresh.monday + LAST_DAY
    today = localdate(now)
    if end < today:
        raise SharingRefusal("Cette semaine est passée.")
    if fresh.state not in FIRM:
        raise SharingRefusal("Seule une mission confirmée se partage. Confirmez-la d’abord.")
    if doctor.pk == fresh.doctor_id:
        raise SharingRefusal("Choisissez un autre médecin que celui de la mission.")
    inside = fresh.monday <= first_on <= last_on <= end
    at_an_edge = (first_on == fresh.monday) != (last_on == end)
    if not inside or not at_an_edge:
        raise SharingRefusal(
            "Le second médecin prend les premiers jours de la semaine, ou les derniers : chacun "
            "garde au moins un jour."
        )
    already = SharedWeek.objects.filter(mission=fresh).first()
    if already is not None and already.doctor_id != doctor.pk:
        raise SharingRefusal(
            f"Cette semaine est déjà partagée avec {already.doctor}. Mettez-y fin d’abord."
        )
    week = formats.week_label(fresh.monday, today=today)
    if Mission.objects.filter(doctor=doctor, monday=fresh.monday, state__in=ACTIVE).exists():
        raise DoctorElsewhereRefusal(f"{doctor} a déjà une mission la {week}.")
    situation = facts.load(fresh.monday, fresh.monday, today=today, doctor_ids=[doctor.pk])
    against = tuple(
        one
        for one in situation.objections(doctor, fresh.line, fresh.monday, ignoring=[fresh.pk])
        if one.rule not in facts.LIFTED_BY_CHOICE
    )
    if against and not despite.strip():
        raise RuleRefusal(against)
    try:
        with transaction.atomic():
            shared, _ = SharedWeek.objects.update_or_create(
                mission=fresh,
                defaults={
                    "doctor": doctor,
                    "monday": fresh.monday,
                    "first_on": first_on,
                    "last_on": last_on,
                    "shared_at": now,
                },
            )
    except IntegrityError as error:
        raise DoctorElsewhereRefusal(f"{doctor} partage déjà une semaine, la {week}.") from error
    Mission.objects.filter(pk=fresh.pk).update(leaving_at=None, changed_at=now)
    audit.record(
        fresh,
        verb="rota.week_shared",
        by=by,
        at=now,
        why=despite.strip(),
        details={
            "doctor": doctor.pk,
            "first_on": first_on.isoformat(),
            "last_on": last_on.isoformat(),
            "despite": [str(one.rule) for one in against],
        },
    )
    return shared


@transaction.atomic
def end_share(mission: Mission, *, by: Actor, now: datetime) -> bool:
    """Give the whole week back to the doctor of the mission; False where it was not shared."""
    take_turn()
    shared = SharedWeek.objects.filter(mission=mission).first()
    if shared is None:
        return False
    details = {"doctor": shared.doctor_id}
    shared.delete()
    audit.record(mission, verb="rota.share_ended", by=by, at=now, details=details)
    return True
