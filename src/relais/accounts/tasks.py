"""E-mails of accounts, sent by the worker.

The link is made here and not when it is asked for: the answer takes the same time whether the
address is known or not, and the secret of a link never stands in the queue.

A mail server that does not answer is asked again later; each time a link is made anew.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any, Final

from django.conf import settings
from django.core.mail import send_mail
from django.tasks import Task, task
from django.utils import timezone

from relais.accounts import letters
from relais.accounts.models import User
from relais.accounts.queries import find_user
from relais.accounts.services import create_link
from relais.core.actors import Actor

TOKEN_PLACE = "TOKEN"  # noqa: S105 - where the secret goes in the address, not a secret

# How long to wait after each try. Who waits for a link asks again rather than wait for hours.
LINK_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 6))
LETTER_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))

logger = logging.getLogger(__name__)


@task()
def mail_sign_in_link(email: str, address: str, source: str, tried: int = 0) -> None:
    """Send a sign-in link when someone may enter with `email`; nothing otherwise.

    `address` is where the link leads, with TOKEN in the place of the secret; `source` the network
    address that asked.
    """
    user = find_user(email)
    if user is None:
        return
    asker = Actor(key="visitor", label="visiteur", source=source)
    token = create_link(user, by=asker, now=timezone.now())
    letter = letters.sign_in_link(
        name=user.name,
        network=settings.NETWORK_NAME,
        address=address.replace(TOKEN_PLACE, token),
        minutes=settings.SIGN_IN_LINK_MINUTES,
    )
    _send(user, letter, mail_sign_in_link, (email, address, source), tried, LINK_WAITS)


@task()
def mail_account_opened(user_id: int, address: str, tried: int = 0) -> None:
    """Tell someone that an account is open; `address` is that of the sign-in page."""
    user = User.objects.get(pk=user_id)
    letter = letters.account_opened(
        name=user.name,
        network=settings.NETWORK_NAME,
        address=address,
        contact=settings.NETWORK_CONTACT,
    )
    _send(user, letter, mail_account_opened, (user_id, address), tried, LETTER_WAITS)


@task()
def mail_notice(user_id: int, what: str, source: str, tried: int = 0) -> None:
    """Tell someone that the protection of the account changed (a key of `letters.NOTICES`)."""
    user = User.objects.get(pk=user_id)
    letter = letters.notice(
        what=what,
        name=user.name,
        network=settings.NETWORK_NAME,
        contact=settings.NETWORK_CONTACT,
        at=timezone.localtime(),
        source=source,
    )
    _send(user, letter, mail_notice, (user_id, what, source), tried, LETTER_WAITS)


def _send(
    user: User,
    letter: letters.Letter,
    again: Task[Any, Any],
    args: tuple[object, ...],
    tried: int,
    waits: tuple[timedelta, ...],
) -> None:
    """Send a letter, or ask for the task `again` after the wait of this try.

    Raises what the mail server answered when it refuses the address, or after the last try.
    """
    try:
        send_mail(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [user.email])
    except SMTPRecipientsRefused:
        raise
    except OSError as failure:  # the network, and all that smtplib raises
        if tried >= len(waits):
            raise
        name = type(failure).__name__
        logger.warning("A letter did not leave (%s): again in %s.", name, waits[tried])
        later = again.using(run_after=timezone.now() + waits[tried])
        later.enqueue(*args, tried + 1)
