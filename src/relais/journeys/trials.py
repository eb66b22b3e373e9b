"""Trying a text: it goes to whoever asks, and to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from relais.accounts.models import User
from relais.core import audit
from relais.core.actors import Actor
from relais.journeys.recipients import of_user
from relais.outbox import services as outbox
from relais.outbox.catalogue import template as shipped
from relais.outbox.models import Message

WORTH: Final = timedelta(hours=12)


@transaction.atomic
def send_trial(
    user: User,
    *,
    template: str,
    subject: str,
    text: str,
    sms: str,
    key: str,
    by: Actor,
    now: datetime,
) -> Message:
    """Send words that are perhaps not saved yet to the person who tries them, with examples.

    `key` makes each trial a message of its own. Raises TextRefusal.
    """
    outbox.check(template, subject=subject, text=text, sms=sms)
    examples = shipped(template).examples()
    message = outbox.post_words(
        of_user(user),
        template="test_message",
        about=f"outbox.trial:{key}",
        subject=subject,
        text=text,
        sms=sms,
        values=examples,
        give_up_at=now + WORTH,
        by=by,
        now=now,
    )
    audit.record(message, verb="outbox.trial_sent", by=by, at=now, details={"template": template})
    return message
