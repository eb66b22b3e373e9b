"""E-mails of accounts, sent by the worker.

The link is made here and not when it is asked for: the answer takes the same time whether the
address is known or not, and the secret of a link never stands in the queue.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.tasks import task
from django.utils import timezone

from relais.accounts import letters
from relais.accounts.models import User
from relais.accounts.queries import find_user
from relais.accounts.services import create_link
from relais.core.actors import Actor

TOKEN_PLACE = "TOKEN"  # noqa: S105 - where the secret goes in the address, not a secret


@task()
def mail_sign_in_link(email: str, address: str, source: str) -> None:
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
    _send(user, letter)


@task()
def mail_account_opened(user_id: int, address: str) -> None:
    """Tell someone that an account is open; `address` is that of the sign-in page."""
    user = User.objects.get(pk=user_id)
    letter = letters.account_opened(
        name=user.name,
        network=settings.NETWORK_NAME,
        address=address,
        contact=settings.NETWORK_CONTACT,
    )
    _send(user, letter)


@task()
def mail_notice(user_id: int, what: str, source: str) -> None:
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
    _send(user, letter)


def _send(user: User, letter: letters.Letter) -> None:
    send_mail(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [user.email])
