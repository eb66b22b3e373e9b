"""Opening and closing accounts, roles, sign-in links, sessions.

Each act is written in the audit.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from relais.accounts.models import RoleGrant, SignInLink, User
from relais.accounts.permissions import forget_roles, may_enter
from relais.accounts.states import Role
from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal

TOKEN_BYTES = 32
KEPT_AFTER_EXPIRY = timedelta(days=1)  # so that an old link can still be told from a wrong one


class EmailTakenRefusal(Refusal):
    """Someone already signs in with this address."""


class EmailWrongRefusal(Refusal):
    """This is not an e-mail address."""


class LastAdministratorRefusal(Refusal):
    """Nobody could manage accounts any more."""


class LinkRefusal(Refusal):
    """A sign-in link does not open anything (any more)."""


class AccountClosedRefusal(Refusal):
    """The account is closed."""


def clean_email(text: str) -> str:
    """Write an address the one way it is kept: without spaces, in lower case."""
    return text.strip().lower()


@transaction.atomic
def open_account(
    email: str, *, name: str, roles: Iterable[Role] = (), by: Actor, now: datetime
) -> User:
    """Open an account without a password. Refused when the address is wrong or taken."""
    address = clean_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise EmailWrongRefusal(
            f"« {email.strip()} » n’est pas une adresse électronique. Vérifiez-la."
        ) from None
    user = User(email=address, name=name.strip(), created_at=now, is_fictional=settings.DEMO)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise EmailTakenRefusal(
            "Un compte existe déjà avec cette adresse. Modifiez ce compte, ou donnez-en une autre."
        ) from None
    # The team vouches for the address, and every sign-in by link proves it again.
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    audit.record(user, verb="accounts.opened", by=by, at=now, details={"email": address})
    for role in roles:
        grant_role(user, role=role, by=by, now=now)
    return user


@transaction.atomic
def rename(user: User, *, name: str, by: Actor, now: datetime) -> None:
    """Change the name that others read."""
    before, user.name = user.name, name.strip()
    if user.name != before:
        user.save(update_fields=["name"])
        audit.record(
            user,
            verb="accounts.renamed",
            by=by,
            at=now,
            details={"from": before, "to": user.name},
        )


@transaction.atomic
def grant_role(user: User, *, role: Role, by: Actor, now: datetime) -> None:
    """Give a role; nothing happens when it is held already."""
    _, is_new = RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_at": now})
    forget_roles(user)
    if is_new:
        audit.record(
            user, verb="accounts.role_granted", by=by, at=now, details={"role": role.value}
        )


@transaction.atomic
def revoke_role(user: User, *, role: Role, by: Actor, now: datetime) -> None:
    """Take a role back; nothing happens when it is not held. Refused for the last administrator."""
    if role is Role.ADMINISTRATOR:
        _keep_an_administrator(leaving=user)
    taken, _ = RoleGrant.objects.filter(user=user, role=role).delete()
    forget_roles(user)
    if taken:
        audit.record(
            user, verb="accounts.role_revoked", by=by, at=now, details={"role": role.value}
        )


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[Role], by: Actor, now: datetime) -> None:
    """Make the roles of a user exactly these."""
    wanted = set(roles)
    held = {Role(grant.role) for grant in RoleGrant.objects.filter(user=user)}
    for role in sorted(held - wanted):
        revoke_role(user, role=role, by=by, now=now)
    for role in sorted(wanted - held):
        grant_role(user, role=role, by=by, now=now)


def _keep_an_administrator(*, leaving: User) -> None:
    """Refuse when no other open account is an administrator; wait for who does the same."""
    grants = RoleGrant.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("id")
    held_by = list(grants.values_list("user_id", flat=True))
    others = User.objects.filter(pk__in=held_by, is_active=True).exclude(pk=leaving.pk)
    if leaving.pk in held_by and not others.exists():
        raise LastAdministratorRefusal(
            "C’est le dernier compte d’administration :"
            " donnez d’abord ce rôle à une autre personne."
        )


@transaction.atomic
def close_account(user: User, *, by: Actor, now: datetime, why: str = "") -> None:
    """Close an account: its sessions end at once, its links open nothing. Its past acts stay."""
    _keep_an_administrator(leaving=user)
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    SignInLink.objects.filter(user=user).delete()
    ended = _end_sessions(user)
    audit.record(
        user, verb="accounts.closed", by=by, at=now, why=why, details={"sessions_ended": ended}
    )


@transaction.atomic
def reopen_account(user: User, *, by: Actor, now: datetime) -> None:
    """Open a closed account again, with the roles it had."""
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(user, verb="accounts.reopened", by=by, at=now)


@transaction.atomic
def end_sessions(user: User, *, by: Actor, now: datetime, keep: str = "") -> int:
    """Sign someone out everywhere, but for the session whose key is `keep`; give how many ended."""
    ended = _end_sessions(user, keep=keep)
    audit.record(
        user, verb="accounts.sessions_ended", by=by, at=now, details={"sessions_ended": ended}
    )
    return ended


def _end_sessions(user: User, *, keep: str = "") -> int:
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        session.end()
        ended += 1
    return ended


@transaction.atomic
def set_password(user: User, *, password: str, by: Actor, now: datetime, keep: str = "") -> None:
    """Set a password that was found strong enough; every session but `keep` ends."""
    had_one = user.has_usable_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _end_sessions(user, keep=keep)
    verb = "accounts.password_changed" if had_one else "accounts.password_set"
    audit.record(user, verb=verb, by=by, at=now)


@transaction.atomic
def remove_second_factors(user: User, *, by: Actor, now: datetime, why: str = "") -> None:
    """Take away the second factors of someone who lost them; sign the person out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    audit.record(user, verb="accounts.second_factors_removed", by=by, at=now, why=why)


