"""Taking messages one by one to the other side, so that a killed worker loses none.

Each delivery goes through three short transactions: taken (`claim`), about to be handed over
(`handed_at`), done. Killed before the second: nothing went out, the next worker sends it. Killed
between the second and the third: nobody here knows; the way itself decides (`Way.is_known`,
`Way.repeats`): docs/decisions/0008.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import transaction
from django.db.models import F, Q, QuerySet

from relais.engine.messages import lease, parameter, wait_after
from relais.outbox.models import Attempt, Delivery, Message
from relais.outbox.services.posting import STOPPED, due_at
from relais.outbox.states import OPEN, Channel, DeliveryState
from relais.outbox.wording import fill

logger = logging.getLogger(__name__)

AT_ONCE: Final = 50  # deliveries looked at before the worker does something else
LATE: Final = "Il n’était plus temps de l’envoyer."
OUR_FAULT: Final = "L’envoi a échoué par notre faute ; il est repris plus tard."
NOBODY_KNOWS: Final = (
    "Le programme s’est arrêté au moment de l’envoi : le SMS est peut-être parti. "
    "À vérifier avec la personne."
)


class Refused(Exception):
    """The other side says no for good; the text is a French sentence for the log."""


class TryLater(Exception):
    """The other side does not answer, or says « later »; nothing went out.

    The text is a French sentence; `wait` is what the other side asked for, if it did.
    """

    def __init__(self, sentence: str, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class NobodyKnows(Exception):
    """The words went out and no answer came; the text is a French sentence for the log."""


class NotOurs(Exception):
    """The delivery was called back, or another worker has it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out: the words are filled in, secrets included."""

    delivery: Delivery
    message: Message
    text: str
    sms: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the other side took a message. `segments`: parts an SMS is billed as."""

    said: str
    segments: int = 0


class Way(Protocol):
    """How one channel talks to the other side.

    `repeats`: what is uncertain may be handed over again, because the same reference makes copies
    recognisable.
    """

    repeats: bool

    def send(self, letter: Letter, hand_over: Callable[[], None]) -> Receipt:
        """Send; call `hand_over` once, just before the words go over and not earlier.

        Raises Refused, TryLater (nothing went out), NobodyKnows, and what `hand_over` raises.
        """

    def is_known(self, letter: Letter) -> bool | None:
        """Ask whether the other side has a message already; None when it cannot be asked.

        Raises TryLater when it does not answer now.
        """

    def close(self) -> None:
        """End the conversation with the other side."""


def send_due(ways: Mapping[Channel, Way], *, clock: Callable[[], datetime]) -> int:
    """Send what is due, urgent messages first; count what was tried.

    Several workers may do this at once. What belongs to a worker that died is taken up after the
    lease.
    """
    give_up(now=clock())
    tried = 0
    try:
        for key in _due(ways, now=clock()):
            try:
                tried += _send_one(key, ways, clock)
            except NotOurs:
                continue
    finally:
        for way in ways.values():
            way.close()
    return tried


def give_up(*, now: datetime) -> int:
    """Leave « trop tard » what nobody needs any more; count. What was being handed over is left."""
    late = Delivery.objects.filter(
        Q(state=DeliveryState.WAITING) | Q(state=DeliveryState.SENDING, claimed_until__lte=now),
        handed_at=None,
        give_up_at__lte=now,
    )
    if not late.exists():  # asked every second: no writer is kept waiting for nothing
        return 0
    return late.update(state=DeliveryState.TOO_LATE, because=LATE, claim="", claimed_until=None)


def forget_old(*, now: datetime) -> int:
    """Erase the words and the addresses of messages that are old; the line of the log stays."""
    before = now - timedelta(days=parameter("kept_days"))
    old = list(
        Message.objects.filter(posted_at__lt=before, erased_at=None)
        .exclude(deliveries__state__in=OPEN)
        .order_by("posted_at")
        .values_list("pk", flat=True)[:1000]
    )
    with transaction.atomic():
        Delivery.objects.filter(message__in=old).update(address="")
        return Message.objects.filter(pk__in=old).update(
            erased_at=now, subject="", text="", sms="", calendar="", page="", secrets={}
        )


# -- one delivery ----------------------------------------------------------------------------------


def _due(ways: Mapping[Channel, Way], *, now: datetime) -> list[int]:
    """List what waits and is due, and what a dead worker left."""
    return list(
        Delivery.objects.filter(
            Q(state=DeliveryState.WAITING, due_at__lte=now)
            | Q(state=DeliveryState.SENDING, claimed_until__lte=now),
            channel__in=list(ways),
        )
        .order_by("-message__is_urgent", "due_at", "id")
        .values_list("pk", flat=True)[:AT_ONCE]
    )


def _send_one(key: int, ways: Mapping[Channel, Way], clock: Callable[[], datetime]) -> int:
    """Take one delivery as far as it goes now; 1 when the other side was talked to."""
    claim, was_handed = _claim(key, now=clock())
    delivery = Delivery.objects.select_related("message").get(pk=key)
    letter = _letter(delivery)
    way = ways[Channel(delivery.channel)]
    now = clock()
    if not was_handed:
        later = due_at(delivery.message, channel=Channel(delivery.channel), moment=now)
        if later > now:  # the worker was late, and now it is night
            _put_back(delivery, claim, due_at=later)
            return 0

    gone = False

    def hand_over() -> None:
        nonlocal gone
        _hand_over(key, claim, now=clock())
        gone = True

    try:
        if was_handed and not _after_a_crash(letter, way, claim, now=now):
            return 1
        receipt = way.send(letter, hand_over)
    except Refused as refusal:
        _end(delivery, claim, DeliveryState.FAILED, str(refusal), now=clock())
    except TryLater as failure:
        wait = failure.wait or wait_after(delivery.tries)
        _again(delivery, claim, str(failure), at=clock() + wait, now=clock())
    except NobodyKnows as doubt:
        _doubt(letter, claim, str(doubt), now=clock())
    except NotOurs:
        raise
    except Exception:
        logger.exception("A message could not be sent; it is tried again later.")
        if gone:
            _doubt(letter, claim, OUR_FAULT, now=clock())
        else:
            _again(delivery, claim, OUR_FAULT, at=clock() + wait_after(delivery.tries), now=clock())
    else:
        said, parts = receipt.said, receipt.segments
        _end(delivery, claim, DeliveryState.SENT, said, now=clock(), segments=parts)
    return 1


