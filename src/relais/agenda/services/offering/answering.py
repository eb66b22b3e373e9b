"""Yes, no, or nothing: what an answer to an offer does, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from relais.agenda.list_states import CallKind, EntryState, OfferState, PlaceState
from relais.agenda.models import Appointment, CallTask, FreedPlace, PlaceOffer, WaitEntry
from relais.agenda.services.appointments import cancel, confirm_hold, release
from relais.agenda.services.contacts import ask_for_a_call
from relais.agenda.services.lists import ListRefusal
from relais.agenda.services.turn import lock_days
from relais.agenda.states import LIVE, AppointmentState, CancelledBy
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.outbox import services as outbox

OVER: Final = "Cette proposition n’est plus ouverte : le délai de réponse est passé."


class OfferOverRefusal(ListRefusal):
    """It is too late to answer an offer."""


def accept(offer: PlaceOffer, *, by: Actor, now: datetime) -> PlaceOffer:
    """Take what is offered; again does nothing. The later appointment is given back.

    Raises OfferOverRefusal when the time is over, and the refusals of `confirm_hold`.
    """
    with transaction.atomic():
        row = _answer(offer, OfferState.ACCEPTED, by=by, now=now)
        if row is None:
            return PlaceOffer.objects.get(pk=offer.pk)
        entry = row.entry
        if row.appointment is None:
            WaitEntry.objects.filter(pk=entry.pk).update(state=EntryState.ACCEPTED)
            ask_for_a_call(
                entry.person,
                centre=entry.centre,
                kind=CallKind.ADMITTED,
                about=f"agenda.offer:{row.pk}",
                entry=entry,
                by=by,
                now=now,
            )
        else:
            _take(row, row.appointment, by=by, now=now)
            WaitEntry.objects.filter(pk=entry.pk).update(state=EntryState.SERVED, ended_at=now)
        _recorded(row, verb="agenda.offer_accepted", by=by, now=now)
        return row


def _take(offer: PlaceOffer, kept: Appointment, *, by: Actor, now: datetime) -> None:
    later = offer.entry.appointment
    days = [(kept.line_id, kept.day)]
    if later is not None:
        days.append((later.line_id, later.day))
    lock_days(days)  # both at once, in order: two people who answer never wait for each other
    confirm_hold(
        kept,
        patient=offer.entry.person,
        request_key=f"offer-yes-{offer.pk}",
        by=by,
        now=now,
    )
    if later is not None:
        later = Appointment.objects.get(pk=later.pk)
    if later is not None and later.state == AppointmentState.BOOKED:
        cancel(
            later,
            cancelled_by=CancelledBy.PATIENT,
            why="remplacé par une place plus tôt",
            request_key=f"offer-old-{offer.pk}",
            by=by,
            now=now,
        )
    if offer.place_id is not None:
        FreedPlace.objects.filter(pk=offer.place_id).update(state=PlaceState.FILLED, settled_at=now)


def refuse(offer: PlaceOffer, *, by: Actor, now: datetime) -> PlaceOffer:
    """Leave what is offered to the next; the rank stays. Again does nothing.

    Raises OfferOverRefusal when the time is over.
    """
    with transaction.atomic():
        row = _answer(offer, OfferState.REFUSED, by=by, now=now)
        if row is None:
            return PlaceOffer.objects.get(pk=offer.pk)
        WaitEntry.objects.filter(pk=row.entry_id).update(refusals=F("refusals") + 1, silences=0)
        _go_on(row, by=by, now=now)
        _recorded(row, verb="agenda.offer_refused", by=by, now=now)
        return row


def _answer(offer: PlaceOffer, state: OfferState, *, by: Actor, now: datetime) -> PlaceOffer | None:
    """Write an answer down; None when it was the same already."""
    taken = PlaceOffer.objects.filter(
        pk=offer.pk, state=OfferState.OPEN, expires_at__gt=now
    ).update(state=state, ended_at=now, ended_by=by.label[:200])
    row = PlaceOffer.objects.select_related(
        "entry__person", "entry__centre__commune", "entry__appointment", "appointment__line__centre"
    ).get(pk=offer.pk)
    if taken:
        outbox.cancel(f"agenda.offer:{row.pk}", now=now)
        CallTask.objects.filter(offer=row, done_at=None).update(
            done_at=now, done_by=by.label[:200], result="useless"
        )
        return row
    if row.state == state:
        return None
    raise OfferOverRefusal(OVER)


def _go_on(offer: PlaceOffer, *, by: Actor, now: datetime) -> None:
    """Give the place back for the next in order."""
    kept = offer.appointment
    if kept is None or offer.place_id is None:
        return
    kept = Appointment.objects.get(pk=kept.pk)
    if kept.state == AppointmentState.HELD:
        release(kept, request_key=f"offer-no-{offer.pk}", by=by, now=now)
    is_taken = kept.state in LIVE and kept.state != AppointmentState.HELD
    FreedPlace.objects.filter(pk=offer.place_id).update(
        state=PlaceState.TAKEN if is_taken else PlaceState.OPEN
    )


def end_silent_offers(now: datetime, *, by: Actor) -> int:
    """End the offers whose time is over; after two silences somebody calls. Counts them."""
    count = 0
    most = int(parameters.load("lists")["silences_before_call"].value)
    for pk in list(
        PlaceOffer.objects.filter(state=OfferState.OPEN, expires_at__lte=now)
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        with transaction.atomic():
            ended = PlaceOffer.objects.filter(pk=pk, state=OfferState.OPEN).update(
                state=OfferState.SILENT, ended_at=now, ended_by=by.label[:200]
            )
            if not ended:
                continue
            row = PlaceOffer.objects.select_related(
                "entry__person", "entry__centre", "appointment"
            ).get(pk=pk)
            WaitEntry.objects.filter(pk=row.entry_id).update(silences=F("silences") + 1)
            CallTask.objects.filter(offer=row, done_at=None).update(
                done_at=now, done_by=by.label[:200], result="useless"
            )
            _go_on(row, by=by, now=now)
            silences = row.entry.silences + 1
            if silences % most == 0:
                ask_for_a_call(
                    row.entry.person,
                    centre=row.entry.centre,
                    kind=CallKind.SILENCE,
                    about=f"agenda.entry:{row.entry_id}:{silences}",
                    entry=row.entry,
                    by=by,
                    now=now,
                )
            _recorded(row, verb="agenda.offer_silent", by=by, now=now)
            count += 1
    return count


def _recorded(offer: PlaceOffer, *, verb: str, by: Actor, now: datetime) -> None:
    details = {"patient": offer.entry.person_id, "list": str(offer.entry.kind), "rank": offer.rank}
    audit.record(offer, verb=verb, by=by, at=now, details=details)
