"""The audit: who did what, on what, why, when, from where. Written in the same transaction as the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Model

from relais.core.actors import Actor
from relais.core.models import AuditEntry


def record(
    subject: Model | None,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    why: str = "",
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write one audit entry about `subject`. `verb` reads « module.thing_done » (« rota.mission_confirmed »).

    `details` holds JSON values: what changed, from what to what; never a health word.
    """
    return AuditEntry.objects.create(
        at=at,
        actor=by.key,
        actor_label=by.label,
        source=by.source,
        verb=verb,
        subject_type="" if subject is None else subject._meta.label_lower,
        subject_id="" if subject is None else str(subject.pk),
        subject_label="" if subject is None else str(subject)[:200],
        why=why,
        details=dict(details or {}),
    )
