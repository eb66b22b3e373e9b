"""Whose centres: scope of those who work for some centres only."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from relais.accounts.models import User
from relais.accounts.permissions import may
from relais.accounts.states import Right
from relais.network.models import Centre


def centres_of(user: User, today: date) -> QuerySet[Centre]:
    """Give the centres whose weeks a user may see, by name.

    Who also reads the whole network sees all of them; a coordinator those coordinated today.
    """
    centres = Centre.objects.order_by("name", "id")
    if not may(user, Right.CENTRE_READ):
        return centres.none()
    if may(user, Right.NETWORK_READ):
        return centres
    running = Q(coordinations__user=user, coordinations__since_on__lte=today) & (
        Q(coordinations__until_on__isnull=True) | Q(coordinations__until_on__gt=today)
    )
    return centres.filter(running).distinct()


def may_see_centre(user: User, *, centre: Centre, today: date) -> bool:
    """Say whether a user may see who comes to a centre."""
    return centres_of(user, today).filter(pk=centre.pk).exists()
