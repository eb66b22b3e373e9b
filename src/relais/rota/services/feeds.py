"""Secret addresses of calendars: opened, read, revoked. Only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from relais.accounts.models import User
from relais.core import audit
from relais.core.actors import Actor
from relais.doctors.models import Doctor
from relais.network.models import Centre
from relais.rota.models import CalendarFeed

TOKEN_BYTES = 32


@transaction.atomic
def open_feed(
    owner: Doctor | Centre, *, user: User, by: Actor, now: datetime
) -> tuple[CalendarFeed, str]:
    """Open the calendar of a doctor or a centre, and give the token of its address, only once.

    The user's earlier addresses of the same calendar are revoked: asking again changes the address.
    """
    doctor = owner if isinstance(owner, Doctor) else None
    centre = owner if isinstance(owner, Centre) else None
    CalendarFeed.objects.filter(
        doctor=doctor, centre=centre, user=user, revoked_at__isnull=True
    ).update(revoked_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(
        doctor=doctor, centre=centre, user=user, token_hash=token_hash(token), created_at=now
    )
    audit.record(feed, verb="rota.feed_opened", by=by, at=now)
    return feed, token


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: Actor, now: datetime) -> CalendarFeed:
    """Close the address of a calendar for good; closing it twice changes nothing."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=now):
        audit.record(feed, verb="rota.feed_revoked", by=by, at=now)
    feed.refresh_from_db(fields=["revoked_at"])
    return feed


def read_feed(token: str, *, now: datetime) -> CalendarFeed | None:
    """Find the open calendar of a token and note that it was read; None when there is none.

    A calendar closes with its owner's rights: that is asked by whoever serves it.
    """
    feed = (
        CalendarFeed.objects.filter(token_hash=token_hash(token), revoked_at__isnull=True)
        .select_related("doctor", "centre", "user")
        .first()
    )
    if feed is not None:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return feed


def token_hash(token: str) -> str:
    """Give what is kept of a token: SHA-256, in hexadecimal (the token has 256 random bits)."""
    return hashlib.sha256(token.encode()).hexdigest()
