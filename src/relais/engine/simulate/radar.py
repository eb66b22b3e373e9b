"""The radar: for each place of each week, the chance that its Monday comes without a doctor.

`risk.py` knows two cases, a place that is empty and one whose doctor has said yes. A place whose
doctor has not answered yet is a mixture of both. docs/engine/radar.md tells the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from relais.engine import parameters
from relais.engine.rota.problem import CentreIndex, WeekIndex
from relais.engine.rota.standby import Acceptance, lead_of
from relais.engine.rota.state import State
from relais.engine.simulate.rates import Rates, usual
from relais.engine.simulate.risk import Outlook, outlook_of, week_risk


class Standing(StrEnum):
    """What is known of the doctor of a place."""

    EMPTY = "empty"
    AWAITED = "awaited"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True)
class Watched:
    """A place to read. `silent_days`: how long an invitation has been without an answer."""

    centre: CentreIndex
    week: WeekIndex
    lead_days: float
    standing: Standing
    silent_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the radar says of a place.

    `chance`: between 0 and 1, of no doctor on the Monday. `says_yes`: chance that its doctor
    accepts, 1 where she has, 0 where there is none. `could_come`: doctors free that week who
    offered it and may come there. `standbys`: those of the week who count for the centre.
    """

    chance: float
    says_yes: float
    could_come: int
    standbys: int


def answer_chance(silent_days: float) -> float:
    """Give the chance that a doctor placed in a week that she offered says yes.

    It halves with every `silence_half_days` without an answer (parameters/radar.toml). Raises
    ValueError for a negative number of days.
    """
    if silent_days < 0:
        raise ValueError(f"nobody is silent for {silent_days} days")
    page = parameters.load("radar")
    worth: float = page["proposal_accepted"].value
    return worth * float(0.5 ** (silent_days / page["silence_half_days"].value))


def read_places(
    state: State,
    places: Sequence[Watched],
    *,
    acceptance: Acceptance,
    rates: Rates | None = None,
) -> list[Reading]:
    """Read places of a plan, in their order. Lines of a centre-week in one case read alike.

    Raises ValueError where a place lies in the past.
    """
    reader = _Reader(state, acceptance, usual() if rates is None else rates)
    return [reader.read(place) for place in places]


class _Reader:
    """Reads places one by one and remembers what lines of a centre-week share."""

    def __init__(self, state: State, acceptance: Acceptance, rates: Rates) -> None:
        self.state, self.acceptance, self.rates = state, acceptance, rates
        self.outlooks: dict[tuple[CentreIndex, WeekIndex, float, bool], Outlook] = {}
        self.readings: dict[Watched, Reading] = {}
        self.answer_days = parameters.load("radar")["answer_days"].value

    def read(self, place: Watched) -> Reading:
        """Read one place."""
        if place.lead_days < 0:
            raise ValueError(f"week {place.week} began {-place.lead_days} days ago")
        if place not in self.readings:
            self.readings[place] = self._reading(place)
        return self.readings[place]

    def _reading(self, place: Watched) -> Reading:
        outlook = self._outlook(place)
        chance, says_yes = week_risk(outlook, rates=self.rates), 0.0
        if place.standing is Standing.PROMISED:
            says_yes = 1.0
        elif place.standing is Standing.AWAITED:
            says_yes = answer_chance(place.silent_days)
            told = place.lead_days - min(self.answer_days, place.lead_days / 2)
            declined = replace(outlook, filled=False, lead_days=told)
            refused = week_risk(declined, rates=self.rates)
            chance = says_yes * chance + (1 - says_yes) * refused
        could = outlook.chances[lead_of(place.lead_days)]
        return Reading(chance, says_yes, len(could), outlook.standbys)

    def _outlook(self, place: Watched) -> Outlook:
        filled = place.standing is not Standing.EMPTY
        key = (place.centre, place.week, place.lead_days, filled)
        if key not in self.outlooks:
            self.outlooks[key] = outlook_of(
                self.state,
                place.centre,
                place.week,
                acceptance=self.acceptance,
                lead_days=place.lead_days,
                rates=self.rates,
                filled=filled,
            )
        return self.outlooks[key]
