"""What a doctor says of her way of working."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors.models import Doctor, PracticeProfile
from relais.engine import practice
from relais.outbox.wording import health_words

LIMITS_AT_MOST = 300


class PracticeRefusal(Refusal):
    """This cannot be said of a way of working."""


@transaction.atomic
def set_profile(
    doctor: Doctor,
    *,
    minutes: int,
    most_a_day: int | None,
    languages: Collection[str],
    limits: str,
    by: Actor,
    now: datetime,
) -> PracticeProfile:
    """Write how a doctor works: minutes a consultation, patients a day, languages, limits.

    Raises PracticeRefusal for a length or a number the network does not offer, or a limit that
    speaks of health. The limits stay out of the audit.
    """
    if minutes not in practice.parameter("offered_minutes"):
        raise PracticeRefusal("Choisissez une durée de la liste.")
    least, most = (practice.parameter(f"most_a_day_at_{end}") for end in ("least", "most"))
    if most_a_day is not None and not least <= most_a_day <= most:
        raise PracticeRefusal(f"Indiquez de {least} à {most} patients par jour, ou rien.")
    said = " ".join(limits.split())
    if len(said) > LIMITS_AT_MOST:
        raise PracticeRefusal(f"Dites-le en {LIMITS_AT_MOST} signes au plus.")
    found = health_words([said])
    if found:
        raise PracticeRefusal(
            f"Parlez ici de l’organisation du travail, sans mot de santé (« {found[0]} »). "
            "Les actes se cochent plus haut."
        )
    known = [one for one in practice.parameter("languages") if one in set(languages)]
    profile, _ = PracticeProfile.objects.update_or_create(
        doctor=doctor,
        defaults={
            "minutes": minutes,
            "most_a_day": most_a_day,
            "languages": known,
            "limits": said,
            "said_at": now,
        },
    )
    audit.record(
        doctor,
        verb="doctors.practice_said",
        by=by,
        at=now,
        details={
            "minutes": minutes,
            "most_a_day": most_a_day,
            "languages": known,
            "has_limits": bool(said),
        },
    )
    return profile
