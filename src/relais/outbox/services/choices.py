"""What a person chooses about messages, and STOP."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.outbox.models import Preference, StoppedNumber
from relais.outbox.recipients import Recipient
from relais.outbox.services.sending import withhold_sms


class NoChannelRefusal(Refusal):
    """A person must be reachable by one way at least."""


@transaction.atomic
def choose(
    recipient: Recipient,
    *,
    by_email: bool,
    by_sms: bool,
    requests_a_month: int | None,
    paused_until: date | None,
    by: Actor,
    now: datetime,
) -> Preference:
    """Write what a person chose. `requests_a_month` None: the usual limit; 0: never asked.

    Raises NoChannelRefusal when neither way is left.
    """
    if not by_email and not by_sms:
        raise NoChannelRefusal(
            "Gardez au moins une voie : sans elle, nous ne pourrions plus vous prévenir d’un "
            "changement."
        )
    row, _ = Preference.objects.update_or_create(
        recipient_kind=recipient.kind,
        recipient_key=recipient.key,
        defaults={
            "by_email": by_email,
            "by_sms": by_sms,
            "requests_a_month": requests_a_month,
            "paused_until": paused_until,
            "changed_at": now,
        },
    )
    audit.record(
        row,
        verb="outbox.preferences_set",
        by=by,
        at=now,
        details={
            "by_email": by_email,
            "by_sms": by_sms,
            "requests": "habituel" if requests_a_month is None else requests_a_month,
            "until_on": "" if paused_until is None else paused_until.isoformat(),
        },
    )
    if by_sms and recipient.mobile:
        allow_number(recipient.mobile, by=by, now=now)
    return row


@transaction.atomic
def stop_requests(kind: str, *, key: str, by: Actor, now: datetime) -> None:
    """Never ask this person again; other messages go on. Nothing happens when it stands."""
    row, is_new = Preference.objects.get_or_create(
        recipient_kind=kind, recipient_key=key, defaults={"requests_a_month": 0, "changed_at": now}
    )
    if not is_new and row.requests_a_month == 0:
        return
    row.requests_a_month, row.changed_at = 0, now
    row.save(update_fields=["requests_a_month", "changed_at"])
    audit.record(row, verb="outbox.requests_stopped", by=by, at=now)


@transaction.atomic
def stop_number(number: str, *, by: Actor, now: datetime) -> None:
    """Send no SMS to a number any more; those that wait are held back."""
    row, is_new = StoppedNumber.objects.get_or_create(number=number, defaults={"stopped_at": now})
    if is_new:
        held = withhold_sms(number, now=now)
        audit.record(row, verb="outbox.number_stopped", by=by, at=now, details={"held": held})


@transaction.atomic
def allow_number(number: str, *, by: Actor, now: datetime) -> None:
    """Let SMS go to a number again. Nothing happens when it was not stopped."""
    row = StoppedNumber.objects.filter(number=number).first()
    if row is not None:
        audit.record(row, verb="outbox.number_allowed", by=by, at=now)
        row.delete()
