"""What a centre lets the public do."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.booking.models import OnlineAccess
from relais.booking.services.refusals import BookingRefusal
from relais.booking.states import Access
from relais.core import audit
from relais.core.actors import Actor
from relais.network.models import Centre
from relais.outbox.wording import health_words


@transaction.atomic
def set_access(
    centre: Centre, *, access: Access, names_doctor: bool, note: str, by: Actor, now: datetime
) -> OnlineAccess:
    """Say what the public page of a centre opens; appointments that were taken stay.

    Raises BookingRefusal when the note speaks of somebody's health.
    """
    words = " ".join(note.split())
    if found := health_words([words]):
        raise BookingRefusal(f"« {found[0]} » parle de santé : cette page est publique.")
    made, _ = OnlineAccess.objects.update_or_create(
        centre=centre,
        defaults={"access": access, "names_doctor": names_doctor, "note": words[:300]},
    )
    audit.record(
        centre,
        verb="booking.access_set",
        by=by,
        at=now,
        details={"access": access, "names_doctor": names_doctor},
    )
    return made
