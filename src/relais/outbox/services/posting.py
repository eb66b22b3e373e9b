"""Writing messages, in the transaction of what causes them. The worker sends them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.messages import first_moment
from relais.outbox import queries
from relais.outbox.catalogue import Template, catalogue
from relais.outbox.models import Delivery, Message, Preference
from relais.outbox.queries import CurrentText
from relais.outbox.recipients import Identity, Recipient
from relais.outbox.states import OPEN, Channel, DeliveryState, Kind, SmsUse
from relais.outbox.wording import fill, health_words, one_line

SUBJECT_AT_MOST: Final = 250
STOPPED: Final = "Ce numéro a répondu STOP."
ENOUGH: Final = "La personne a déjà reçu autant de demandes qu’elle en accepte en un mois."
NO_WAY: Final = "Ni adresse électronique, ni téléphone mobile où écrire. Il reste à appeler."
NOT_WANTED: Final = "La personne ne souhaite pas de message par cette voie."
NO_TIME: Final = "Trop tard dès l’écriture : la nuit ou un jour férié venait avant."
NO_GATEWAY: Final = "Les SMS ne sont pas branchés, et il n’y a pas d’adresse électronique."


class HealthWordRefusal(Refusal):
    """Words of a person in a message speak of health."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A message to write. The arguments are those of `post`."""

    recipient: Recipient
    template: str
    about: str
    values: Mapping[str, str]
    give_up_at: datetime
    version: int = 0
    not_before: datetime | None = None
    urgent: bool = False
    calendar: str = ""
    page: str = ""


def post(
    recipient: Recipient,
    *,
    template: str,
    about: str,
    values: Mapping[str, str],
    give_up_at: datetime,
    by: Actor,
    now: datetime,
    version: int = 0,
    not_before: datetime | None = None,
    urgent: bool = False,
    calendar: str = "",
    page: str = "",
) -> Message:
    """Write a message to a person; it leaves after the transaction, by the worker.

    Called twice with the same recipient, template, `about` and `version` it writes one message and
    gives it again: call it as often as you like.

    `about`: what it speaks of, « module.thing:key » (« rota.mission:12 »); `version`: which state
    of that thing (a mission's `sequence`). `values`: one text for each field of the template, by
    key. `give_up_at`: from then on the message would help nobody; it is not sent any more and
    somebody is told. `urgent`: evenings and Sundays do not hold it back, and it goes by SMS too.
    `calendar`: an iCalendar file with its METHOD, joined to the e-mail. `page`: path of the page to
    open from the person's own list of messages.

    Raises ValueError for an unknown template or values that do not match its fields,
    HealthWordRefusal when words of a person (a field that is `free`) speak of health.
    """
    posting = Posting(
        recipient=recipient,
        template=template,
        about=about,
        values=values,
        give_up_at=give_up_at,
        version=version,
        not_before=not_before,
        urgent=urgent,
        calendar=calendar,
        page=page,
    )
    return post_many([posting], by=by, now=now)[0]


def post_many(postings: Iterable[Posting], *, by: Actor, now: datetime) -> list[Message]:
    """Write many messages at once, in the order given; the same number of queries for 1 and 500.

    Same rules as `post`. Two messages of one call that would be the same are one. Of requests, a
    person gets no more than `queries.may_be_asked` allows: the others are written and withheld.
    """
    wanted = list(postings)
    prepared = _prepare(wanted)
    for _ in range(3):  # somebody else may write the same message meanwhile
        try:
            with transaction.atomic():
                return _write(wanted, prepared, by=by, now=now)
        except IntegrityError:
            continue
    with transaction.atomic():
        return _write(wanted, prepared, by=by, now=now)


@transaction.atomic
def post_words(
    recipient: Recipient,
    *,
    template: str,
    about: str,
    subject: str,
    text: str,
    sms: str,
    values: Mapping[str, str],
    give_up_at: datetime,
    by: Actor,
    now: datetime,
) -> Message:
    """Write a message whose words are given: a trial of a text. `values` are by label here.

    It goes as the text `template` goes; the words must have been checked (`texts.check`).
    """
    known = queries.current_text(template)
    kept = {label: one_line(value) for label, value in values.items()}
    prepared = _Prepared(
        words=known,
        subject=one_line(fill(subject, kept))[:SUBJECT_AT_MOST],
        text=fill(text, kept),
        sms=fill(sms or known.sms, kept),
        secrets={},
    )
    posting = Posting(
        recipient=recipient, template=template, about=about, values={}, give_up_at=give_up_at
    )
    return _write([posting], [prepared], by=by, now=now)[0]


