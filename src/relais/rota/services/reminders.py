"""What a confirmed doctor was written before her week, and what she answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.rota.models import Mission, Reminder
from relais.rota.services.missions import WeekOverRefusal
from relais.rota.services.turn import take_turn
from relais.rota.states import FIRM, WordGiven


class WordRefusal(Refusal):
    """Nothing is asked about this mission any more."""


@transaction.atomic
def note_reminders(
    missions: Collection[Mission], *, days_before: int, asks: bool, by: Actor, now: datetime
) -> list[Reminder]:
    """Note one step for some missions; gives the new ones only, so that a step is written once."""
    take_turn()
    ids = [one.pk for one in missions]
    before = set(
        Reminder.objects.filter(mission_id__in=ids, days_before=days_before).values_list(
            "mission_id", flat=True
        )
    )
    made = [
        Reminder(mission=one, days_before=days_before, asks=asks, sent_at=now)
        for one in missions
        if one.pk not in before
    ]
    Reminder.objects.bulk_create(made, batch_size=500)
    for one in made:
        audit.record(
            one.mission,
            verb="rota.reminder_written",
            by=by,
            at=now,
            details={"days_before": days_before, "asks": asks},
        )
    return made


@transaction.atomic
def give_word(mission: Mission, *, says: WordGiven, by: Actor, now: datetime) -> Reminder:
    """Hear the answer to « toujours d’accord ? », the latest question. Twice is once.

    A no only notes it: who leaves, leaves by `ask_to_leave`. Raises WeekOverRefusal when the week
    has begun, WordRefusal where nothing was asked or the mission is no longer hers.
    """
    take_turn()
    fresh = Mission.objects.get(pk=mission.pk)
    if fresh.monday <= localdate(now):
        raise WeekOverRefusal("Cette semaine a commencé. Merci d’avoir répondu.")
    if fresh.state not in FIRM:
        raise WordRefusal("Cette mission n’est plus la vôtre : il n’y a plus rien à répondre.")
    last = (
        Reminder.objects.select_for_update()
        .filter(mission=mission, asks=True)
        .order_by("days_before")
        .first()
    )
    if last is None:
        raise WordRefusal("Rien ne vous est demandé pour cette mission.")
    if last.answer == says:
        return last
    last.answer, last.answered_at = says, now
    last.save(update_fields=["answer", "answered_at"])
    audit.record(
        fresh,
        verb="rota.word_given",
        by=by,
        at=now,
        details={"days_before": last.days_before, "answer": str(says)},
    )
    return last
