"""Asking for a place: it is kept while the code is on its way to the telephone."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from relais.agenda import services as agenda
from relais.agenda.models import Appointment, Reason
from relais.agenda.services import NotOpenRefusal, PlaceTakenRefusal
from relais.agenda.states import AppointmentState, Channel
from relais.booking import places, queries
from relais.booking.models import Request
from relais.booking.services.limits import blurred, check_asking, number, take_turn
from relais.booking.services.refusals import BookingRefusal, LimitRefusal, OverRefusal
from relais.booking.services.wanted import Wanted, check
from relais.booking.states import RequestState
from relais.core import audit
from relais.core.actors import Actor
from relais.network.models import Centre
from relais.outbox import services as outbox
from relais.outbox.recipients import PHONE, Recipient

_SALT: Final = "relais.booking.code"
NOT_PROPOSED: Final = "Cette place n’est pas proposée. Choisissez-en une autre."


@transaction.atomic
def ask(
    centre: Centre,
    *,
    tick: int,
    reason: Reason,
    wanted: Wanted,
    source: str,
    today: date,
    by: Actor,
    now: datetime,
    before: Request | None = None,
) -> tuple[Request, str]:
    """Keep a place and send a code to the telephone; the request, and the code for its SMS alone.

    Nothing here looks for a patient's file: the answer is the same whoever is known. `before`: what
    the same session asked for, given back. Raises BookingRefusal for what to correct, LimitRefusal,
    and the refusals of `agenda.services.hold`.
    """
    clean = check(wanted, today=today)
    access = take_turn(centre)
    if not queries.is_bookable(access):
        raise BookingRefusal("Ce centre ne donne pas de rendez-vous en ligne. Appelez-le.")
    if before is not None:
        drop(before, by=by, now=now)
    for older in Request.objects.filter(
        state=RequestState.ASKED, phone_hash=blurred(clean.phone), centre=centre
    ):
        drop(older, by=by, now=now)
    check_asking(centre, phone=clean.phone, source=source, now=now)
    kept = _hold(centre, tick=tick, reason=reason, wanted=clean, today=today, by=by, now=now)
    made = Request.objects.create(
        centre=centre,
        reason=reason,
        appointment=kept,
        birth_name=clean.birth_name,
        first_name=clean.first_name,
        birth_written=clean.birth_written,
        asker_name=clean.asker_name,
        asker_kind=clean.asker_kind,
        phone=clean.phone,
        phone_hash=blurred(clean.phone),
        source_hash=blurred(source),
        sent_at=now,
        expires_at=kept.hold_until or now,
        asked_at=now,
    )
    audit.record(made, verb="booking.asked", by=by, at=now, details={"centre": centre.key})
    return made, _send_code(made, by=by, now=now)


@transaction.atomic
def send_again(request: Request, *, by: Actor, now: datetime) -> str:
    """Send another code; the one before is worth nothing. The place is kept no longer for that.

    Raises LimitRefusal when it is too soon or the third time, OverRefusal when it is too late.
    """
    row = Request.objects.select_for_update().get(pk=request.pk)
    if row.state != RequestState.ASKED or row.expires_at <= now:
        raise OverRefusal(TOO_LATE)
    wait = row.sent_at + timedelta(seconds=number("resend_seconds"))
    if now < wait:
        raise LimitRefusal("Le code est en route. Attendez encore un peu avant d’en demander un.")
    if row.sends >= number("code_sends"):
        raise LimitRefusal(
            "Plusieurs codes sont déjà partis. Vérifiez le numéro, ou appelez le centre."
        )
    return _send_code(row, by=by, now=now)


@transaction.atomic
def drop(request: Request, *, by: Actor, now: datetime) -> None:
    """End a request that came to nothing: the place is free again, the names are erased."""
    row = Request.objects.select_for_update().select_related("appointment").get(pk=request.pk)
    if row.state != RequestState.ASKED:
        return
    if row.appointment.state == AppointmentState.HELD:
        agenda.release(row.appointment, request_key=f"online-drop-{row.pk}", by=by, now=now)
    end(row, state=RequestState.DROPPED, now=now)
    audit.record(row, verb="booking.dropped", by=by, at=now)


TOO_LATE: Final = "Le temps est passé, la place n’est plus gardée. Choisissez-en une autre."


def end(row: Request, *, state: RequestState, now: datetime) -> None:
    """Write the end of a request, and erase whom it was about. Its caller tells it."""
    row.state, row.ended_at = state, now
    row.birth_name = row.first_name = row.birth_written = ""
    row.asker_name = row.asker_kind = row.phone = row.code_hash = ""
    row.save()


def hash_of(row: Request, *, code: str) -> str:
    """Give what is kept of a code: it says nothing without the secret of the product."""
    return salted_hmac(_SALT, f"{row.key}:{code}", algorithm="sha256").hexdigest()


def _hold(
    centre: Centre,
    *,
    tick: int,
    reason: Reason,
    wanted: Wanted,
    today: date,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Keep the time on the first line that has it; only what the page proposes can be taken."""
    if not (reason.is_online and reason.is_active):
        raise NotOpenRefusal(NOT_PROPOSED)
    sheets = places.sheets_of(centre, today=today, now=now)
    proposed = places.slots(sheets, reason=reason, is_new=wanted.is_new, now=now)
    slot = next((one for one in proposed if one.tick == tick), None)
    if slot is None:
        raise NotOpenRefusal(NOT_PROPOSED)
    for sheet, length in zip(slot.sheets, slot.lengths, strict=True):
        try:
            return agenda.hold(
                sheet.line,
                starts_at=slot.starts_at,
                minutes=length.minutes,
                because=length.because,
                reason=reason,
                channel=Channel.ONLINE,
                request_key=f"online-{secrets.token_urlsafe(16)}",
                by=by,
                now=now,
            )
        except PlaceTakenRefusal:
            continue
    raise PlaceTakenRefusal("Cette place vient d’être prise. Choisissez-en une autre.")


def _send_code(row: Request, *, by: Actor, now: datetime) -> str:
    digits = number("code_digits")
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    row.code_hash, row.sent_at, row.sends = hash_of(row, code=code), now, row.sends + 1
    row.save(update_fields=["code_hash", "sent_at", "sends"])
    outbox.post(
        Recipient(
            kind=PHONE,
            key=row.phone_hash[:32],
            name="Demande en ligne",
            phone=row.phone,
            time_zone=row.centre.time_zone,
        ),
        template="booking_code",
        about=f"booking.request:{row.pk}",
        version=row.sends,
        values={"network": settings.NETWORK_NAME, "code": code},
        give_up_at=row.expires_at,
        urgent=True,
        by=by,
        now=now,
    )
    return code
