"""The announced risk of a line-week: the chance that its Monday comes without a doctor.

What the product shows beside a week, and what the simulator holds against what then happens.
docs/engine/simulate.md tells the formula and what it leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relais.engine.rota.standby import (
    Acceptance,
    Kind,
    Lead,
    chance_nobody,
    count_strangers,
    lead_of,
    wave_size,
)
from relais.engine.rota.state import FREE, State
from relais.engine.simulate.rates import Rates, usual

_SLICES = 4  # points of time at which a cancellation is imagined, in each band
_FEW_RIVALS = 12  # terms of the Poisson sum; more rivals than that leave no standby anyway


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a line-week. `filled`: a doctor is to come.

    `lead_days`: from now to the Monday. `chances`: by class of lead, the chances of those who could
    be invited, in the order of invitation. `standbys`: those who could be called for this centre.
    `rivals`: other places expected to want the same standbys. `flying`: the salaried doctor is free
    that week. `strangers`: how many could come who did not offer the week, invited after the others
    with `stranger_chance` by class of lead; 0 where nobody looked.
    """

    filled: bool
    lead_days: float
    chances: Mapping[Lead, Sequence[float]]
    standbys: int = 0
    rivals: float = 0.0
    flying: bool = False
    strangers: int = 0
    stranger_chance: Mapping[Lead, float] = field(default_factory=dict)

    def next_chances(self, lead: Lead, asked: int, most: int) -> Sequence[float]:
        """Give the chances of those to invite after `asked` others: offered first, then not."""
        offered = self.chances.get(lead, ())
        here = list(offered[asked : asked + most])
        left = self.strangers - max(0, asked - len(offered))
        if here or left <= 0:
            return here
        return [self.stranger_chance.get(lead, 0.0)] * min(most, left)


def hazards(lead_days: float, rates: Rates) -> list[tuple[float, float]]:
    """Give when a doctor who is still to come may cancel: (chance, days before the Monday)."""
    passed = 0.0
    parts: list[tuple[float, float, float]] = []
    for share, start, end in rates.bands:
        begin = min(start, lead_days)
        left = max(0.0, begin - end) / (start - end)
        passed += share * (1 - left)
        if left > 0:
            parts.append((share * left, begin, end))
    return [
        (chance / _SLICES / (1 - passed), end + (begin - end) * (index + 0.5) / _SLICES)
        for chance, begin, end in parts
        for index in range(_SLICES)
    ]


def week_risk(outlook: Outlook, *, rates: Rates | None = None) -> float:
    """Announce the chance, between 0 and 1, that a line-week has no doctor on its Monday.

    Empty: the chance that every wave still possible and every standby fails. Filled: the same,
    averaged over when the doctor may cancel. The answers of different doctors are taken as
    independent.
    """
    rates = usual() if rates is None else rates
    if not outlook.filled:
        return _unfilled(outlook, outlook.lead_days, rates)
    return sum(
        chance * _unfilled(outlook, days, rates)
        for chance, days in hazards(outlook.lead_days, rates)
    )


def _unfilled(outlook: Outlook, days: float, rates: Rates) -> float:
    """Give the chance that a place empty so many days before is empty on the Monday."""
    nobody, asked = _standbys_fail(outlook, min(days, rates.reserve_from_days), rates), 0
    while days > 0:
        lead = lead_of(days)
        chances = outlook.next_chances(lead, asked, int(rates.largest_wave))
        after = days - rates.wave_days(lead)
        if not chances or after < 0:
            break
        size = wave_size(chances, rates.wave_risk(lead))
        nobody *= chance_nobody(chances[:size])
        asked += size
        days = after
    return nobody * (rates.flying_ill_share if outlook.flying else 1.0)


def _standbys_fail(outlook: Outlook, days: float, rates: Rates) -> float:
    """Give the chance that no standby is left and comes: rivals, a Poisson number, call first.

    Of the rivals expected, half come before this place.
    """
    if outlook.standbys == 0:
        return 1.0
    fails = 1 - rates.reserve_chance(days)
    before = outlook.rivals / 2
    total = 0.0
    weight, sum_of_weights = math.exp(-before), 0.0
    for count in range(_FEW_RIVALS):
        total += weight * fails ** max(0, outlook.standbys - count)
        sum_of_weights += weight
        weight *= before / (count + 1)
    return total + max(0.0, 1 - sum_of_weights)


def outlook_of(
    state: State,
    centre: int,
    week: int,
    *,
    acceptance: Acceptance,
    lead_days: float,
    rates: Rates,
    filled: bool,
    exclude: Sequence[int] = (),
    standbys: bool = True,
    flying: bool = False,
    strangers: bool = False,
) -> Outlook:
    """Look at one line of a centre-week in a plan: whom one could ask if it were empty.

    `strangers`: count those who did not offer the week too, which costs more time. Of a filled
    one, rule H6 is not looked at: nobody knows who of two doctors would leave.
    """
    tables = state.tables
    asked = frozenset(tables.party_of[doctor] for doctor in exclude)
    known = tables.problem.known
    free = state.freedom[week]
    who = [
        (doctor, (doctor, centre) in known)
        for _, party in tables.candidates(centre, week)
        if free[party] == FREE
        and party not in asked
        and (filled or next(state.room_at(party, centre, week), None) == ())
        for doctor in tables.parties[party][:1]
    ]
    every = (Lead.FAR, Lead.WEEKS, Lead.DAYS, Lead.LAST)
    chances: dict[Lead, list[float]] = {}
    for lead in every[every.index(lead_of(lead_days)) :]:
        kinds = {habit: Kind(lead, offered=True, known=habit) for habit in (True, False)}
        chances[lead] = sorted(
            (acceptance.probability(doctor, kinds[habit]) for doctor, habit in who), reverse=True
        )
    others = 0
    if strangers:
        others = count_strangers(state, centre, week, asked, is_empty=not filled)
    reserve = state.reserves[centre][week] if standbys else 0
    elsewhere = (
        sum(lines for other, lines in enumerate(tables.lines) if tables.open[other][week]) - 1
    )
    near = min(lead_days, rates.reserve_from_days)
    late = sum(chance for chance, _ in hazards(near, rates))
    return Outlook(
        filled=filled,
        lead_days=lead_days,
        chances=chances,
        standbys=reserve,
        rivals=elsewhere * late,
        flying=flying,
        strangers=others,
        stranger_chance={
            lead: acceptance.of_class(Kind(lead, offered=False, known=False)) for lead in chances
        },
    )
