"""How long an appointment takes, and why: « 40 = 20 + 10 nouveau + 10 ALD »."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from relais.engine import parameters
from relais.engine.agenda.clock import TICK_MINUTES

_USUAL_PACE: Final = 100


@dataclass(frozen=True, slots=True)
class Added:
    """Minutes added for a reason told in one word."""

    minutes: int
    word: str


@dataclass(frozen=True, slots=True)
class Length:
    """Minutes, a multiple of five, and the sum that made them."""

    minutes: int
    because: str

    @property
    def is_explained(self) -> bool:
        """Say whether the length is more than the usual one of its reason."""
        return self.because != str(self.minutes)

    @property
    def ticks(self) -> int:
        """Count the ticks."""
        return self.minutes // TICK_MINUTES


def length(base: int, *, added: Sequence[Added] = (), pace: int = _USUAL_PACE) -> Length:
    """Add up the length of an appointment in minutes.

    (base + what is added) × pace of the doctor in %, rounded up to five minutes, within the
    shortest and longest of agenda.toml. Raises ValueError for a base under one minute or a pace out
    of its bounds.
    """
    page = parameters.load("agenda")
    if base < 1:
        raise ValueError(f"an appointment of {base} minutes")
    if not page["quickest_pace"].value <= pace <= page["slowest_pace"].value:
        raise ValueError(f"a pace of {pace} %")
    total = base + sum(one.minutes for one in added)
    ticks = -(-total * pace // (_USUAL_PACE * TICK_MINUTES))
    minutes = ticks * TICK_MINUTES
    minutes = max(minutes, int(page["shortest_minutes"].value))
    minutes = min(minutes, int(page["longest_minutes"].value))
    words = [str(base), *(f"{one.minutes} {one.word}" for one in added)]
    because = f"{minutes} = {' + '.join(words)}" if added or minutes != base else f"{minutes}"
    if pace != _USUAL_PACE:
        because += f", au rythme du médecin ({pace} %)"
    return Length(minutes=minutes, because=because)
