"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from relais.accounts import permissions
from relais.accounts.models import User


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Give the network's name, today, the rights of the person, and whether this is the demonstration."""
    user = getattr(request, "user", None)
    return {
        "network_name": settings.NETWORK_NAME,
        "network_contact": settings.NETWORK_CONTACT,
        "today": timezone.localdate(),
        "rights": permissions.rights_of(user) if isinstance(user, User) else frozenset(),
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }
