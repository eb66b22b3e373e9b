"""What the radar says of a place, against the two risks it is made of."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from relais.engine import parameters
from relais.engine.rota.standby import Acceptance
from relais.engine.rota.state import State
from relais.engine.simulate.radar import Reading, Standing, Watched, answer_chance, read_places
from relais.engine.simulate.rates import usual
from relais.engine.simulate.risk import outlook_of, week_risk
from tests.engine.rota import chances, tiny

LEAD = 20.0


def _state(free: int = 2, standbys: int = 1) -> State:
    people = ["comes", *(f"free {n}" for n in range(free)), *(f"kept {n}" for n in range(standbys))]
    problem = tiny.problem(
        [tiny.centre()],
        [tiny.doctor(name) for name in people],
        [(doctor, 0) for doctor in range(len(people))],
        standby_depth=1,
    )
    kept = [{0: tiny.STANDBY} for _ in range(standbys)]
    return State(problem, chances.plan_of(problem, [{0: 0}, *({} for _ in range(free)), *kept]))


def _read(state: State, standing: Standing, **more: float) -> Reading:
    place = Watched(0, 0, more.pop("lead_days", LEAD), standing, **more)
    return read_places(state, [place], acceptance=Acceptance())[0]


def _known(state: State, lead_days: float, *, filled: bool) -> float:
    """The risk once the answer is known; rule H6 plays no part in a centre of one line."""
    outlook = outlook_of(
        state,
        0,
        0,
        acceptance=Acceptance(),
        lead_days=lead_days,
        rates=usual(),
        filled=filled,
    )
    return week_risk(outlook)


def test_a_promised_place_has_the_risk_of_a_cancellation_and_counts_who_could_come() -> None:
    state = _state()
    assert _read(state, Standing.PROMISED) == Reading(
        chance=_known(state, LEAD, filled=True), says_yes=1.0, could_come=2, standbys=1
    )


def test_an_awaited_place_mixes_both_cases_and_learns_of_a_no_a_week_later() -> None:
    state = _state()
    yes = parameters.load("radar")["proposal_accepted"].value
    reading = _read(state, Standing.AWAITED)
    filled = _known(state, LEAD, filled=True)
    assert reading.says_yes == yes
    assert reading.chance > filled
    declined = (reading.chance - yes * filled) / (1 - yes)
    assert declined == pytest.approx(_declined(state, LEAD - 7))


def test_a_no_is_known_halfway_when_the_monday_is_near() -> None:
    state = _state()
    reading = _read(state, Standing.AWAITED, lead_days=6.0)
    filled = _known(state, 6.0, filled=True)
    declined = (reading.chance - reading.says_yes * filled) / (1 - reading.says_yes)
    assert declined == pytest.approx(_declined(state, 3.0))


def _declined(state: State, lead_days: float) -> float:
    """The risk of a place whose doctor has just declined, other doctors being as free as now."""
    outlook = outlook_of(
        state, 0, 0, acceptance=Acceptance(), lead_days=lead_days, rates=usual(), filled=True
    )
    return week_risk(replace(outlook, filled=False))


def test_an_empty_place_has_no_doctor_to_say_yes() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor("free")], [(0, 0)], standby_depth=1)
    state = State(problem, chances.plan_of(problem, [{}]))
    reading = _read(state, Standing.EMPTY)
    assert (reading.says_yes, reading.could_come, reading.standbys) == (0.0, 1, 0)
    assert reading.chance == _known(state, LEAD, filled=False)


def test_silence_halves_the_chance_of_a_yes_every_two_weeks() -> None:
    usual_chance = parameters.load("radar")["proposal_accepted"].value
    assert [answer_chance(days) for days in (0, 14, 28)] == [
        usual_chance,
        usual_chance / 2,
        usual_chance / 4,
    ]
    with pytest.raises(ValueError, match="silent"):
        answer_chance(-1)


def test_more_people_and_more_standbys_never_raise_a_risk() -> None:
    for standing in (Standing.AWAITED, Standing.PROMISED):
        for standbys, free in itertools.product((0, 1, 2), (0, 1, 3)):
            here = _read(_state(free, standbys), standing).chance
            assert _read(_state(free + 1, standbys), standing).chance <= here
            assert _read(_state(free, standbys + 1), standing).chance <= here


def test_a_week_that_has_begun_is_not_read() -> None:
    with pytest.raises(ValueError, match="began"):
        _read(_state(), Standing.PROMISED, lead_days=-1.0)
