"""Whom to ask when a week lacks somebody, how likely each says yes, and how many to ask at once.

Doctors on standby are in the plan; everybody else is invited in ranked waves. The chances start
from a prior by class (how long before, did she offer the week, does she know the centre) and learn
from answers. docs/engine/replan.md tells the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

from relais.engine import parameters
from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, WeekIndex
from relais.engine.rota.state import FREE, PartyIndex, State


class Lead(StrEnum):
    """How long before its Monday a week is asked for."""

    FAR = "far"
    WEEKS = "weeks"
    DAYS = "days"
    LAST = "last"


@cache
def _thresholds() -> tuple[float, float, float]:
    numbers = parameters.load("simulation")
    return numbers["far_days"].value, numbers["near_days"].value, numbers["last_days"].value


def lead_of(days: float) -> Lead:
    """Class a number of days before the Monday."""
    far, near, last = _thresholds()
    if days >= near:
        return Lead.FAR if days >= far else Lead.WEEKS
    return Lead.DAYS if days >= last else Lead.LAST


@dataclass(frozen=True, slots=True)
class Kind:
    """The class of an invitation."""

    lead: Lead
    offered: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a doctor answered to an invitation. No answer in time is a no."""

    doctor: DoctorIndex
    kind: Kind
    accepted: bool


type Count = tuple[int, int]  # invitations, yeses


def prior(kind: Kind) -> float:
    """Give the chance of a yes in a class before any answer is known."""
    numbers = parameters.load("simulation")
    chance = numbers[f"accept_{kind.lead}"].value
    if not kind.offered:
        chance *= numbers["stranger_factor"].value
    if kind.known:
        chance *= numbers["known_centre_factor"].value
    return min(chance, numbers["most_likely"].value)


