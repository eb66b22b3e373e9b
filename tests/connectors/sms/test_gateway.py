"""An SMS gateway over HTTP: what is said to it, and what each of its answers means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from relais.connectors.sms import SmsWay
from relais.outbox import services
from relais.outbox.models import Message
from relais.outbox.states import Channel, DeliveryState
from tests.connectors.sms.gateway import Gateway, sms_gateway
from tests.outbox.posts import NOW, post, recipient, way_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    with sms_gateway() as found:
        settings.SMS_GATEWAY = found.address
        yield found


def send(gateway: Gateway, *, at=NOW, **fields) -> None:
    way = SmsWay(address=gateway.address, token="token", sender="RELAIS", **fields)
    services.send_due({Channel.SMS: way}, clock=lambda: at)


def posted(**fields) -> Message:
    return post(recipient(email=""), "invitation", **fields)


def test_what_is_said_to_the_gateway(gateway: Gateway) -> None:
    message = posted()
    send(gateway)
    method, path, headers, body = gateway.heard[0]
    delivery = way_of(message, Channel.SMS)
    assert (method, path) == ("POST", "/messages")
    assert headers["authorization"] == "Bearer token"
    assert headers["idempotency-key"] == delivery.reference
    assert body == {
        "reference": delivery.reference,
        "from": "RELAIS",
        "to": "+33612340001",
        "text": "<network> : <week> à <centre>, viendriez-vous ? Répondez OUI ou NON, "
        "ou sur votre page : https://relais.test/lien",
        "encoding": "gsm7",
        "segments": 1,
    }
    assert (delivery.state, delivery.segments) == (DeliveryState.SENT, 1)


@pytest.mark.parametrize(
    ("status", "headers", "state", "because"),
    [
        (409, {}, "sent", ""),
        (400, {}, "failed", "La passerelle SMS refuse ce message (400) : mauvais numéro."),
        (401, {}, "waiting", "La passerelle SMS n’accepte pas notre clé."),
        (429, {"Retry-After": "600"}, "waiting", "La passerelle SMS demande d’attendre (429)."),
        (503, {}, "waiting", "La passerelle SMS demande d’attendre (503)."),
        (502, {}, "sending", "La passerelle SMS a une panne (502)."),
        (302, {"Location": "http://127.0.0.1:9/x"}, "failed", None),
    ],
)
def test_what_each_answer_means(gateway: Gateway, status, headers, state, because) -> None:
    message = posted()
    gateway.says.append((status, headers, json.dumps({"reason": "mauvais numéro"}).encode()))
    send(gateway)
    delivery = way_of(message, Channel.SMS)
    assert delivery.state == state
    if because is not None:
        assert delivery.because == because
    if "Retry-After" in headers:
        assert delivery.due_at == NOW + timedelta(minutes=10)


def test_a_gateway_that_is_not_there_took_nothing(settings) -> None:
    with sms_gateway() as gone:
        pass
    settings.SMS_GATEWAY = gone.address
    message = posted()
    send(gone)
    delivery = way_of(message, Channel.SMS)
    assert (delivery.state, delivery.handed_at) == (DeliveryState.WAITING, None)


def test_a_gateway_that_took_it_and_hung_up_is_asked_and_not_told_twice(gateway: Gateway) -> None:
    message = posted()
    gateway.hangs_up_after_taking = True
    send(gateway)
    assert way_of(message, Channel.SMS).state == DeliveryState.SENDING
    gateway.hangs_up_after_taking = False
    send(gateway, at=NOW + timedelta(minutes=2))
    assert [method for method, *_ in gateway.heard] == ["POST", "GET"]
    assert way_of(message, Channel.SMS).state == DeliveryState.SENT


def test_a_gateway_that_had_a_fault_and_took_nothing_gets_it_again(gateway: Gateway) -> None:
    message = posted()
    gateway.says.append((500, {}, b"<html>oops"))
    send(gateway)
    send(gateway, at=NOW + timedelta(minutes=2))
    assert [method for method, *_ in gateway.heard] == ["POST", "GET", "POST"]
    assert way_of(message, Channel.SMS).state == DeliveryState.SENT
    assert len(gateway.taken) == 1


def test_without_lookups_a_person_decides(gateway: Gateway) -> None:
    message = posted()
    gateway.hangs_up_after_taking = True
    send(gateway, answers_lookups=False)
    send(gateway, at=NOW + timedelta(minutes=2), answers_lookups=False)
    assert way_of(message, Channel.SMS).state == DeliveryState.UNCERTAIN
    assert len(gateway.heard) == 1
