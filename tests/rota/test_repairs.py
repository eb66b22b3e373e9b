"""The best ways to fill an empty line-week: what they say, and applied whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from relais.core.errors import Refusal
from relais.core.models import AuditEntry
from relais.doctors.models import CentrePreference, Companionship, Doctor
from relais.doctors.states import PreferenceKind
from relais.network.models import Line
from relais.rota import repairing, services
from relais.rota.models import Mission, Standby
from relais.rota.repairing import Recipe, Solution
from relais.rota.services import AppliedRepair, RepairOutdatedRefusal, WeekOverRefusal
from relais.rota.states import ACTIVE, MissionState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def empty(name: str = "Nevers") -> Line:
    return factories.line(factories.centre(name=name, lines=0))


def solutions(line: Line) -> tuple[Solution, ...]:
    return repairing.solutions(line, monday=MONDAY, today=TODAY).found


def accept(line: Line, one: Solution) -> AppliedRepair:
    return services.accept_repair(line, monday=MONDAY, recipe=one.recipe, **ACT)


def plan() -> list[tuple[str, int, int, str]]:
    rows = Mission.objects.order_by("pk").values_list("doctor__last_name", "line_id", "pk", "state")
    return [(str(name), line, pk, state) for name, line, pk, state in rows]


@pytest.fixture
def chain() -> tuple[Line, Line, Mission, Doctor]:
    """Only Claire may fill Nevers, and she goes to Ajain, which only Paul could take."""
    nevers, ajain = empty("Nevers"), empty("Ajain")
    claire = factories.doctor(first_name="Claire", last_name="Aubry", missions_before=3)
    paul = factories.doctor(first_name="Paul", last_name="Sève", missions_before=3)
    CentrePreference.objects.create(doctor=paul, centre=nevers.centre, kind=PreferenceKind.REFUSED)
    for doctor in (claire, paul):
        factories.offer(doctor)
    mission = factories.mission(claire, ajain, state=MissionState.CONFIRMED)
    return nevers, ajain, mission, paul


def test_a_free_doctor_comes_first_and_nobody_else_moves() -> None:
    line = empty()
    doctor = factories.doctor(first_name="Claire", last_name="Aubry", missions_before=1)
    factories.offer(doctor)
    (one,) = solutions(line)
    assert one.steps == (
        "Dr Claire Aubry va à Nevers, semaine du lundi 11\xa0janvier (trajet 2\xa0h).",
    )
    assert one.costs[0] == "Aucune autre mission ne change."
    assert one.to_ask == "À qui demander : Dr Claire Aubry."
    assert (one.moved, one.confirmed_moved) == (0, 0)
    done = accept(line, one)
    assert [(m.doctor, m.line, m.state) for m in done.added] == [
        (doctor, line, MissionState.PROPOSED)
    ]


def test_a_chain_says_who_moves_what_it_costs_and_who_is_asked_again(
    chain: tuple[Line, Line, Mission, Doctor],
) -> None:
    nevers, _, mission, _ = chain
    (one,) = solutions(nevers)
    assert one.steps[0].startswith(
        "Dr Claire Aubry quitte Ajain et va à Nevers, semaine du lundi 11\xa0janvier (trajet"
    )
    assert one.steps[1].startswith("Dr Paul Sève va à Ajain, semaine du lundi 11\xa0janvier")
    assert one.costs[0] == "1\xa0mission confirmée ou invitée change de médecin."
    assert one.to_ask == (
        "À qui demander : Dr Claire Aubry, qui avait dit oui à Ajain ; Dr Paul Sève."
    )
    assert (one.moved, one.confirmed_moved) == (1, 1)
    assert Recipe.parse(str(one.recipe)) == one.recipe
    assert one.recipe.leaves[0].mission_id == mission.pk


def test_a_chain_is_applied_whole_and_kept_in_the_audit(
    chain: tuple[Line, Line, Mission, Doctor],
) -> None:
    nevers, ajain, mission, paul = chain
    done = accept(nevers, solutions(nevers)[0])
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED
    active = Mission.objects.filter(state__in=ACTIVE).order_by("line_id")
    assert {(one.doctor_id, one.line_id, one.state) for one in active} == {
        (mission.doctor_id, nevers.pk, "proposed"),
        (paul.pk, ajain.pk, "proposed"),
    }
    entry = AuditEntry.objects.get(verb="rota.repair_accepted")
    assert entry.details == {
        "missions": [one.pk for one in done.added],
        "ended": [mission.pk],
    }
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "rota.mission_cancelled",
        "rota.mission_placed",
        "rota.mission_placed",
        "rota.repair_accepted",
    ]


def test_the_same_request_twice_is_applied_once(
    chain: tuple[Line, Line, Mission, Doctor],
) -> None:
    nevers = chain[0]
    one = solutions(nevers)[0]
    first = accept(nevers, one)
    before, entries = plan(), AuditEntry.objects.count()
    second = accept(nevers, one)
    assert (second.is_new, second.added) == (False, first.added)
    assert (plan(), AuditEntry.objects.count()) == (before, entries)


def _confirmed_meanwhile(nevers: Line, mission: Mission, paul: Doctor) -> None:
    services.unconfirm(mission, **ACT)


def _locked_meanwhile(nevers: Line, mission: Mission, paul: Doctor) -> None:
    services.lock(mission, **ACT)


def _taken_meanwhile(nevers: Line, mission: Mission, paul: Doctor) -> None:
    other = factories.doctor(missions_before=1)
    factories.mission(other, nevers)


def _placed_elsewhere_meanwhile(nevers: Line, mission: Mission, paul: Doctor) -> None:
    factories.mission(paul, empty("Guéret"))


def _offer_withdrawn_meanwhile(nevers: Line, mission: Mission, paul: Doctor) -> None:
    services.withdraw_weeks(paul, mondays=[MONDAY], **ACT)


@pytest.mark.parametrize(
    "change",
    [
        _confirmed_meanwhile,
        _locked_meanwhile,
        _taken_meanwhile,
        _placed_elsewhere_meanwhile,
        _offer_withdrawn_meanwhile,
    ],
)
def test_what_another_tab_changed_is_refused_and_nothing_is_half_written(
    chain: tuple[Line, Line, Mission, Doctor],
    change: Callable[[Line, Mission, Doctor], None],
) -> None:
    nevers, _, mission, paul = chain
    one = solutions(nevers)[0]
    change(nevers, mission, paul)
    before, entries = plan(), AuditEntry.objects.count()
    with pytest.raises(Refusal):
        accept(nevers, one)
    assert (plan(), AuditEntry.objects.count()) == (before, entries)


def test_a_repair_made_up_against_the_rules_is_refused(
    chain: tuple[Line, Line, Mission, Doctor],
) -> None:
    nevers, _, _, paul = chain
    come = repairing.Come(paul.pk, nevers.pk, MONDAY)
    with pytest.raises(RepairOutdatedRefusal, match="ne souhaite pas aller à Nevers"):
        services.accept_repair(nevers, monday=MONDAY, recipe=Recipe((), (come,), ()), **ACT)
    other = replace(come, line_id=chain[1].pk)
    with pytest.raises(RepairOutdatedRefusal, match="ne remplit pas cette semaine"):
        services.accept_repair(nevers, monday=MONDAY, recipe=Recipe((), (other,), ()), **ACT)


def test_a_week_that_has_begun_is_left_alone() -> None:
    line = empty()
    doctor = factories.doctor(missions_before=1)
    factories.offer(doctor, monday=monday(-1))
    assert repairing.solutions(line, monday=monday(-1), today=TODAY).found == ()
    come = repairing.Come(doctor.pk, line.pk, monday(-1))
    with pytest.raises(WeekOverRefusal):
        services.accept_repair(line, monday=monday(-1), recipe=Recipe((), (come,), ()), **ACT)


def test_whoever_cancelled_this_week_is_not_asked_for_it_again() -> None:
    line = empty()
    first, second = factories.doctor(missions_before=1), factories.doctor(missions_before=1)
    for doctor in (first, second):
        factories.offer(doctor)
    factories.mission(first, line, state=MissionState.CANCELLED)
    assert [one.recipe.comes[0].doctor_id for one in solutions(line)] == [second.pk]


def test_a_reserve_is_called_and_its_reserve_ends() -> None:
    line = empty()
    doctor = factories.doctor(missions_before=1)
    factories.offer(doctor)
    factories.standby(doctor)
    (one,) = solutions(line)
    assert one.recipe.reserves == (repairing.Reserve(doctor.pk, MONDAY),)
    accept(line, one)
    assert Standby.objects.count() == 0


def test_two_who_come_together_fill_two_lines() -> None:
    centre = factories.centre(lines=2)
    line, other = centre.lines.order_by("number")
    pair = factories.doctor(missions_before=1), factories.doctor(missions_before=1)
    Companionship.objects.create(first=pair[0], second=pair[1])
    for doctor in pair:
        factories.offer(doctor)
    (one,) = solutions(line)
    accept(line, one)
    held = Mission.objects.values_list("line_id", flat=True)
    assert sorted(held) == [line.pk, other.pk]


@pytest.mark.parametrize(
    "text",
    ["", ";", ";;;", "x;;", "1:confirmed;1@2/2027-01-12;", "1:unknown;;", ";1@2;", ";;1@2/3"],
)
def test_a_recipe_that_was_not_written_here_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Recipe.parse(text)