@transaction.atomic
def cancel(about: str, *, now: datetime, template: str = "", before: int | None = None) -> int:
    """Call back the messages about a thing that have not left; count the ways stopped.

    `template`: only those of that text; `before`: only versions below. One that is just being
    handed over leaves all the same.
    """
    found = Message.objects.filter(about=about, cancelled_at=None)
    if template:
        found = found.filter(template=template)
    if before is not None:
        found = found.filter(version__lt=before)
    keys = list(found.values_list("pk", flat=True))
    stopped = Delivery.objects.filter(message__in=keys, state__in=OPEN, handed_at=None).update(
        state=DeliveryState.CANCELLED, because="Rappelé avant l’envoi.", claim=""
    )
    left = Delivery.objects.filter(message__in=keys).exclude(state=DeliveryState.CANCELLED)
    Message.objects.filter(pk__in=keys).exclude(deliveries__in=left).update(
        cancelled_at=now, secrets={}
    )
    return stopped


# -- inside ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A posting whose words are checked and filled in."""

    words: CurrentText
    subject: str
    text: str
    sms: str
    secrets: dict[str, str]


@dataclass
class _People:
    """What is known of the recipients of one call."""

    preferences: dict[Identity, Preference]
    stopped: set[str]
    left: dict[Identity, int] = field(default_factory=dict)


def _prepare(postings: Sequence[Posting]) -> list[_Prepared]:
    texts = queries.current_texts({one.template for one in postings}) if postings else {}
    return [_words(one, texts[one.template]) for one in postings]


def _words(posting: Posting, words: CurrentText) -> _Prepared:
    fields = words.template.fields
    keys = {one.key for one in fields}
    if set(posting.values) != keys:
        raise ValueError(f"{posting.template} wants {sorted(keys)}, not {sorted(posting.values)}")
    if not posting.about or len(posting.about) > 80:
        raise ValueError(f"{posting.about!r} does not say what the message is about")
    free = [posting.values[one.key] for one in fields if one.is_free]
    if found := health_words(free):
        raise HealthWordRefusal(
            f"« {found[0]} » parle de santé : un message qui part ne dit rien de tel. Retirez ce "
            "mot."
        )
    open_values = {
        one.label: one_line(posting.values[one.key]) for one in fields if not one.is_secret
    }
    subject = one_line(fill(words.subject, open_values))[:SUBJECT_AT_MOST]
    return _Prepared(
        words=words,
        subject=subject[:1].upper() + subject[1:],
        text=fill(words.text, open_values),
        sms=fill(words.sms, open_values),
        secrets={one.label: one_line(posting.values[one.key]) for one in fields if one.is_secret},
    )


def _write(
    postings: Sequence[Posting], prepared: Sequence[_Prepared], *, by: Actor, now: datetime
) -> list[Message]:
    known = _known(postings)
    people = _people(postings, prepared, now=now)
    new: dict[tuple[str, ...], Message] = {}
    ways: list[Delivery] = []
    for posting, words in zip(postings, prepared, strict=True):
        key = _key(posting)
        if key in known or key in new:
            continue
        message = _message(posting, words, by=by, now=now)
        new[key] = message
        ways += _ways(posting, message, words.words.template, people, now=now)
    Message.objects.bulk_create(new.values())
    Delivery.objects.bulk_create(ways)
    return [known.get(_key(one)) or new[_key(one)] for one in postings]


def _key(posting: Posting) -> tuple[str, ...]:
    recipient = posting.recipient
    return (
        recipient.kind,
        recipient.key,
        posting.template,
        posting.about,
        str(posting.version),
    )


def _known(postings: Sequence[Posting]) -> dict[tuple[str, ...], Message]:
    """Give those that were written before."""
    found: dict[tuple[str, ...], Message] = {}
    things = sorted({one.about for one in postings})
    codes = sorted({one.template for one in postings})
    people = {one.recipient.key for one in postings}
    for at in range(0, len(things), queries.AT_ONCE):
        rows = Message.objects.filter(about__in=things[at : at + queries.AT_ONCE])
        rows = rows.filter(template__in=codes)
        if len(people) <= queries.AT_ONCE:
            rows = rows.filter(recipient_key__in=people)
        for row in rows:
            key = (row.recipient_kind, row.recipient_key, row.template, row.about, str(row.version))
            found[key] = row
    return found


