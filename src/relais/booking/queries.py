"""What the public page of a centre says, and where a request stands."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from relais.agenda.list_states import ListKind
from relais.agenda.models import Appointment, WaitEntry
from relais.booking import links
from relais.booking.models import OnlineAccess, Request
from relais.booking.states import Access, RequestState
from relais.network.models import Centre


def open_centres(*, today: date) -> QuerySet[Centre]:
    """List the centres that see patients, by name: open already, not closed for good."""
    return (
        Centre.objects.filter(opens_on__lte=today)
        .filter(Q(closes_on__isnull=True) | Q(closes_on__gt=today))
        .select_related("commune")
        .order_by("name", "pk")
    )


def access_of(centre: Centre) -> OnlineAccess:
    """Give what a centre opens to the public; a row that is not saved when it never said."""
    found = OnlineAccess.objects.filter(centre=centre).first()
    return found or OnlineAccess(centre=centre)


def is_bookable(access: OnlineAccess) -> bool:
    """Say whether people may book online there: it is opened, and codes can leave by SMS."""
    return access.access == Access.OPEN and sends_sms()


def sends_sms() -> bool:
    """Say whether codes can leave; in the demonstration the page shows them."""
    return bool(settings.SMS_GATEWAY) or settings.DEMO


def waiting_request(key: str, *, now: datetime) -> Request | None:
    """Find the request of a session whose code is still awaited."""
    if not key:
        return None
    return (
        Request.objects.filter(key=key, state=RequestState.ASKED, expires_at__gt=now)
        .select_related("centre__commune", "appointment__line", "reason")
        .first()
    )


def wants_earlier(appointment: Appointment) -> bool:
    """Say whether the patient of an appointment waits for an earlier place there."""
    return WaitEntry.objects.filter(
        person=appointment.patient_id,
        centre=appointment.line.centre_id,
        kind=ListKind.EARLIER,
        ended_at__isnull=True,
    ).exists()


def appointment_of(token: str) -> Appointment | None:
    """Find the appointment of a link; None for a link that was altered or leads nowhere."""
    public_id = links.read(token)
    if public_id is None:
        return None
    return (
        Appointment.objects.filter(public_id=public_id, patient__isnull=False)
        .select_related("line__centre__commune", "reason", "patient")
        .first()
    )
