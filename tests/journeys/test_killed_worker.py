"""A worker killed for good in the middle of a step; the next one takes its place."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from relais.engine.messages import lease
from relais.journeys.sending import ways
from relais.outbox import services
from relais.outbox.models import Delivery
from relais.outbox.states import DeliveryState
from tests.connectors.mail.server import mail_server
from tests.connectors.sms.gateway import sms_gateway
from tests.outbox.posts import NOW, post, recipient
from tests.processes import environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("when", "step", "letters", "texts"),
    [
        ("after", "hand_over", 1, 1),
        ("after", "mail", 2, 1),  # taken, not told: again, under the same name
        ("after", "sms", 1, 1),  # taken, not told: the gateway is asked
    ],
)
def test_nothing_is_lost_and_no_sms_goes_twice(
    settings, when: str, step: str, letters: int, texts: int
) -> None:
    settings.SMS_TOKEN = "token"
    with mail_server(settings) as mail, sms_gateway() as gateway:
        settings.SMS_GATEWAY = gateway.address
        post(recipient(), "trial")
        port = settings.MAILERS["default"]["OPTIONS"]["port"]
        killed = subprocess.run(
            [sys.executable, "-m", "tests.journeys.killed_worker", when, step],
            cwd=ROOT,
            env={
                **environment(),
                "TEST_NOW": NOW.isoformat(),
                "TEST_SMTP_PORT": str(port),
                "TEST_SMS_GATEWAY": gateway.address,
                "PYTHONPATH": "src",
            },
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        later = NOW + lease() + timedelta(minutes=1)
        services.send_due(ways(), clock=lambda: later)
        assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
        assert (len(mail.letters), len(gateway.taken)) == (letters, texts)
        assert len({message_from_bytes(one)["Message-ID"] for one in mail.letters}) == 1
