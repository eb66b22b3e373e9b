"""Taking messages to the other side: each once, in time, whatever dies on the way."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta

import pytest

from relais.engine.messages import lease, parameter
from relais.outbox import queries, services
from relais.outbox.models import Attempt, Delivery, Message
from relais.outbox.services import NobodyKnows, Refused, TryLater
from relais.outbox.services.sending import LATE, NOBODY_KNOWS
from relais.outbox.states import Channel, DeliveryState
from tests.outbox.crashes import Crash, Fate, doom, live_and_die
from tests.outbox.posts import BY, NOW, OtherSide, arguments, post, recipient, send, way_of

pytestmark = pytest.mark.django_db
CRASHES = int(os.environ.get("RELAIS_CRASHES", "200"))  # 1000 by hand; bench/messages too
AFTER_THE_LEASE = NOW + lease() + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.SMS_GATEWAY = "https://sms.test"


def raises(error: BaseException):
    def act() -> None:
        raise error

    return act


def test_what_is_due_leaves_once() -> None:
    message = post()
    mail, sms = OtherSide(), OtherSide()
    assert send(mail, sms) == 2
    assert send(mail, sms) == 0
    assert (len(mail.taken), len(sms.taken)) == (1, 1)
    found = way_of(message)
    assert (found.state, found.sent_at, found.tries) == (DeliveryState.SENT, NOW, 1)
    assert [one.outcome for one in Attempt.objects.filter(delivery=found)] == ["Pris."]


def test_what_is_not_due_waits() -> None:
    post(not_before=NOW + timedelta(hours=1))
    assert send() == 0
    assert send(at=NOW + timedelta(hours=1)) == 1


def test_urgent_messages_go_first() -> None:
    calm = post(what="invitation")
    urgent = post(what="invitation", version=1, urgent=True)
    mail = OtherSide()
    send(mail)
    assert mail.taken == [way_of(urgent).reference, way_of(calm).reference]


def test_a_secret_goes_out_and_is_forgotten() -> None:
    message = post(what="request")
    mail = OtherSide()
    send(mail)
    message.refresh_from_db()
    assert "https://relais.test/lien" in mail.words[0]
    assert message.secrets == {}
    assert "relais.test" not in message.text


def test_the_other_side_is_tried_again_after_longer_and_longer_waits() -> None:
    message = post()
    down = OtherSide(before=raises(TryLater("Il ne répond pas.")))
    waits, at = [], NOW
    for _ in range(4):
        assert send(down, at=at) == 1
        delivery = way_of(message)
        waits.append((delivery.due_at - at).total_seconds() / 60)
        at = delivery.due_at
    assert waits == [1, 2, 5, 15]
    assert (delivery.state, delivery.because) == (DeliveryState.WAITING, "Il ne répond pas.")
    assert send(OtherSide(), at=at) == 1
    assert way_of(message).state == DeliveryState.SENT


def test_the_wait_that_the_other_side_asks_for_is_kept() -> None:
    message = post()
    send(OtherSide(before=raises(TryLater("Plus tard.", timedelta(minutes=42)))))
    assert way_of(message).due_at == NOW + timedelta(minutes=42)


def test_a_message_is_given_up_when_it_would_come_too_late_and_somebody_sees_it() -> None:
    message = post(give_up_at=NOW + timedelta(hours=1))
    assert send(at=NOW + timedelta(hours=1)) == 0
    delivery = way_of(message)
    assert (delivery.state, delivery.because) == (DeliveryState.TOO_LATE, LATE)
    assert queries.count_troubles() == 2  # the mail and the SMS


def test_a_retry_that_would_come_too_late_is_not_made() -> None:
    message = post(give_up_at=NOW + timedelta(seconds=30))
    send(OtherSide(before=raises(TryLater("Il ne répond pas."))))
    assert way_of(message).state == DeliveryState.TOO_LATE


def test_an_address_that_is_refused_is_not_tried_again() -> None:
    message = post()
    send(OtherSide(before=raises(Refused("Cette boîte n’existe pas."))))
    delivery = way_of(message)
    assert (delivery.state, delivery.because) == (
        DeliveryState.FAILED,
        "Cette boîte n’existe pas.",
    )
    assert send(at=NOW + timedelta(days=1)) == 0


def test_a_worker_that_comes_late_respects_the_night() -> None:
    message = post(what="invitation")
    night = datetime(2027, 1, 6, 21, 0, tzinfo=UTC)
    mail = OtherSide()
    assert send(mail, at=night) == 0
    delivery = way_of(message)
    assert (mail.taken, delivery.state, delivery.tries) == ([], DeliveryState.WAITING, 0)
    assert delivery.due_at == datetime(2027, 1, 7, 7, 0, tzinfo=UTC)


def test_killed_before_the_words_went_over_it_leaves_once() -> None:
    message = post()
    mail = OtherSide(before=raises(Crash()))
    with pytest.raises(Crash):
        send(mail)
    mail.before = lambda: None
    assert send(mail) == 0  # it still belongs to the worker that died
    assert send(mail, at=AFTER_THE_LEASE) == 1
    assert len(mail.taken) == 1
    assert way_of(message).state == DeliveryState.SENT


def test_killed_after_the_words_went_over_a_letter_goes_again_under_the_same_name() -> None:
    message = post()
    mail = OtherSide(after=raises(Crash()))
    with pytest.raises(Crash):
        send(mail)
    mail.after = lambda: None
    send(mail, at=AFTER_THE_LEASE)
    assert mail.taken == [way_of(message).reference] * 2
    assert way_of(message).state == DeliveryState.SENT


def test_a_gateway_that_can_be_asked_gets_an_sms_once() -> None:
    message = post()
    sms = OtherSide(repeats=False, answers=True, after=raises(Crash()))
    with pytest.raises(Crash):
        send(OtherSide(), sms)
    sms.after = lambda: None
    send(OtherSide(), sms, at=AFTER_THE_LEASE)
    assert sms.taken == [way_of(message, Channel.SMS).reference]
    assert way_of(message, Channel.SMS).state == DeliveryState.SENT


def test_a_gateway_that_cannot_be_asked_never_gets_an_sms_twice_and_a_person_decides() -> None:
    message = post()
    sms = OtherSide(repeats=False, after=raises(Crash()))
    with pytest.raises(Crash):
        send(OtherSide(), sms)
    send(OtherSide(), sms, at=AFTER_THE_LEASE)
    delivery = way_of(message, Channel.SMS)
    assert len(sms.taken) == 1
    assert (delivery.state, delivery.because) == (DeliveryState.UNCERTAIN, NOBODY_KNOWS)
    assert queries.count_troubles() == 1


def test_an_answer_that_never_came_is_asked_for_and_not_sent_again_blindly() -> None:
    message = post()
    sms = OtherSide(repeats=False, answers=True, after=raises(NobodyKnows("Pas de réponse.")))
    send(OtherSide(), sms)
    assert way_of(message, Channel.SMS).state == DeliveryState.SENDING
    send(OtherSide(), sms, at=NOW + timedelta(minutes=2))
    assert len(sms.taken) == 1
    assert way_of(message, Channel.SMS).state == DeliveryState.SENT


def test_a_gateway_that_is_silent_when_asked_leaves_the_doubt_as_it_was() -> None:
    message = post()
    sms = OtherSide(repeats=False, answers=True, after=raises(Crash()))
    with pytest.raises(Crash):
        send(OtherSide(), sms)

    def silent(letter: object) -> bool:
        raise TryLater("Elle ne répond pas.")

    sms.is_known = silent  # type: ignore[method-assign]
    send(OtherSide(), sms, at=AFTER_THE_LEASE)
    found = way_of(message, Channel.SMS)
    assert (found.state, found.handed_at) == (DeliveryState.SENDING, NOW)
    assert len(sms.taken) == 1


def test_two_workers_do_not_send_the_same() -> None:
    post()
    mail = OtherSide()
    mail.before = lambda: send(mail) and None  # the other comes while the first prepares
    assert send(mail) == 1
    assert len(mail.taken) == 1


def test_a_worker_that_was_too_slow_hands_nothing_over() -> None:
    message = post()
    late = [NOW]
    mail = OtherSide(before=lambda: late.__setitem__(0, AFTER_THE_LEASE))
    services.send_due({Channel.EMAIL: mail}, clock=lambda: late[0])
    assert mail.taken == []
    assert way_of(message).state == DeliveryState.SENDING


def test_a_message_called_back_while_it_is_prepared_does_not_leave() -> None:
    message = post()
    mail = OtherSide(before=lambda: services.cancel(message.about, now=NOW) and None)
    send(mail)
    assert mail.taken == []
    assert way_of(message).state == DeliveryState.CANCELLED


def test_our_own_mistake_stops_no_other_message(caplog) -> None:
    first, second = post(version=1), post(version=2)

    class Wrong(OtherSide):
        def send(self, letter, hand_over):
            if letter.message == first:
                raise ZeroDivisionError
            return super().send(letter, hand_over)

    assert send(Wrong()) == 2
    assert (way_of(first).state, way_of(second).state) == ("waiting", "sent")
    assert "could not be sent" in caplog.text


def test_any_number_of_crashes_loses_nothing_and_sends_no_sms_twice(monkeypatch) -> None:
    fields = arguments()
    by, now = fields.pop("by"), fields.pop("now")
    far = NOW + timedelta(days=400)
    people = [recipient(n) for n in range(1, 1 + CRASHES // 5)]
    fields |= {"give_up_at": far}
    posted = services.post_many(
        [services.Posting(recipient=one, **fields) for one in people], by=by, now=now
    )
    mail, sms = OtherSide(), OtherSide(repeats=False, answers=True)
    fate = Fate(random.Random(20270106))
    with monkeypatch.context() as patch:
        doom(patch, fate)
        live_and_die({Channel.EMAIL: mail, Channel.SMS: sms}, fate=fate, crashes=CRASHES, at=NOW)
    assert fate.crashes.total() == CRASHES
    references = Delivery.objects.filter(state=DeliveryState.SENT).values_list(
        "channel", "reference"
    )
    assert len(references) == 2 * len(posted)
    assert sorted(sms.taken) == sorted(ref for way, ref in references if way == "sms")
    assert set(mail.taken) == {ref for way, ref in references if way == "email"}
    told_late = fate.crashes["taken, not told (email)"] + fate.crashes["before _end"]
    assert 0 < len(mail.taken) - len(set(mail.taken)) <= told_late


def test_old_words_are_erased_and_the_line_of_the_log_stays() -> None:
    message, waiting = post(version=1), post(version=2, give_up_at=NOW + timedelta(days=900))
    send(OtherSide(), OtherSide())
    Delivery.objects.filter(message=waiting).update(state=DeliveryState.WAITING)
    old = NOW + timedelta(days=parameter("kept_days"), seconds=1)
    assert services.forget_old(now=old) == 1
    message.refresh_from_db()
    assert (message.text, message.sms, message.erased_at) == ("", "", old)
    assert way_of(message).address == ""
    assert Message.objects.get(pk=waiting.pk).text != ""


def test_what_did_not_arrive_is_sent_once_more_by_hand() -> None:
    message = post()
    send(OtherSide(before=raises(Refused("Non."))))
    failed = way_of(message)
    again = services.resend(failed, address="camille@exemple.fr", by=BY, now=NOW)
    assert again.reference != failed.reference
    mail = OtherSide()
    send(mail)
    assert way_of(message).state == DeliveryState.SENT
    with pytest.raises(services.ResendRefusal, match="est envoyé"):
        services.resend(again, by=BY, now=NOW)


def test_a_failure_that_somebody_took_care_of_is_no_more_to_see() -> None:
    message = post(recipient(phone=""))
    send(OtherSide(before=raises(Refused("Non."))))
    assert queries.count_troubles() == 1
    services.settle(way_of(message), by=BY, now=NOW)
    assert queries.count_troubles() == 0
    assert way_of(message).settled_by == "Claire Martin"
