"""Every row of the rules is tried on the product, and the printed page says the same."""

from __future__ import annotations

import os

import pytest
from django.db import IntegrityError, transaction

from relais.rota import services
from relais.rota.states import MOVES as LEGAL
from relais.rota.states import MissionState, PlanningRule
from tests import factories
from tests.factories import MONDAY, NOW
from tests.rules import page
from tests.rules.cases import ACTS, ALLOWED, BEYOND, FORBIDDEN, MOVES, PEOPLE, STATES, Scene

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


@pytest.mark.parametrize("verb", MOVES)
def test_the_life_of_a_mission(verb) -> None:
    becomes: dict[MissionState, MissionState] = {}
    for state in STATES:
        try:
            moved = getattr(services, verb)(factories.mission(state=state), **ACT)
        except services.MoveRefusal:
            continue
        becomes[state] = MissionState(moved.state)
    assert becomes == MOVES[verb]


def test_every_legal_move_stands_in_the_table() -> None:
    assert {move.verb for move in LEGAL} == {move.verb for move in page.VERBS.values()}
    assert set(page.VERBS) == set(MOVES)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_the_database_refuses(what) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FORBIDDEN[what]()


def refusal_of(rule: PlanningRule) -> services.RuleRefusal:
    """Set the scene, change one thing, and give what the product says."""
    scene = Scene.make()
    BEYOND[rule](scene)
    with pytest.raises(services.RuleRefusal) as refusal:
        services.place(scene.line, doctor=scene.doctor, monday=MONDAY, **ACT)
    return refusal.value


def test_the_scene_by_itself_is_allowed() -> None:
    scene = Scene.make()
    services.place(scene.line, doctor=scene.doctor, monday=MONDAY, **ACT)


@pytest.mark.parametrize("rule", PlanningRule)
def test_what_the_planning_rules_refuse(rule) -> None:
    assert [one.rule for one in refusal_of(rule).objections] == [rule]


@pytest.mark.parametrize("rule", PlanningRule)
def test_a_planner_goes_beyond_each_rule_with_a_reason(rule) -> None:
    scene = Scene.make()
    BEYOND[rule](scene)
    mission = services.place(
        scene.line, doctor=scene.doctor, monday=MONDAY, despite="accord au téléphone", **ACT
    )
    assert mission.is_locked


@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_do_what(person) -> None:
    mission = factories.mission()
    user = PEOPLE[person](mission)
    assert {act for act, may in ACTS.items() if may(user, mission)} == ALLOWED[person]


def test_the_printed_page_says_the_same() -> None:
    sentences = {}
    for rule in PlanningRule:
        with transaction.atomic():
            [objection] = refusal_of(rule).objections
            transaction.set_rollback(True)
        sentences[rule] = objection.sentence
    text = page.page(sentences)
    if os.environ.get("RELAIS_WRITE_RULES"):
        page.PAGE.write_text(text, encoding="utf-8")
    assert page.PAGE.read_text(encoding="utf-8") == text
