"""The radar: for each place of each week, the chance that its Monday comes without a doctor.

`risk.py` knows two cases, a place that is empty and one whose doctor has said yes. A place whose
doctor has not answered yet is a mixture of both, by `answers.py`. docs/engine/radar.md tells the
formula and how far it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from relais.engine import parameters
from relais.engine.rota.problem import CentreIndex, DoctorIndex, WeekIndex
from relais.engine.rota.standby import Acceptance, lead_of
from relais.engine.rota.state import State
from relais.engine.simulate.answers import Waiting, invited, proposed
from relais.engine.simulate.rates import Rates, usual
from relais.engine.simulate.risk import Outlook, outlook_of, week_risk

DAYS_PER_MONTH = 30


class Standing(StrEnum):
    """What is known of the doctor of a place."""

    EMPTY = "empty"
    PROPOSED = "proposed"
    AWAITED = "awaited"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True)
class Watched:
    """A place to read. `silent_days`: how long an invitation has been without an answer.

    `asked`: doctors who were asked for this week in vain; nobody counts on them again.
    """

    centre: CentreIndex
    week: WeekIndex
    lead_days: float
    standing: Standing
    silent_days: float = 0.0
    asked: tuple[DoctorIndex, ...] = ()


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
        self.outlooks: dict[tuple[Watched, bool], Outlook] = {}
        self.taken_a_month = parameters.load("radar")["taken_a_month"].value
        self.strangers_from = parameters.load("radar")["strangers_from"].value
        self.readings: dict[Watched, Reading] = {}

    def read(self, place: Watched) -> Reading:
        """Read one place."""
        if place.lead_days < 0:
            raise ValueError(f"week {place.week} began {-place.lead_days} days ago")
        if place not in self.readings:
            self.readings[place] = self._reading(place)
        return self.readings[place]

    def _reading(self, place: Watched) -> Reading:
        """Read a place; where that is high, once more with those who did not offer the week."""
        reading = self._reading_of(place, self._outlook(place, strangers=False))
        if reading.chance < self.strangers_from:
            return reading
        return self._reading_of(place, self._outlook(place, strangers=True))

    def _reading_of(self, place: Watched, outlook: Outlook) -> Reading:
        chance, says_yes = week_risk(outlook, rates=self.rates), 0.0
        if place.standing is Standing.PROMISED:
            says_yes = 1.0
        elif place.standing is not Standing.EMPTY:
            waiting = self._waiting(place)
            says_yes = waiting.says_yes
            chance = says_yes * chance + sum(
                share * week_risk(self._declined(outlook, days), rates=self.rates)
                for share, days in waiting.told
            )
        could = outlook.chances[lead_of(place.lead_days)]
        return Reading(chance, says_yes, len(could), outlook.standbys)

    def _declined(self, outlook: Outlook, days: float) -> Outlook:
        """Give the outlook once the doctor has declined, so many days before.

        Until then other weeks have taken some of those who could come.
        """
        still_free = (1 - self.taken_a_month) ** ((outlook.lead_days - days) / DAYS_PER_MONTH)
        chances = {
            lead: [still_free * chance for chance in each] for lead, each in outlook.chances.items()
        }
        return replace(outlook, filled=False, lead_days=days, chances=chances)

    def _waiting(self, place: Watched) -> Waiting:
        if place.standing is Standing.PROPOSED:
            return proposed(place.lead_days)
        return invited(place.lead_days, place.silent_days)

    def _outlook(self, place: Watched, *, strangers: bool) -> Outlook:
        filled = place.standing is not Standing.EMPTY
        standing = Standing.PROMISED if filled else Standing.EMPTY
        key = (replace(place, standing=standing, silent_days=0.0), strangers)
        if key not in self.outlooks:
            self.outlooks[key] = outlook_of(
                self.state,
                place.centre,
                place.week,
                acceptance=self.acceptance,
                lead_days=place.lead_days,
                rates=self.rates,
                filled=filled,
                exclude=place.asked,
                strangers=strangers,
            )
        return self.outlooks[key]
