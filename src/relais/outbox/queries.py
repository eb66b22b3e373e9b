"""What was sent, what waits, what failed, what a person chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched

from django.db.models import Prefetch, Q, QuerySet

from relais.engine.messages import requests_left, solicitation_span
from relais.outbox.catalogue import Template, catalogue, template
from relais.outbox.models import (
    Attempt,
    Delivery,
    IncomingSms,
    Message,
    Preference,
    StoppedNumber,
    TextVersion,
)
from relais.outbox.recipients import OF_PATIENTS, Identity
from relais.outbox.states import OPEN, TROUBLED, DeliveryState, Kind

# It left, or perhaps.
SENT_STATES = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNCERTAIN)
AT_ONCE = 500  # keys in one question, below what SQLite takes


@dataclass(frozen=True, slots=True)
class CurrentText:
    """The words in use of a text of the catalogue. `number` 0: as shipped."""

    template: Template
    number: int
    subject: str
    text: str
    sms: str
    written_at: datetime | None = None
    written_by: str = ""


def current_texts(codes: Collection[str] | None = None) -> dict[str, CurrentText]:
    """Give the words in use of some texts, or of all, by code. One query."""
    wanted = list(catalogue()) if codes is None else sorted(set(codes))
    found = {
        code: CurrentText(one, 0, one.subject, one.text, one.sms)
        for code in wanted
        for one in [template(code)]
    }
    for row in TextVersion.objects.filter(template__in=wanted).order_by("number"):
        found[row.template] = CurrentText(
            template(row.template),
            row.number,
            row.subject,
            row.text,
            row.sms,
            row.written_at,
            row.written_by,
        )
    return found


def current_text(code: str) -> CurrentText:
    """Give the words in use of one text. Raises ValueError when there is none of that name."""
    return current_texts([code])[code]


def text_versions(code: str) -> list[TextVersion]:
    """List what the office made of a text, the latest first."""
    return list(TextVersion.objects.filter(template=code).order_by("-number"))


# -- people ----------------------------------------------------------------------------------------


def _by_kind(identities: Iterable[Identity]) -> Iterator[Q]:
    """Cut identities into conditions small enough for one question each."""
    kinds: dict[str, list[str]] = {}
    for kind, key in identities:
        kinds.setdefault(kind, []).append(key)
    for kind, keys in kinds.items():
        for some in batched(sorted(set(keys)), AT_ONCE):
            yield Q(recipient_kind=kind, recipient_key__in=some)


def preferences(identities: Iterable[Identity]) -> dict[Identity, Preference]:
    """Give what people chose, for those who chose something. One query for 500 people."""
    return {
        (row.recipient_kind, row.recipient_key): row
        for condition in _by_kind(identities)
        for row in Preference.objects.filter(condition)
    }


def stopped_numbers(numbers: Iterable[str]) -> set[str]:
    """Give those of some numbers that said STOP. One query for 500 numbers."""
    wanted = sorted({number for number in numbers if number})
    return {
        number
        for some in batched(wanted, AT_ONCE)
        for number in StoppedNumber.objects.filter(pk__in=some).values_list("pk", flat=True)
    }


def requests_sent(identities: Iterable[Identity], *, now: datetime) -> dict[Identity, int]:
    """Count the requests each person got, or will get, since 30 days. One query for 500 people.

    One that was withheld, cancelled before it left, given up or refused by the other side is not
    counted.
    """
    counted: Counter[Identity] = Counter()
    gone = (*OPEN, *SENT_STATES)
    for condition in _by_kind(identities):
        rows = (
            Message.objects.filter(
                condition,
                kind=Kind.REQUEST,
                posted_at__gt=now - solicitation_span(),
                deliveries__state__in=gone,
            )
            .values_list("recipient_kind", "recipient_key", "pk")
            .distinct()
        )
        counted.update((kind, key) for kind, key, _ in rows)
    return dict(counted)


def may_be_asked(
    identities: Iterable[Identity], *, now: datetime, today: date
) -> dict[Identity, int]:
    """Say how many more requests each person may get now: 0 for one who must be left in peace.

    Counts what was sent since 30 days, what the person allows, and a pause. This is the rule that
    `services.post` holds to; whoever chooses people asks it first. Two queries for 500 people.
    """
    asked = list(identities)
    chosen = preferences(asked)
    sent = requests_sent(asked, now=now)
    found = {}
    for identity in asked:
        choice = chosen.get(identity)
        paused = choice is not None and choice.paused_until is not None
        if paused and choice is not None and choice.paused_until and today <= choice.paused_until:
            found[identity] = 0
            continue
        allowed = None if choice is None else choice.requests_a_month
        found[identity] = requests_left(sent.get(identity, 0), allowed=allowed)
    return found


@dataclass(frozen=True, slots=True)
class Solicited:
    """Somebody who was asked lately: how often in 30 days, when last, how many more are allowed.

    `paused_until`: chose not to be asked until then.
    """

    identity: Identity
    name: str
    count: int
    last_at: datetime
    left: int
    paused_until: date | None


def solicited(*, now: datetime, today: date) -> list[Solicited]:
    """List who got requests since 30 days, most often first. Three queries for 500 people."""
    gone = (*OPEN, *SENT_STATES)
    rows: dict[Identity, tuple[str, int, datetime]] = {}
    for kind, key, name, posted_at, _ in (
        Message.objects.filter(
            kind=Kind.REQUEST,
            posted_at__gt=now - solicitation_span(),
            deliveries__state__in=gone,
        )
        .order_by("posted_at", "pk")
        .values_list("recipient_kind", "recipient_key", "recipient_name", "posted_at", "pk")
        .distinct()
    ):
        _, count, _ = rows.get((kind, key), ("", 0, posted_at))
        rows[kind, key] = (name, count + 1, posted_at)
    left = may_be_asked(rows, now=now, today=today)
    chosen = preferences(rows)
    found = [
        Solicited(
            who,
            name,
            count,
            last,
            left[who],
            chosen[who].paused_until if who in chosen else None,
        )
        for who, (name, count, last) in rows.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.name, one.identity))


# -- the log ---------------------------------------------------------------------------------------


def log(
    *,
    text: str = "",
    state: str = "",
    template_code: str = "",
    channel: str = "",
    about: str = "",
    troubled: bool = False,
) -> QuerySet[Delivery]:
    """List the ways messages took, the latest first, with their message; none of a patient.

    `text` stands in the name, the address or the subject; `troubled`: only those that somebody must
    still look at.
    """
    found = (
        Delivery.objects.exclude(message__recipient_kind__in=OF_PATIENTS)
        .select_related("message")
        .order_by("-message__posted_at", "-id")
    )
    if text:
        found = found.filter(
            Q(message__recipient_name__icontains=text)
            | Q(address__icontains=text)
            | Q(message__subject__icontains=text)
        )
    if state:
        found = found.filter(state=state)
    if channel:
        found = found.filter(channel=channel)
    if template_code:
        found = found.filter(message__template=template_code)
    if about:
        found = found.filter(message__about=about)
    if troubled:
        found = found.filter(state__in=TROUBLED, settled_at=None)
    return found


def count_troubles() -> int:
    """Count what a person must still look at: what did not arrive, SMS to read. One query."""
    failed = log(troubled=True).order_by()
    return failed.values("pk").union(unread_sms().order_by().values("pk"), all=True).count()


def unread_sms() -> QuerySet[IncomingSms]:
    """List the SMS that came in and that somebody must read, the oldest first."""
    return IncomingSms.objects.filter(settled_at=None).order_by("received_at", "id")


def incoming_sms() -> QuerySet[IncomingSms]:
    """List all SMS that came in, the latest first."""
    return IncomingSms.objects.select_related("delivery__message").order_by("-received_at", "-id")


def count_patient_troubles() -> int:
    """Count what did not reach patients; their centres see to whom. One query."""
    return Delivery.objects.filter(
        message__recipient_kind__in=OF_PATIENTS, state__in=TROUBLED, settled_at=None
    ).count()


def message_with_ways(pk: int) -> Message | None:
    """Give a message with its ways and their tries; None for one to a patient. Three queries."""
    ways = Delivery.objects.order_by("id").prefetch_related(
        Prefetch("attempts", Attempt.objects.order_by("at", "id"))
    )
    found = Message.objects.exclude(recipient_kind__in=OF_PATIENTS)
    return found.filter(pk=pk).prefetch_related(Prefetch("deliveries", ways)).first()


# -- a person's own page ---------------------------------------------------------------------------


def inbox(identities: Sequence[Identity]) -> QuerySet[Message]:
    """List the messages of a person on the page of messages, the latest first.

    A cancelled message that never left is not shown.
    """
    kept = [code for code, one in catalogue().items() if one.in_app]
    condition = Q(pk__in=[])
    for one in _by_kind(identities):
        condition |= one
    return Message.objects.filter(
        condition, template__in=kept, cancelled_at=None, erased_at=None
    ).order_by("-posted_at", "-id")


def words_without_secrets(message: Message) -> str:
    """Give the words of a message for the page of the person: lines with a secret link left out."""
    if message.template not in catalogue():
        return message.text
    secret = [f"{{{one.label}}}" for one in template(message.template).fields if one.is_secret]
    lines = message.text.split("\n")
    return "\n".join(line for line in lines if not any(place in line for place in secret))


def about(thing: str) -> QuerySet[Message]:
    """List the messages about a thing (« rota.mission:12 »), the latest first."""
    return Message.objects.filter(about=thing).order_by("-posted_at", "-id")


def templates_left(things: Iterable[str]) -> dict[str, frozenset[str]]:
    """Name the texts that have left about each of some things. One query for 500 things."""
    gone = (DeliveryState.SENDING, *SENT_STATES)
    found: dict[str, set[str]] = {}
    for some in batched(sorted(set(things)), AT_ONCE):
        rows = Message.objects.filter(about__in=some, deliveries__state__in=gone)
        for thing, code in rows.values_list("about", "template"):
            found.setdefault(thing, set()).add(code)
    return {thing: frozenset(codes) for thing, codes in found.items()}
