"""Doors without signing in: one click stops requests; the SMS gateway is believed when it signs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relais.accounts.states import Role
from relais.connectors.mail import stop_token
from relais.connectors.sms import signature
from relais.outbox import queries
from relais.outbox.models import IncomingSms, Message, StoppedNumber
from relais.outbox.states import Channel, DeliveryState, Meaning
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.outbox.posts import OtherSide, post, recipient, send, way_of

pytestmark = pytest.mark.django_db
SECRET = "secret partagé"


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.SMS_GATEWAY, settings.SMS_SECRET = "https://sms.test", SECRET


def test_one_click_stops_requests_and_nothing_else() -> None:
    client = Client(enforce_csrf_checks=True)
    address = reverse("messages_stop", args=[stop_token("doctor", key="1")])
    assert "Ne plus me demander" in client.get(address).content.decode()
    asked = queries.may_be_asked([("doctor", "1")], now=timezone.now(), today=timezone.localdate())
    assert asked == {("doctor", "1"): 2}
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    asked = queries.may_be_asked([("doctor", "1")], now=timezone.now(), today=timezone.localdate())
    assert asked == {("doctor", "1"): 0}
    assert client.post(address).status_code == 200


def call(said: dict[str, Any], *, secret: str = SECRET, age: int = 0, **changes: str) -> int:
    body = json.dumps(said).encode()
    timestamp = str(int(timezone.now().timestamp()) - age)
    headers = {
        "X-Relais-Timestamp": timestamp,
        "X-Relais-Signature": signature(body, timestamp=timestamp, secret=secret),
        **changes,
    }
    client = Client(enforce_csrf_checks=True)
    return client.post(
        reverse("messages_sms"), body, content_type="application/json", headers=headers
    ).status_code


def sms(text: str, *, key: str = "g1", number: str = "+33612340001") -> dict[str, str]:
    return {"kind": "received", "id": key, "from": number, "text": text}


def test_only_a_fresh_call_with_its_signature_is_believed() -> None:
    assert call(sms("STOP"), secret="autre") == 404
    assert call(sms("STOP"), age=3600) == 404
    assert call(sms("STOP"), **{"X-Relais-Signature": ""}) == 404
    assert call(sms("STOP"), **{"X-Relais-Signature": "é" * 64}) == 404
    assert call({"kind": "weather"}) == 422
    assert call({"kind": "received", "id": 3}) == 422
    assert IncomingSms.objects.count() == 0
    assert call(sms("STOP")) == 204
    assert StoppedNumber.objects.get().number == "+33612340001"


def test_without_a_secret_nobody_is_believed(settings) -> None:
    settings.SMS_SECRET = ""
    assert call(sms("STOP"), secret="") == 404


def invited() -> Mission:
    """Make a mission whose doctor was asked by SMS."""
    doctor = factories.doctor(phone="0612340001", email="")
    mission = factories.mission(doctor, state=MissionState.INVITED)
    message = post(
        recipient(doctor.pk, phone=doctor.phone, email=""),
        "invitation",
        about=f"rota.mission:{mission.pk}",
        now=timezone.now(),
        give_up_at=timezone.now() + timedelta(days=3),
    )
    way = way_of(message, Channel.SMS)
    send(sms=OtherSide(), at=way.due_at)
    return mission


@pytest.mark.parametrize(
    ("text", "state", "outcome"),
    [
        ("Oui", MissionState.CONFIRMED, "Mission confirmée."),
        ("OUI merci !", MissionState.CONFIRMED, "Mission confirmée."),
        ("non.", MissionState.DECLINED, "Mission déclinée."),
        ("oui mais pas lundi", MissionState.INVITED, "À lire."),
    ],
)
def test_an_answer_by_sms_does_what_it_says_where_the_sender_is_proven(
    settings, text: str, state: str, outcome: str
) -> None:
    settings.SMS_PROVES_SENDER = True
    mission = invited()
    Mission.objects.update(monday=factories.monday(520))
    assert call(sms(text)) == 204
    mission.refresh_from_db()
    heard = IncomingSms.objects.get()
    assert (mission.state, heard.outcome) == (state, outcome)
    assert (heard.settled_at is None) == (state == MissionState.INVITED)


def test_a_forged_yes_confirms_nothing_keeps_the_week_and_tells_the_true_person() -> None:
    mission = invited()
    Mission.objects.update(monday=factories.monday(520))
    assert call(sms("oui")) == 204
    mission.refresh_from_db()
    heard = IncomingSms.objects.get()
    assert (mission.state, heard.settled_at) == (MissionState.INVITED, None)
    assert heard.outcome.startswith("Oui par SMS : la semaine est gardée.")
    told = Message.objects.get(template="sms_yes_kept")
    assert told.recipient_key == str(mission.doctor_id)


def test_the_team_confirms_a_yes_by_sms_with_one_click_and_a_second_one_is_refused() -> None:
    mission = invited()
    Mission.objects.update(monday=factories.monday(520))
    call(sms("oui"))
    heard, client = IncomingSms.objects.get(), Client()
    client.force_login(factories.user(Role.PLANNER))
    assert "Confirmer la venue" in client.get(reverse("office_messages_sms")).content.decode()
    address = reverse("office_messages_sms_confirm", args=[heard.pk])
    assert client.post(address).status_code == 302
    mission.refresh_from_db()
    heard.refresh_from_db()
    assert (mission.state, heard.outcome) == (MissionState.CONFIRMED, "Mission confirmée.")
    assert client.post(address).status_code == 422


def test_an_answer_told_twice_is_heard_once_and_the_second_word_finds_no_question() -> None:
    mission = invited()
    Mission.objects.update(monday=factories.monday(520))
    assert call(sms("non")) == 204
    assert call(sms("non")) == 204
    assert call(sms("oui", key="g2")) == 204
    mission.refresh_from_db()
    assert mission.state == MissionState.DECLINED
    heard = IncomingSms.objects.order_by("id").last()
    assert heard is not None
    assert (heard.meaning, heard.settled_at) == (Meaning.YES, None)
    assert heard.outcome == "Aucune question n’attendait de réponse de ce numéro."


def test_a_yes_that_comes_too_late_is_read_by_a_person() -> None:
    mission = invited()
    Mission.objects.update(state=MissionState.CANCELLED, monday=factories.monday(520))
    assert call(sms("oui")) == 204
    mission.refresh_from_db()
    assert mission.state == MissionState.CANCELLED
    assert IncomingSms.objects.get().settled_at is None
    assert queries.count_troubles() == 1


def test_a_report_says_whether_it_arrived() -> None:
    mission = invited()
    way = queries.log(about=f"rota.mission:{mission.pk}").get()
    assert call({"kind": "report", "reference": way.reference, "status": "sent"}) == 204
    assert call({"kind": "report", "reference": way.reference, "status": "expired"}) == 204
    way.refresh_from_db()
    assert way.state == DeliveryState.FAILED
    assert way.because == "Le téléphone est resté éteint trop longtemps."
    assert call({"kind": "report", "reference": way.reference, "status": "delivered"}) == 204
    way.refresh_from_db()
    assert way.state == DeliveryState.DELIVERED
    assert call({"kind": "report", "reference": "inconnue", "status": "delivered"}) == 204
