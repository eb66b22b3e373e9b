"""The two lists as the coordinator reads them: in the published order, with what is on offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from relais.agenda.list_states import EntryState, ListKind, OfferState, PlaceState
from relais.agenda.models import FreedPlace, PlaceOffer, WaitEntry
from relais.engine.agenda import TICK_MINUTES, Waiting, order, wall
from relais.network.models import Centre


@dataclass(frozen=True, slots=True)
class WaitRow:
    """Someone who waits: rank, days since, the offer that is open, until when (wall clock)."""

    rank: int
    entry: WaitEntry
    days: int
    offer: PlaceOffer | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class WaitList:
    """One of the two lists."""

    kind: ListKind
    rows: tuple[WaitRow, ...]
    accepted: tuple[WaitEntry, ...]

    @property
    def is_admission(self) -> bool:
        """Say whether it is the list of who wants to be taken on."""
        return self.kind == ListKind.ADMISSION


@dataclass(frozen=True, slots=True)
class FreedRow:
    """A place that fell free: its hour, length, and the offer that is open."""

    place: FreedPlace
    at: time
    minutes: int
    offer: PlaceOffer | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Both lists and the places of the last days."""

    lists: tuple[WaitList, ...]
    places: tuple[FreedRow, ...]


def read(centre: Centre, *, now: datetime) -> Shown:
    """Read the lists of a centre; three queries."""
    zone = wall(0, centre.time_zone).tzinfo
    entries = list(
        WaitEntry.objects.filter(
            centre=centre, state__in=(EntryState.WAITING, EntryState.ACCEPTED)
        ).select_related("person", "reason", "appointment")
    )
    offers = list(
        PlaceOffer.objects.filter(entry__centre=centre, state=OfferState.OPEN).select_related(
            "entry__person", "appointment"
        )
    )
    by_entry = {one.entry_id: one for one in offers}
    by_place = {one.place_id: one for one in offers if one.place_id is not None}
    found = []
    for kind in (ListKind.EARLIER, ListKind.ADMISSION):
        mine = {row.pk: row for row in entries if row.kind == kind and row.state == "waiting"}
        ranked = order((Waiting(row.pk, row.urgency, row.since) for row in mine.values()), now=now)
        rows = tuple(
            WaitRow(
                rank=rank,
                entry=mine[one.id],
                days=(now - one.since).days,
                offer=by_entry.get(one.id),
                until=by_entry[one.id].expires_at.astimezone(zone) if one.id in by_entry else None,
            )
            for rank, one in enumerate(ranked, start=1)
        )
        accepted = tuple(row for row in entries if row.kind == kind and row.state == "accepted")
        found.append(WaitList(kind, rows, accepted))
    places = FreedPlace.objects.filter(
        line__centre=centre, freed_at__gte=now - timedelta(days=7)
    ).exclude(state=PlaceState.PAST)
    return Shown(
        lists=tuple(found),
        places=tuple(
            FreedRow(
                place=place,
                at=wall(place.tick, centre.time_zone).time(),
                minutes=place.ticks * TICK_MINUTES,
                offer=by_place.get(place.pk),
                until=by_place[place.pk].expires_at.astimezone(zone)
                if place.pk in by_place
                else None,
            )
            for place in places.select_related("line").order_by("tick", "pk")
        ),
    )