def _people(
    postings: Sequence[Posting], prepared: Sequence[_Prepared], *, now: datetime
) -> _People:
    everyone = {one.recipient.identity for one in postings}
    asked = [
        one.recipient.identity
        for one, words in zip(postings, prepared, strict=True)
        if words.words.template.kind == Kind.REQUEST
    ]
    return _People(
        preferences=queries.preferences(everyone),
        stopped=queries.stopped_numbers(one.recipient.mobile for one in postings),
        left=queries.may_be_asked(asked, now=now, today=localdate(now)) if asked else {},
    )


def _message(posting: Posting, words: _Prepared, *, by: Actor, now: datetime) -> Message:
    begins = max(now, posting.not_before or now)
    recipient, template = posting.recipient, words.words.template
    return Message(
        recipient_kind=recipient.kind,
        recipient_key=recipient.key,
        recipient_name=one_line(recipient.name)[:200],
        time_zone=recipient.time_zone,
        department=recipient.department,
        template=template.code,
        kind=template.kind,
        text_version=words.words.number,
        about=posting.about,
        version=posting.version,
        subject=words.subject,
        text=words.text,
        sms=words.sms if template.sms_use != SmsUse.NEVER else "",
        page=posting.page,
        secrets=words.secrets,
        calendar=posting.calendar,
        is_urgent=posting.urgent,
        asks=template.asks,
        posted_at=now,
        posted_by=by.label[:200],
        not_before=begins,
        give_up_at=posting.give_up_at,
    )


def _ways(
    posting: Posting, message: Message, template: Template, people: _People, *, now: datetime
) -> list[Delivery]:
    """Choose by which ways a message goes; one that goes nowhere still stands in the log."""
    recipient = posting.recipient
    chosen = people.preferences.get(recipient.identity)
    email = recipient.email.strip() if chosen is None or chosen.by_email else ""
    mobile = recipient.mobile if message.sms and (chosen is None or chosen.by_sms) else ""
    has_sms = bool(settings.SMS_GATEWAY)
    ways = []
    if email:
        ways.append(_way(message, Channel.EMAIL, email))
    wants_sms = template.sms_use == SmsUse.ALWAYS or posting.urgent or not email
    if mobile and wants_sms and has_sms:
        way = _way(message, Channel.SMS, mobile)
        if mobile in people.stopped:
            way.state, way.because = DeliveryState.WITHHELD, STOPPED
        ways.append(way)
    if not any(one.state == DeliveryState.WAITING for one in ways):
        because = NO_GATEWAY if mobile and not has_sms else NO_WAY
        if (recipient.email or recipient.mobile) and not (email or mobile):
            because = NOT_WANTED
        ways.append(_way(message, Channel.NONE, "", DeliveryState.UNREACHABLE, because))
    if template.kind == Kind.REQUEST:
        if people.left.get(recipient.identity, 0) <= 0:
            return [_way(message, Channel.NONE, "", DeliveryState.WITHHELD, ENOUGH)]
        people.left[recipient.identity] -= 1
    for way in ways:
        way.due_at = due_at(message, channel=Channel(way.channel), moment=message.not_before)
        if way.state == DeliveryState.WAITING and way.due_at >= way.give_up_at:
            way.state, way.because = DeliveryState.TOO_LATE, NO_TIME
    return ways


def _way(
    message: Message,
    channel: Channel,
    address: str,
    state: DeliveryState = DeliveryState.WAITING,
    because: str = "",
) -> Delivery:
    return Delivery(
        message=message,
        channel=channel,
        address=one_line(address)[:254],
        reference=uuid.uuid4().hex,
        state=state,
        because=because,
        due_at=message.not_before,
        give_up_at=message.give_up_at,
    )


def due_at(message: Message, *, channel: Channel, moment: datetime) -> datetime:
    """Give the first moment at which a message may leave by a way, from `moment` on.

    An e-mail that answers what the person has just done, or that is urgent, leaves at once: it
    wakes nobody. So does what the person waits for in front of a page, by any way.
    """
    at_once = message.kind == Kind.ANSWER or message.is_urgent
    known = catalogue().get(message.template)
    is_awaited = known is not None and known.awaited
    if channel == Channel.NONE or is_awaited or (channel == Channel.EMAIL and at_once):
        return moment
    return first_moment(
        moment,
        zone=message.time_zone,
        department=message.department,
        urgent=message.is_urgent,
    )
