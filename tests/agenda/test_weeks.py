"""Openings of a line, free places, what another doctor changes, merging, DST, the lock rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from relais.agenda import planning, queries, services
from relais.agenda.models import Opening, Reason
from relais.agenda.services.turn import lock_days
from relais.engine.agenda import Paint, wall
from relais.network.models import Line
from tests import factories
from tests.agenda.test_booking import Desk, at, sound
from tests.factories import MONDAY, NOW, by

pytestmark = pytest.mark.django_db


def line_of(centre: Any) -> Line:
    return Line.objects.select_related("centre__commune").get(centre=centre)


def hours(sheet: planning.Sheet) -> list[tuple[str, str, str]]:
    return [
        (f"{wall(one.start, sheet.zone):%H:%M}", f"{wall(one.end, sheet.zone):%H:%M}", one.kind)
        for one in sheet.segments
    ]


def test_a_centre_begins_with_the_usual_week_and_reasons() -> None:
    centre = factories.centre()
    services.prepare_centre(centre, by=by(), now=NOW)
    assert Opening.objects.filter(centre=centre).count() == 5 * 7 + 2
    assert set(Reason.objects.values_list("code", flat=True)) >= {"consultation", "soin-du-jour"}
    services.paint_week(centre, week={0: [Paint(time(9), time(10), "planned")]}, by=by(), now=NOW)
    services.prepare_centre(centre, by=by(), now=NOW)
    assert Opening.objects.get().starts == time(9)


@pytest.mark.parametrize(
    "paints",
    [
        [Paint(time(9), time(9), "planned")],
        [Paint(time(9), time(10), "planned"), Paint(time(9, 30), time(11), "admin")],
        [Paint(time(9, 2), time(10), "planned")],
        [Paint(time(9), time(10), "siesta")],
    ],
)
def test_a_week_that_cannot_be_is_refused(paints: list[Paint]) -> None:
    with pytest.raises(services.AgendaRefusal):
        services.paint_week(factories.centre(), week={0: paints}, by=by(), now=NOW)


def test_closures_holidays_and_exceptions_decide_on_a_day() -> None:
    centre = factories.centre()
    services.prepare_centre(centre, by=by(), now=NOW)
    line = line_of(centre)
    easter = date(2027, 3, 29)
    first = easter - timedelta(days=7)
    factories.closure(centre, first_on=first, last_on=first + timedelta(days=1))
    short = first + timedelta(days=2)
    services.except_day(
        centre, day=short, paints=[Paint(time(8), time(16), "closed")], by=by(), now=NOW
    )
    sheets = planning.load_sheets([line], first=first, days=14, now=NOW)
    open_days = [day for (_, day), sheet in sheets.items() if sheet.segments]
    assert [(day - first).days for day in open_days] == [2, 3, 4, 5, 8, 9, 10, 11, 12]
    assert hours(sheets[line.pk, short]) == [
        ("16:00", "16:30", "planned"),
        ("16:30", "17:30", "same_day"),
        ("17:30", "18:00", "planned"),
        ("18:00", "18:30", "admin"),
    ]
    services.except_day(
        centre, day=easter, paints=[Paint(time(9), time(10), "planned")], by=by(), now=NOW
    )
    services.except_day(centre, day=short, paints=[], by=by(), now=NOW)
    sheets = planning.load_sheets([line], first=first, days=14, now=NOW)
    assert hours(sheets[line.pk, easter]) == [("09:30", "10:00", "planned")]
    assert hours(sheets[line.pk, short])[0] == ("08:30", "10:30", "planned")


def test_sheets_cost_the_same_for_one_day_and_for_six_weeks(
    django_assert_num_queries: Any,
) -> None:
    centre = factories.centre(lines=2)
    services.prepare_centre(centre, by=by(), now=NOW)
    lines = list(Line.objects.filter(centre=centre).select_related("centre__commune"))
    for line in lines:
        factories.mission(None, line)
    for days in (1, 42):
        with django_assert_num_queries(2):
            planning.load_sheets(lines, first=MONDAY, days=days, now=NOW)


@pytest.mark.parametrize(
    ("zone", "sunday"),
    [
        ("Europe/Paris", date(2027, 3, 28)),
        ("Europe/Paris", date(2027, 10, 31)),
        ("Indian/Reunion", date(2027, 3, 28)),
        ("America/Cayenne", date(2027, 10, 31)),
        ("Pacific/Noumea", date(2027, 3, 28)),
    ],
)
def test_a_booked_hour_is_the_hour_on_the_wall_around_a_change(zone: str, sunday: date) -> None:
    desk = Desk()
    desk.centre.time_zone = zone
    desk.centre.save()
    line = line_of(desk.centre)
    days = [sunday - timedelta(days=1), sunday, sunday + timedelta(days=2)]
    told = []
    for day in days:
        factories.opening(desk.centre, day=day, starts=time(8), ends=time(9))
        (place, *_) = planning.places_for(
            [line], reason=desk.reason, person=None, first=day, days=1, now=NOW
        )
        row = desk.book(place.starts_at, line=line)
        told.append((row.day, wall(row.tick, zone).time()))
    assert told == [(day, time(8)) for day in days]


def test_proposed_places_can_all_be_booked_and_are_what_is_free() -> None:
    desk = Desk(lines=2)
    desk.book(at(9, 50))
    places = planning.places_for(
        desk.lines, reason=desk.reason, person=None, first=MONDAY, days=1, now=NOW, most=99
    )
    starts = [
        (place.sheet.line.number, f"{wall(place.tick, 'Europe/Paris'):%H:%M}") for place in places
    ]
    assert starts[:4] == [(1, "09:30"), (2, "09:30"), (2, "09:50"), (1, "10:10")]
    assert len(places) == 6 + 7
    for place in places:
        desk.book(place.starts_at, line=place.sheet.line)
    assert sound()


def test_places_of_the_day_are_not_proposed_before_their_hour() -> None:
    desk = Desk()
    factories.opening(desk.centre, day=MONDAY, starts=time(11), kind="same_day", released=time(8))
    reason = factories.reason(kind="same_day")

    def shown(now: datetime) -> list[str]:
        places = planning.places_for(
            desk.lines, reason=reason, person=None, first=MONDAY, days=1, now=now, most=99
        )
        return [f"{wall(place.tick, 'Europe/Paris'):%H:%M}" for place in places]

    before = ["09:30", "09:50", "10:10", "10:30"]
    assert shown(at(7, 55)) == before
    assert shown(at(8)) == [*before, "10:50", "11:10", "11:30"]


def test_the_length_is_explained_from_the_file_and_the_doctor() -> None:
    desk = Desk()
    doctor = factories.doctor()
    services.set_doctor_agenda(doctor, pace=75, by=by(), now=NOW)
    factories.mission(doctor, desk.lines[0])
    person = factories.patient(has_long_term=True, needs_time=True)
    (place, *_) = planning.places_for(
        desk.lines, reason=desk.reason, person=person, first=MONDAY, days=1, now=NOW
    )
    assert (place.length.minutes, place.length.because) == (
        40,
        "40 = 20 + 10 nouveau + 10 ALD + 10 plus de temps, au rythme du médecin (75 %)",
    )


def test_another_doctor_breaks_nothing_silently() -> None:
    desk = Desk(lines=2)
    factories.opening(desk.centre, weekday=3, starts=time(9), ends=time(18))
    act = factories.practice(label="sutures")
    sutures = factories.reason(practice=act)
    able, slow = factories.doctor(), factories.doctor(last_name="Lent")
    able.practices.create(practice=act, level="yes")
    services.set_doctor_agenda(able, off_weekday=5, by=by(), now=NOW)
    services.set_doctor_agenda(slow, pace=150, off_weekday=3, by=by(), now=NOW)
    mission = factories.mission(able, desk.lines[0])
    other = factories.doctor()
    other.practices.create(practice=act, level="yes")
    services.set_doctor_agenda(other, off_weekday=5, by=by(), now=NOW)
    factories.mission(other, desk.lines[1])
    stitched = desk.book(at(9, 30), reason=sutures)
    thursday = desk.book(at(15, days=3), minutes=30)
    kept = desk.book(at(10, 30), minutes=30)
    assert planning.impact_of_week(desk.lines[0], monday=MONDAY, now=NOW) == ()
    supposed = planning.impact_of_week(
        desk.lines[0], monday=MONDAY, now=NOW, doctor=slow, assume=True
    )
    mission.doctor = slow
    mission.save()
    report = planning.impact_of_week(desk.lines[0], monday=MONDAY, now=NOW)
    assert report == supposed
    told = {impact.appointment: impact.problems for impact in report}
    assert told == {
        stitched: (
            "Dr Camille Lent ne pratique pas : sutures",
            "trop court de 10 minutes pour le rythme du médecin",
        ),
        thursday: ("hors des heures d’ouverture de cette semaine",),
    }
    assert kept not in told
    for impact in report:
        assert impact.proposal is not None
        assert impact.proposal.is_same_time
        assert impact.proposal.sheet.line == desk.lines[1]
        desk.move(
            impact.appointment,
            impact.appointment.starts_at,
            line=impact.proposal.sheet.line,
        )
    assert planning.impact_of_week(desk.lines[0], monday=MONDAY, now=NOW) == ()
    assert planning.impact_of_week(desk.lines[1], monday=MONDAY, now=NOW) == ()
    assert sound()


def test_no_two_proposals_take_the_same_place() -> None:
    desk = Desk()
    rows = [
        desk.book(at(9 + index // 3, 30 if index == 0 else 20 * index % 60)) for index in (3, 4, 5)
    ]
    factories.opening(desk.centre, day=MONDAY, starts=time(9), kind="closed")
    report = planning.impact_of_week(desk.lines[0], monday=MONDAY, now=NOW)
    assert {impact.appointment for impact in report} == set(rows)
    places = [(one.proposal.sheet.day, one.proposal.tick) for one in report if one.proposal]
    assert len(set(places)) == 3
    assert {day for day, _ in places} == {MONDAY + timedelta(days=7)}


def test_a_merged_file_gives_its_appointments() -> None:
    desk = Desk(lines=2)
    kept, gone = factories.patient(), factories.patient()
    row = desk.book(at(9, 30), gone)
    assert services.take_over(gone, into=kept, by=by(), now=NOW) == 1
    assert list(queries.appointments_of(kept, since=NOW)) == [row]
    assert sound()
    third = factories.patient()
    desk.book(at(9, 40), third, line=desk.lines[1])
    with pytest.raises(services.PatientTakenRefusal):
        services.take_over(third, into=kept, by=by(), now=NOW)


def test_the_turn_is_worth_nothing_outside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    from relais.agenda.services import turn

    class Outside:
        in_atomic_block = False

    monkeypatch.setattr(turn, "connection", Outside())
    with pytest.raises(RuntimeError):
        lock_days([(1, MONDAY)])


def test_the_checks_of_the_guarantee_see_a_fault() -> None:
    desk = Desk()
    row = desk.book(at(9, 30))
    row.line_ticks.all().first().delete()  # type: ignore[union-attr]
    assert [(one.appointment, one.expected, one.on_line) for one in queries.tick_faults()] == [
        (row.pk, 4, 3)
    ]
    other = desk.book(at(10))
    type(row).objects.filter(pk=other.pk).update(tick=row.tick + 1)
    assert queries.double_bookings() == ((row.pk, other.pk),)


def test_utc_is_what_is_kept() -> None:
    row = Desk().book(at(9, 30))
    row.refresh_from_db()
    assert row.starts_at == datetime(2027, 1, 11, 8, 30, tzinfo=UTC)
