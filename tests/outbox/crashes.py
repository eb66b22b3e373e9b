"""A worker that dies at any step, again and again, and the next one that takes its place."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from relais.engine.messages import lease
from relais.outbox.models import Delivery
from relais.outbox.services import Letter, Receipt, Way, send_due, sending
from relais.outbox.states import OPEN, Channel

STEPS = ("_claim", "_hand_over", "_end", "_again", "give_up")


class Crash(BaseException):
    """The worker is killed."""


@dataclass
class Fate:
    """When the next crash comes: at the `left`-th fault point from now. `left` below 0: never."""

    chance: random.Random
    left: int = -1
    crashes: Counter[str] = field(default_factory=Counter)

    def pass_by(self, where: str) -> None:
        """Go by a fault point, or die there."""
        if self.left == 0:
            self.left = -1
            self.crashes[where] += 1
            raise Crash
        if self.left > 0:
            self.left -= 1


@dataclass
class Doomed:
    """A way on which the worker may die before, while and after the other side takes a message."""

    way: Way
    fate: Fate

    @property
    def repeats(self) -> bool:
        return self.way.repeats

    def send(self, letter: Letter, hand_over: Callable[[], None]) -> Receipt:
        self.fate.pass_by("before the conversation")
        receipt = self.way.send(letter, hand_over)
        self.fate.pass_by(f"taken, not told ({letter.delivery.channel})")
        return receipt

    def is_known(self, letter: Letter) -> bool | None:
        self.fate.pass_by("before asking")
        known = self.way.is_known(letter)
        self.fate.pass_by("asked")
        return known

    def close(self) -> None:
        self.way.close()


def doom(patch: pytest.MonkeyPatch, fate: Fate) -> None:
    """Let the worker die before and after each of its transactions."""
    for name in STEPS:
        real = getattr(sending, name)

        def mortal(*args: Any, _real: Any = real, _name: str = name, **kwargs: Any) -> Any:
            fate.pass_by(f"before {_name}")
            done = _real(*args, **kwargs)
            fate.pass_by(f"after {_name}")
            return done

        patch.setattr(sending, name, mortal)


def live_and_die(
    ways: Mapping[Channel, Way], *, fate: Fate, crashes: int, at: datetime
) -> datetime:
    """Run workers that die until `crashes` of them did, then one that lives; give the last hour.

    After a death the next worker begins at once, or after the lease, by chance.
    """
    doomed = {channel: Doomed(way, fate) for channel, way in ways.items()}
    hour = [at]
    while fate.crashes.total() < crashes:
        fate.left = fate.chance.randrange(12)
        before = fate.crashes.total()
        with contextlib.suppress(Crash):
            send_due(doomed, clock=lambda: hour[0])
        hour[0] += timedelta(seconds=1)
        if fate.chance.random() < 0.5:
            hour[0] += lease()
        if fate.crashes.total() == before and _all_done():
            break
    fate.left = -1
    for _ in range(400):
        if _all_done():
            break
        hour[0] += timedelta(hours=1)  # longer than a lease; a night or a Sunday ends too
        send_due(ways, clock=lambda: hour[0])
    return hour[0]


def _all_done() -> bool:
    return not Delivery.objects.filter(state__in=OPEN).exists()
