"""Missions: who can be placed where, which moves are legal, what the database never lets happen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from relais.core.errors import Refusal
from relais.core.models import AuditEntry
from relais.doctors.models import CentrePreference, Companionship, TravelTime
from relais.doctors.states import PreferenceKind
from relais.rota import services
from relais.rota.models import Mission, RotaTurn, Standby
from relais.rota.queries.standing import most_in_a_year
from relais.rota.states import MissionState, PlanningRule
from tests import factories
from tests.factories import MONDAY, NOW, monday

pytestmark = pytest.mark.django_db
ACT = {"by": factories.by(), "now": NOW}


def a_place(**centre_fields):
    """A line of a centre, and a doctor who offers MONDAY."""
    centre = factories.centre(**centre_fields)
    doctor = factories.doctor()
    factories.offer(doctor)
    return centre.lines.get(number=1), doctor


def rules_against(line, doctor, when=MONDAY):
    with pytest.raises(services.RuleRefusal) as refusal:
        services.place(line, doctor=doctor, monday=when, **ACT)
    return [one.rule for one in refusal.value.objections]


def test_placing_keeps_the_mission_its_travel_and_an_audit_entry_and_takes_the_turn() -> None:
    line, doctor = a_place()
    turn = RotaTurn.objects.get().number
    TravelTime.objects.create(doctor=doctor, centre=line.centre, minutes=95)
    mission = services.place(line, doctor=doctor, monday=MONDAY, because="Au plus près.", **ACT)
    mission.refresh_from_db()
    assert (mission.state, mission.travel_minutes, mission.because) == (
        MissionState.PROPOSED,
        95,
        "Au plus près.",
    )
    assert not mission.is_locked
    entry = AuditEntry.objects.get(verb="rota.mission_placed")
    assert (entry.subject_id, entry.details) == (
        str(mission.pk),
        {"state": "proposed", "despite": []},
    )
    assert RotaTurn.objects.get().number == turn + 1


def test_a_week_that_was_not_offered_is_refused_with_what_is_possible() -> None:
    line, doctor = a_place()
    with pytest.raises(services.RuleRefusal) as refusal:
        services.place(line, doctor=doctor, monday=monday(1), **ACT)
    assert refusal.value.sentence == (
        f"{doctor} n’a pas proposé la semaine du lundi 18 janvier. Choisissez un autre médecin ou "
        "une autre semaine, ou dites pourquoi vous passez outre."
    ).replace("18 janvier", "18\u00a0janvier")
    assert Mission.objects.count() == 0


def test_a_planner_goes_beyond_the_rules_with_a_reason_and_the_mission_is_locked() -> None:
    line, doctor = a_place()
    mission = services.place(
        line, doctor=doctor, monday=monday(1), despite="Appelée ce matin, elle vient.", **ACT
    )
    assert mission.is_locked
    entry = AuditEntry.objects.get(verb="rota.mission_placed")
    assert entry.why == "Appelée ce matin, elle vient."
    assert entry.details["despite"] == ["offered"]


def test_each_planning_rule_is_told() -> None:
    line, doctor = a_place(pets_allowed=False, step_free=False)
    assert rules_against(line, doctor, monday(1)) == [PlanningRule.OFFERED]
    doctor.brings_pet, doctor.needs_step_free = True, True
    doctor.max_travel_minutes, doctor.max_missions = 30, 0
    doctor.ready_on, doctor.left_on = monday(0) + timedelta(days=1), monday(0)
    doctor.save()
    CentrePreference.objects.create(doctor=doctor, centre=line.centre, kind=PreferenceKind.REFUSED)
    factories.closure(line.centre)
    assert rules_against(line, doctor) == [
        PlanningRule.OPEN_WEEK,
        PlanningRule.NOT_REFUSED,
        PlanningRule.TRAVEL,
        PlanningRule.PET,
        PlanningRule.STEP_FREE,
        PlanningRule.YEARLY_MOST,
        PlanningRule.PAPERS,
        PlanningRule.MEMBER,
    ]


@pytest.mark.parametrize(
    ("fields", "open_"),
    [
        ({"opens_on": monday(0)}, True),
        ({"opens_on": monday(0) + timedelta(days=1)}, False),
        ({"closes_on": monday(0)}, False),
        ({"closes_on": monday(0) + timedelta(days=1)}, True),
    ],
)
def test_a_centre_takes_doctors_from_its_opening_to_its_end(fields, open_) -> None:
    line, doctor = a_place(**fields)
    doctor.is_pioneer = True
    doctor.save()
    if open_:
        services.place(line, doctor=doctor, monday=MONDAY, **ACT)
    else:
        assert rules_against(line, doctor) == [PlanningRule.OPEN_WEEK]


def test_a_line_takes_doctors_while_it_is_active() -> None:
    line, doctor = a_place()
    line.ends_on = MONDAY
    line.save()
    assert rules_against(line, doctor) == [PlanningRule.OPEN_WEEK]


def test_one_holiday_leaves_the_week_open_five_days_close_it() -> None:
    line, doctor = a_place()
    factories.closure(first_on=MONDAY, last_on=MONDAY + timedelta(days=3))
    found = factories.closure(
        line.centre, first_on=MONDAY + timedelta(days=4), last_on=MONDAY + timedelta(days=4)
    )
    assert rules_against(line, doctor) == [PlanningRule.OPEN_WEEK]
    found.delete()
    services.place(line, doctor=doctor, monday=MONDAY, **ACT)


def test_the_first_four_weeks_of_a_centre_are_for_pioneers() -> None:
    line, doctor = a_place(opens_on=monday(-3))
    factories.offer(doctor, monday=monday(1))
    assert rules_against(line, doctor) == [PlanningRule.PIONEER]
    services.place(line, doctor=doctor, monday=monday(1), **ACT)


@pytest.mark.parametrize(("weeks_apart", "free"), [(-4, True), (-3, False), (3, False), (4, True)])
def test_two_missions_are_at_least_the_gap_apart(weeks_apart, free) -> None:
    line, doctor = a_place()
    factories.mission(doctor, factories.line(), monday=monday(weeks_apart))
    if free:
        services.place(line, doctor=doctor, monday=MONDAY, **ACT)
    else:
        assert rules_against(line, doctor) == [PlanningRule.GAP]


def test_a_reserve_elsewhere_counts_for_the_gap_and_one_of_the_week_is_used_up() -> None:
    line, doctor = a_place()
    other = factories.standby(doctor, monday=monday(2))
    assert rules_against(line, doctor) == [PlanningRule.GAP]
    other.delete()
    factories.standby(doctor, monday=MONDAY)
    services.place(line, doctor=doctor, monday=MONDAY, **ACT)
    assert Standby.objects.count() == 0


@pytest.mark.parametrize(("weeks_ago", "free"), [(51, False), (52, True)])
def test_a_year_of_missions_is_any_52_weeks_in_a_row(weeks_ago, free) -> None:
    line, doctor = a_place()
    doctor.max_missions = 1
    doctor.save()
    factories.mission(doctor, factories.line(), monday=monday(-weeks_ago))
    if free:
        services.place(line, doctor=doctor, monday=MONDAY, **ACT)
    else:
        assert rules_against(line, doctor) == [PlanningRule.YEARLY_MOST]


def test_the_busiest_52_weeks_are_counted_on_both_sides() -> None:
    assert most_in_a_year([]) == 0
    assert most_in_a_year([monday(0), monday(51), monday(52), monday(103)]) == 2
    assert most_in_a_year([monday(0), monday(30), monday(51), monday(52)]) == 3


def test_declined_and_cancelled_missions_hold_nobody() -> None:
    line, doctor = a_place()
    doctor.max_missions = 1
    doctor.save()
    for state in (MissionState.DECLINED, MissionState.CANCELLED):
        factories.mission(doctor, line, monday=MONDAY, state=state)
        factories.mission(doctor, line, monday=monday(1), state=state)
    services.place(line, doctor=doctor, monday=MONDAY, **ACT)


def test_one_first_timer_and_the_families_that_the_lodging_takes() -> None:
    centre = factories.centre(lines=2, family_places=1)
    first, second = centre.lines.order_by("number")
    there = factories.doctor(brings_family=True)
    factories.mission(there, first)
    doctor = factories.doctor(brings_family=True)
    factories.offer(doctor)
    assert rules_against(second, doctor) == [PlanningRule.FIRST_TIMER, PlanningRule.FAMILY]
    doctor.missions_before = 1
    doctor.save()
    assert rules_against(second, doctor) == [PlanningRule.FAMILY]
    centre.family_places = 2
    centre.save()
    services.place(second, doctor=doctor, monday=MONDAY, **ACT)


def test_a_done_mission_ends_being_a_first_timer() -> None:
    centre = factories.centre(lines=2)
    first, second = centre.lines.order_by("number")
    factories.mission(factories.doctor(), first)
    doctor = factories.doctor()
    factories.offer(doctor)
    factories.mission(doctor, factories.line(), monday=monday(-10))
    services.place(second, doctor=doctor, monday=MONDAY, **ACT)


def test_companions_come_together_or_not_at_all() -> None:
    centre = factories.centre(lines=2)
    first, second = centre.lines.order_by("number")
    one, other = (factories.doctor(missions_before=1) for _ in range(2))
    Companionship.objects.create(first=one, second=other)
    for doctor in (one, other):
        factories.offer(doctor)
    assert rules_against(first, one) == [PlanningRule.COMPANION]
    pair = services.place_pair(
        first, other_line=second, doctor=one, companion=other, monday=MONDAY, **ACT
    )
    assert [mission.doctor_id for mission in pair] == [one.pk, other.pk]


def test_a_pair_that_cannot_come_whole_does_not_come_at_all() -> None:
    centre = factories.centre(lines=2)
    first, second = centre.lines.order_by("number")
    one, other = (factories.doctor(missions_before=1) for _ in range(2))
    factories.offer(one)
    with pytest.raises(services.RuleRefusal):
        services.place_pair(
            first, other_line=second, doctor=one, companion=other, monday=MONDAY, **ACT
        )
    assert Mission.objects.count() == 0


# -- what the database never lets happen -----------------------------------------------------------


def test_a_line_week_is_not_given_twice_even_by_a_planner_who_insists() -> None:
    line, doctor = a_place()
    factories.mission(line_=line)
    with pytest.raises(services.LineWeekTakenRefusal) as refusal:
        services.place(line, doctor=doctor, monday=MONDAY, despite="tant pis", **ACT)
    assert "Remplacez-le" in refusal.value.sentence
    assert Mission.objects.count() == 1


def test_a_doctor_is_not_in_two_places_even_for_a_planner_who_insists() -> None:
    line, doctor = a_place()
    factories.mission(doctor)
    with pytest.raises(services.DoctorElsewhereRefusal) as refusal:
        services.place(line, doctor=doctor, monday=MONDAY, despite="tant pis", **ACT)
    assert str(doctor) in refusal.value.sentence


@pytest.mark.parametrize("fields", [{"monday": MONDAY + timedelta(days=1)}, {"state": "rêvée"}])
def test_the_database_itself_refuses_other_days_and_other_states(fields) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.mission(**fields)


# -- moves -----------------------------------------------------------------------------------------

MOVES = {
    "invite": ({"proposed"}, "invited"),
    "confirm": ({"proposed", "invited"}, "confirmed"),
    "mark_ready": ({"confirmed"}, "ready"),
    "decline": ({"proposed", "invited"}, "declined"),
    "cancel": ({"proposed", "invited", "confirmed", "ready"}, "cancelled"),
    "unconfirm": ({"confirmed"}, "proposed"),
    "unready": ({"ready"}, "confirmed"),
    "reopen": ({"declined", "cancelled"}, "proposed"),
}


@pytest.mark.parametrize("origin", MissionState.values)
@pytest.mark.parametrize("verb", MOVES)
def test_every_move_from_every_state(verb, origin) -> None:
    mission = factories.mission(state=origin)
    origins, target = MOVES[verb]
    move = getattr(services, verb)
    if origin in origins:
        assert move(mission, **ACT).state == target
        assert mission.state == target
        entry = AuditEntry.objects.get()
        assert entry.details == {"from": origin, "to": target}
        assert Mission.objects.get().sequence == 1
    else:
        with pytest.raises(services.MoveRefusal):
            move(mission, **ACT)
        assert Mission.objects.get().state == origin
        assert AuditEntry.objects.count() == 0


def test_a_refused_move_says_from_where_it_is_possible() -> None:
    mission = factories.mission(state=MissionState.READY)
    with pytest.raises(services.MoveRefusal) as refusal:
        services.confirm(mission, **ACT)
    assert refusal.value.sentence == (
        "Cette mission est prête : on ne peut confirmer la mission que si elle est proposée ou "
        "invitée."
    )


def test_a_move_reads_today_s_state_not_the_page_s() -> None:
    mission = factories.mission(state=MissionState.PROPOSED)
    services.cancel(Mission.objects.get(pk=mission.pk), **ACT)
    with pytest.raises(services.MoveRefusal):
        services.confirm(mission, **ACT)


def test_a_mission_reopens_only_where_nobody_came_instead() -> None:
    mission = factories.mission(state=MissionState.DECLINED)
    factories.mission(line_=mission.line)
    with pytest.raises(services.LineWeekTakenRefusal):
        services.reopen(mission, **ACT)
    elsewhere = factories.mission(state=MissionState.CANCELLED)
    factories.mission(elsewhere.doctor)
    with pytest.raises(services.DoctorElsewhereRefusal):
        services.reopen(elsewhere, **ACT)


def test_a_week_that_is_over_is_set_right_but_neither_asked_nor_declined() -> None:
    over = {"monday": date(2026, 12, 28), "state": MissionState.PROPOSED}
    for verb in ("invite", "decline"):
        with pytest.raises(services.WeekOverRefusal):
            getattr(services, verb)(factories.mission(**over), **ACT)
    assert services.confirm(factories.mission(**over), **ACT).state == "confirmed"
    assert services.cancel(factories.mission(**over), **ACT).state == "cancelled"


def test_locking_and_noting() -> None:
    mission = factories.mission()
    assert services.lock(mission, **ACT).is_locked
    assert not services.unlock(mission, **ACT).is_locked
    assert services.annotate(mission, note="  arrive dimanche  ", **ACT).note == "arrive dimanche"
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "rota.mission_locked",
        "rota.mission_unlocked",
        "rota.mission_noted",
    ]
    ended = factories.mission(state=MissionState.CANCELLED)
    with pytest.raises(services.MoveRefusal):
        services.lock(ended, **ACT)


def test_replacing_cancels_the_one_and_places_the_other() -> None:
    line, doctor = a_place()
    mission = factories.mission(line_=line)
    new = services.replace(mission, doctor=doctor, **ACT)
    assert (new.line_id, new.monday, new.doctor_id) == (line.pk, MONDAY, doctor.pk)
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED


def test_a_replacement_that_is_refused_leaves_the_mission_as_it_was() -> None:
    line, _ = a_place()
    mission = factories.mission(line_=line)
    with pytest.raises(Refusal):
        services.replace(mission, doctor=factories.doctor(), **ACT)
    mission.refresh_from_db()
    assert mission.state == MissionState.CONFIRMED
    with pytest.raises(services.SameDoctorRefusal):
        services.replace(mission, doctor=mission.doctor, **ACT)
