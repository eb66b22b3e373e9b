"""What people do with the log: send once more, settle a failure; what the other side reports."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.core.phones import international
from relais.engine.messages import parameter
from relais.outbox.models import Delivery, IncomingSms, Message
from relais.outbox.services.choices import allow_number, stop_number
from relais.outbox.services.posting import due_at
from relais.outbox.states import RESENDABLE, Channel, DeliveryState, Meaning

RESENT_FOR: Final = timedelta(days=2)  # how long a message sent once more by hand is worth trying
_YES: Final = frozenset("oui ok yes daccord volontiers".split())
_NO: Final = frozenset("non no nan".split())
_STOP: Final = frozenset("stop stopsms arret arreter desabonner".split())
_START: Final = frozenset("start reprendre".split())


class ResendRefusal(Refusal):
    """The message cannot be sent once more."""


@transaction.atomic
def resend(delivery: Delivery, *, by: Actor, now: datetime, address: str = "") -> Delivery:
    """Send once more what did not arrive, to a corrected address if one is given.

    What is uncertain keeps its reference, so that a second copy can be told; what surely did not
    arrive gets a new one, which the other side has not refused yet. Raises ResendRefusal.
    """
    fresh = Delivery.objects.select_related("message").get(pk=delivery.pk)
    message = fresh.message
    if fresh.state not in RESENDABLE:
        raise ResendRefusal(
            f"Ce message est {fresh.get_state_display()} : on ne le renvoie que s’il n’est pas "
            "arrivé."
        )
    if message.erased_at is not None:
        raise ResendRefusal("Ce message est trop ancien : ses mots sont effacés.")
    channel = Channel(fresh.channel)
    target = address.strip() or fresh.address
    if channel == Channel.NONE:
        channel = Channel.EMAIL
        if not address.strip():
            raise ResendRefusal("Écrivez une adresse électronique où l’envoyer.")
        if message.deliveries.filter(channel=Channel.EMAIL).exists():
            raise ResendRefusal("Renvoyez plutôt le courriel de ce message.")
    if channel == Channel.SMS:
        target = international(target)
        if not target:
            raise ResendRefusal("Ce n’est pas un numéro de téléphone.")
    elif "@" not in target or any(sign.isspace() or sign in "<>,;" for sign in target):
        raise ResendRefusal("Ce n’est pas une adresse électronique.")
    taken = Delivery.objects.filter(pk=fresh.pk, state=fresh.state).update(
        channel=channel,
        address=target,
        state=DeliveryState.WAITING,
        because="",
        due_at=due_at(message, channel=channel, moment=now),
        give_up_at=now + RESENT_FOR,
        reference=(fresh.reference if fresh.state == DeliveryState.UNCERTAIN else uuid.uuid4().hex),
        tries=0,
        handed_at=None,
        settled_at=None,
        settled_by="",
    )
    if not taken:
        raise ResendRefusal("Quelqu’un vient de s’en occuper.")
    audit.record(message, verb="outbox.resent", by=by, at=now, details={"by_way": channel.value})
    fresh.refresh_from_db()
    return fresh


@transaction.atomic
def settle(delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """Note that a person took care of a message that did not arrive."""
    done = Delivery.objects.filter(pk=delivery.pk, settled_at=None).update(
        settled_at=now, settled_by=by.label[:200]
    )
    if done:
        audit.record(delivery.message, verb="outbox.settled", by=by, at=now)


@transaction.atomic
def settle_sms(sms: IncomingSms, *, by: Actor, now: datetime) -> None:
    """Note that a person read an SMS that came in."""
    done = IncomingSms.objects.filter(pk=sms.pk, settled_at=None).update(
        settled_at=now, settled_by=by.label[:200]
    )
    if done:
        audit.record(sms, verb="outbox.sms_settled", by=by, at=now)


@transaction.atomic
def mark_read(message: Message, *, now: datetime) -> None:
    """Note that the person opened a message on the page of messages."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now)


# -- what the gateway tells ------------------------------------------------------------------------


