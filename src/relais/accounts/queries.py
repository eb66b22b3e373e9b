"""Reading accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from relais.accounts.models import RoleGrant, User
from relais.accounts.permissions import may_enter
from relais.accounts.states import RIGHTS_OF, Right, Role


def find_user(email: str) -> User | None:
    """Find who signs in with an address, whatever its case; None when nobody may enter with it."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    return user if user is not None and may_enter(user) else None


def people(
    *, text: str = "", role: Role | None = None, is_active: bool | None = True
) -> QuerySet[User]:
    """List accounts by name, with their roles (two queries)."""
    found = User.objects.prefetch_related("role_grants").order_by(Lower("name"), "pk")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role is not None:
        held = RoleGrant.objects.filter(user=OuterRef("pk"), role=role)
        found = found.filter(Exists(held))
    if is_active is not None:
        found = found.filter(is_active=is_active)
    return found


def holders_of(right: Right) -> list[User]:
    """List the open accounts with a role that holds a right, in a fixed order. One query."""
    roles = [role for role, rights in RIGHTS_OF.items() if right in rights]
    holders = User.objects.filter(is_active=True, role_grants__role__in=roles)
    return list(holders.distinct().order_by("pk"))


def has_fictional_people() -> bool:
    """Say whether the database is that of a demonstration."""
    return User.objects.filter(is_fictional=True).exists()


def fictional_people(*, per_role: int) -> Mapping[Role, Sequence[User]]:
    """List some people of the demonstration for each role, by name; one query a role."""
    return {
        role: list(
            User.objects.filter(is_fictional=True, is_active=True, role_grants__role=role).order_by(
                "name", "pk"
            )[:per_role]
        )
        for role in Role
    }


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A place where someone is signed in."""

    began_at: datetime
    seen_at: datetime
    device: str
    address: str
    is_here: bool


def sessions_of(user: User, *, here: str) -> list[OpenSession]:
    """List where someone is signed in, this place first; `here` is the present session's key."""
    found = UserSession.objects.filter(user=user).order_by("-last_seen_at", "pk")
    rows = [
        OpenSession(
            began_at=session.created_at,
            seen_at=session.last_seen_at,
            device=device_words(session.user_agent),
            address=session.ip,
            is_here=session.session_key == here,
        )
        for session in found
        if session.exists()
    ]
    return sorted(rows, key=lambda row: not row.is_here)


def device_words(user_agent: str) -> str:
    """Name a browser and a device in words: « Firefox sur Windows »."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("FxiOS", "Firefox"),
        ("Safari", "Safari"),
    )
    devices = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((word for mark, word in browsers if mark in user_agent), "")
    device = next((word for mark, word in devices if mark in user_agent), "")
    if browser and device:
        return f"{browser} sur {device}"
    return browser or device or "appareil inconnu"
