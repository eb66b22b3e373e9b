"""An offer is written, and told by one way after the other: e-mail, SMS, a call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from relais.agenda import tokens
from relais.agenda.list_states import CallKind, OfferState
from relais.agenda.models import Appointment, FreedPlace, PlaceOffer, WaitEntry
from relais.agenda.services.contacts import ask_for_a_call, recipient_of
from relais.core import audit, formats
from relais.core.actors import Actor
from relais.engine.agenda import wall
from relais.engine.agenda.lists import Place, is_soon
from relais.network.models import Centre
from relais.outbox import services as outbox
from relais.outbox.recipients import Recipient

EMAIL: Final = "email"
SMS: Final = "sms"
BOTH: Final = "both"
PHONE: Final = "phone"


def write_offer(
    entry: WaitEntry,
    *,
    place: FreedPlace | None,
    kept: Appointment | None,
    rank: int,
    until: datetime,
    by: Actor,
    now: datetime,
) -> PlaceOffer:
    """Offer a place, or an admission without place, to somebody, and tell it by the first way."""
    ways = _ways(entry, kept, now=now)
    offer = PlaceOffer.objects.create(
        entry=entry,
        place=place,
        appointment=kept,
        rank=rank,
        channel=ways[0],
        offered_at=now,
        expires_at=until,
    )
    audit.record(
        offer,
        verb="agenda.place_offered",
        by=by,
        at=now,
        details={
            "patient": entry.person_id,
            "list": str(entry.kind),
            "rank": rank,
            "class": entry.urgency,
            "since": entry.since.isoformat(),
            "until": until.isoformat(),
        },
    )
    tell(offer, way=ways[0], step=0, by=by, now=now)
    return offer


def _card(entry: WaitEntry, *, now: datetime) -> Recipient:
    centre = Centre.objects.select_related("commune").get(pk=entry.centre_id)
    return recipient_of(entry.person, centre=centre, today=now.date())


def _ways(entry: WaitEntry, kept: Appointment | None, *, now: datetime) -> list[str]:
    """Give the ladder of somebody: e-mail, then SMS, then a call; both at once for a place soon."""
    card = _card(entry, now=now)
    has_sms = bool(card.mobile and (settings.SMS_GATEWAY or settings.DEMO))
    ways = ([EMAIL] if card.email else []) + ([SMS] if has_sms else [])
    if kept is not None and len(ways) == 2:
        zone = kept.line.centre.time_zone
        if is_soon(Place(kept.tick, kept.ticks, zone), now=now):
            ways = [BOTH]
    return [*ways, PHONE]


def climb(now: datetime, *, by: Actor) -> int:
    """Go one way further for offers without an answer: each way has its share of the time."""
    count = 0
    rows = PlaceOffer.objects.filter(state=OfferState.OPEN, expires_at__gt=now).exclude(
        channel=PHONE
    )
    for offer in rows.select_related("entry__person", "appointment__line__centre").order_by("pk"):
        ways = _ways(offer.entry, offer.appointment, now=offer.offered_at)
        share = (offer.expires_at - offer.offered_at) / len(ways)
        step = min(int((now - offer.offered_at) / share), len(ways) - 1)
        if ways[step] == offer.channel or offer.channel not in ways[:step]:
            continue
        with transaction.atomic():
            moved = PlaceOffer.objects.filter(
                pk=offer.pk, state=OfferState.OPEN, channel=offer.channel
            ).update(channel=ways[step])
            if moved:
                offer.channel = ways[step]
                tell(offer, way=ways[step], step=step, by=by, now=now)
                count += 1
    return count


def tell(offer: PlaceOffer, *, way: str, step: int, by: Actor, now: datetime) -> None:
    """Say an offer by one way; never twice by the same."""
    entry, kept = offer.entry, offer.appointment
    centre = Centre.objects.select_related("commune").get(pk=entry.centre_id)
    zone = wall(0, centre.time_zone).tzinfo
    until = offer.expires_at.astimezone(zone)
    if way == PHONE:
        ask_for_a_call(
            entry.person,
            centre=centre,
            kind=CallKind.OFFER,
            about=f"agenda.offer:{offer.pk}",
            offer=offer,
            entry=entry,
            useless_at=offer.expires_at,
            by=by,
            now=now,
        )
        return
    card = _card(entry, now=now)
    urgent = False
    values = {
        "network": settings.NETWORK_NAME,
        "centre": centre.name,
        "until": f"{formats.date_words(until.date())} à {formats.time_words(until.time())}",
        "link": tokens.address_of(offer.public_id),
    }
    if kept is not None:
        begins = wall(kept.tick, centre.time_zone)
        urgent = is_soon(Place(kept.tick, kept.ticks, centre.time_zone), now=now)
        values |= {
            "day": formats.date_words(begins.date()),
            "time": formats.time_words(begins.time()),
        }
    outbox.post(
        Recipient(
            kind=card.kind,
            key=card.key,
            name=card.name,
            email=card.email if way in {EMAIL, BOTH} else "",
            phone=card.phone if way in {SMS, BOTH} else "",
            time_zone=card.time_zone,
            department=card.department,
        ),
        template="place_offer" if kept is not None else "admission_offer",
        about=f"agenda.offer:{offer.pk}",
        version=step,
        values=values,
        give_up_at=offer.expires_at,
        urgent=urgent,
        by=by,
        now=now,
    )
