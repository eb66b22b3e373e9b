"""The ways to run a relay that are compared, and the plans they start from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from relais.engine.rota.feasible import travel_table
from relais.engine.rota.plan import Plan, PlannedMission
from relais.engine.rota.problem import Problem, Status
from relais.engine.rota.state import FREE, PartyIndex, State, unproven


class Policy(StrEnum):
    """A way to run the relay. The value is the word of the command line."""

    FIRST_COME = "premier"
    PLAN = "plan"
    WAVES = "vagues"
    RESERVES = "reserves"
    FLYING = "volant"


@dataclass(frozen=True, slots=True)
class Means:
    """What a policy has: the best plan or the first come, ranked waves or calls, and so on."""

    best_plan: bool
    waves: bool
    standbys: bool
    flying: bool
    name: str


MEANS = {
    Policy.FIRST_COME: Means(False, False, False, False, "Premier arrivé, puis appels"),
    Policy.PLAN: Means(True, False, False, False, "Meilleur plan, puis appels"),
    Policy.WAVES: Means(True, True, False, False, "Meilleur plan, puis invitations classées"),
    Policy.RESERVES: Means(True, True, True, False, "Invitations classées et réserves"),
    Policy.FLYING: Means(True, True, True, True, "Invitations, réserves et un salarié"),
}


def standing_missions(problem: Problem) -> tuple[PlannedMission, ...]:
    """List the locked missions, and the confirmed ones: what stands whatever the policy."""
    travel = travel_table(problem)
    return tuple(
        sorted(
            PlannedMission(
                week=one.week,
                centre=one.centre,
                doctor=one.doctor,
                status=one.status,
                travel_minutes=int(travel[one.doctor, one.centre]),
            )
            for one in set(problem.missions)
            if one.status is Status.LOCKED and 0 <= one.week < problem.weeks
        )
    )


def first_come(problem: Problem, *, seed: int) -> Plan:
    """Let doctors come in a random order; each takes the best places left, as many as wanted.

    Locked missions stand; confirmed ones are kept where they obey the hard rules, before anybody
    comes. Best: least travel, known and preferred centres first (level 3 of the score). Every hard
    rule is obeyed. There are no standbys.
    """
    state = State(problem, unproven(problem, standing_missions(problem), ()))
    tables = state.tables

    def fits(party: PartyIndex, centre: int, week: int) -> bool:
        return (
            state.freedom[week][party] == FREE
            and state.missing(centre, week) >= tables.size[party]
            and next(state.room_at(party, centre, week), None) == ()
        )

    places: dict[PartyIndex, list[tuple[int, int, int]]] = {}
    for week in range(problem.weeks):
        for centre in range(len(problem.centres)):
            for cost, party in tables.candidates(centre, week):
                places.setdefault(party, []).append((cost, week, centre))
    for doctor, centre, week in sorted(state.lost):
        party = tables.party_of[doctor]
        if any((w, c) == (week, centre) for _, w, c in places.get(party, ())) and fits(
            party, centre, week
        ):
            state.change(added=[(party, centre, week)])
    for party in np.random.default_rng([seed, 0]).permutation(len(tables.parties)).tolist():
        for _, week, centre in sorted(places.get(party, ())):
            if fits(party, centre, week):
                state.change(added=[(party, centre, week)])
    return state.plan()
