"""Named values of the agenda."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from relais.engine.agenda import (
    ADMIN,
    CLOSED,
    HOME_VISIT,
    PLANNED,
    SAME_DAY,
)


class PlaceKind(TextChoices):
    """What some time of the week is kept for; CLOSED paints over what was open."""

    PLANNED = PLANNED, "consultation prévue"
    SAME_DAY = SAME_DAY, "soin du jour"
    ADMIN = ADMIN, "dossiers"
    HOME_VISIT = HOME_VISIT, "visite à domicile"
    CLOSED = CLOSED, "fermé"


class AppointmentState(TextChoices):
    """Where an appointment stands."""

    HELD = "held", "place gardée"
    BOOKED = "booked", "prévu"
    ARRIVED = "arrived", "arrivé"
    STARTED = "started", "en consultation"
    DONE = "done", "vu"
    NO_SHOW = "no_show", "non venu"
    CANCELLED = "cancelled", "annulé"
    EXPIRED = "expired", "place rendue"


# States that own their ticks; the others own none.
LIVE: Final = (
    AppointmentState.HELD,
    AppointmentState.BOOKED,
    AppointmentState.ARRIVED,
    AppointmentState.STARTED,
    AppointmentState.DONE,
)
# States from which an appointment may still be moved, lengthened or cancelled.
CHANGEABLE: Final = (AppointmentState.HELD, AppointmentState.BOOKED)


class Channel(TextChoices):
    """By which way an appointment came."""

    CENTRE = "centre", "au centre"
    PHONE = "phone", "par téléphone"
    ONLINE = "online", "par le patient, en ligne"
    WAITING = "waiting", "depuis la liste d’attente"


class CancelledBy(TextChoices):
    """Who gave a place back."""

    PATIENT = "patient", "le patient"
    CENTRE = "centre", "le centre"


class Lane(TextChoices):
    """The first lane, and the second one on which places are added on purpose, « entre deux »."""

    MAIN = "0", "à l’heure"
    BETWEEN = "1", "entre deux"


MAIN_LANE: Final = 0
BETWEEN_LANE: Final = 1
LANES: Final = (MAIN_LANE, BETWEEN_LANE)
