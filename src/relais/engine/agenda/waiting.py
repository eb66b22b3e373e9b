"""The order of a waiting list: class, then waiting time. One page that anyone may read.

A request rises by one class for each `days_for_a_class` days it waited (agenda.toml), so that
nobody waits forever; of two requests of one class, who came first comes first, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from relais.engine import parameters


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request on a list. `urgency`: its class, 0 the most urgent. `id` settles equal times."""

    id: int
    urgency: int
    since: datetime


def order(waiting: Iterable[Waiting], *, now: datetime) -> tuple[Waiting, ...]:
    """Order a list: class reached by now, then who waits longest, then the smaller number.

    Of two requests of the same class the earlier one is never behind: it rises no later.
    """
    days = int(parameters.load("agenda")["days_for_a_class"].value)
    return tuple(sorted(waiting, key=lambda one: (_reached(one, now, days), one.since, one.id)))


def _reached(one: Waiting, now: datetime, days: int) -> int:
    risen = max(now - one.since, timedelta()) // timedelta(days=days)
    return max(one.urgency - risen, 0)


def rank_words(rank: int, waiting: int) -> str:
    """Say a place on a list to who waits: « 3e sur 12 »; `rank` begins at 1.

    Raises ValueError when the rank is not within the list.
    """
    if not 1 <= rank <= waiting:
        raise ValueError(f"rank {rank} of {waiting}")
    return f"{rank}{'er' if rank == 1 else 'e'} sur {waiting}"
