"""The radar is read again when the rota or the day has changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from relais.rota import radar
from relais.rota.models import Radar, RiskReading
from relais.rota.queries.reminders import words_of
from relais.rota.services.turn import current_turn

RADAR_WEEKS = 52
_ROWS_AT_ONCE = 1000


def radar_is_stale(now: datetime) -> bool:
    """Say whether the rota or the day has changed since the risks were read. 2 queries."""
    last = Radar.objects.first()
    return last is None or last.turn != current_turn() or last.day != localdate(now)


def refresh_radar(now: datetime) -> Radar:
    """Read the risks of the 52 weeks from next Monday on, in place of those read before.

    Nobody waits for the computation: it holds no lock. Who began from an older rota than what
    another reading already shows writes nothing.
    """
    today = localdate(now)
    with transaction.atomic():
        turn = current_turn()
        bridge = radar.ground_of_risks(today, weeks=RADAR_WEEKS)
        invited = radar.invited_since(bridge.problem.first_monday)
        leaving = radar.who_leaves(bridge.problem.first_monday)
        asked = radar.asked_in_vain(bridge.problem.first_monday, now=now)
        words = words_of(bridge.problem.first_monday, now=now)
    rows = radar.risks(
        bridge, invited=invited, leaving=leaving, asked=asked, words=words, today=today
    )
    with transaction.atomic():
        last = Radar.objects.select_for_update().first()
        if last is not None and (last.day, last.turn) > (today, turn):
            return last
        RiskReading.objects.all().delete()
        RiskReading.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE)
        fresh, _ = Radar.objects.update_or_create(
            pk=1, defaults={"read_at": now, "day": today, "turn": turn}
        )
    return fresh
