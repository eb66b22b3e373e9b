"""Admissions to the centre, offered in the published order."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from relais.agenda.list_states import EntryState, ListKind, OfferState
from relais.agenda.models import WaitEntry
from relais.agenda.services.contacts import reached_at
from relais.agenda.services.lists import ListRefusal
from relais.agenda.services.offering.telling import write_offer
from relais.core.actors import Actor
from relais.engine.agenda import Waiting, order
from relais.engine.agenda.lists import answer_until
from relais.network.models import Centre


@transaction.atomic
def offer_admissions(centre: Centre, *, count: int, by: Actor, now: datetime) -> int:
    """Offer to the first `count` of the admission list to be taken on; gives how many were.

    Who has an open offer is not counted again. Raises ListRefusal for nobody.
    """
    if count < 1:
        raise ListRefusal("Dites combien de personnes le centre peut inscrire.")
    Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)
    rows = {
        row.pk: row
        for row in WaitEntry.objects.filter(
            centre=centre, kind=ListKind.ADMISSION, state=EntryState.WAITING
        )
        .exclude(offers__state=OfferState.OPEN)
        .select_related("person")
    }
    found = order((Waiting(row.pk, row.urgency, row.since) for row in rows.values()), now=now)
    reached = reached_at(centre, urgent=False, now=now)
    until = answer_until(None, reached_at=reached, now=now)
    assert until is not None, "an admission always leaves time to answer"
    for rank, one in enumerate(found[:count], start=1):
        write_offer(rows[one.id], place=None, kept=None, rank=rank, until=until, by=by, now=now)
    return min(count, len(found))