# -- sign-in links ---------------------------------------------------------------------------------


@transaction.atomic
def create_link(user: User, *, by: Actor, now: datetime) -> str:
    """Make a sign-in link and give its secret, which is kept nowhere."""
    SignInLink.objects.filter(user=user, expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SignInLink.objects.create(
        user=user,
        token_hash=_hash(token),
        asked_at=now,
        expires_at=now + timedelta(minutes=settings.SIGN_IN_LINK_MINUTES),
    )
    audit.record(user, verb="accounts.link_sent", by=by, at=now)
    return token


def find_link(token: str, *, now: datetime) -> SignInLink:
    """Give the link of a secret when it still opens something; otherwise refuse and say why."""
    link = SignInLink.objects.select_related("user").filter(token_hash=_hash(token)).first()
    if link is None:
        raise LinkRefusal(
            "Ce lien ne mène nulle part. Il est peut-être coupé, ou trop ancien :"
            " demandez-en un autre."
        )
    if not may_enter(link.user):
        raise AccountClosedRefusal("Ce compte est fermé. Écrivez à l’équipe si c’est une erreur.")
    if link.used_at is not None:
        raise LinkRefusal("Ce lien a déjà servi, et il ne sert qu’une fois. Demandez-en un autre.")
    if link.expires_at <= now:
        raise LinkRefusal(
            f"Ce lien a expiré : il vaut {settings.SIGN_IN_LINK_MINUTES} minutes."
            " Demandez-en un autre."
        )
    return link


@transaction.atomic
def use_link(token: str, *, now: datetime) -> User:
    """Spend a link and every other link of the same person; give whom it lets in.

    Two who use it at once: one enters, the other is refused.
    """
    link = find_link(token, now=now)
    spent = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now)
    if not spent:
        raise LinkRefusal("Ce lien a déjà servi, et il ne sert qu’une fois. Demandez-en un autre.")
    SignInLink.objects.filter(user=link.user, used_at__isnull=True).update(used_at=now)
    return link.user


def forget_expired(*, now: datetime) -> int:
    """Delete links and sessions that expired, with the devices and addresses noted; count them."""
    links, _ = SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    known = Session.objects.values("session_key")
    places: int = UserSession.objects.exclude(session_key__in=known).delete()[0]
    return links + sessions + places


def _hash(token: str) -> str:
    """Hash a secret of 256 random bits: no salt needed, nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# -- what happened at the door ---------------------------------------------------------------------


def note_sign_in(user: User, *, how: str, by: Actor, now: datetime) -> None:
    """Write that someone entered, and by which steps (« lien », « mot de passe, code »)."""
    audit.record(user, verb="accounts.signed_in", by=by, at=now, details={"how": how})


def note_failed_sign_in(user: User, *, by: Actor, now: datetime) -> None:
    """Write that a password was wrong for an account that exists."""
    audit.record(user, verb="accounts.sign_in_failed", by=by, at=now)


def note_second_factor(user: User, *, change: str, by: Actor, now: datetime) -> None:
    """Write a change of someone's second factors (« passkey_added », « codes_made »…)."""
    audit.record(user, verb=f"accounts.{change}", by=by, at=now)
