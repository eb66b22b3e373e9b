"""The board and the drawer: states, risks, who could come, and a known number of queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from relais.doctors.models import CentrePreference, TravelTime
from relais.doctors.states import PreferenceKind
from relais.network.models import Line
from relais.rota import queries
from relais.rota.states import MissionState, WeekState
from tests import factories
from tests.factories import MONDAY, TODAY, monday

pytestmark = pytest.mark.django_db
RUNNING = date(2027, 1, 4)  # the week of TODAY
NB = "\u00a0"


def cells(line, first=MONDAY, weeks=4, today=TODAY):
    found = queries.board(first, weeks=weeks, today=today)
    [row] = [row for row in found.rows if row.line_id == line.pk]
    return row.cells


@pytest.mark.parametrize(
    ("state", "week", "shown"),
    [
        (MissionState.PROPOSED, MONDAY, WeekState.PROPOSED),
        (MissionState.INVITED, MONDAY, WeekState.INVITED),
        (MissionState.CONFIRMED, MONDAY, WeekState.CONFIRMED),
        (MissionState.READY, MONDAY, WeekState.READY),
        (MissionState.CONFIRMED, RUNNING, WeekState.RUNNING),
        (MissionState.READY, RUNNING - timedelta(weeks=1), WeekState.DONE),
        (MissionState.PROPOSED, RUNNING - timedelta(weeks=1), WeekState.PROPOSED),
        (MissionState.DECLINED, MONDAY, WeekState.OPEN),
        (MissionState.CANCELLED, MONDAY, WeekState.OPEN),
    ],
)
def test_what_a_cell_is_called(state, week, shown) -> None:
    mission = factories.mission(state=state, monday=week)
    [cell] = cells(mission.line, first=week, weeks=1)
    assert cell.state is shown


@pytest.mark.parametrize(("day", "shown"), [(9, WeekState.RUNNING), (10, WeekState.DONE)])
def test_a_mission_is_done_once_its_saturday_is_over(day, shown) -> None:
    mission = factories.mission(state=MissionState.CONFIRMED, monday=RUNNING)
    [cell] = cells(mission.line, first=RUNNING, weeks=1, today=date(2027, 1, day))
    assert cell.state is shown


def test_closed_weeks_say_why() -> None:
    centre = factories.centre(opens_on=monday(1), closes_on=monday(3), lines=0)
    line = Line.objects.create(centre=centre, number=1, ends_on=monday(2))
    factories.closure(
        centre, first_on=monday(1), last_on=monday(1) + timedelta(days=4), note="Travaux"
    )
    assert [(cell.state, cell.closed_because) for cell in cells(line)] == [
        (WeekState.CLOSED, f"ouverture le lundi 18{NB}janvier"),
        (WeekState.CLOSED, "Travaux"),
        (WeekState.CLOSED, "ligne inactive"),
        (WeekState.CLOSED, "centre fermé définitivement"),
    ]


def test_a_mission_cell_names_its_doctor_and_flags() -> None:
    mission = factories.mission(is_locked=True, note="clé chez le voisin", monday=monday(9))
    reserve = factories.doctor(missions_before=1)
    factories.standby(reserve, monday=monday(9))
    refuses = factories.doctor()
    factories.standby(refuses, monday=monday(9))
    CentrePreference.objects.create(
        doctor=refuses, centre=mission.line.centre, kind=PreferenceKind.REFUSED
    )
    [cell] = cells(mission.line, first=monday(9), weeks=1)
    assert (cell.doctor_name, cell.is_locked, cell.is_first_mission, cell.has_note) == (
        str(mission.doctor),
        True,
        True,
        True,
    )
    assert (cell.depth, cell.is_thin, cell.risk) == (1, True, "")


@pytest.mark.parametrize(
    ("doctor", "mission", "risk"),
    [
        ({"ready_on": monday(1)}, {}, f"papiers en attente jusqu’au 18{NB}janvier"),
        ({"left_on": monday(0)}, {}, f"le médecin quitte le collectif le 11{NB}janvier"),
        ({}, {"state": MissionState.PROPOSED}, f"non confirmée, dans 5{NB}jours"),
        ({}, {"state": MissionState.PROPOSED, "monday": monday(6)}, ""),
        ({}, {"state": MissionState.PROPOSED, "monday": RUNNING}, "non confirmée"),
        (
            {},
            {"state": MissionState.INVITED, "monday": monday(-2)},
            "semaine passée sans confirmation",
        ),
        ({}, {"state": MissionState.READY}, ""),
    ],
)
def test_a_risk_is_a_known_fact_in_words(doctor, mission, risk) -> None:
    row = factories.mission(factories.doctor(**doctor), **mission)
    [cell] = cells(row.line, first=row.monday, weeks=1)
    assert cell.risk == risk


def test_an_open_week_counts_who_offers_and_who_is_free_for_this_centre() -> None:
    line = factories.line()
    CentrePreference.objects.create(
        doctor=factories.offer().doctor, centre=line.centre, kind=PreferenceKind.REFUSED
    )
    far = factories.doctor(max_travel_minutes=60)
    TravelTime.objects.create(doctor=far, centre=line.centre, minutes=61)
    near_mission = factories.doctor()
    factories.mission(near_mission, monday=monday(2), line_=factories.line())
    late = factories.doctor(ready_on=monday(1))
    for doctor in (far, near_mission, late, factories.doctor()):
        factories.offer(doctor)
    [cell] = cells(line, weeks=1)
    assert (cell.offers, cell.free) == (5, 1)
    found = queries.board(MONDAY, weeks=1, today=TODAY)
    sentences = {one.line_id: one.sentence for one in found.to_fill}
    assert sentences[line.pk] == (
        f"5{NB}médecins proposent cette semaine, dont 1 libre pour ce centre."
    )


def test_the_sentence_of_an_open_week_when_nobody_can_come() -> None:
    line = factories.line()
    found = queries.board(MONDAY, weeks=1, today=TODAY)
    assert found.to_fill[0].sentence == "Aucun médecin n’a proposé cette semaine."
    doctor = factories.mission().doctor
    factories.offer(doctor)
    found = queries.board(MONDAY, weeks=1, today=TODAY)
    assert {one.sentence for one in found.to_fill if one.line_id == line.pk} == {
        f"1{NB}médecin propose cette semaine, déjà pris ou empêché."
    }


def test_weeks_to_fill_come_worst_first_and_past_ones_do_not_come() -> None:
    open_line = factories.line(factories.centre(name="Ajain", lines=0))
    late = factories.mission(
        line_=factories.line(factories.centre(name="Bellac", lines=0), starts_on=MONDAY),
        state=MissionState.PROPOSED,
    )
    found = queries.board(monday(-2), weeks=5, today=TODAY)
    order = [(one.centre_name, one.monday, one.state) for one in found.to_fill]
    assert order[0] == ("Ajain", RUNNING, WeekState.OPEN)
    assert monday(-2) not in {week for _, week, _ in order}
    assert order.index(("Ajain", monday(1), WeekState.OPEN)) < order.index(
        ("Bellac", MONDAY, WeekState.PROPOSED)
    )
    assert found.counts[WeekState.OPEN] == 7
    assert found.rows[0].line_id == open_line.pk
    assert late.monday == MONDAY


def test_the_head_of_a_week_names_holidays() -> None:
    found = queries.board(date(2027, 3, 29), weeks=1, today=date(2027, 3, 30))
    [head] = found.weeks
    assert (head.holidays, head.is_now) == (("Lundi de Pâques",), True)


def test_the_board_of_some_centres_only() -> None:
    one, other = factories.line(), factories.line()
    found = queries.board(MONDAY, weeks=1, today=TODAY, centre_ids=[other.centre_id])
    assert [row.line_id for row in found.rows] == [other.pk]
    assert one.pk not in {to_fill.line_id for to_fill in found.to_fill}


def test_a_board_starts_on_a_monday_and_has_weeks() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        queries.board(TODAY, weeks=1, today=TODAY)
    with pytest.raises(ValueError, match="at least one week"):
        queries.board(MONDAY, weeks=0, today=TODAY)


def test_the_number_of_queries_does_not_depend_on_the_rows(django_assert_num_queries) -> None:
    for count in (1, 2):  # 1 row, then 3
        for _ in range(count):
            mission = factories.mission()
            factories.offer(mission.doctor)
            factories.offer()
            factories.standby()
        with django_assert_num_queries(16):
            found = queries.board(MONDAY, weeks=52, today=TODAY)
        assert len(found.rows) == count * (count + 1) // 2
        with django_assert_num_queries(16):
            queries.week(mission.line, MONDAY, today=TODAY)
        with django_assert_num_queries(5):
            queries.arrivals([mission.line.centre], today=TODAY, weeks=8)


# -- the drawer ------------------------------------------------------------------------------------


def test_alternatives_are_ranked_and_the_impossible_say_why() -> None:
    line = factories.line()
    plain, known, reserve, too_far, elsewhere = (
        factories.doctor(missions_before=2) for _ in range(5)
    )
    for doctor in (plain, known, reserve, too_far, elsewhere):
        TravelTime.objects.create(doctor=doctor, centre=line.centre, minutes=100)
        factories.offer(doctor)
    factories.mission(known, line, monday=monday(-30))
    factories.standby(reserve)
    too_far.max_travel_minutes = 90
    too_far.save()
    factories.mission(elsewhere)
    found = queries.week(line, MONDAY, today=TODAY)
    assert [one.doctor_id for one in found.alternatives] == [
        plain.pk,
        reserve.pk,
        known.pk,
        too_far.pk,
        elsewhere.pk,
    ]
    costs = [one.cost for one in found.possible]
    assert costs == [220, 220, 160 + 200]
    assert found.alternatives[1].because == (
        f"En réserve cette semaine, à 1{NB}h{NB}40, aucune autre mission dans l’année."
    )
    assert found.alternatives[2].because == (
        f"À 1{NB}h{NB}40, connaît le centre, 1{NB}autre mission dans l’année."
    )
    assert found.alternatives[3].objections[0].sentence == (
        f"{too_far} accepte 1{NB}h{NB}30 de trajet au plus ; {line.centre.name} est à 1{NB}h{NB}40."
    )
    assert found.alternatives[4].busy.startswith(f"{elsewhere} est cette semaine-là à ")
    assert [(one.doctor_id, one.counts) for one in found.standbys] == [(reserve.pk, True)]


def test_the_drawer_of_a_mission() -> None:
    centre = factories.centre(lines=2, name="Ajain")
    line, other = centre.lines.order_by("number")
    before = factories.mission(line_=line, monday=monday(-1))
    mission = factories.mission(line_=line, because="Au plus près.", state=MissionState.PROPOSED)
    beside = factories.mission(line_=other)
    ended = factories.mission(line_=line, state=MissionState.DECLINED)
    found = queries.week(line, MONDAY, today=TODAY)
    assert (found.state, found.mission, found.why) == (
        WeekState.PROPOSED,
        mission,
        "Au plus près.",
    )
    assert (found.beside, found.ended) == ((beside,), (ended,))
    assert (found.before.mission_id, found.before.state) == (before.pk, WeekState.RUNNING)
    assert (found.after.mission_id, found.after.state) == (None, WeekState.OPEN)
    assert mission.doctor_id not in {one.doctor_id for one in found.alternatives}


def test_the_holder_of_a_week_holds_no_alternative_back() -> None:
    centre = factories.centre(lines=1, family_places=1)
    line = centre.lines.get()
    factories.mission(factories.doctor(brings_family=True), line)
    other = factories.doctor(brings_family=True)
    factories.offer(other)
    [found] = queries.candidates(line, MONDAY, today=TODAY)
    assert (found.doctor_id, found.is_possible) == (other.pk, True)


# -- who comes -------------------------------------------------------------------------------------


def test_arrivals_list_every_line_of_the_next_weeks_open_ones_too() -> None:
    centre = factories.centre(lines=2)
    line, other = centre.lines.order_by("number")
    mission = factories.mission(line_=line, monday=RUNNING)
    factories.closure(centre)
    found = queries.arrivals([centre], today=TODAY, weeks=2)
    assert [(one.monday, one.line, one.state, one.mission) for one in found] == [
        (RUNNING, line, WeekState.RUNNING, mission),
        (RUNNING, other, WeekState.OPEN, None),
        (MONDAY, line, WeekState.CLOSED, None),
        (MONDAY, other, WeekState.CLOSED, None),
    ]
    assert found[0].is_first_mission
    assert found[2].closed_because == "autre"


def test_seniority_counts_what_was_done_here_and_before() -> None:
    doctor = factories.doctor(missions_before=2)
    new = factories.doctor()
    for week, state in ((-5, "confirmed"), (-6, "ready"), (-7, "cancelled"), (0, "confirmed")):
        factories.mission(doctor, monday=monday(week), state=state)
    factories.mission(new, monday=RUNNING)  # running, not done yet
    assert queries.seniority([doctor.pk, new.pk], today=TODAY) == {doctor.pk: 4, new.pk: 0}


def test_a_doctor_s_missions_and_offers_by_week() -> None:
    doctor = factories.doctor()
    later, sooner = (factories.mission(doctor, monday=monday(week)) for week in (8, 1))
    factories.mission()
    offers = [factories.offer(doctor, monday=monday(week)) for week in (3, 1)]
    assert list(queries.missions_of(doctor)) == [sooner, later]
    assert list(queries.missions_of(doctor, since=monday(2))) == [later]
    assert list(queries.offers_of(doctor)) == [offers[1], offers[0]]
