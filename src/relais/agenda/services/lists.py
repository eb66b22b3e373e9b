"""Joining and leaving the two lists, and noting a request that found nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from relais.agenda.list_states import (
    WEEKDAYS,
    EntryState,
    ListKind,
    OfferState,
    Urgency,
)
from relais.agenda.models import Appointment, PlaceOffer, Reason, RefusedRequest, WaitEntry
from relais.agenda.services.refusals import AgendaRefusal
from relais.agenda.states import Channel
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.network.models import Centre
from relais.patients import services as patients
from relais.patients.models import Person

_ON = (EntryState.WAITING, EntryState.ACCEPTED)


class ListRefusal(AgendaRefusal):
    """The list cannot be kept like this."""


@transaction.atomic
def join(
    person: Person,
    *,
    centre: Centre,
    kind: ListKind,
    by: Actor,
    now: datetime,
    urgency: int = Urgency.OTHER,
    since: datetime | None = None,
    reason: Reason | None = None,
    appointment: Appointment | None = None,
    weekdays: Iterable[int] | None = None,
    half: str = "",
    notice_minutes: int | None = None,
) -> WaitEntry:
    """Put somebody on a list; who is on it already stays where one is.

    `since`: of a list kept before on paper, never later than now. `weekdays`: those that suit,
    Monday 0. Raises ListRefusal without a reason of visit on the earlier-slot list, or when the
    appointment is of somebody else.
    """
    if kind == ListKind.EARLIER and reason is None:
        raise ListRefusal("Choisissez le motif : la durée de la place en dépend.")
    if appointment is not None and appointment.patient_id != person.pk:
        raise ListRefusal("Ce rendez-vous est celui de quelqu’un d’autre.")
    standing = WaitEntry.objects.filter(kind=kind, centre=centre, person=person, state__in=_ON)
    found = standing.first()
    if found is not None:
        return found
    bits = WEEKDAYS if weekdays is None else sum(1 << day for day in set(weekdays))
    if not 1 <= bits <= WEEKDAYS:
        raise ListRefusal("Choisissez au moins un jour qui convient.")
    usual = int(parameters.load("lists")["notice_minutes"].value)
    try:
        with transaction.atomic():
            entry = WaitEntry.objects.create(
                kind=kind,
                centre=centre,
                person=person,
                urgency=urgency,
                since=min(since or now, now),
                reason=reason,
                appointment=appointment,
                weekdays=bits,
                half=half,
                notice_minutes=usual if notice_minutes is None else notice_minutes,
            )
    except IntegrityError:
        return standing.get()
    patients.make_known(person, centre=centre, by=by, now=now)
    audit.record(
        entry,
        verb="agenda.list_joined",
        by=by,
        at=now,
        details={
            "patient": person.pk,
            "list": str(kind),
            "class": int(urgency),
            "since": entry.since.isoformat(),
        },
    )
    return entry


@transaction.atomic
def set_class(entry: WaitEntry, *, urgency: int, why: str, by: Actor, now: datetime) -> WaitEntry:
    """Change the class of a request, with the reason; raises ListRefusal without one."""
    if urgency not in Urgency.values:
        raise ListRefusal("Choisissez une des classes.")
    if not why.strip():
        raise ListRefusal("Dites qui l’a demandé : le changement de classe se lit dans le journal.")
    row = WaitEntry.objects.select_for_update(no_key=True, of=("self",)).get(pk=entry.pk)
    if row.urgency == urgency:
        return row
    before, row.urgency = row.urgency, urgency
    row.save(update_fields=["urgency"])
    audit.record(
        row,
        verb="agenda.class_set",
        by=by,
        at=now,
        why=why,
        details={"patient": row.person_id, "from": before, "to": urgency},
    )
    return row


@transaction.atomic
def leave(entry: WaitEntry, *, why: str, by: Actor, now: datetime, served: bool = False) -> None:
    """Take somebody off a list; twice does nothing. An offer that is open must be answered first.

    `served`: registered, or given a place another way. Raises ListRefusal while an offer is open.
    """
    if PlaceOffer.objects.filter(entry=entry, state=OfferState.OPEN).exists():
        raise ListRefusal("Une place est proposée à cette personne : notez d’abord sa réponse.")
    ended = WaitEntry.objects.filter(pk=entry.pk, state__in=_ON).update(
        state=EntryState.SERVED if served else EntryState.LEFT, ended_at=now, why_left=why[:200]
    )
    if ended:
        audit.record(
            entry,
            verb="agenda.list_left",
            by=by,
            at=now,
            why=why,
            details={"patient": entry.person_id, "list": str(entry.kind), "served": served},
        )


@transaction.atomic
def note_refused(
    centre: Centre,
    *,
    reason: Reason,
    channel: Channel,
    request_key: str,
    by: Actor,
    now: datetime,
    person: Person | None = None,
) -> RefusedRequest:
    """Note that somebody asked and nothing suited; the same click counts once."""
    row, is_new = RefusedRequest.objects.get_or_create(
        request_key=request_key,
        defaults={
            "centre": centre,
            "reason": reason,
            "person": person,
            "channel": channel,
            "at": now,
        },
    )
    if is_new:
        details = {"centre": centre.key, "patient": person.pk if person else None}
        audit.record(row, verb="agenda.request_unmet", by=by, at=now, details=details)
    return row


@transaction.atomic
def take_over_lists(person: Person, *, into: Person, by: Actor, now: datetime) -> int:
    """Give the requests of a file to another one that it is merged into; who waits longer stays."""
    moved = 0
    for row in WaitEntry.objects.filter(person=person, state__in=_ON).order_by("pk"):
        twin = WaitEntry.objects.filter(
            person=into, kind=row.kind, centre=row.centre, state__in=_ON
        ).first()
        if twin is not None and PlaceOffer.objects.filter(entry=row, state="open").exists():
            raise ListRefusal("Une place est proposée à l’une des deux fiches : répondez d’abord.")
        if twin is not None:
            WaitEntry.objects.filter(pk=twin.pk).update(
                since=min(twin.since, row.since), urgency=min(twin.urgency, row.urgency)
            )
            leave(row, why="fiche réunie à une autre", by=by, now=now)
        else:
            WaitEntry.objects.filter(pk=row.pk).update(person=into)
            moved += 1
    audit.record(into, verb="agenda.lists_merged", by=by, at=now, details={"from": person.pk})
    return moved
