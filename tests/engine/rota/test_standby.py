"""Chances of a yes, ranked invitations, and the size of a wave."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relais.engine.rota.standby import (
    Acceptance,
    Answer,
    Kind,
    Lead,
    chance_nobody,
    lead_of,
    prior,
    ranking,
    reserves,
    wave_size,
)
from relais.engine.rota.state import State
from relais.engine.rota.verify import verify
from tests.engine.rota import chances, tiny

KINDS = st.builds(Kind, st.sampled_from(Lead), st.booleans(), st.booleans())
ANSWERS = st.lists(st.builds(Answer, st.integers(0, 4), KINDS, st.booleans()), max_size=30)
FAR = Kind(Lead.FAR, offered=True, known=False)


# -- chances ---------------------------------------------------------------------------------------


def test_leads_are_classed_by_days() -> None:
    assert [lead_of(days) for days in (120, 28, 27.9, 7, 6.9, 2, 1.9, 0)] == [
        Lead.FAR, Lead.FAR, Lead.WEEKS, Lead.WEEKS, Lead.DAYS, Lead.DAYS, Lead.LAST, Lead.LAST,
    ]  # fmt: skip


def test_the_prior_is_the_page_of_parameters() -> None:
    assert prior(FAR) == 0.35
    assert prior(Kind(Lead.DAYS, offered=True, known=True)) == pytest.approx(0.12)
    assert prior(Kind(Lead.LAST, offered=False, known=False)) == pytest.approx(0.0045)
    assert Acceptance().probability(3, FAR) == pytest.approx(0.35)


@given(ANSWERS, st.integers(0, 5), KINDS)
@settings(max_examples=60, deadline=None)
def test_a_chance_is_a_chance_and_the_order_of_answers_does_not_matter(
    answers: list[Answer], doctor: int, kind: Kind
) -> None:
    together = Acceptance().updated(answers)
    shuffled = list(answers)
    random.Random(1).shuffle(shuffled)
    half = len(shuffled) // 2
    apart = Acceptance().updated(shuffled[:half]).updated(shuffled[half:])
    assert together == apart
    assert 0 < together.probability(doctor, kind) < 1
    assert together.probability(doctor, kind) == apart.probability(doctor, kind)


@given(ANSWERS, st.integers(0, 5), KINDS)
@settings(max_examples=60, deadline=None)
def test_a_yes_never_lowers_the_chance_of_the_same_and_a_no_never_raises_it(
    answers: list[Answer], doctor: int, kind: Kind
) -> None:
    before = Acceptance().updated(answers)
    yes = before.updated([Answer(doctor, kind, accepted=True)])
    no = before.updated([Answer(doctor, kind, accepted=False)])
    chance = before.probability(doctor, kind)
    assert yes.probability(doctor, kind) >= chance - 1e-12
    assert no.probability(doctor, kind) <= chance + 1e-12
    assert before == Acceptance().updated(answers)


def test_a_class_is_beta_binomial_with_the_prior_worth_twenty_answers() -> None:
    answers = [Answer(number, FAR, accepted=number < 3) for number in range(30)]
    assert Acceptance().updated(answers).of_class(FAR) == pytest.approx((20 * 0.35 + 3) / 50)


def test_many_answers_outweigh_the_prior() -> None:
    draw = random.Random(5)
    answers = [Answer(number, FAR, accepted=draw.random() < 0.6) for number in range(4000)]
    assert Acceptance().updated(answers).probability(10**6, FAR) == pytest.approx(0.6, abs=0.03)


def test_a_doctor_who_always_declines_is_thought_less_likely_than_the_others() -> None:
    learnt = Acceptance().updated([Answer(1, FAR, accepted=False)] * 6)
    class_chance = 7 / 26
    assert learnt.of_class(FAR) == pytest.approx(class_chance)
    assert learnt.probability(1, FAR) == pytest.approx(class_chance * 2 / (2 + 6 * class_chance))
    assert learnt.probability(2, FAR) == pytest.approx(class_chance)


# -- waves -----------------------------------------------------------------------------------------

CHANCES = st.lists(st.floats(0, 1), max_size=12)


@given(CHANCES, st.floats(0.001, 0.999))
def test_a_wave_is_the_smallest_that_keeps_the_risk(chances: list[float], risk: float) -> None:
    size = wave_size(chances, risk)
    assert 0 <= size <= len(chances)
    if size and size < len(chances):
        assert chance_nobody(chances[:size]) < risk
    if size:
        assert chance_nobody(chances[: size - 1]) >= risk
    if size == 0:
        assert chances == []


@given(CHANCES)
def test_the_chance_that_nobody_accepts_is_that_of_all_sets_of_answers(
    chances: list[float],
) -> None:
    assert chance_nobody(chances) == pytest.approx(math.prod(1 - chance for chance in chances))
    assert chance_nobody([]) == 1.0


@given(CHANCES, st.floats(0.001, 0.5), st.floats(0.5, 0.999))
def test_less_risk_never_asks_fewer_people(chances: list[float], low: float, high: float) -> None:
    assert wave_size(chances, low) >= wave_size(chances, high)


@pytest.mark.parametrize("risk", [0.0, 1.0, -1.0, float("nan")])
def test_a_risk_lies_between_0_and_1(risk: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wave_size([0.5], risk)


# -- whom to ask -----------------------------------------------------------------------------------


def test_the_likeliest_come_first_then_the_cheapest_then_those_who_did_not_offer() -> None:
    problem = tiny.problem(
        [tiny.centre()],
        [
            tiny.doctor("far", latitude=49.0),
            tiny.doctor("near"),
            tiny.doctor("known", latitude=50.0),
            tiny.doctor("stranger"),
            tiny.doctor("asked"),
        ],
        [(0, 0), (1, 0), (2, 0), (4, 0)],
        known=frozenset({(2, 0)}),
    )
    plan = chances.plan_of(problem, [{}, {}, {}, {}, {}])
    ranked = ranking(problem, plan, 0, acceptance=Acceptance(), centre=0, exclude=[4])
    assert [one.doctors for one in ranked] == [(2,), (1,), (0,), (3,)]
    assert [one.probability for one in ranked] == pytest.approx([0.42, 0.35, 0.35, 0.0525])
    assert [one.offered for one in ranked] == [True, True, True, False]
    late = ranking(problem, plan, 0, acceptance=Acceptance(), centre=0, lead_days=1)
    assert [one.probability for one in late][:2] == pytest.approx([0.036, 0.03])


def test_nobody_is_invited_to_a_full_centre() -> None:
    problem = tiny.problem([tiny.centre()], [tiny.doctor(), tiny.doctor("y")], [(0, 0), (1, 0)])
    plan = chances.plan_of(problem, [{0: 0}, {}])
    assert ranking(problem, plan, 0, acceptance=Acceptance(), centre=0) == []


@pytest.mark.parametrize("seed", range(60))
def test_everybody_ranked_could_come_and_would_cost_what_is_said(seed: int) -> None:
    problem, schedules = chances.network(seed)
    plan = chances.plan_of(problem, schedules)
    for hole in plan.holes[:2]:
        ranked = ranking(problem, plan, hole.week, acceptance=Acceptance(), centre=hole.centre)
        standing = {member for one in ranked if one.offered for member in one.doctors}
        for one in ranked:
            assert one.centre == hole.centre
            if not one.offered:
                continue
            joined = [
                {**schedule, hole.week: hole.centre} if doctor in one.doctors else schedule
                for doctor, schedule in enumerate(schedules)
            ]
            after = chances.plan_of(problem, joined)
            assert verify(problem, after) == ()
            assert after.score.cost - plan.score.cost == one.cost
        offering = {int(d) for d, w in problem.offers if w == hole.week}
        for doctor in offering - standing:
            if schedules[doctor].get(hole.week) is not None or any(
                doctor in pair for pair in problem.pairs
            ):
                continue
            joined = list(schedules)
            joined[doctor] = {**schedules[doctor], hole.week: hole.centre}
            assert verify(problem, chances.plan_of(problem, joined)) != ()


def test_standbys_are_called_where_they_count_and_fit() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("x"), tiny.doctor("y", latitude=48.0), tiny.doctor("z")],
        [(0, 0), (1, 0), (2, 0)],
        refused=frozenset({(2, 0)}),
        standby_depth=2,
    )
    state = State(problem, chances.plan_of(problem, [{0: tiny.STANDBY}] * 3))
    assert reserves(state, 0, 0) == [0, 1]
    assert reserves(state, 1, 0) == [0, 2, 1]


def test_a_standby_is_sought_among_those_who_help_most_centres() -> None:
    problem = tiny.problem(
        [tiny.centre("A"), tiny.centre("B")],
        [tiny.doctor("one"), tiny.doctor("both"), tiny.doctor("none"), tiny.doctor("busy")],
        [(0, 0), (1, 0), (2, 0), (3, 0)],
        refused=frozenset({(0, 1), (2, 0), (2, 1)}),
        standby_depth=1,
    )
    plan = chances.plan_of(problem, [{}, {}, {}, {0: 0}])
    ranked = ranking(problem, plan, 0, acceptance=Acceptance())
    assert [(one.doctors, one.centre, one.cost) for one in ranked] == [
        ((1,), None, 1 - 6000),
        ((0,), None, 1 - 3000),
    ]
