"""The ways that messages take, as the settings name them, and what the worker does with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from relais.connectors.mail import House, MailWay
from relais.connectors.sms import SmsWay
from relais.outbox import services as outbox
from relais.outbox.services import Way
from relais.outbox.states import Channel


def house() -> House:
    """Say who writes."""
    return House(
        name=settings.NETWORK_NAME,
        sender=settings.DEFAULT_FROM_EMAIL,
        site=settings.SITE_ADDRESS,
        contact=settings.NETWORK_CONTACT,
    )


def ways() -> Mapping[Channel, Way]:
    """Give the ways that are connected; SMS only with a gateway."""
    found: dict[Channel, Way] = {Channel.EMAIL: MailWay(house())}
    if settings.SMS_GATEWAY:
        found[Channel.SMS] = SmsWay(
            address=settings.SMS_GATEWAY,
            token=settings.SMS_TOKEN,
            sender=settings.SMS_SENDER,
            answers_lookups=settings.SMS_ANSWERS_LOOKUPS,
        )
    return found


def send_messages(now: datetime) -> int:
    """Send what is due; count what was tried. Takes its own time: a round may last minutes."""
    return outbox.send_due(ways(), clock=timezone.now)


def forget_old_messages(now: datetime) -> int:
    """Erase the words of messages that are old; count them."""
    return outbox.forget_old(now=now)
