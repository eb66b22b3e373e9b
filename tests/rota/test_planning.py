"""The bridge to the engine: what the database says, as a problem, and back."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from relais.doctors.models import CentrePreference, Companionship, DoctorPractice, TravelTime
from relais.doctors.states import PracticeLevel, PreferenceKind
from relais.engine.rota.problem import GivenMission, Status
from relais.engine.rota.solve import solve
from relais.engine.rota.verify import check_locked
from relais.network.models import Line
from relais.rota import planning
from relais.rota.states import ChangeKind, MissionState
from tests import factories
from tests.factories import MONDAY, TODAY, monday

pytestmark = pytest.mark.django_db


def bridge(weeks=4, depth=0, **options):
    return planning.problem_for(
        MONDAY, weeks=weeks, standby_depth=depth, today=options.pop("today", TODAY), **options
    )


def offered(found):
    ids = {row: key for key, row in found.index.doctor_of.items()}
    return {(ids[row], week) for row, week in found.problem.offers.tolist()}


def test_rows_become_the_engine_s_words() -> None:
    centre = factories.centre(key="ajain", lines=2, family_places=0, pets_allowed=False)
    act = factories.practice(code="sutures")
    factories.practice_need(centre, act, every_weeks=3)
    doctor = factories.doctor(
        last_name="Leroy",
        max_missions=3,
        brings_pet=True,
        max_travel_minutes=200,
        missions_before=2,
    )
    DoctorPractice.objects.create(doctor=doctor, practice=act, level=PracticeLevel.YES)
    DoctorPractice.objects.create(
        doctor=doctor, practice=factories.practice(), level=PracticeLevel.WITH_HELP
    )
    CentrePreference.objects.create(doctor=doctor, centre=centre, kind=PreferenceKind.PREFERRED)
    TravelTime.objects.create(doctor=doctor, centre=centre, minutes=77)
    factories.offer(doctor, monday=monday(2))
    factories.offer(doctor, monday=monday(9))  # outside the weeks
    factories.closure(first_on=monday(1), last_on=monday(1) + timedelta(days=4))
    found = bridge()
    problem = found.problem
    assert [(one.id, one.lines, one.family_places, one.pets) for one in problem.centres] == [
        ("ajain", 2, 0, False)
    ]
    [person] = problem.doctors
    assert (person.id, person.max_missions, person.pet, person.first_mission) == (
        "Dr Camille Leroy",
        3,
        True,
        False,
    )
    assert (person.max_travel_minutes, person.practices) == (200, frozenset({"sutures"}))
    assert problem.offers.tolist() == [[0, 2]]
    assert problem.closures == {(0, 1)}
    assert problem.preferred == {(0, 0)}
    assert problem.known == frozenset()
    assert dict(problem.travel) == {(0, 0): 77}
    assert [(one.centre, one.practice, one.every_weeks) for one in problem.needs] == [
        (0, "sutures", 3)
    ]


def test_a_done_mission_makes_the_centre_known_and_the_doctor_no_beginner() -> None:
    line = factories.line()
    doctor = factories.doctor()
    factories.offer(doctor)
    assert bridge().problem.doctors[0].first_mission
    factories.mission(doctor, line, monday=monday(-20))
    found = bridge()
    assert not found.problem.doctors[0].first_mission
    assert found.problem.known == {(0, 0)}
    assert GivenMission(0, 0, -20, Status.LOCKED) in found.problem.missions


def test_how_firm_a_mission_is() -> None:
    centre = factories.centre(lines=1)
    line = centre.lines.get()
    states = [
        (MissionState.PROPOSED, False, Status.PROPOSED),
        (MissionState.INVITED, False, Status.CONFIRMED),
        (MissionState.CONFIRMED, False, Status.CONFIRMED),
        (MissionState.READY, False, Status.LOCKED),
        (MissionState.PROPOSED, True, Status.LOCKED),
    ]
    for week, (state, is_locked, _) in enumerate(states):
        factories.mission(line_=line, monday=monday(week), state=state, is_locked=is_locked)
    factories.mission(line_=line, monday=monday(6), state=MissionState.DECLINED)
    found = bridge(weeks=7)
    given = {one.week: one.status for one in found.problem.missions}
    assert given == {week: status for week, (_, _, status) in enumerate(states)}
    begun = bridge(weeks=7, today=MONDAY)
    assert {one.week: one.status for one in begun.problem.missions}[0] is Status.LOCKED


def test_a_place_that_is_not_there_yet_is_taken_by_a_ghost() -> None:
    centre = factories.centre(lines=1)
    Line.objects.create(centre=centre, number=2, starts_on=monday(2))
    found = bridge()
    ghosts = [row for row in range(len(found.problem.doctors)) if found.index.is_ghost(row)]
    at = {(one.week, one.status) for one in found.problem.missions if one.doctor in ghosts}
    assert at == {(0, Status.LOCKED), (1, Status.LOCKED)}
    assert found.problem.centres[0].lines == 2
    plan = solve(found.problem)
    assert plan.score.holes == 1 + 1 + 2 + 2
    assert planning.figures(found, plan.missions, plan.standbys)["missions"] == 0
    rows = planning.plan_to_rows(factories.plan_run(), found, plan)
    assert rows.missions == ()
    assert [(hole.monday, hole.missing) for hole in rows.holes] == [
        (monday(0), 1),
        (monday(1), 1),
        (monday(2), 2),
        (monday(3), 2),
    ]


def test_what_stands_outside_the_weeks_counts_for_the_year() -> None:
    factories.line()
    one = factories.doctor(max_missions=1)
    factories.mission(one, monday=monday(-50), line_=factories.line())
    for week in (0, 1, 2, 3):
        factories.offer(one, monday=monday(week))
    found = bridge()
    assert offered(found) == {(one.pk, 2), (one.pk, 3)}
    assert found.problem.doctors[found.index.doctor_of[one.pk]].max_missions == 1


def test_outside_missions_near_both_ends_are_taken_off_the_most() -> None:
    factories.line()
    doctor = factories.doctor(max_missions=5)
    for week in (-60, -20, -10, 20):
        factories.mission(doctor, factories.line(), monday=monday(week))
    factories.standby(doctor, monday=monday(-30))
    factories.offer(doctor)
    factories.offer(doctor, monday=monday(3))
    found = bridge()
    assert found.problem.doctors[found.index.doctor_of[doctor.pk]].max_missions == 1


def test_who_left_and_weeks_that_began_are_not_planned() -> None:
    factories.line()
    leaver = factories.doctor(left_on=monday(2))
    stayer = factories.doctor()
    for doctor in (leaver, stayer):
        for week in range(4):
            factories.offer(doctor, monday=monday(week))
    assert offered(bridge(today=MONDAY)) == {
        (leaver.pk, 1),
        *((stayer.pk, week) for week in (1, 2, 3)),
    }


def test_locked_missions_that_break_rules_are_eased_not_refused() -> None:
    centre = factories.centre(lines=2, family_places=1)
    first, second = centre.lines.order_by("number")
    near = factories.doctor(max_missions=1)
    one = factories.doctor(brings_family=True)
    other = factories.doctor(brings_family=True)
    Companionship.objects.create(first=near, second=one)
    locked = {"is_locked": True}
    factories.mission(near, first, monday=monday(0), **locked)
    factories.mission(near, first, monday=monday(2), **locked)
    factories.mission(one, first, monday=monday(3), **locked)
    factories.mission(other, second, monday=monday(3), **locked)
    for doctor in (near, one, other):
        factories.offer(doctor, monday=monday(1))
    found = bridge(weeks=8)
    assert check_locked(found.problem) == ()
    plan = solve(found.problem)
    kept = {(found.index.doctor_ids[one.doctor], one.week) for one in plan.missions}
    assert kept >= {(near.pk, 0), (near.pk, 2), (one.pk, 3), (other.pk, 3)}
    assert (near.pk, 1) not in kept


def test_a_plan_becomes_rows_that_say_what_changes() -> None:
    line = factories.line()
    stays, goes, comes = (factories.doctor(missions_before=1) for _ in range(3))
    factories.offer(stays, monday=monday(0))
    factories.offer(comes, monday=monday(1))
    kept = factories.mission(stays, line, monday=monday(0))
    gone = factories.mission(goes, line, monday=monday(1), state=MissionState.PROPOSED)
    found = bridge(weeks=3)
    plan = solve(found.problem)
    rows = planning.plan_to_rows(factories.plan_run(), found, plan)
    assert [(row.doctor_id, row.monday, row.change, row.mission_id) for row in rows.missions] == [
        (stays.pk, monday(0), ChangeKind.KEPT, kept.pk),
        (goes.pk, monday(1), ChangeKind.REMOVED, gone.pk),
        (comes.pk, monday(1), ChangeKind.ADDED, None),
    ]
    assert rows.missions[2].because.endswith(
        "première mission de la période, seul médecin possible cette semaine."
    )
    [hole] = rows.holes
    assert (hole.monday, hole.missing) == (monday(2), 1)
    assert hole.because.startswith(
        "Aucun médecin ne propose cette semaine. Vous pouvez demander à "
    )


def test_the_same_number_of_queries_for_one_and_for_many(django_assert_num_queries) -> None:
    for count in (1, 3):
        centres = [factories.centre(lines=2) for _ in range(count)]
        for centre in centres:
            doctor = factories.doctor()
            factories.offer(doctor)
            factories.mission(line_=centre.lines.first())
        with django_assert_num_queries(15):
            bridge()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_stands_the_plan_keeps_every_rule_and_every_word_given(seed) -> None:
    rng = random.Random(seed)
    centres = [
        factories.centre(lines=rng.randint(1, 2), family_places=rng.randint(0, 1)) for _ in range(3)
    ]
    lines = [line for centre in centres for line in centre.lines.all()]
    doctors = [
        factories.doctor(
            max_missions=rng.randint(0, 3),
            min_gap_weeks=rng.randint(0, 5),
            brings_family=rng.random() < 0.3,
            missions_before=rng.randint(0, 1),
        )
        for _ in range(14)
    ]
    for doctor in doctors:
        for week in rng.sample(range(8), 4):
            factories.offer(doctor, monday=monday(week))
    taken = set()
    for _ in range(16):
        doctor, line = rng.choice(doctors), rng.choice(lines)
        week = rng.randint(-6, 12)
        if {(doctor.pk, week), (line.pk, week, "line")} & taken:
            continue
        taken |= {(doctor.pk, week), (line.pk, week, "line")}
        factories.mission(
            doctor,
            line,
            monday=monday(week),
            state=rng.choice(MissionState.values[:4]),
            is_locked=rng.random() < 0.4,
        )
    found = bridge(weeks=8, depth=1)
    assert check_locked(found.problem) == ()
    plan = solve(found.problem)  # verifies itself
    kept = {(one.doctor, one.centre, one.week) for one in plan.missions}
    locked = {
        (one.doctor, one.centre, one.week)
        for one in found.problem.missions
        if one.status is Status.LOCKED and 0 <= one.week < 8
    }
    assert locked <= kept


def test_a_swap_fills_a_week_by_moving_one_proposal() -> None:
    here, there = factories.line(), factories.line()
    moved, follows = (factories.doctor(missions_before=1) for _ in range(2))
    CentrePreference.objects.create(doctor=follows, centre=here.centre, kind=PreferenceKind.REFUSED)
    for doctor in (moved, follows):
        factories.offer(doctor)
    factories.mission(moved, there, state=MissionState.PROPOSED)
    [swap] = planning.swaps(here, monday=MONDAY, today=TODAY)
    assert (swap.doctor_id, swap.from_centre_id, swap.replacement_id) == (
        moved.pk,
        there.centre_id,
        follows.pk,
    )
    assert f"que {follows} peut prendre" in swap.because
