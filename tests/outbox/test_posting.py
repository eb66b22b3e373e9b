"""Writing a message: once, by the ways a person accepts, in words that may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relais.outbox import queries, services
from relais.outbox.models import Delivery, Message, StoppedNumber
from relais.outbox.services import HealthWordRefusal, Posting
from relais.outbox.services.posting import ENOUGH, NO_TIME, NO_WAY, STOPPED
from relais.outbox.states import Channel, DeliveryState
from tests.outbox.posts import BY, NOW, arguments, post, recipient, way_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.SMS_GATEWAY = "https://sms.test"


def ways(message: Message) -> list[tuple[str, str, str]]:
    found = message.deliveries.order_by("id")
    return [(one.channel, one.address, one.state) for one in found]


def test_a_message_stands_with_its_words_and_leaves_by_mail_and_sms() -> None:
    message = post(what="trial")
    assert message.subject == "Essai : <network>"
    assert message.text.startswith("Bonjour <name>,\n")
    assert ways(message) == [
        ("email", "medecin1@exemple.fr", "waiting"),
        ("sms", "+33612340001", "waiting"),
    ]


def test_the_same_thing_is_written_once_for_ever() -> None:
    first = post(version=3)
    assert post(version=3) == first
    assert post(version=4) != first
    assert post(recipient(2), version=3) != first
    assert Message.objects.count() == 3
    assert Delivery.objects.count() == 6


def test_two_alike_in_one_call_are_one() -> None:
    fields = arguments()
    by, now = fields.pop("by"), fields.pop("now")
    posting = Posting(recipient=recipient(), **fields)
    first, second = services.post_many([posting, posting], by=by, now=now)
    assert first is second
    assert Message.objects.count() == 1


def test_an_sms_leaves_only_when_it_is_urgent_or_there_is_no_mail() -> None:
    calm = post(what="invitation")
    urgent = post(what="invitation", version=1, urgent=True)
    no_mail = post(recipient(2, email=""), what="invitation")
    assert [[way[0] for way in ways(one)] for one in (calm, urgent, no_mail)] == [
        ["email"],
        ["email", "sms"],
        ["sms"],
    ]


def test_who_cannot_be_reached_is_told_to_the_team() -> None:
    message = post(recipient(email="", phone="05 55 00 00 00"))
    delivery = message.deliveries.get()
    assert (delivery.channel, delivery.state, delivery.because) == ("none", "unreachable", NO_WAY)
    assert queries.count_troubles() == 1


def test_a_number_that_said_stop_gets_nothing() -> None:
    StoppedNumber.objects.create(number="+33612340001", stopped_at=NOW)
    message = post()
    sms = way_of(message, Channel.SMS)
    assert (sms.state, sms.because) == (DeliveryState.WITHHELD, STOPPED)
    assert way_of(message).state == DeliveryState.WAITING


def test_what_a_person_chose_is_kept_to() -> None:
    services.choose(
        recipient(),
        by_email=False,
        by_sms=True,
        requests_a_month=None,
        paused_until=None,
        by=BY,
        now=NOW,
    )
    assert ways(post(what="invitation")) == [("sms", "+33612340001", "waiting")]


def test_a_subject_is_one_line_and_no_sign_turns_it_around() -> None:
    values = {"name": "Eve\r\nBcc: tous@exemple.fr", "network": "a\u202eb\x00{lien}"}
    message = post(values=values)
    assert message.subject == "Essai : ab (lien)"
    assert "Bonjour Eve  Bcc: tous@exemple.fr," in message.text


def test_words_of_a_person_never_speak_of_health() -> None:
    values = arguments("request")["values"] | {"why": "le docteur part pour une opération, grippe"}
    with pytest.raises(HealthWordRefusal, match="« grippe » parle de santé"):
        post(what="request", values=values)
    assert Message.objects.count() == 0


def test_values_that_are_missing_or_too_many_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="test_message wants"):
        post(values={"name": "a"})
    with pytest.raises(ValueError, match="no text 'unknown'"):
        post(template="unknown")


def test_a_personal_link_stands_apart_from_the_words() -> None:
    message = post(what="request")
    assert "{lien}" in message.text
    assert message.secrets == {"lien": "https://relais.test/lien"}


def test_a_person_gets_two_requests_in_thirty_days_unless_she_allows_more() -> None:
    person = recipient()
    two = [post(person, "request", version=n) for n in range(2)]
    third = post(person, "request", version=2)
    assert [way_of(one).state for one in two] == ["waiting", "waiting"]
    assert ways(third) == [("none", "", "withheld")]
    assert third.deliveries.get().because == ENOUGH
    later = NOW + timedelta(days=31)
    give_up = later + timedelta(days=3)
    fourth = post(person, "request", version=3, now=later, give_up_at=give_up)
    assert ways(fourth)[0][2] == "waiting"
    services.choose(
        person, by_email=True, by_sms=True, requests_a_month=5, paused_until=None, by=BY, now=NOW
    )
    assert ways(post(person, "request", version=4))[0][2] == "waiting"


def test_a_pause_and_a_no_hold_requests_back_and_nothing_else() -> None:
    person, other = recipient(), recipient(2)
    today = NOW.date()
    services.choose(
        person, by_email=True, by_sms=True, requests_a_month=5, paused_until=today, by=BY, now=NOW
    )
    services.stop_requests(other.kind, key=other.key, by=BY, now=NOW)
    asked = queries.may_be_asked(
        [person.identity, other.identity, recipient(3).identity], now=NOW, today=today
    )
    assert asked == {person.identity: 0, other.identity: 0, recipient(3).identity: 2}
    assert ways(post(person, "request")) == [("none", "", "withheld")]
    assert ways(post(person, "invitation"))[0][2] == "waiting"


def test_requests_of_one_call_count_together() -> None:
    fields = arguments("request")
    by, now = fields.pop("by"), fields.pop("now")
    person = recipient()
    made = services.post_many(
        [Posting(recipient=person, **{**fields, "version": n}) for n in range(3)], by=by, now=now
    )
    assert [one.deliveries.first().state for one in made] == ["waiting", "waiting", "withheld"]


def test_a_request_withheld_does_not_count() -> None:
    person = recipient()
    for version in range(3):
        post(person, "request", version=version)
    services.cancel("rota.mission:12", now=NOW, before=2)
    counted = queries.requests_sent([person.identity], now=NOW)
    assert counted == {}


def test_the_night_a_sunday_and_a_holiday_are_waited_for() -> None:
    saturday_night = datetime(2027, 3, 27, 21, 30, tzinfo=UTC)  # Easter weekend, 22:30 in Paris
    give_up = saturday_night + timedelta(days=5)
    fields = {"now": saturday_night, "give_up_at": give_up}
    calm = post(what="invitation", **fields)
    urgent = post(what="invitation", version=1, urgent=True, **fields)
    answer = post(what="confirmed", **fields)
    tuesday = datetime(2027, 3, 30, 6, 0, tzinfo=UTC)  # 8:00 in summer
    assert way_of(calm).due_at == tuesday
    assert way_of(urgent).due_at == saturday_night
    assert way_of(urgent, Channel.SMS).due_at == datetime(2027, 3, 28, 5, 0, tzinfo=UTC)
    assert way_of(answer).due_at == saturday_night


def test_the_night_is_that_of_the_place_where_the_person_lives() -> None:
    noon = datetime(2027, 1, 6, 11, 0, tzinfo=UTC)
    away = recipient(time_zone="America/Cayenne", department="973")
    message = post(away, "invitation", now=noon)
    assert way_of(message).due_at == noon  # 8:00 there
    early = post(away, "invitation", now=noon - timedelta(hours=1), version=1)
    assert way_of(early).due_at == noon


def test_a_message_that_the_night_makes_too_late_is_said_at_once() -> None:
    night = datetime(2027, 1, 6, 22, 0, tzinfo=UTC)
    message = post(what="invitation", now=night, give_up_at=night + timedelta(hours=2))
    delivery = way_of(message)
    assert (delivery.state, delivery.because) == (DeliveryState.TOO_LATE, NO_TIME)


def test_what_has_not_left_can_be_called_back() -> None:
    first, second = post(version=1), post(version=2)
    assert services.cancel("rota.mission:12", now=NOW, before=2) == 2
    assert way_of(first).state == DeliveryState.CANCELLED
    assert way_of(second).state == DeliveryState.WAITING
    first.refresh_from_db()
    assert first.cancelled_at == NOW
    assert list(queries.inbox([recipient().identity])) == []


def test_many_cost_hardly_more_queries_than_one(django_assert_max_num_queries) -> None:
    """SQLite takes few values at once: the rows are written in some pieces."""
    fields = arguments("request")
    by, now = fields.pop("by"), fields.pop("now")
    for numbers, most in ((range(1, 2), 10), (range(2, 202), 20)):
        postings = [Posting(recipient=recipient(n), **fields) for n in numbers]
        with django_assert_max_num_queries(most):
            services.post_many(postings, by=by, now=now)
    assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == 201
