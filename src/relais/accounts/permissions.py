"""Who may do what."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from relais.accounts.models import User
from relais.accounts.states import RIGHTS_OF, STAFF_ROLES, Right, Role

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def roles_of(user: User) -> frozenset[Role]:
    """Give the roles of a user; one query, remembered on the user for the length of a request."""
    known: frozenset[Role] | None = getattr(user, "_roles", None)
    if known is None:
        known = frozenset(Role(grant.role) for grant in user.role_grants.all())
        user._roles = known  # type: ignore[attr-defined]
    return known


def forget_roles(user: User) -> None:
    """Make the next question about this user read the roles again."""
    vars(user).pop("_roles", None)
    vars(user).get("_prefetched_objects_cache", {}).pop("role_grants", None)


def rights_of(user: User) -> frozenset[Right]:
    """Give every right that the roles of a user hold; none to who may not enter."""
    if not may_enter(user):
        return frozenset({Right.ANYONE})
    held: frozenset[Right] = frozenset({Right.ANYONE, Right.ACCOUNT_OWN})
    return held.union(*(RIGHTS_OF[role] for role in roles_of(user)))


def may(user: User, right: Right) -> bool:
    """Say whether a user who may enter holds a right."""
    return right in rights_of(user)


def may_enter(user: User) -> bool:
    """Say whether an account is open, and is not one of the demonstration outside of it."""
    return user.is_active and (not user.is_fictional or settings.DEMO)


def is_staff(user: User) -> bool:
    """Say whether a user sees the data of others."""
    return bool(roles_of(user) & STAFF_ROLES)


def has_second_factor(user: User) -> bool:
    """Say whether a user has a passkey or an authenticator application (not codes alone)."""
    factors = Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS)
    return bool(factors.exists())


def must_have_second_factor(user: User) -> bool:
    """Say whether the rules ask a second factor of this user (staff, in production)."""
    return bool(settings.STAFF_SECOND_FACTOR) and is_staff(user)


def lacks_second_factor(user: User) -> bool:
    """Say whether a user must add a second factor before going on."""
    return must_have_second_factor(user) and not has_second_factor(user)
