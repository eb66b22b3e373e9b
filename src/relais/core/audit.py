"""The audit: who did what, on what, why, when, from where.

An entry is written in the same transaction as the act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import Model, QuerySet

from relais.core.actors import Actor
from relais.core.models import AuditEntry

_VERB: Final = re.compile(r"[a-z_]+\.[a-z_]+")


def record(
    subject: Model | None,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    why: str = "",
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write one audit entry about `subject`.

    `verb` reads « module.thing_done » (« rota.mission_confirmed »).
    `details` holds JSON values: what changed, from what to what; never a health word.
    Raises ValueError for a verb of another shape.
    """
    if not _VERB.fullmatch(verb):
        raise ValueError(f"{verb!r} does not read « module.thing_done »")
    return AuditEntry.objects.create(
        at=at,
        actor=by.key[:80],
        actor_label=_clean(by.label)[:200],
        source=_clean(by.source)[:200],
        verb=verb,
        subject_type="" if subject is None else subject._meta.label_lower,
        subject_id="" if subject is None else str(subject.pk),
        subject_label="" if subject is None else _clean(str(subject))[:200],
        why=_clean(why),
        details=dict(details or {}),
    )


def _clean(text: str) -> str:
    """Take out the character that PostgreSQL cannot keep in a text."""
    return text.replace("\x00", "")


def journal(
    *,
    who: str = "",
    what: str = "",
    area: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """List what was done, the latest first.

    `who` stands in the name of who did it, `what` in the name of the thing, `area` is the first
    word of the verbs (« rota »), `since` is included, `until` is not.
    """
    found = AuditEntry.objects.order_by("-at", "-id")
    if who:
        found = found.filter(actor_label__icontains=who)
    if what:
        found = found.filter(subject_label__icontains=what)
    if area:
        found = found.filter(verb__startswith=f"{area}.")
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found
