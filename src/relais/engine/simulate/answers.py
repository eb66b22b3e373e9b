"""How a doctor placed in a week that she offered answers: the law, and what is known under way.

She is invited some day before her Monday, says yes or not at all, and the team learns of either
after a while; silence counts as a no from `give_up_days` before the Monday on. The radar reads this
law forward (`Waiting`), the calibration draws from it (`draw_answers`). docs/engine/radar.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from relais.engine import parameters

type Floats = NDArray[np.float64]

SLICES = 4  # points of time at which what is not known yet is imagined


@dataclass(frozen=True, slots=True)
class Habits:
    """The rates of parameters/radar.toml by their names, where unit and source stand."""

    proposal_accepted: float
    yes_half_days: float
    no_half_days: float
    give_up_days: float
    invited_from_days: float
    invited_until_days: float


@cache
def habits() -> Habits:
    """Read how doctors answer."""
    page = parameters.load("radar")
    return Habits(**{name: page[name].value for name in Habits.__slots__})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a silence still holds. `says_yes`: chance of a yes in time, between 0 and 1.

    `told`: (chance, days before the Monday) of learning that she does not come; the chances and
    `says_yes` sum to 1.
    """

    says_yes: float
    told: tuple[tuple[float, float], ...]


def invited(lead_days: float, silent_days: float) -> Waiting:
    """Say what is to be expected of an invitation without an answer for `silent_days`.

    `lead_days`: from now to the Monday. Raises ValueError for a negative number of days.
    """
    if silent_days < 0 or lead_days < 0:
        raise ValueError(f"nobody is silent for {silent_days} days, {lead_days} days before")
    told = habits()
    left = lead_days - min(told.give_up_days, lead_days / 2)
    yes = told.proposal_accepted * 0.5 ** (silent_days / told.yes_half_days)
    no = (1 - told.proposal_accepted) * 0.5 ** (silent_days / told.no_half_days)
    too_late = 0.5 ** (left / told.yes_half_days)
    says_yes = yes / (yes + no) * (1 - too_late)
    waits = yes / (yes + no) * too_late + no / (yes + no) * 0.5 ** (left / told.no_half_days)
    heard = 1 - says_yes - waits
    times = [_quantile(left, told.no_half_days, (one + 0.5) / SLICES) for one in range(SLICES)]
    return Waiting(
        says_yes,
        (*((heard / SLICES, lead_days - days) for days in times), (waits, lead_days - left)),
    )


def proposed(lead_days: float) -> Waiting:
    """Say what is to be expected of a doctor who was not invited yet.

    She will be on a day between now and `invited_until_days` before, each as likely; at once when
    that is past. Raises ValueError for a negative number of days.
    """
    law = habits()
    first, last = min(lead_days, law.invited_from_days), min(lead_days, law.invited_until_days)
    parts = [invited(first - (first - last) * (one + 0.5) / SLICES, 0.0) for one in range(SLICES)]
    return Waiting(
        sum(one.says_yes for one in parts) / SLICES,
        tuple((chance / SLICES, days) for one in parts for chance, days in one.told),
    )


def _quantile(most: float, half: float, share: float) -> float:
    """Give when a share of those heard within `most` days are heard, halving every `half`."""
    within = 1 - 0.5 ** (most / half)
    return float(-half * np.log2(1 - share * within))


@dataclass(frozen=True, slots=True)
class Answers:
    """What chance decides of invitations. Arrays of shape (doctors, weeks).

    `invited`, `told`: days before the Monday of the invitation and of the answer. `yes`: what she
    says; False where she says nothing in time.
    """

    invited: Floats
    told: Floats
    yes: NDArray[np.bool_]


def draw_answers(doctors: int, weeks: int, *, seed: int, year: int) -> Answers:
    """Draw the answers of one year; the same seed and year give the same answers."""
    law = habits()
    shape = (doctors, weeks)
    rng = np.random.default_rng([seed, year, 2])
    when, whether, slow = rng.random(shape), rng.random(shape), rng.random(shape)
    asked = law.invited_until_days + (law.invited_from_days - law.invited_until_days) * when
    yes = whether < law.proposal_accepted
    delay = -np.log2(1 - slow) * np.where(yes, law.yes_half_days, law.no_half_days)
    give_up = np.minimum(law.give_up_days, asked / 2)
    late = asked - delay < give_up
    return Answers(asked, np.where(late, give_up, asked - delay), yes & ~late)
