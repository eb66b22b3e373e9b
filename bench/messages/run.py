"""A worker that is killed a thousand times, and what people got; how fast a wave is written.

    python bench/messages/run.py [--crashes 1000] [--people 400] [--seed 1]

A real mail server (aiosmtpd) and an SMS gateway over HTTP, both on loopback; a database file of its
own (or RELAIS_DATABASE_URL). « Killed »: the worker's round ends at a point drawn among the steps
before and after each transaction and each conversation, with nothing cleaned up; the next worker
begins a second later or after the lease, by chance. Counted on the other side: letters and SMS that
arrived, copies, what is missing. Then: a wave of 200 messages written, 1,000 letters sent.
Writes results-….json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
WAVE, LETTERS = 200, 1000


def start() -> None:
    """Start Django on an empty database."""
    os.environ.update(RELAIS_VAR=tempfile.mkdtemp(prefix="relais-messages-"), RELAIS_DEBUG="1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "relais.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def crashes(count: int, *, people: int, seed: int) -> dict[str, Any]:
    """Kill the worker `count` times while it writes to `people`, by mail and by SMS."""
    import pytest
    from django.conf import settings
    from tests.connectors.mail.server import mail_server
    from tests.connectors.sms.gateway import sms_gateway
    from tests.outbox.crashes import Fate, doom, live_and_die
    from tests.outbox.posts import NOW, arguments, recipient

    from relais.journeys.sending import ways
    from relais.outbox import services
    from relais.outbox.models import Delivery

    fields = arguments(give_up_at=NOW + timedelta(days=4000))
    by, now = fields.pop("by"), fields.pop("now")
    settings.SMS_TOKEN = "token"
    with mail_server(settings) as mail, sms_gateway() as gateway:
        settings.SMS_GATEWAY = gateway.address
        fate, patch = Fate(random.Random(seed)), pytest.MonkeyPatch()
        began = time.perf_counter()
        doom(patch, fate)
        at, rounds = NOW, 0
        while fate.crashes.total() < count:
            rounds += 1
            everyone = [recipient(number) for number in range(1, people + 1)]
            services.post_many(
                [services.Posting(recipient=one, version=rounds, **fields) for one in everyone],
                by=by,
                now=now,
            )
            at = live_and_die(ways(), fate=fate, crashes=count, at=at)
        patch.undo()
        seconds = time.perf_counter() - began
        posted = rounds * people
        names = Counter(message_from_bytes(letter)["Message-ID"] for letter in mail.letters)
        sent = Counter(body["reference"] for *_, body in gateway.heard if body)
        return {
            "crashes": fate.crashes.total(),
            "crashes_by_step": dict(sorted(fate.crashes.items())),
            "messages": posted,
            "seconds": round(seconds, 1),
            "states": dict(Counter(Delivery.objects.values_list("state", flat=True))),
            "letters_posted": posted,
            "letters_that_arrived": len(names),
            "letters_lost": posted - len(names),
            "letters_seen_twice_by_the_wire": names.total() - len(names),
            "sms_posted": posted,
            "sms_taken_by_the_gateway": len(gateway.taken),
            "sms_lost": posted - len(gateway.taken),
            "sms_offered_twice": sent.total() - len(sent),
            "crashes_between_taken_and_told_mail": fate.crashes["taken, not told (email)"],
            "crashes_between_taken_and_told_sms": fate.crashes["taken, not told (sms)"],
        }


def speed() -> dict[str, Any]:
    """Time the writing of a wave and the sending of letters."""
    from django.conf import settings
    from django.utils import timezone
    from tests.connectors.mail.server import mail_server
    from tests.outbox.posts import arguments, recipient

    from relais.journeys.sending import ways
    from relais.outbox import services
    from relais.outbox.models import Delivery

    Delivery.objects.all().delete()
    settings.SMS_GATEWAY = ""
    now = timezone.now()
    fields = arguments("request", now=now, give_up_at=now + timedelta(days=30))
    by, now = fields.pop("by"), fields.pop("now")
    wave = [recipient(number, kind="bench") for number in range(WAVE)]
    times = []
    for version in range(2):
        fields["version"] = 100_000 + version
        began = time.perf_counter()
        services.post_many(
            [services.Posting(recipient=one, **fields) for one in wave], by=by, now=now
        )
        times.append(time.perf_counter() - began)
    fields = arguments("confirmed", now=now, give_up_at=now + timedelta(days=30))
    by, now = fields.pop("by"), fields.pop("now")
    Delivery.objects.all().delete()
    many = [recipient(number, kind="bench") for number in range(LETTERS)]
    services.post_many([services.Posting(recipient=one, **fields) for one in many], by=by, now=now)
    with mail_server(settings) as mail:
        began = time.perf_counter()
        while services.send_due(ways(), clock=timezone.now):
            pass
        seconds = time.perf_counter() - began
        assert len(mail.letters) == LETTERS
    return {
        "wave_of_200_written_seconds": round(min(times), 3),
        "letters_sent_a_second": round(LETTERS / seconds),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crashes", type=int, default=1000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start()
    from django.db import connection

    found = {
        "what": "messages through a worker that is killed",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "database": connection.vendor,
        "seed": asked.seed,
        **crashes(asked.crashes, people=asked.people, seed=asked.seed),
        **speed(),
    }
    name = f"results-{connection.vendor}-{asked.crashes}-{asked.seed}.json"
    (HERE / name).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
