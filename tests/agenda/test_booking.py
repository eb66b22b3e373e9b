"""The guarantee: a place has one owner, a patient is in one place, a click counts once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction

from relais.agenda import queries, services
from relais.agenda.models import (
    Appointment,
    AppointmentChange,
    LineDay,
    LineTick,
    PatientTick,
    Reason,
)
from relais.agenda.services.appointments import giving
from relais.agenda.states import AppointmentState, CancelledBy, Channel
from relais.core.models import AuditEntry
from relais.network.models import Line
from relais.patients.models import KnownAt, Person
from tests import factories
from tests.factories import MONDAY, NOW, by

pytestmark = pytest.mark.django_db
KEYS = (f"cle-{number}" for number in count())


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """Give an instant of MONDAY in Paris, in winter."""
    wall = datetime.combine(MONDAY, time(hour, minute), tzinfo=UTC) - timedelta(hours=1)
    return wall + timedelta(days=days)


class Desk:
    """A centre open on Monday from 9 to 12, a reason, and short ways to the services."""

    def __init__(self, *, lines: int = 1) -> None:
        self.centre = factories.centre(lines=lines)
        self.lines = list(
            Line.objects.filter(centre=self.centre)
            .select_related("centre__commune")
            .order_by("number")
        )
        # Nobody known yet on Monday: the day begins at half past nine (agenda.toml).
        factories.opening(self.centre)
        self.reason = factories.reason()
        self.keys = KEYS

    def book(self, starts_at: datetime, patient: Person | None = None, **said: Any) -> Appointment:
        return services.book(
            said.pop("line", self.lines[0]),
            **{
                "starts_at": starts_at,
                "minutes": 20,
                "reason": self.reason,
                "patient": patient or factories.patient(),
                "request_key": next(self.keys),
                "by": by(),
                "now": NOW,
                **said,
            },
        )

    def move(self, row: Appointment, starts_at: datetime, **said: Any) -> Appointment:
        return services.move(
            row,
            **{
                "line": self.lines[0],
                "starts_at": starts_at,
                "request_key": next(self.keys),
                "by": by(),
                "now": NOW,
                **said,
            },
        )

    def cancel(self, row: Appointment, **said: Any) -> Appointment:
        return services.cancel(
            row,
            **{
                "cancelled_by": CancelledBy.PATIENT,
                "request_key": next(self.keys),
                "by": by(),
                "now": NOW,
                **said,
            },
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def sound() -> bool:
    """Say whether ticks and appointments agree, by two independent checks."""
    return queries.tick_faults() == () and queries.double_bookings() == ()


def test_an_appointment_owns_its_ticks_on_the_line_and_of_the_patient(desk: Desk) -> None:
    patient = factories.patient()
    row = desk.book(at(9, 30), patient)
    first = int(at(9, 30).timestamp()) // 300
    assert (row.day, row.tick, row.ticks, row.state) == (MONDAY, first, 4, "booked")
    assert list(LineTick.objects.values_list("line", "lane", "tick")) == [
        (desk.lines[0].pk, 0, first + step) for step in range(4)
    ]
    assert list(PatientTick.objects.values_list("patient", "tick")) == [
        (patient.pk, first + step) for step in range(4)
    ]
    assert LineDay.objects.get().rev == 1
    assert KnownAt.objects.filter(person=patient, centre=desk.centre).exists()
    assert sound()


@pytest.mark.parametrize("minutes", [(9, 15), (9, 30), (9, 45)])
def test_no_overlap_on_a_line(desk: Desk, minutes: tuple[int, int]) -> None:
    factories.opening(desk.centre, day=MONDAY, starts=time(8), ends=time(12))
    doctor = factories.doctor()
    services.set_doctor_agenda(doctor, monday_from=time(8), by=by(), now=NOW)
    factories.mission(doctor, desk.lines[0])
    desk.book(at(9, 30))
    with pytest.raises(services.PlaceTakenRefusal):
        desk.book(at(*minutes))
    assert Appointment.objects.count() == 1


def test_a_patient_is_not_in_two_places(desk: Desk) -> None:
    two = Desk(lines=2)
    patient = factories.patient()
    two.book(at(9, 30), patient)
    with pytest.raises(services.PatientTakenRefusal):
        two.book(at(9, 40), patient, line=two.lines[1])
    assert two.book(at(9, 50), patient, line=two.lines[1]).state == "booked"
    assert sound()


def test_the_database_refuses_a_second_owner_whoever_writes(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    with pytest.raises(IntegrityError), transaction.atomic():
        LineTick.objects.bulk_create(
            [LineTick(line=row.line, lane=0, tick=row.tick, appointment=row)]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientTick.objects.bulk_create(
            [PatientTick(patient=row.patient, tick=row.tick, appointment=row)]
        )


def test_the_second_lane_is_meant_and_visible(desk: Desk) -> None:
    desk.book(at(9, 30))
    between = desk.book(at(9, 30), lane=1)
    assert between.lane == 1
    with pytest.raises(services.PlaceTakenRefusal):
        desk.book(at(9, 40), lane=1)
    assert sound()


def test_a_click_counts_once(desk: Desk) -> None:
    patient = factories.patient()
    first = desk.book(at(9, 30), patient, request_key="clic")
    assert desk.book(at(9, 30), patient, request_key="clic") == first
    assert Appointment.objects.count() == 1
    assert AppointmentChange.objects.count() == 1
    with pytest.raises(services.AgendaRefusal):
        desk.cancel(first, request_key="clic")


def test_moving_takes_and_gives_back_in_one_go(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    moved = desk.move(row, at(10), rev=row.rev)
    assert (moved.starts_at, moved.rev) == (at(10), 1)
    assert desk.book(at(9, 30)).state == "booked"
    assert sound()


def test_a_move_onto_a_taken_place_changes_nothing(desk: Desk) -> None:
    row, other = desk.book(at(9, 30)), desk.book(at(10))
    with pytest.raises(services.PlaceTakenRefusal):
        desk.move(row, at(10, 10))
    row.refresh_from_db()
    assert (row.starts_at, row.rev) == (at(9, 30), 0)
    assert sound()
    assert other.rev == 0


def test_a_move_may_overlap_where_it_was(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    assert desk.move(row, at(9, 35)).starts_at == at(9, 35)
    assert sound()


def test_a_longer_appointment_takes_the_next_ticks_or_nothing(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    desk.book(at(10))
    said: dict[str, Any] = {"by": by(), "now": NOW}
    assert services.resize(row, minutes=30, request_key="a", **said).ticks == 6
    with pytest.raises(services.PlaceTakenRefusal):
        services.resize(row, minutes=35, request_key="b", **said)
    row.refresh_from_db()
    assert row.ticks == 6
    assert sound()


def test_who_saw_an_older_page_does_not_move(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    desk.move(row, at(10))
    with pytest.raises(services.ChangedMeanwhileRefusal):
        desk.move(row, at(11), rev=0)
    with pytest.raises(services.ChangedMeanwhileRefusal):
        desk.cancel(row, rev=0)


def test_a_cancelled_appointment_gives_its_time_back(desk: Desk) -> None:
    row = desk.cancel(desk.book(at(9, 30)))
    assert (row.state, row.cancelled_by) == ("cancelled", "patient")
    assert (LineTick.objects.count(), PatientTick.objects.count()) == (0, 0)
    assert desk.book(at(9, 30)).state == "booked"
    with pytest.raises(services.PlaceTakenRefusal):
        services.restore(row, request_key="r", by=by(), now=NOW)
    assert sound()


@pytest.mark.parametrize("verb", ["booked", "moved", "cancelled"])
def test_the_last_act_can_be_undone(desk: Desk, verb: str) -> None:
    row = desk.book(at(9, 30))
    if verb == "moved":
        row = desk.move(row, at(11))
    elif verb == "cancelled":
        row = desk.cancel(row)
    change = queries.last_change(row)
    assert change is not None
    undone = services.undo(change, request_key="u", by=by(), now=NOW)
    expected = {
        "booked": ("cancelled", at(9, 30)),
        "moved": ("booked", at(9, 30)),
        "cancelled": ("booked", at(9, 30)),
    }[verb]
    assert (undone.state, undone.starts_at) == expected
    with pytest.raises(services.ChangedMeanwhileRefusal):
        services.undo(change, request_key="v", by=by(), now=NOW)
    assert sound()


def hold(desk: Desk, starts_at: datetime, **said: Any) -> Appointment:
    return services.hold(
        desk.lines[0],
        **{
            "starts_at": starts_at,
            "minutes": 20,
            "reason": desk.reason,
            "request_key": next(desk.keys),
            "channel": Channel.ONLINE,
            "by": by(),
            "now": NOW,
            **said,
        },
    )


def test_a_held_place_is_nobody_else_s_until_it_is_over(desk: Desk) -> None:
    held = hold(desk, at(9, 30))
    with pytest.raises(services.PlaceTakenRefusal):
        desk.book(at(9, 30))
    later = NOW + timedelta(minutes=10)
    assert held.hold_until == later
    taken = desk.book(at(9, 30), now=later)
    held.refresh_from_db()
    assert (taken.state, held.state) == ("booked", "expired")
    with pytest.raises(services.ChangedMeanwhileRefusal):
        services.confirm_hold(
            held, patient=factories.patient(), request_key="h", by=by(), now=later
        )
    assert sound()


def test_a_hold_becomes_the_appointment_of_a_patient_who_is_free(desk: Desk) -> None:
    patient = factories.patient()
    held = hold(desk, at(9, 30))
    said: dict[str, Any] = {"patient": patient, "request_key": "h", "by": by(), "now": NOW}
    assert services.confirm_hold(held, **said).state == "booked"
    assert services.confirm_hold(held, **said).patient == patient
    assert AppointmentChange.objects.filter(verb="confirmed").count() == 1
    elsewhere = Desk()
    other = hold(elsewhere, at(9, 30))
    with pytest.raises(services.PatientTakenRefusal):
        services.confirm_hold(other, **{**said, "request_key": "i"})
    assert sound()


def test_an_over_hold_of_the_patient_elsewhere_does_not_stand_in_the_way(desk: Desk) -> None:
    two = Desk(lines=2)
    patient = factories.patient()
    hold(two, at(9, 30), patient=patient)
    later = NOW + timedelta(minutes=11)
    assert two.book(at(9, 30), patient, line=two.lines[1], now=later).state == "booked"
    assert sound()


def test_released_and_forgotten_holds_own_nothing(desk: Desk) -> None:
    released = hold(desk, at(9, 30))
    services.release(released, request_key="r", by=by(), now=NOW)
    hold(desk, at(10))
    assert services.expire_holds(NOW + timedelta(hours=1), by=by()) == 1
    assert LineTick.objects.count() == 0
    assert set(Appointment.objects.values_list("state", flat=True)) == {"expired"}


CHANNELS = [Channel.CENTRE, Channel.PHONE, Channel.ONLINE, Channel.WAITING]


@pytest.fixture
def same_day(desk: Desk) -> Reason:
    """Keep Monday from 11 to 12 for care of the day, seen and taken from 8 on."""
    factories.opening(desk.centre, day=MONDAY, starts=time(11), kind="same_day", released=time(8))
    return factories.reason(kind="same_day")


@pytest.mark.parametrize("channel", CHANNELS)
def test_places_of_the_day_are_nobody_s_before_their_hour(
    desk: Desk, same_day: Reason, channel: Channel
) -> None:
    early, eight = at(7, 59), at(8)
    said: dict[str, Any] = {"reason": same_day, "channel": channel}
    for lane in (0, 1):
        with pytest.raises(services.NotOpenRefusal):
            desk.book(at(11), lane=lane, now=early, **said)
    with pytest.raises(services.NotOpenRefusal):
        hold(desk, at(11), now=early, **said)
    planned = desk.book(at(9, 30), reason=same_day, now=early)
    with pytest.raises(services.NotOpenRefusal):
        desk.move(planned, at(11), now=early, channel=channel)
    with pytest.raises(services.NotOpenRefusal):
        services.resize(
            desk.move(planned, at(10, 40)), minutes=30, request_key="l", by=by(), now=early
        )
    assert desk.book(at(11), now=eight, **said).state == "booked"


def test_a_planned_consultation_never_takes_a_place_of_the_day(
    desk: Desk, same_day: Reason
) -> None:
    with pytest.raises(services.NotOpenRefusal) as refused:
        desk.book(at(11), now=at(8))
    assert "soin du jour" in refused.value.sentence
    assert desk.book(at(9, 30), reason=same_day, now=at(8)).state == "booked"


def test_who_books_online_is_not_told_what_is_hidden(desk: Desk, same_day: Reason) -> None:
    with pytest.raises(services.NotOpenRefusal) as refused:
        desk.book(at(11), reason=same_day, channel=Channel.ONLINE)
    assert refused.value.sentence == "Cette place n’est pas proposée. Choisissez-en une autre."


def test_refusals_say_when_the_line_is_open(desk: Desk) -> None:
    with pytest.raises(services.NotOpenRefusal) as refused:
        desk.book(at(9))
    assert refused.value.sentence == (
        "La ligne n’est pas ouverte à cette heure-là. Elle l’est de 9\u00a0h\u00a030 à 12\u00a0h."
    )
    with pytest.raises(services.NotOpenRefusal) as closed:
        desk.book(at(9, days=1))
    assert "fermée ce jour-là" in closed.value.sentence


def test_an_act_waits_for_the_first_week_whose_doctor_does_it(desk: Desk) -> None:
    act = factories.practice(label="sutures")
    reason = factories.reason(practice=act)
    never, does = factories.doctor(last_name="Non"), factories.doctor(last_name="Oui")
    does.practices.create(practice=act, level="yes")
    factories.mission(never, desk.lines[0])
    factories.mission(does, desk.lines[0], monday=factories.monday(2))
    with pytest.raises(services.PracticeRefusal) as refused:
        desk.book(at(9, 30), reason=reason)
    assert refused.value.sentence == (
        "Dr Camille Non ne pratique pas : sutures. Première semaine possible : "
        "semaine du lundi 25\u00a0janvier."
    )
    assert desk.book(at(9, 30, days=14), reason=reason).state == "booked"


def test_a_doctor_s_most_a_day_holds_on_the_main_lane(desk: Desk) -> None:
    doctor = factories.doctor()
    services.set_doctor_agenda(doctor, most_a_day=2, by=by(), now=NOW)
    factories.mission(doctor, desk.lines[0])
    first = desk.book(at(9, 30))
    desk.book(at(10))
    with pytest.raises(services.AgendaRefusal):
        desk.book(at(11))
    assert desk.book(at(11), lane=1).lane == 1
    assert desk.move(first, at(11)).starts_at == at(11)


@pytest.mark.parametrize("minutes", [0, 7, 125])
def test_a_length_is_a_multiple_of_five_within_bounds(desk: Desk, minutes: int) -> None:
    with pytest.raises(services.AgendaRefusal):
        desk.book(at(9, 30), minutes=minutes)


def test_who_did_not_come_gives_the_time_back(desk: Desk) -> None:
    row = desk.book(at(9, 30))
    services.mark(row, state=AppointmentState.NO_SHOW, by=by(), now=at(10))
    assert LineTick.objects.count() == 0
    other = desk.book(at(10))
    services.mark(other, state=AppointmentState.ARRIVED, by=by(), now=at(10))
    services.mark(other, state=AppointmentState.DONE, by=by(), now=at(11))
    with pytest.raises(services.ChangedMeanwhileRefusal):
        services.mark(other, state=AppointmentState.ARRIVED, by=by(), now=at(11))
    assert LineTick.objects.count() == 4


def test_every_change_leaves_history_and_audit_without_a_name(desk: Desk) -> None:
    patient = factories.patient(birth_name="SECRETNAME")
    desk.cancel(desk.move(desk.book(at(9, 30), patient), at(10)))
    assert list(AppointmentChange.objects.order_by("id").values_list("verb", flat=True)) == [
        "booked",
        "moved",
        "cancelled",
    ]
    entries = AuditEntry.objects.filter(verb__startswith="agenda.")
    assert list(entries.order_by("id").values_list("verb", flat=True)) == [
        "agenda.booked",
        "agenda.moved",
        "agenda.cancelled",
    ]
    told = [f"{one.subject_label} {one.details}" for one in AuditEntry.objects.all()]
    assert not [line for line in told if "SECRETNAME" in line or desk.reason.label in line]


def test_history_cannot_be_rewritten(desk: Desk) -> None:
    desk.book(at(9, 30))
    for act in (
        lambda: AppointmentChange.objects.update(verb="moved"),
        lambda: AppointmentChange.objects.all().delete(),
    ):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            act()


def test_a_merged_file_gets_no_appointment(desk: Desk) -> None:
    kept, gone = factories.patient(), factories.patient()
    gone.merged_into = kept
    gone.save()
    with pytest.raises(services.AgendaRefusal):
        desk.book(at(9, 30), gone)


def test_a_file_that_is_too_busy_is_told_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(days: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(giving, "lock_days", busy)
    with pytest.raises(services.BusyRefusal):
        desk.book(at(9, 30))
    assert Appointment.objects.count() == 0
