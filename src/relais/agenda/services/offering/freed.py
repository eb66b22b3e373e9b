"""Places that fall free, found once in the history, offered in the published order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from relais.agenda import planning
from relais.agenda.list_states import EntryState, ListKind, OfferState, PlaceState
from relais.agenda.models import (
    Appointment,
    AppointmentChange,
    DeskChoice,
    FreedPlace,
    PlaceOffer,
    WaitEntry,
)
from relais.agenda.services.appointments import hold
from relais.agenda.services.contacts import reached_at
from relais.agenda.services.offering.answering import end_silent_offers
from relais.agenda.services.offering.telling import climb, write_offer
from relais.agenda.services.refusals import AgendaRefusal, BusyRefusal
from relais.agenda.states import MAIN_LANE, AppointmentState, Channel
from relais.core import audit
from relais.core.actors import Actor
from relais.engine import parameters
from relais.engine.agenda import USES, Waiting, order, time_of, wall
from relais.engine.agenda.lists import Place, Wish, answer_until, in_order_for, is_soon
from relais.network.models import Line
from relais.patients.models import Registration

LOOK_BACK: Final = timedelta(days=1)  # a worker that was off longer offers nothing old
FREEING: Final = ("cancelled", "moved")


def find_freed(now: datetime) -> int:
    """Note the places that changes of the agenda gave back; gives their number. Once a change."""
    silent = DeskChoice.objects.filter(offers=False).values("centre")
    known = FreedPlace.objects.values("change")
    changes = (
        AppointmentChange.objects.filter(verb__in=FREEING, at__gt=now - LOOK_BACK, at__lte=now)
        .exclude(pk__in=known)
        .exclude(appointment__line__centre__in=silent)
        .filter(before__lane=MAIN_LANE)
        .order_by("at", "id")
    )
    rows = []
    zones = dict(Line.objects.values_list("pk", "centre__time_zone"))
    for change in changes:
        old = change.before
        rows.append(
            FreedPlace(
                change=change,
                line_id=old["line"],
                day=wall(old["tick"], zones[old["line"]]).date(),
                tick=old["tick"],
                ticks=old["ticks"],
                freed_at=change.at,
            )
        )
    FreedPlace.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def offer_freed_places(now: datetime, *, by: Actor) -> int:
    """Do what is due about freed places: find, end what is over, offer on; counts the offers."""
    find_freed(now)
    end_silent_offers(now, by=by)
    climb(now, by=by)
    count = 0
    for pk in list(
        FreedPlace.objects.filter(state=PlaceState.OPEN)
        .order_by("tick", "id")
        .values_list("pk", flat=True)
    ):
        count += _offer_next(pk, by=by, now=now) is not None
    return count


@transaction.atomic
def _offer_next(pk: int, *, by: Actor, now: datetime) -> PlaceOffer | None:
    """Offer a place to the next in order, whoever else is at it waits."""
    place = (
        FreedPlace.objects.select_for_update(no_key=True, of=("self",))
        .select_related("line__centre__commune")
        .get(pk=pk)
    )
    if place.state != PlaceState.OPEN:
        return None
    line = place.line
    free = Place(place.tick, place.ticks, line.centre.time_zone)
    reached = reached_at(line.centre, urgent=is_soon(free, now=now), now=now)
    until = answer_until(free, reached_at=reached, now=now)
    if until is None:
        _settle(place, PlaceState.PAST, by=by, now=now)
        return None
    sheet = planning.load_sheets([line], first=place.day, days=1, now=now)[line.pk, place.day]
    if sheet.overlapping(MAIN_LANE, place.tick, place.tick + place.ticks):
        _settle(place, PlaceState.TAKEN, by=by, now=now)
        return None
    wishes = _wishes(place, sheet)
    asked = set(PlaceOffer.objects.filter(place=place).values_list("entry_id", flat=True))
    chosen = in_order_for(free, [wish for wish, _ in wishes.values()], now=now, asked=asked)
    for wish in chosen:
        entry = wishes[wish.waiting.id][1]
        length = planning.length_for(
            _reason(entry), person=entry.person, is_new=entry.is_new, sheet=sheet
        )
        try:
            kept = hold(
                line,
                starts_at=time_of(place.tick),
                minutes=length.minutes,
                because=length.because,
                reason=_reason(entry),
                patient=entry.person,
                channel=Channel.WAITING,
                until=until + _grace(),
                request_key=f"offer-{place.pk}-{entry.pk}",
                by=by,
                now=now,
            )
        except BusyRefusal:
            raise
        except AgendaRefusal:
            continue  # not this place for this person: elsewhere then, or not done by this doctor
        place.state = PlaceState.OFFERED
        place.save(update_fields=["state"])
        rank = _rank(entry, now=now)
        return write_offer(entry, place=place, kept=kept, rank=rank, until=until, by=by, now=now)
    _settle(place, PlaceState.NOBODY, by=by, now=now)
    return None


def _wishes(place: FreedPlace, sheet: planning.Sheet) -> Mapping[int, tuple[Wish, Any]]:
    """Read who waits for an earlier place at a centre and is offered nothing else; four queries."""
    centre = place.line.centre
    kinds = {
        one.kind
        for one in sheet.segments
        if one.start < place.tick + place.ticks and place.tick < one.end
    }
    rows = list(
        WaitEntry.objects.filter(centre=centre, kind=ListKind.EARLIER, state=EntryState.WAITING)
        .exclude(offers__state=OfferState.OPEN)
        .filter(Q(appointment__isnull=True) | Q(appointment__state=AppointmentState.BOOKED))
        .select_related("person", "reason", "appointment")
    )
    people = [row.person_id for row in rows]
    known = set(
        Registration.objects.filter(centre=centre, person__in=people).values_list(
            "person", flat=True
        )
    ) | set(
        Appointment.objects.filter(
            patient__in=people, line__centre=centre, state=AppointmentState.DONE
        ).values_list("patient", flat=True)
    )
    found: dict[int, tuple[Wish, Any]] = {}
    for row in rows:
        reason = _reason(row)
        if not kinds <= USES[reason.kind] or not sheet.does(reason.practice_id):
            continue
        row.is_new = row.person_id not in known  # type: ignore[attr-defined]
        length = planning.length_for(reason, person=row.person, is_new=row.is_new, sheet=sheet)  # type: ignore[attr-defined]
        wish = Wish(
            waiting=Waiting(row.pk, row.urgency, row.since),
            ticks=length.ticks,
            weekdays=row.weekdays,
            half=row.half,
            notice_minutes=row.notice_minutes,
            before=None if row.appointment is None else row.appointment.tick,
        )
        found[row.pk] = (wish, row)
    return found


def _reason(entry: WaitEntry) -> Any:
    assert entry.reason is not None, "an earlier place has a reason, the database says so"
    return entry.reason


def _settle(place: FreedPlace, state: PlaceState, *, by: Actor, now: datetime) -> None:
    place.state, place.settled_at = state, now
    place.save(update_fields=["state", "settled_at"])
    audit.record(place, verb="agenda.place_settled", by=by, at=now, details={"state": str(state)})


def _rank(entry: WaitEntry, *, now: datetime) -> int:
    """Give the rank of a request on its whole list."""
    rows = WaitEntry.objects.filter(
        centre=entry.centre_id, kind=entry.kind, state=EntryState.WAITING
    ).values_list("pk", "urgency", "since")
    found = order((Waiting(*row) for row in rows), now=now)
    return [one.id for one in found].index(entry.pk) + 1


def _grace() -> timedelta:
    return timedelta(minutes=int(parameters.load("lists")["grace_minutes"].value))
