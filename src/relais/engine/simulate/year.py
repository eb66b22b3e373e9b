"""One year of the relay: who cancels when, who says yes, and what is left empty on the Monday.

Everything that chance decides is drawn once a year, doctor by doctor and week by week (`Luck`), so
that all policies meet the same people with the same answers: their differences are their own.
Time is in days from the first Monday.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relais.engine.rota.problem import CentreIndex, DoctorIndex, Problem, WeekIndex
from relais.engine.rota.replan import Repair, carry_out, repairs
from relais.engine.rota.standby import (
    Acceptance,
    Answer,
    Invitation,
    Kind,
    Lead,
    invitations,
    lead_of,
    prior,
    reserves,
    wave_size,
)
from relais.engine.rota.state import Place, State, Stay
from relais.engine.simulate.policies import Means
from relais.engine.simulate.rates import Rates
from relais.engine.units import DAYS_PER_WEEK

type Floats = NDArray[np.float64]

_NEVER = -1.0
_REPAIRS_LOOKED_AT = 10  # some touch weeks gone by, which nobody can change any more


@dataclass(frozen=True)
class Luck:
    """What chance decides in one year. Arrays of shape (doctors, weeks), or as said.

    `cancels`: days before the Monday when the doctor finds that she cannot come, -1 if never.
    `says_yes`, `reached`, `comes`: uniform draws that decide answers, calls, standbys called.
    `willing`: (doctors,), the doctor's own factor. `flying`: (weeks,), the salaried doctor works.
    """

    cancels: Floats
    says_yes: Floats
    reached: Floats
    comes: Floats
    willing: Floats
    flying: NDArray[np.bool_]


def draw(problem: Problem, rates: Rates, *, seed: int, year: int) -> Luck:
    """Draw the luck of one year; the same seed and year give the same luck."""
    shape = (len(problem.doctors), problem.weeks)
    rng = np.random.default_rng([seed, year, 1])
    which, when = rng.random(shape), rng.random(shape)
    cancels = np.full(shape, _NEVER)
    low = 0.0
    for share, start, end in rates.bands:
        inside = (which >= low) & (which < low + share)
        cancels[inside] = end + (start - end) * when[inside]
        low += share
    spread = rates.willingness_spread
    willing = np.ones(shape[0])
    if spread > 0:
        willing = rng.gamma(1 / spread**2, spread**2, shape[0])
    says_yes, reached, comes = rng.random(shape), rng.random(shape), rng.random(shape)
    demand = problem.capacity.sum(axis=0)
    off = np.argsort(demand, kind="stable")[: round(rates.flying_weeks_off * problem.weeks / 52)]
    flying = rng.random(problem.weeks) >= rates.flying_ill_share
    flying[off] = False
    return Luck(cancels, says_yes, reached, comes, willing, flying)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One year under one policy.

    `uncovered`: centre-weeks without one of their doctors, counted doctor by doctor. `messages`:
    invitations and calls. `people`: different doctors who got one. `cancelled`: doctors who
    withdrew. `reserves_used`, `flying_used`, `moved`: standbys called, weeks of the salaried
    doctor, missions moved.
    """

    uncovered: int
    cancelled: int
    messages: int
    people: int
    reserves_used: int
    flying_used: int
    moved: int


