"""A worker that kills itself (SIGKILL) before or after one of its steps: `python … WHEN STEP`.

Run by tests/journeys/test_killed_worker.py in a process of its own, on the database of the test.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402

from relais.connectors.mail import MailWay  # noqa: E402
from relais.connectors.sms import SmsWay  # noqa: E402
from relais.journeys.sending import ways  # noqa: E402
from relais.outbox import services  # noqa: E402
from relais.outbox.services import sending  # noqa: E402

STEPS = {
    "hand_over": (sending, "_hand_over"),
    "mail": (MailWay, "send"),
    "sms": (SmsWay, "send"),
}


def main(when: str, step: str) -> None:
    """Send what is due, and die at that step."""
    where, name = STEPS[step]
    real = getattr(where, name)

    def mortal(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(where, name, mortal)
    port, gateway = os.environ["TEST_SMTP_PORT"], os.environ["TEST_SMS_GATEWAY"]
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": int(port), "timeout": 5},
        }
    }
    settings.SMS_GATEWAY = gateway
    moment = datetime.fromisoformat(os.environ["TEST_NOW"])
    services.send_due(ways(), clock=lambda: moment)


if __name__ == "__main__":
    main(*sys.argv[1:])
