"""Who may do what."""

from __future__ import annotations

from django.conf import settings

from relais.accounts.models import User
from relais.accounts.states import RIGHTS_OF, STAFF_ROLES, Right, Role


def roles_of(user: User) -> frozenset[Role]:
    """Give the roles of a user; one query, remembered on the user for the length of a request."""
    known: frozenset[Role] | None = getattr(user, "_roles", None)
    if known is None:
        known = frozenset(Role(role) for role in user.role_grants.values_list("role", flat=True))
        user._roles = known  # type: ignore[attr-defined]
    return known


def rights_of(user: User) -> frozenset[Right]:
    """Give every right that the roles of a user hold."""
    held: frozenset[Right] = frozenset({Right.ANYONE, Right.ACCOUNT_OWN})
    return held.union(*(RIGHTS_OF[role] for role in roles_of(user)))


def may(user: User, right: Right) -> bool:
    """Say whether an active user holds a right."""
    return user.is_active and right in rights_of(user)


def is_staff(user: User) -> bool:
    """Say whether a user sees the data of others."""
    return bool(roles_of(user) & STAFF_ROLES)


def lacks_second_factor(user: User) -> bool:
    """Say whether a user must add a second factor before going on (staff, in production)."""
    if not settings.STAFF_SECOND_FACTOR or not is_staff(user):
        return False
    return not user.authenticator_set.exists()  # type: ignore[attr-defined]