@transaction.atomic
def note_report(reference: str, *, arrived: bool, said: str, now: datetime) -> bool:
    """Note what the gateway reports of an SMS; False when it is none of ours.

    A report may come before our own note that it was sent, twice or out of order: « arrived » wins.
    """
    found = Delivery.objects.filter(reference=reference, channel=Channel.SMS)
    if arrived:
        found.exclude(state=DeliveryState.DELIVERED).update(
            state=DeliveryState.DELIVERED, delivered_at=now, because="", claim=""
        )
    else:
        found.filter(
            state__in=(DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
        ).update(state=DeliveryState.FAILED, because=said[:300], claim="")
    return found.exists()


@dataclass(frozen=True, slots=True)
class Arrived:
    """An SMS that came in, and the question it answers if that is clear."""

    sms: IncomingSms
    question: Message | None
    is_new: bool


def meaning_of(text: str) -> Meaning:
    """Say what an SMS means: its one word, or its first one before a few others.

    « Oui mais pas lundi » is for a person to read.
    """
    plain = unicodedata.normalize("NFD", text.lower())
    words = "".join(sign for sign in plain if sign.isalpha() or sign.isspace()).split()
    if not words:
        return Meaning.OTHER
    if words[0] in _STOP:
        return Meaning.STOP
    polite = {"merci", "bonjour", "bonsoir", "cordialement", "bien", "sur", "avec", "plaisir"}
    rest = [word for word in words if word not in polite] or words
    if len(rest) == 1:
        for meaning, known in (
            (Meaning.YES, _YES),
            (Meaning.NO, _NO),
            (Meaning.START, _START),
        ):
            if rest[0] in known:
                return meaning
    return Meaning.OTHER


@transaction.atomic
def receive_sms(gateway_id: str, *, number: str, text: str, by: Actor, now: datetime) -> Arrived:
    """Keep an SMS that came in; the same one told twice is kept once.

    STOP is obeyed here. OUI and NON answer a question only when that number has exactly one open;
    otherwise, and for every other word, a person reads it.
    """
    known = IncomingSms.objects.filter(gateway_id=gateway_id).first()
    if known is not None:
        return Arrived(known, None, False)
    sender = international(number) or number[:20]
    meaning = meaning_of(text)
    asked = _open_questions(sender, now=now)
    question = asked[0] if len(asked) == 1 and meaning in (Meaning.YES, Meaning.NO) else None
    outcome, settled = "À lire.", False
    if meaning == Meaning.STOP:
        stop_number(sender, by=by, now=now)
        outcome, settled = "Plus aucun SMS vers ce numéro.", True
    elif meaning == Meaning.START:
        allow_number(sender, by=by, now=now)
        outcome, settled = "Les SMS reprennent vers ce numéro.", True
    elif question is None and meaning in (Meaning.YES, Meaning.NO):
        outcome = (
            "Aucune question n’attendait de réponse de ce numéro."
            if not asked
            else "Plusieurs questions attendent une réponse de ce numéro."
        )
    try:
        with transaction.atomic():
            sms = IncomingSms.objects.create(
                gateway_id=gateway_id,
                number=sender,
                text=text.replace("\x00", "")[:2000],
                meaning=meaning,
                received_at=now,
                delivery=None if question is None else question,
                outcome=outcome,
                settled_at=now if settled else None,
                settled_by=by.label[:200] if settled else "",
            )
    except IntegrityError:
        return Arrived(IncomingSms.objects.get(gateway_id=gateway_id), None, False)
    audit.record(sms, verb="outbox.sms_received", by=by, at=now, details={"meaning": meaning.value})
    return Arrived(sms, None if question is None else question.message, True)


@transaction.atomic
def note_answer(sms: IncomingSms, *, outcome: str, done: bool, by: Actor, now: datetime) -> None:
    """Note what an answer led to; when nothing could be done with it a person reads it."""
    sms.outcome = outcome[:300]
    if done:
        sms.settled_at, sms.settled_by = now, by.label[:200]
        if sms.delivery is not None:
            close_question(sms.delivery.message, now=now)
    sms.save(update_fields=["outcome", "settled_at", "settled_by"])


def close_question(message: Message, *, now: datetime) -> None:
    """Note that a question has its answer: an SMS no longer answers it."""
    Message.objects.filter(pk=message.pk, answered_at=None).update(answered_at=now)


def close_questions(about: str, *, now: datetime) -> None:
    """Note that the questions about a thing have their answer, by whatever way it came."""
    Message.objects.filter(about=about, asks=True, answered_at=None).update(answered_at=now)


def _open_questions(number: str, *, now: datetime) -> list[Delivery]:
    return list(
        Delivery.objects.filter(
            channel=Channel.SMS,
            address=number,
            state__in=(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNCERTAIN),
            message__asks=True,
            message__answered_at=None,
            message__cancelled_at=None,
            message__posted_at__gt=now - timedelta(days=parameter("answer_days")),
        )
        .select_related("message")
        .order_by("-id")[:2]
    )
