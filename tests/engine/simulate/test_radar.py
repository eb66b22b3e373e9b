"""What the radar says of a place, against the two risks it is made of."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from relais.engine.rota.standby import Acceptance
from relais.engine.rota.state import State
from relais.engine.simulate.answers import draw_answers, habits, invited, proposed
from relais.engine.simulate.radar import Reading, Standing, Watched, read_places
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


def _read(
    state: State, standing: Standing, *, lead_days: float = LEAD, silent_days: float = 0.0
) -> Reading:
    place = Watched(0, 0, lead_days, standing, silent_days)
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


def test_an_awaited_place_mixes_the_promised_one_with_the_days_when_a_no_is_told() -> None:
    """Each of those days stands with its own risk, and the people others will have taken."""
    state, law = _state(free=40, standbys=0), invited(LEAD, 0.0)
    reading = _read(state, Standing.AWAITED)
    assert reading.says_yes == law.says_yes
    assert reading.chance > _known(state, LEAD, filled=True)
    worst = max(_declined(state, days) for _, days in law.told)
    assert reading.chance < 1 - law.says_yes * (1 - worst)
    assert reading.chance < _read(state, Standing.AWAITED, silent_days=10.0).chance


def test_what_a_silence_holds_sums_to_one_and_is_told_before_the_team_gives_up() -> None:
    for law in (invited(LEAD, 3.0), proposed(90.0), proposed(9.0), invited(3.0, 0.0)):
        assert law.says_yes + sum(chance for chance, _ in law.told) == pytest.approx(1.0)
    assert min(days for _, days in invited(LEAD, 0.0).told) == habits().give_up_days
    assert min(days for _, days in invited(3.0, 0.0).told) == 1.5


def test_a_silence_is_worth_less_each_day_and_what_is_drawn_follows_the_law() -> None:
    waits = [invited(60.0, days).says_yes for days in (0, 7, 14, 28)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] == pytest.approx(habits().proposal_accepted, abs=1e-3)
    drawn = draw_answers(400, 52, seed=1, year=0)
    first = habits().invited_from_days
    assert drawn.yes.mean() == pytest.approx(proposed(first).says_yes, abs=0.01)
    waiting = (drawn.invited > 40) & (drawn.told < drawn.invited - 7)
    assert drawn.yes[waiting].mean() == pytest.approx(invited(60.0, 7.0).says_yes, abs=0.02)
    with pytest.raises(ValueError, match="silent"):
        invited(10.0, -1.0)


def _declined(state: State, lead_days: float) -> float:
    """The risk of a place whose doctor has just declined, other doctors being as free as now."""
    outlook = outlook_of(
        state, 0, 0, acceptance=Acceptance(), lead_days=lead_days, rates=usual(), filled=True
    )
    return week_risk(replace(outlook, filled=False))


def test_where_few_offered_a_week_the_others_count_and_those_asked_in_vain_do_not() -> None:
    people = [tiny.doctor(name) for name in ("offers", "asked", *(f"other {n}" for n in range(20)))]
    problem = tiny.problem([tiny.centre()], people, [(0, 0), (1, 0)], standby_depth=0)
    state = State(problem, chances.plan_of(problem, [{} for _ in people]))
    alone = outlook_of(
        state, 0, 0, acceptance=Acceptance(), lead_days=LEAD, rates=usual(), filled=False
    )
    reading = _read(state, Standing.EMPTY)
    assert (reading.could_come, alone.strangers) == (2, 0)
    assert reading.chance < week_risk(alone)
    place = Watched(0, 0, LEAD, Standing.EMPTY, asked=(1,))
    (after,) = read_places(state, [place], acceptance=Acceptance())
    assert after.could_come == 1
    assert after.chance > reading.chance


def test_an_empty_place_has_no_doctor_to_say_yes() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor("free")], [(0, 0)], standby_depth=1)
    state = State(problem, chances.plan_of(problem, [{}]))
    reading = _read(state, Standing.EMPTY)
    assert (reading.says_yes, reading.could_come, reading.standbys) == (0.0, 1, 0)
    assert reading.chance == pytest.approx(_known(state, LEAD, filled=False))


def test_more_people_and_more_standbys_never_raise_a_risk() -> None:
    for standing in (Standing.AWAITED, Standing.PROMISED):
        for standbys, free in itertools.product((0, 1, 2), (0, 1, 3)):
            here = _read(_state(free, standbys), standing).chance
            assert _read(_state(free + 1, standbys), standing).chance <= here
            assert _read(_state(free, standbys + 1), standing).chance <= here


def test_a_week_that_has_begun_is_not_read() -> None:
    with pytest.raises(ValueError, match="began"):
        _read(_state(), Standing.PROMISED, lead_days=-1.0)