class Year:
    """One year under one policy; `play` it once.

    `look` is called on the days of `looks` before every Monday, and when a place becomes empty.
    """

    def __init__(
        self,
        start: State,
        means: Means,
        luck: Luck,
        rates: Rates,
        *,
        looks: Sequence[float] = (),
        look: Callable[[Year, WeekIndex, float], None] | None = None,
        emptied: Callable[[Year, Place, float], None] | None = None,
    ) -> None:
        self.state = start.copy()
        self.problem = start.tables.problem
        self.means, self.luck, self.rates = means, luck, rates
        self.looks, self.look, self.emptied = looks, look, emptied
        self.acceptance = Acceptance()
        self.filled_on: dict[Place, float] = {}
        self.uncovered: dict[Place, int] = {}
        self._queue: list[tuple[float, int, str, Stay]] = []
        self._serial = 0
        self._answers: list[Answer] = []
        self._people: set[DoctorIndex] = set()
        self.asked: dict[WeekIndex, set[DoctorIndex]] = {}
        self._flew: set[WeekIndex] = set()
        self._cancelled = self._messages = self._reserves_used = self._moved = 0

    # -- the calendar ------------------------------------------------------------------------------

    def play(self) -> Outcome:
        """Let the year pass."""
        state, begin = self.state, -self.rates.plan_days_ahead
        for week in range(self.problem.weeks):
            for centre in range(len(self.problem.centres)):
                for _ in range(state.missing(centre, week)):
                    self._note(begin, "empty", (-1, centre, week))
            for days in self.looks:
                self._note(week * DAYS_PER_WEEK - days, "look", (-1, -1, week))
        for party, stays in enumerate(state.missions):
            for week, centre in stays.items():
                self._await_cancellation((party, centre, week), begin)
        while self._queue:
            now, _, what, stay = heapq.heappop(self._queue)
            if what == "look":
                assert self.look is not None
                self.look(self, stay[2], now)
            elif what == "empty":
                self._fill(stay[1:], now)
            elif state.missions[stay[0]].get(stay[2]) == stay[1]:
                self._cancel(stay, now)
        return Outcome(
            uncovered=sum(self.uncovered.values()),
            cancelled=self._cancelled,
            messages=self._messages,
            people=len(self._people),
            reserves_used=self._reserves_used,
            flying_used=len(self._flew),
            moved=self._moved,
        )

    def _note(self, when: float, what: str, stay: Stay) -> None:
        self._serial += 1
        heapq.heappush(self._queue, (when, self._serial, what, stay))

    def _await_cancellation(self, stay: Stay, now: float) -> None:
        party, _, week = stay
        monday = week * DAYS_PER_WEEK
        days = max(self.luck.cancels[doctor, week] for doctor in self.state.tables.parties[party])
        if days >= 0:
            self._note(max(now, monday - float(days)), "cancel", stay)

    def _cancel(self, stay: Stay, now: float) -> None:
        party, centre, week = stay
        members = self.state.tables.parties[party]
        who = max(members, key=lambda doctor: float(self.luck.cancels[doctor, week]))
        self.state.cancel(who, week)
        self._cancelled += 1
        self.asked.setdefault(week, set()).update(members)
        for _ in members:
            self._fill((centre, week), now)

    # -- an empty place ----------------------------------------------------------------------------

    def _fill(self, place: Place, now: float) -> None:
        """Do what the policy does about one empty place, until the Monday."""
        centre, week = place
        if self.state.missing(centre, week) == 0:
            return
        if self.emptied is not None:
            self.emptied(self, place, now)
        monday = float(week * DAYS_PER_WEEK)
        then = self._by_waves(place, now, monday) if self.means.waves else None
        if not self.means.waves:
            then = self._by_calls(place, now, monday)
        if then is not None:
            self.filled_on[place] = max(then, self.filled_on.get(place, then))
        elif self.means.flying and self.luck.flying[week] and week not in self._flew:
            self._flew.add(week)
        else:
            self.uncovered[place] = self.uncovered.get(place, 0) + 1
        if self._answers:
            self.acceptance = self.acceptance.updated(self._answers)
            self._answers = []

    def _come(self, one: Invitation, now: float) -> None:
        assert one.centre is not None
        party = self.state.tables.party_of[one.doctors[0]]
        stay = (party, one.centre, one.week)
        self.state.change(added=[stay])
        self._await_cancellation(stay, now)

    def _agree(
        self, doctors: Sequence[DoctorIndex], place: Place, days: float, *, offered: bool
    ) -> bool:
        """Say whether doctors accept a week: who will have to cancel later does not know it yet."""
        centre, week = place
        lead = lead_of(days)
        known = self.problem.known
        return all(
            not self.luck.cancels[doctor, week] >= days
            and self.luck.says_yes[doctor, week]
            < prior(Kind(lead, offered, (doctor, centre) in known)) * self.luck.willing[doctor]
            for doctor in doctors
        )

    def _ask(self, one: Invitation, days: float) -> bool:
        """Send one invitation and learn from the answer."""
        assert one.centre is not None
        self._messages += len(one.doctors)
        self._people.update(one.doctors)
        self.asked.setdefault(one.week, set()).update(one.doctors)
        yes = self._agree(one.doctors, (one.centre, one.week), days, offered=one.offered)
        for doctor in one.doctors:
            known = (doctor, one.centre) in self.problem.known
            kind = Kind(lead_of(days), one.offered, known)
            self._answers.append(Answer(doctor, kind, accepted=yes))
        return yes

    def _ranked(self, place: Place, days: float, *, strangers: bool) -> list[Invitation]:
        return invitations(
            self.state,
            *place,
            acceptance=self.acceptance,
            lead_days=days,
            exclude=self.asked.get(place[1], ()),
            strangers=strangers,
        )

    # -- calls, one after another, in the order of the list ----------------------------------------

    def _by_calls(self, place: Place, now: float, monday: float) -> float | None:
        step, left = 1 / self.rates.calls_per_day, self.rates.most_calls
        for strangers in (False, True):
            listed = sorted(
                self._ranked(place, monday - now, strangers=strangers), key=lambda one: one.doctors
            )
            for one in listed:
                now += step
                left -= 1
                if now > monday or left < 0:
                    return None
                self._messages += 1
                self._people.add(one.doctors[0])
                if self.luck.reached[one.doctors[0], place[1]] >= self.rates.call_reached:
                    continue
                self.asked.setdefault(place[1], set()).update(one.doctors)
                if self._agree(one.doctors, place, monday - now, offered=one.offered):
                    self._come(one, now)
                    return now
        return None

    # -- ranked waves, standbys, repairs -----------------------------------------------------------

    def _by_waves(self, place: Place, now: float, monday: float) -> float | None:
        """Invite those who offered in waves, repair by moves, invite others; standbys if near."""
        called = moved = strangers = False
        ranked: list[Invitation] = []
        ranked_for: tuple[Lead, bool] | None = None
        while now < monday:
            days = monday - now
            if not called and self.means.standbys and days <= self.rates.reserve_from_days:
                called = True
                then = self._call_reserves(place, now, monday)
                if then is not None:
                    return then
            lead = lead_of(days)
            if ranked_for != (lead, strangers):
                ranked_for = (lead, strangers)
                ranked = self._ranked(place, days, strangers=strangers)
            wave = next_wave(ranked, lead, self.rates)
            if not wave:
                if not moved:
                    moved = True
                    then = self._by_moves(place, now, monday)
                    if then is not None:
                        return then
                elif not strangers:
                    strangers = True
                elif not called and self.means.standbys:
                    now = monday - self.rates.reserve_from_days
                else:
                    return None
                continue
            after = now + self.rates.wave_days(lead)
            if after > monday:
                return None
            ranked = ranked[len(wave) :]
            agreed = [one for one in wave if self._ask(one, days)]
            now = after
            if agreed:
                self._come(agreed[0], now)
                return now
        return None

    def _call_reserves(self, place: Place, now: float, monday: float) -> float | None:
        centre, week = place
        for doctor in reserves(self.state, centre, week):
            now += self.rates.reserve_answer_hours / 24
            if now > monday:
                return None
            self._messages += 1
            self._people.add(doctor)
            days = monday - now
            party = self.state.tables.party_of[doctor]
            if self.luck.cancels[doctor, week] >= days or self.luck.comes[
                doctor, week
            ] >= self.rates.reserve_chance(days):
                self.state.withdraw_offer(doctor, week)
                continue
            stay = (party, centre, week)
            self.state.change(dropped=[(doctor, week)], added=[stay])
            self._reserves_used += 1
            self._await_cancellation(stay, now)
            return now
        return None

    def _by_moves(self, place: Place, now: float, monday: float) -> float | None:
        """Propose the best repairs that move somebody; all concerned must agree."""
        after = now + self.rates.wave_days(lead_of(monday - now))
        if after > monday:
            return None
        exclude = self.asked.get(place[1], set())
        tried = 0
        for repair in repairs(self.state, *place, exclude=exclude, k=_REPAIRS_LOOKED_AT):
            if repair.standbys_used or not repair.moved or not self._is_ahead(repair, now):
                continue
            tried += 1
            if tried > self.rates.chains_tried:
                break
            doctors = {doctor for doctor, _, _ in (*repair.added, *repair.removed)}
            self._messages += len(doctors)
            self._people |= doctors
            if all(
                self._agree([doctor], (c, week), week * DAYS_PER_WEEK - now, offered=True)
                for doctor, c, week in repair.added
            ):
                carry_out(self.state, repair)
                self._moved += repair.moved
                for doctor, c, week in repair.added:
                    party = self.state.tables.party_of[doctor]
                    self._await_cancellation((party, c, week), after)
                return after
        return None

    def _is_ahead(self, repair: Repair, now: float) -> bool:
        keys = (*repair.added, *repair.removed)
        return all(week * DAYS_PER_WEEK > now + 1 for _, _, week in keys)


def next_wave(ranked: Sequence[Invitation], lead: Lead, rates: Rates) -> Sequence[Invitation]:
    """Give the next to invite at once, from the first on."""
    most = int(rates.largest_wave)
    chances = [one.probability for one in ranked[:most]]
    return ranked[: min(most, wave_size(chances, rates.wave_risk(lead)))]


def empty_at(year: Year, centre: CentreIndex, week: WeekIndex, now: float) -> bool:
    """Say whether somebody is still sought for a centre-week at a time."""
    place = (centre, week)
    return year.filled_on.get(place, now) > now or place in year.uncovered