def _after_a_crash(letter: Letter, way: Way, claim: str, *, now: datetime) -> bool:
    """Decide what to do with a delivery that was perhaps handed over; True: send it (again)."""
    try:
        known = way.is_known(letter)
    except TryLater as failure:
        _doubt(letter, claim, str(failure), now=now)
        return False
    if known is True:
        said = "L’autre côté l’avait déjà reçu."
        _end(letter.delivery, claim, DeliveryState.SENT, said, now=now)
        return False
    if known is None and not way.repeats:
        _end(letter.delivery, claim, DeliveryState.UNCERTAIN, NOBODY_KNOWS, now=now)
        return False
    if letter.delivery.give_up_at <= now:
        _end(letter.delivery, claim, DeliveryState.TOO_LATE, LATE, now=now)
        return False
    return True


def _doubt(letter: Letter, claim: str, said: str, *, now: datetime) -> None:
    """Keep `handed_at`: the next try begins by asking, as after a crash."""
    wait = wait_after(letter.delivery.tries)
    with transaction.atomic():
        kept = _ours(letter.delivery, claim).update(
            claim="", claimed_until=now + wait, because=said[:300]
        )
        if kept:
            Attempt.objects.create(delivery=letter.delivery, at=now, outcome=said[:300])


def _claim(key: int, *, now: datetime) -> tuple[str, bool]:
    """Take a delivery for the length of a lease. Raises NotOurs when it is not to be had."""
    claim = secrets.token_hex(16)
    taken = Delivery.objects.filter(
        Q(state=DeliveryState.WAITING, due_at__lte=now)
        | Q(state=DeliveryState.SENDING, claimed_until__lte=now),
        pk=key,
    ).update(
        state=DeliveryState.SENDING,
        claim=claim,
        claimed_until=now + lease(),
        tries=F("tries") + 1,
    )
    if not taken:
        raise NotOurs
    handed = Delivery.objects.filter(pk=key, handed_at__isnull=False)
    return claim, handed.exists()


def _ours(delivery: Delivery, claim: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, claim=claim, state=DeliveryState.SENDING)


def _hand_over(key: int, claim: str, *, now: datetime) -> None:
    """Write that the words go over now. Raises NotOurs when they must not any more."""
    marked = Delivery.objects.filter(
        pk=key,
        claim=claim,
        state=DeliveryState.SENDING,
        claimed_until__gt=now,
        give_up_at__gt=now,
    ).update(handed_at=now, claimed_until=now + lease())
    if not marked:
        raise NotOurs


def _put_back(delivery: Delivery, claim: str, *, due_at: datetime) -> None:
    _ours(delivery, claim).update(
        state=DeliveryState.WAITING,
        claim="",
        claimed_until=None,
        due_at=due_at,
        tries=F("tries") - 1,
    )


@transaction.atomic
def _again(delivery: Delivery, claim: str, said: str, *, at: datetime, now: datetime) -> None:
    """Try later; or give up, when later is too late."""
    state = DeliveryState.WAITING if at < delivery.give_up_at else DeliveryState.TOO_LATE
    kept = _ours(delivery, claim).update(
        state=state, claim="", claimed_until=None, handed_at=None, due_at=at, because=said[:300]
    )
    if kept:
        Attempt.objects.create(delivery=delivery, at=now, outcome=said[:300])


@transaction.atomic
def _end(
    delivery: Delivery,
    claim: str,
    state: DeliveryState,
    said: str,
    *,
    now: datetime,
    segments: int = 0,
) -> None:
    """Write how it ended; the secrets of a message that has left for good are forgotten."""
    kept = _ours(delivery, claim).update(
        state=state,
        because="" if state == DeliveryState.SENT else said[:300],
        claim="",
        claimed_until=None,
        segments=segments or delivery.segments,
        sent_at=now if state == DeliveryState.SENT else None,
    )
    if not kept:
        return
    Attempt.objects.create(delivery=delivery, at=now, outcome=said[:300])
    if state == DeliveryState.SENT:
        others = Delivery.objects.filter(message=delivery.message_id).exclude(
            state__in=(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.WITHHELD)
        )
        if not others.exists():
            Message.objects.filter(pk=delivery.message_id).update(secrets={})


def _letter(delivery: Delivery) -> Letter:
    message = delivery.message
    return Letter(
        delivery=delivery,
        message=message,
        text=fill(message.text, message.secrets),
        sms=fill(message.sms, message.secrets),
    )


@transaction.atomic
def withhold_sms(number: str, *, now: datetime) -> int:
    """Hold back the SMS that wait for a number which said STOP; count them."""
    return Delivery.objects.filter(
        channel=Channel.SMS, address=number, state=DeliveryState.WAITING
    ).update(state=DeliveryState.WITHHELD, because=STOPPED)
