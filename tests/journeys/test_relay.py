"""A mission from the question to the yes, or to its end: who is told what, and once."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from relais.connectors.ics import calendar_of
from relais.core.errors import Refusal
from relais.journeys import relay
from relais.journeys.calendars import mission_event
from relais.journeys.sending import send_messages
from relais.outbox import queries
from relais.outbox.models import Delivery, Message
from relais.outbox.states import Channel, DeliveryState
from relais.rota.models import Mission
from relais.rota.states import ChangeKind, MissionState, RunState
from tests import factories
from tests.factories import MONDAY, NOW, by
from tests.outbox.posts import send, way_of

pytestmark = pytest.mark.django_db


def mission(**fields) -> Mission:
    doctor = factories.doctor(phone="06 12 34 56 78", first_name="Camille", last_name="Dupont")
    line = factories.line(factories.centre(name="Ajain", lines=0))
    return factories.mission(doctor, line, **{"monday": MONDAY + timedelta(weeks=4), **fields})


def about(mission_: Mission) -> list[str]:
    found = queries.about(relay.about(mission_)).order_by("id")
    return [one.template for one in found]


def events(message: Message) -> list[tuple[str, str, str, int]]:
    """Read what the calendar of a message says: method, uid, status, sequence."""
    found = icalendar.Calendar.from_ical(message.calendar)
    return [
        (str(found["method"]), str(one["uid"]), str(one["status"]), int(one["sequence"]))
        for one in found.walk("VEVENT")
    ]


def test_an_invitation_asks_and_names_the_week() -> None:
    asked = mission(state=MissionState.PROPOSED)
    done = relay.invite(asked, by=by(), now=NOW)
    message = Message.objects.get()
    assert done.state == MissionState.INVITED
    assert (
        message.subject.replace("\u00a0", " ")
        == "Semaine du lundi 8 février à Ajain : viendriez-vous ?"
    )
    plain = message.text.replace("\u00a0", " ")
    assert "du lundi 8 février à 8 h au samedi 13 février à 12 h" in plain
    assert (message.version, message.is_urgent, message.asks) == (done.sequence, False, True)
    assert "/r/mission/" in message.secrets["lien"]  # the doctor has no account
    assert message.page == f"/medecin/missions/{asked.pk}/"


def test_the_paths_in_messages_are_those_of_the_pages() -> None:
    assert reverse("doctor_mission", args=[12]) == relay.MISSION_PATH.format(pk=12)
    assert reverse("doctor_weeks") == relay.WEEKS_PATH


def test_a_yes_sends_the_event_and_asks_no_more() -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.invite(asked, by=by(), now=NOW)
    relay.confirm(asked, by=by(), now=NOW)
    assert about(asked) == ["mission_invitation", "mission_confirmed"]
    invitation, confirmed = Message.objects.order_by("id")
    assert way_of(invitation).state == DeliveryState.CANCELLED
    assert invitation.answered_at == NOW
    uid = f"mission-{asked.pk}@relais"
    assert events(confirmed) == [("REQUEST", uid, "CONFIRMED", 2)]
    fresh = Mission.objects.select_related("line__centre__commune", "doctor").get(pk=asked.pk)
    feed = calendar_of([mission_event(fresh, is_own=True)], name="x", now=NOW)
    assert uid.encode() in feed  # an agenda that follows the shared calendar shows the week once


def test_the_event_names_who_asks_and_who_comes(settings) -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.confirm(asked, by=by(), now=NOW)
    event = icalendar.Calendar.from_ical(Message.objects.get().calendar).walk("VEVENT")[0]
    assert str(event["attendee"]) == f"mailto:{asked.doctor.email}"
    assert event["attendee"].params["PARTSTAT"] == "ACCEPTED"
    assert str(event["organizer"]).startswith("mailto:")


def test_a_confirmed_mission_that_ends_leaves_the_agenda() -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.confirm(asked, by=by(), now=NOW)
    send()
    relay.cancel(asked, by=by(), now=NOW)
    ended = Message.objects.get(template="mission_cancelled")
    assert events(ended) == [("CANCEL", f"mission-{asked.pk}@relais", "CANCELLED", 2)]
    assert "Votre mission à Ajain, semaine du lundi" in ended.text


def test_who_was_never_told_is_told_nothing() -> None:
    quiet = mission(state=MissionState.PROPOSED)
    relay.cancel(quiet, by=by(), now=NOW)
    assert about(quiet) == []


def test_an_invitation_that_has_not_left_is_called_back_and_nothing_is_said() -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.invite(asked, by=by(), now=NOW)
    relay.cancel(asked, by=by(), now=NOW)
    assert about(asked) == ["mission_invitation"]
    assert way_of(Message.objects.get()).state == DeliveryState.CANCELLED


def test_a_no_is_thanked_on_the_page_and_nothing_is_sent() -> None:
    asked = mission(state=MissionState.INVITED)
    relay.decline(asked, by=by(), now=NOW)
    assert about(asked) == []


def test_the_one_who_is_replaced_is_told() -> None:
    asked = mission(state=MissionState.CONFIRMED)
    other = factories.doctor()
    factories.offer(other, monday=asked.monday)
    new = relay.replace(asked, doctor=other, by=by(), now=NOW)
    assert about(asked) == ["mission_cancelled"]
    assert about(new) == []


def test_a_confirmation_undone_leaves_the_agenda_and_a_new_yes_enters_it_again() -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.confirm(asked, by=by(), now=NOW)
    send()
    relay.unconfirm(asked, by=by(), now=NOW)
    relay.confirm(asked, by=by(), now=NOW)
    found = [events(one)[0] for one in Message.objects.order_by("id")]
    assert [(method, sequence) for method, _, _, sequence in found] == [
        ("REQUEST", 1),
        ("CANCEL", 2),
        ("REQUEST", 3),
    ]


def test_what_is_near_is_urgent_and_goes_by_sms_too(settings) -> None:
    settings.SMS_GATEWAY = "https://sms.test"
    saturday = datetime(2027, 1, 9, 9, tzinfo=UTC)
    near = mission(monday=MONDAY, state=MissionState.CONFIRMED)
    relay.cancel(near, by=by(), now=saturday)
    message = Message.objects.get()
    assert message.is_urgent
    assert sorted(message.deliveries.values_list("channel", flat=True)) == ["email", "sms"]
    assert way_of(message, Channel.SMS).due_at == saturday


def test_a_refused_move_writes_no_message() -> None:
    ended = mission(state=MissionState.CANCELLED)
    with pytest.raises(Refusal):
        relay.confirm(ended, by=by(), now=NOW)
    assert Message.objects.count() == 0


def test_an_accepted_plan_invites_when_asked_and_tells_who_loses_a_week() -> None:
    loses = mission(state=MissionState.INVITED)
    gains = factories.doctor(email="gagne@exemple.fr")
    factories.offer(gains, monday=loses.monday)
    run = factories.plan_run(state=RunState.FINISHED, first_monday=loses.monday, weeks=1)
    centre = loses.line.centre
    removed = factories.planned_mission(
        run,
        doctor=loses.doctor,
        centre=centre,
        monday=loses.monday,
        change=ChangeKind.REMOVED,
        mission=loses,
    )
    added = factories.planned_mission(run, doctor=gains, centre=centre, monday=loses.monday)
    sent = Message.objects.create(
        recipient_kind="doctor",
        recipient_key=str(loses.doctor_id),
        recipient_name="x",
        time_zone="Europe/Paris",
        template="mission_invitation",
        kind="notice",
        text_version=0,
        about=relay.about(loses),
        version=0,
        posted_at=NOW,
        not_before=NOW,
        give_up_at=NOW,
    )
    Delivery.objects.create(
        message=sent, channel="email", reference="r", state="sent", due_at=NOW, give_up_at=NOW
    )
    done = relay.accept_plan(run, only=[removed.pk, added.pk], invites=True, by=by(), now=NOW)
    assert [one.doctor for one in done.added] == [gains]
    assert about(loses) == ["mission_invitation", "mission_cancelled"]
    assert about(done.added[0]) == ["mission_invitation"]
    assert Mission.objects.get(pk=done.added[0].pk).state == MissionState.INVITED


def test_the_letter_of_a_yes_travels_with_its_calendar() -> None:
    asked = mission(state=MissionState.PROPOSED)
    relay.confirm(asked, by=by(), now=timezone.now())
    assert send_messages(timezone.now()) == 1
    letter = mail.outbox[0].message()
    whole = email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)
    kinds = [part.get_content_type() for part in whole.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
