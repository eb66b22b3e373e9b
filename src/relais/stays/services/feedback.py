"""What a doctor says of a week that is over."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.outbox.wording import health_words
from relais.rota.models import Mission
from relais.rota.states import FIRM
from relais.stays.models import Feedback
from relais.stays.states import Again, Pleased


class FeedbackRefusal(Refusal):
    """This answer cannot be kept."""


@transaction.atomic
def give_feedback(
    mission: Mission,
    *,
    welcome: Pleased,
    work: Pleased,
    house: Pleased,
    again: Again,
    words: str,
    by: Actor,
    now: datetime,
    today: date,
) -> Feedback:
    """Keep the four answers and a few words; the latest stand. The audit keeps none of them.

    Raises FeedbackRefusal before the week has begun, or for words about health.
    """
    if mission.state not in FIRM or mission.monday > today:
        raise FeedbackRefusal("Cette semaine n’a pas encore commencé.")
    said = " ".join(words.split())[:600]
    if found := health_words([said]):
        raise FeedbackRefusal(
            f"Ne parlez d’aucun patient ici, même sans nom (« {found[0]} »). Merci."
        )
    row, _ = Feedback.objects.update_or_create(
        mission=mission,
        defaults={
            "welcome": welcome,
            "work": work,
            "house": house,
            "again": again,
            "words": said,
            "given_at": now,
        },
    )
    audit.record(row, verb="stays.feedback_given", by=by, at=now)
    return row
