"""A real mail server: what it takes, refuses, puts off; and when it hangs up in the middle."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import icalendar
import pytest
from django.urls import reverse

from relais.connectors.mail import (
    PREFERENCES_PATH,
    STOP_PATH,
    House,
    MailWay,
    read_stop_token,
    stop_token,
)
from relais.outbox import services
from relais.outbox.models import Attempt
from relais.outbox.states import Channel, DeliveryState
from tests.connectors.mail.server import Post, mail_server
from tests.outbox.posts import NOW, post, recipient, way_of

pytestmark = pytest.mark.django_db

HOUSE = House(
    name="Le Relais, réseau « solidaire »",
    sender="Relais <relais@exemple.fr>",
    site="https://relais.test",
    contact="contact@exemple.fr",
)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "UID:mission-12@relais\r\nDTSTAMP:20270106T093000Z\r\nDTSTART:20270111T080000Z\r\n"
    "SUMMARY:Relève à Ajain\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def server(settings) -> Iterator[Post]:
    with mail_server(settings) as post_:
        yield post_


def send(*, at=NOW, way: MailWay | None = None) -> int:
    return services.send_due({Channel.EMAIL: way or MailWay(HOUSE)}, clock=lambda: at)


def read(letter: bytes) -> EmailMessage:
    found = email.message_from_bytes(letter, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_letter_arrives_in_text_and_in_html_with_its_name(server: Post) -> None:
    message = post(recipient(name="Dr Zoé L’Hôte, « ainée »"), "invitation")
    assert send() == 1
    assert server.to == ["medecin1@exemple.fr"]
    letter = read(server.letters[0])
    delivery = way_of(message)
    assert delivery.state == DeliveryState.SENT
    assert letter["Message-ID"] == f"<{delivery.reference}@exemple.fr>"
    assert letter["To"] == '"Dr Zoé L’Hôte, « ainée »" <medecin1@exemple.fr>'
    assert letter["From"].addresses[0].addr_spec == "relais@exemple.fr"
    assert letter["Reply-To"] == "contact@exemple.fr"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None
    assert letter["Subject"] == "<week> à <centre> : viendriez-vous ?"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Répondre : https://relais.test/lien" in text.get_content()
    assert '<a href="https://relais.test/lien" style=' in html.get_content()
    assert "&lt;centre&gt;" in html.get_content()
    assert Attempt.objects.get().outcome == "Accepté par le serveur de courriel (2.0.0 Taken)."


def test_a_request_can_be_refused_in_one_click(server: Post) -> None:
    post(what="request")
    send()
    letter = read(server.letters[0])
    address = letter["List-Unsubscribe"].strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = address.removeprefix("https://relais.test/messages/arret/").rstrip("/")
    assert read_stop_token(token) == ("doctor", "1")
    text = letter.get_body(("plain",))
    assert text is not None
    assert address in text.get_content().replace("\n", "")


def test_a_stop_address_of_our_own_making_only() -> None:
    token = stop_token("doctor", key="12")
    assert read_stop_token(token) == ("doctor", "12")
    assert read_stop_token(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert read_stop_token("") is None
    assert reverse("messages_stop", args=[token]) == STOP_PATH.format(token=token)
    assert reverse("account_messages_choices") == PREFERENCES_PATH


def test_the_calendar_is_joined_for_programs_and_for_people(server: Post) -> None:
    post(what="confirmed", calendar=CALENDAR)
    send()
    letter = read(server.letters[0])
    parts = [part for part in letter.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    inside = parts[2]
    assert inside.get_param("method") == "REQUEST"
    found = icalendar.Calendar.from_ical(inside.get_payload(decode=True))
    assert [str(one["summary"]) for one in found.walk("VEVENT")] == ["Relève à Ajain"]
    assert parts[3].get_filename() == "mission.ics"


def test_lines_that_begin_with_a_dot_and_very_long_ones_arrive_whole(server: Post) -> None:
    message = post()
    message.text = ".\n..deux\n" + "mot " * 400
    message.save()
    send()
    text = read(server.letters[0]).get_body(("plain",))
    assert text is not None
    written = text.get_content().replace("\r\n", "\n")
    assert written.startswith(".\n..deux\n" + "mot " * 399)


def test_one_conversation_serves_many_letters(server: Post) -> None:
    for number in range(5):
        post(recipient(number))
    send()
    assert (len(server.letters), server.sessions) == (5, 1)


def test_an_address_without_anybody_is_refused_and_the_others_arrive(server: Post) -> None:
    first = post()
    server.says["RCPT"] = "550 5.1.1 No such user"
    send()
    assert (way_of(first).state, way_of(first).because) == (
        DeliveryState.FAILED,
        "Le serveur refuse cette adresse (550 5.1.1 No such user).",
    )
    server.says.clear()
    second = post(recipient(2))
    send()
    assert way_of(second).state == DeliveryState.SENT


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({"RCPT": "450 4.2.1 Greylisted"}, DeliveryState.WAITING),
        ({"RCPT": "452 4.2.2 Mailbox full"}, DeliveryState.WAITING),
        ({"DATA": "451 4.3.0 Later"}, DeliveryState.WAITING),
        ({"DATA": "554 5.7.1 Looks like spam"}, DeliveryState.FAILED),
    ],
)
def test_what_the_server_says_decides(server: Post, says: dict, state: DeliveryState) -> None:
    message = post()
    server.says.update(says)
    send()
    assert way_of(message).state == state
    assert way_of(message).because.startswith("Le serveur")
    assert server.letters == []


def test_a_server_that_is_not_there_is_tried_again(settings) -> None:
    with mail_server(settings):
        pass
    message = post()
    send()
    delivery = way_of(message)
    assert (delivery.state, delivery.handed_at) == (DeliveryState.WAITING, None)
    assert delivery.due_at == NOW + timedelta(minutes=1)


def test_a_server_that_hangs_up_after_taking_gets_the_same_letter_to_the_byte(
    server: Post,
) -> None:
    message = post(what="confirmed", calendar=CALENDAR)
    server.hangs_up_after_taking = True
    send()
    assert way_of(message).state == DeliveryState.SENDING
    server.hangs_up_after_taking = False
    send(at=NOW + timedelta(minutes=2))
    assert way_of(message).state == DeliveryState.SENT
    assert len(server.letters) == 2
    assert server.letters[0] == server.letters[1]


def test_an_address_that_is_none_is_refused_before_any_server(settings) -> None:
    settings.MAILERS = {}
    message = post(recipient(email="pas une adresse"))
    send()
    assert way_of(message).because == "L’adresse électronique n’en est pas une."


def test_without_a_server_the_letter_is_put_where_the_settings_say(mailoutbox) -> None:
    message = post(what="confirmed", calendar=CALENDAR)
    send()
    assert [one.message()["Message-ID"] for one in mailoutbox] == [
        f"<{way_of(message).reference}@exemple.fr>"
    ]
