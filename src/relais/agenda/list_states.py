"""Named values of the two lists, of calls to make and of reminders."""

from __future__ import annotations

from typing import Final

from django.db.models import IntegerChoices, TextChoices


class ListKind(TextChoices):
    """The two lists, never mixed."""

    ADMISSION = "admission", "liste d’inscription au centre"
    EARLIER = "earlier", "liste « plus tôt si possible »"


class Urgency(IntegerChoices):
    """The classes of the published order, 0 first. Set by the centre, never told in a message."""

    PRESSING = 0, "pressé, à la demande d’un soignant"
    FOLLOW_UP = 1, "suivi régulier en retard"
    YOUNG = 2, "grossesse ou tout-petit"
    OTHER = 3, "autre"


class EntryState(TextChoices):
    """Where a request on a list stands."""

    WAITING = "waiting", "attend"
    ACCEPTED = "accepted", "a dit oui, à inscrire"
    SERVED = "served", "servi"
    LEFT = "left", "sorti de la liste"


class OfferState(TextChoices):
    """Where an offer stands."""

    OPEN = "open", "proposée"
    ACCEPTED = "accepted", "acceptée"
    REFUSED = "refused", "refusée"
    SILENT = "silent", "sans réponse"
    GONE = "gone", "retirée"


class PlaceState(TextChoices):
    """Where a freed place stands."""

    OPEN = "open", "à proposer"
    OFFERED = "offered", "proposée"
    FILLED = "filled", "reprise par la liste"
    NOBODY = "nobody", "ne convient à personne sur la liste"
    TAKEN = "taken", "prise entre-temps"
    PAST = "past", "passée"


class CallKind(TextChoices):
    """Why the coordinator calls."""

    OFFER = "offer", "proposer une place"
    REMINDER = "reminder", "rappeler un rendez-vous"
    NO_SHOW = "no_show", "prendre des nouvelles : non venu"
    SILENCE = "silence", "demander si la personne attend toujours"
    ADMITTED = "admitted", "inscrire : la personne a dit oui"
    CONFLICT = "conflict", "vérifier une arrivée notée deux fois"
    LATE = "late", "prévenir : le médecin a du retard"


class CallResult(TextChoices):
    """How a call ended."""

    REACHED = "reached", "jointe"
    UNREACHED = "unreached", "pas de réponse, ne plus rappeler"
    USELESS = "useless", "n’a plus d’objet"


class Step(TextChoices):
    """The reminders of an appointment."""

    FIRST = "first", "quelques jours avant"
    LAST = "last", "la veille"
    DOCTOR = "doctor", "le médecin a changé"


WEEKDAYS: Final = 127  # one bit a day, Monday the first: all seven
