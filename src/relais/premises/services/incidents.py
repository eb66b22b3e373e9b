"""What is broken or scratched: noted, with a photograph or without, and settled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.core import audit, private_files
from relais.core.actors import Actor
from relais.premises.models import Car, Incident, Lodging
from relais.premises.services.writing import keep_photo, read_kept


def note_incident(
    subject: Lodging | Car, *, text: str, by: Actor, now: datetime, photo: bytes = b""
) -> Incident:
    """Note something to repair in a lodging or on a car. The words stay out of the audit.

    Raises FileRefusal for a file that is no photograph.
    """
    name, media_type = keep_photo(photo) if photo else ("", "")
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                lodging=subject if isinstance(subject, Lodging) else None,
                car=subject if isinstance(subject, Car) else None,
                text=text,
                file_name=name,
                media_type=media_type,
                noted_at=now,
                noted_by=by.label,
            )
            audit.record(
                subject,
                verb="premises.incident_noted",
                by=by,
                at=now,
                details={"incident": incident.pk, "photo": bool(name)},
            )
    except BaseException:
        if name:
            private_files.forget(name)
        raise
    return incident


@transaction.atomic
def settle_incident(incident: Incident, *, by: Actor, now: datetime) -> None:
    """Note that something is repaired; said twice, nothing changes."""
    if not Incident.objects.filter(pk=incident.pk, settled_at=None).update(settled_at=now):
        return
    incident.settled_at = now
    audit.record(
        incident.lodging or incident.car,
        verb="premises.incident_settled",
        by=by,
        at=now,
        details={"incident": incident.pk},
    )


def read_incident_photo(incident: Incident, *, by: Actor, now: datetime) -> bytes:
    """Give the photograph of an incident, and write down who looked: it may show people."""
    content = read_kept(incident.file_name)
    audit.record(
        incident.lodging or incident.car,
        verb="premises.incident_photo_read",
        by=by,
        at=now,
        details={"incident": incident.pk},
    )
    return content
