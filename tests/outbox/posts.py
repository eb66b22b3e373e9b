"""Small messages for tests, and other sides that do what a test wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from relais.core.actors import Actor
from relais.outbox import services
from relais.outbox.models import Delivery, Message
from relais.outbox.recipients import Recipient
from relais.outbox.services import Letter, Receipt
from relais.outbox.states import Channel
from tests import factories

BY = Actor(key="user:1", label="Claire Martin", source="192.0.2.7")
NOW = factories.NOW  # a Wednesday, 10:30 in Paris
LATER = NOW + timedelta(days=5)


def recipient(number: int = 1, **fields: Any) -> Recipient:
    """Make a doctor's card."""
    return Recipient(
        **{
            "kind": "doctor",
            "key": str(number),
            "name": f"Dr Camille Dupont {number}",
            "email": f"medecin{number}@exemple.fr",
            "phone": f"06 12 34 {number // 100:02d} {number % 100:02d}",
            **fields,
        }
    )


VALUES = {
    "trial": ("test_message", ["name", "network"]),
    "invitation": (
        "mission_invitation",
        ["name", "network", "week", "centre", "first", "last", "link"],
    ),
    "confirmed": ("mission_confirmed", ["name", "week", "centre", "first", "last", "link"]),
    "request": ("week_request", ["name", "network", "week", "centre", "why", "link"]),
}


def arguments(what: str = "trial", **fields: Any) -> dict[str, Any]:
    """Give the arguments of `post` for one of the shipped texts."""
    template, keys = VALUES[what]
    words = {key: f"<{key}>" for key in keys}
    words |= {"link": "https://relais.test/lien"} if "link" in keys else {}
    words |= {"why": "vous connaissez le centre."} if "why" in keys else {}
    return {
        "template": template,
        "about": "rota.mission:12",
        "values": words,
        "give_up_at": LATER,
        "by": BY,
        "now": NOW,
        **fields,
    }


def post(to: Recipient | None = None, what: str = "trial", **fields: Any) -> Message:
    """Post a message."""
    return services.post(to or recipient(), **arguments(what, **fields))


def way_of(message: Message, channel: Channel = Channel.EMAIL) -> Delivery:
    """Give one way of a message, fresh."""
    return Delivery.objects.select_related("message").get(message=message, channel=channel)


@dataclass
class OtherSide:
    """A way that takes what it is given; `before` and `after` may raise."""

    repeats: bool = True
    answers: bool = False
    taken: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def send(self, letter: Letter, hand_over: Callable[[], None]) -> Receipt:
        self.before()
        hand_over()
        self.taken.append(letter.delivery.reference)
        self.words.append(letter.text if letter.delivery.channel == Channel.EMAIL else letter.sms)
        self.after()
        return Receipt("Pris.", segments=1)

    def is_known(self, letter: Letter) -> bool | None:
        return letter.delivery.reference in self.taken if self.answers else None

    def close(self) -> None:
        pass


def send(mail: OtherSide | None = None, sms: OtherSide | None = None, *, at: datetime = NOW) -> int:
    """Send what is due at a moment."""
    ways: dict[Channel, Any] = {Channel.EMAIL: mail or OtherSide()}
    if sms is not None:
        ways[Channel.SMS] = sms
    return services.send_due(ways, clock=lambda: at)
