"""Reminders: once a step, never too late, naming who will be there; a call without mobile."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from relais.agenda import services
from relais.agenda.models import Appointment, CallTask, DeskChoice, Reminder
from relais.agenda.states import CancelledBy
from relais.engine.agenda.desk import reminder_moment
from relais.journeys.reminding_patients import remind
from relais.network.models import Line
from relais.outbox.models import Delivery, Message
from relais.patients.models import Person
from relais.rota.models import Mission
from tests import factories
from tests.factories import MONDAY, by

pytestmark = pytest.mark.django_db
LONG_BEFORE = datetime(2027, 1, 2, 8, tzinfo=UTC)
# Monday the 11th: the first reminder on the 6th, the last one on the 10th, at ten in Paris.
FIRST = datetime(2027, 1, 6, 9, tzinfo=UTC)
LAST = datetime(2027, 1, 10, 9, tzinfo=UTC)


def given(*, person: Person | None = None, now: datetime = LONG_BEFORE) -> Appointment:
    """Give somebody an appointment on Monday at ten in Paris, on a line with a doctor."""
    centre = factories.centre(name="Centre du Morvan")
    factories.opening(centre)
    line = Line.objects.select_related("centre__commune").get(centre=centre)
    factories.mission(factories.doctor(last_name="Aubert"), line)
    return services.book(
        line,
        starts_at=datetime.combine(MONDAY, time(9), tzinfo=UTC),
        minutes=20,
        reason=factories.reason(label="Pansement"),
        patient=person or factories.patient(centre, email="a@exemple.fr"),
        request_key="given",
        by=by(),
        now=now,
    )


def test_two_reminders_leave_once_each_and_name_the_doctor_but_no_reason() -> None:
    row = given()
    minutes = [FIRST - timedelta(minutes=1), FIRST, FIRST + timedelta(hours=5), LAST, LAST]
    assert [remind(now) for now in minutes] == [0, 1, 0, 1, 0]
    assert list(Reminder.objects.values_list("step", flat=True)) == ["first", "last"]
    text = Message.objects.first()
    assert text is not None
    assert "avec Dr Camille Aubert" in text.text
    assert "Pansement" not in text.text + text.subject + text.sms
    assert text.give_up_at == row.starts_at - timedelta(hours=2)


def test_who_was_told_after_the_moment_is_not_reminded_and_nothing_leaves_too_late() -> None:
    row = given(now=FIRST + timedelta(days=1))
    assert remind(FIRST + timedelta(days=1, hours=1)) == 0
    assert remind(row.starts_at - timedelta(hours=1)) == 0
    assert remind(LAST) == 1


def test_a_doctor_who_changes_is_told_and_the_old_words_are_called_back() -> None:
    row = given()
    remind(FIRST)
    other = factories.doctor(last_name="Berger")
    Mission.objects.filter(line=row.line).update(doctor=other)
    moments = [FIRST + timedelta(minutes=10), FIRST + timedelta(minutes=20)]
    assert [remind(now) for now in moments] == [1, 0]
    told = Message.objects.get(template="appointment_doctor")
    assert "avec Dr Camille Berger" in told.text
    first = Message.objects.get(template="appointment_reminder")
    assert Delivery.objects.get(message=first).state == "cancelled"


def test_an_appointment_given_back_calls_its_reminder_back() -> None:
    row = given()
    remind(FIRST)
    services.cancel(row, cancelled_by=CancelledBy.PATIENT, request_key="no", by=by(), now=FIRST)
    remind(FIRST + timedelta(minutes=1))
    assert Delivery.objects.get().state == "cancelled"


def test_who_has_neither_mobile_nor_email_is_called_the_day_before() -> None:
    row = given(person=factories.patient(phone="03 86 00 00 00"))
    remind(FIRST)
    assert not CallTask.objects.exists()
    remind(LAST)
    call = CallTask.objects.get()
    assert (call.kind, call.appointment, call.useless_at) == ("reminder", row, row.starts_at)
    assert not Message.objects.exists()


def test_a_centre_that_does_not_remind_is_left_in_peace() -> None:
    row = given()
    DeskChoice.objects.create(centre=row.line.centre, reminds=False)
    assert remind(FIRST) == 0


def test_the_hour_of_a_reminder_is_that_of_the_wall_when_the_clock_changes() -> None:
    sunday = date(2027, 3, 28)  # clocks go forward that night in Paris
    moment = reminder_moment(sunday, days_before=1, zone="Europe/Paris")
    after = reminder_moment(sunday + timedelta(days=1), days_before=1, zone="Europe/Paris")
    assert (moment.hour, after.hour) == (9, 8)
