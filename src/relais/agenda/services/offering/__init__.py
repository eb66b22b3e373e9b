"""Freed places and admissions, offered one after the other in the published order.

A place that falls free is found in the history of appointments, once. It is kept for the next in
order until the time to answer is over, then goes on. Each step is one transaction that a killed
worker leaves undone or done: the rows say where it stood. Turns are taken in one order everywhere:
the freed place or the offer, then the days, then the patients.
"""

from __future__ import annotations

from relais.agenda.services.offering.admissions import offer_admissions
from relais.agenda.services.offering.answering import (
    OfferOverRefusal,
    accept,
    end_silent_offers,
    refuse,
)
from relais.agenda.services.offering.freed import find_freed, offer_freed_places
from relais.agenda.services.offering.telling import climb

__all__ = [
    "OfferOverRefusal",
    "accept",
    "climb",
    "end_silent_offers",
    "find_freed",
    "offer_admissions",
    "offer_freed_places",
    "refuse",
]