@dataclass(frozen=True)
class Acceptance:
    """What is known of how doctors answer. `Acceptance()` knows nothing but the prior.

    A class: Beta-binomial, (κ·prior + yeses) / (κ + invitations). A doctor's own factor:
    Gamma-Poisson, (s + own yeses) / (s + yeses expected of her invitations). The chance is their
    product, at most `most_likely`. The order in which answers came does not matter.
    """

    classes: Mapping[Kind, Count] = field(default_factory=dict)
    doctors: Mapping[DoctorIndex, Mapping[Kind, Count]] = field(default_factory=dict)

    @cached_property
    def _chances(self) -> Mapping[Kind, float]:
        worth = parameters.load("simulation")["class_prior_answers"].value
        chances = {}
        for kind in (
            Kind(lead, o, k) for lead in Lead for o in (True, False) for k in (True, False)
        ):
            asked, yes = self.classes.get(kind, (0, 0))
            chances[kind] = (worth * prior(kind) + yes) / (worth + asked)
        return chances

    @cached_property
    def _most(self) -> float:
        return parameters.load("simulation")["most_likely"].value

    def of_class(self, kind: Kind) -> float:
        """Give the chance of a yes in a class, between 0 and 1."""
        return self._chances[kind]

    def factor(self, doctor: DoctorIndex) -> float:
        """Give how much more (above 1) or less a doctor says yes than her classes do."""
        own = self.doctors.get(doctor)
        if not own:
            return 1.0
        worth = parameters.load("simulation")["personal_prior_yes"].value
        expected = sum(asked * self._chances[kind] for kind, (asked, _) in own.items())
        return (worth + sum(yes for _, yes in own.values())) / (worth + expected)

    def probability(self, doctor: DoctorIndex, kind: Kind) -> float:
        """Give the chance that a doctor says yes, between 0 and 1."""
        chance = self._chances[kind]
        if doctor in self.doctors:
            chance *= self.factor(doctor)
        return min(chance, self._most)

    def updated(self, answers: Iterable[Answer]) -> Acceptance:
        """Learn from answers; this one stays as it is."""
        classes = dict(self.classes)
        doctors = dict(self.doctors)
        for answer in answers:
            asked, yes = classes.get(answer.kind, (0, 0))
            classes[answer.kind] = (asked + 1, yes + answer.accepted)
            own = dict(doctors.get(answer.doctor, {}))
            asked, yes = own.get(answer.kind, (0, 0))
            own[answer.kind] = (asked + 1, yes + answer.accepted)
            doctors[answer.doctor] = own
        return Acceptance(classes=classes, doctors=doctors)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody to invite. `doctors`: those who come together, mostly one.

    `probability`: that they say yes. `cost`: what level 3 of the score gains if they do.
    `centre`: None for an invitation to be on standby.
    """

    doctors: tuple[DoctorIndex, ...]
    centre: CentreIndex | None
    week: WeekIndex
    offered: bool
    probability: float
    cost: int


def invitations(
    state: State,
    centre: CentreIndex,
    week: WeekIndex,
    *,
    acceptance: Acceptance,
    lead_days: float,
    exclude: Iterable[DoctorIndex] = (),
    strangers: bool = False,
) -> list[Invitation]:
    """Rank whom to invite to one empty place: most likely first, then least cost.

    Everybody listed could come at once under all hard rules: nothing else has to move and no
    standby is given up (those are called, not invited). `strangers`: list instead those who did not
    offer the week (a yes then makes the offer). `exclude`: doctors already asked or withdrawn.
    """
    tables = state.tables
    excluded = frozenset(tables.party_of[doctor] for doctor in exclude)
    who = _strangers(state, centre, week, excluded) if strangers else None
    if who is None:
        who = state.fills(centre, week, excluded)
    lead = lead_of(lead_days)
    kinds = {known: Kind(lead, not strangers, known) for known in (True, False)}
    known = tables.problem.known
    found = []
    for cost, party in who:
        members = tables.parties[party]
        chance = 1.0
        for doctor in members:
            kind = kinds[(doctor, centre) in known]
            chance = min(chance, acceptance.probability(doctor, kind))
        found.append(Invitation(members, centre, week, not strangers, chance, cost))
    found.sort(key=lambda one: (-one.probability, one.cost, one.doctors))
    return found


def _strangers(
    state: State,
    centre: CentreIndex,
    week: WeekIndex,
    excluded: frozenset[PartyIndex],
    *,
    is_empty: bool = True,
) -> list[tuple[int, PartyIndex]]:
    """List who did not offer a week and could come; where nobody left yet, rooms are not asked."""
    gone = {doctor for doctor, at in state.gone if at == week}
    tables = state.tables
    return [
        (state.price(party, centre, week), party)
        for _, party in tables.strangers(centre, week)
        if party not in excluded
        and all(state.room[doctor] > 0 and doctor not in gone for doctor in tables.parties[party])
        and state.ways(party, week) == (((), ()),)
        and (not is_empty or next(state.room_at(party, centre, week), None) == ())
    ]


def count_strangers(
    state: State,
    centre: CentreIndex,
    week: WeekIndex,
    excluded: frozenset[PartyIndex],
    *,
    is_empty: bool,
) -> int:
    """Count the parties who did not offer a week and could come to a place of a centre.

    `is_empty`: nobody holds the place; else as if its doctor left.
    """
    return len(_strangers(state, centre, week, excluded, is_empty=is_empty))


def reserves(state: State, centre: CentreIndex, week: WeekIndex) -> list[DoctorIndex]:
    """List the doctors on standby that week who can take an empty place, least cost first."""
    tables = state.tables
    found = []
    for doctor, weeks in state.standbys.items():
        party = tables.party_of[doctor]
        if (
            week in weeks
            and tables.size[party] == 1
            and tables.counts_for(doctor, centre, week)
            and any(one == party for _, one in tables.candidates(centre, week))
            and next(state.room_at(party, centre, week), None) == ()
        ):
            found.append((state.price(party, centre, week), doctor))
    return [doctor for _, doctor in sorted(found)]


def standby_invitations(
    state: State, week: WeekIndex, *, acceptance: Acceptance, lead_days: float
) -> list[Invitation]:
    """Rank whom to ask to be on standby a week: first who most likely helps most centres.

    The order is the chance of a yes times the centres that lack a standby and that she suits; with
    no centre in want, times all open centres that she suits. Those who suit none are left out.
    """
    tables = state.tables
    want = [
        centre
        for centre, row in enumerate(state.reserves)
        if tables.open[centre][week] and row[week] < tables.depth
    ] or [centre for centre in range(len(tables.lines)) if tables.open[centre][week]]
    kind = Kind(lead_of(lead_days), offered=True, known=False)
    found = []
    for party, members in enumerate(tables.parties):
        if state.freedom[week][party] != FREE:
            continue
        for doctor in members:
            if len(state.standbys.get(doctor, ())) >= tables.standbys_per_doctor:
                continue
            helped = sum(tables.counts_for(doctor, centre, week) for centre in want)
            if not helped:
                continue
            chance = acceptance.probability(doctor, kind)
            lacking = sum(
                tables.counts_for(doctor, centre, week) and row[week] < tables.depth
                for centre, row in enumerate(state.reserves)
            )
            cost = tables.standby_cost - tables.missing_standby_cost * lacking
            one = Invitation((doctor,), None, week, True, chance, cost)
            found.append((-chance * helped, cost, doctor, one))
    return [one for *_, one in sorted(found, key=lambda entry: entry[:3])]


def ranking(
    problem: Problem,
    plan: Plan,
    week: WeekIndex,
    *,
    acceptance: Acceptance,
    centre: CentreIndex | None = None,
    lead_days: float | None = None,
    exclude: Iterable[DoctorIndex] = (),
) -> list[Invitation]:
    """Rank whom to invite for a week of a plan: for an empty place of `centre`, or as standby.

    For a centre: first those who offered the week, then the others who could come. `lead_days` goes
    from today to the Monday, far away when it is not given.
    """
    state = State(problem, plan)
    days = parameters.load("simulation")["far_days"].value if lead_days is None else lead_days
    excluded = tuple(exclude)
    if centre is None:
        return [
            one
            for one in standby_invitations(state, week, acceptance=acceptance, lead_days=days)
            if not set(one.doctors) & set(excluded)
        ]
    if state.missing(centre, week) == 0:
        return []
    return [
        one
        for strangers in (False, True)
        for one in invitations(
            state,
            centre,
            week,
            acceptance=acceptance,
            lead_days=days,
            exclude=excluded,
            strangers=strangers,
        )
    ]


def chance_nobody(probabilities: Iterable[float]) -> float:
    """Give the chance that nobody says yes, each answering for himself."""
    return math.prod(1.0 - chance for chance in probabilities)


def wave_size(probabilities: Sequence[float], risk: float) -> int:
    """Count how many to invite, from the first on, for the chance that nobody says yes to be below.

    All of them where even that is not enough. Raises ValueError for a risk not between 0 and 1.
    """
    if not 0 < risk < 1:
        raise ValueError(f"a risk lies between 0 and 1: {risk}")
    nobody = 1.0
    for count, chance in enumerate(probabilities, start=1):
        nobody *= 1.0 - chance
        if nobody < risk:
            return count
    return len(probabilities)
