"""Channels, and the states of a message on its way."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class Channel(TextChoices):
    """By which way a message goes. `NONE`: no way was found, and somebody must know."""

    EMAIL = "email", "courriel"
    SMS = "sms", "SMS"
    NONE = "none", "aucune adresse"


class Kind(TextChoices):
    """Why a message is sent: what may delay it and what may stop it follows from that."""

    ANSWER = "answer", "réponse à ce que la personne vient de faire"
    NOTICE = "notice", "nouvelle de ses missions ou de ses papiers"
    REMINDER = "reminder", "rappel"
    REQUEST = "request", "sollicitation"


class SmsUse(TextChoices):
    """When a text also goes by SMS, if the person agrees and has a mobile telephone."""

    NEVER = "never", "jamais"
    URGENT = "urgent", "quand c’est urgent, ou sans adresse électronique"
    ALWAYS = "always", "toujours"


class DeliveryState(TextChoices):
    """Where a message stands on one way."""

    WAITING = "waiting", "en attente"
    SENDING = "sending", "envoi en cours"
    SENT = "sent", "envoyé"
    DELIVERED = "delivered", "reçu"
    FAILED = "failed", "refusé"
    TOO_LATE = "too_late", "trop tard"
    UNCERTAIN = "uncertain", "envoi incertain"
    UNREACHABLE = "unreachable", "sans adresse"
    WITHHELD = "withheld", "retenu"
    CANCELLED = "cancelled", "annulé"


# What the worker still has to do.
OPEN: Final = (DeliveryState.WAITING, DeliveryState.SENDING)
# What a person must see: the message did not arrive, or nobody knows.
TROUBLED: Final = (
    DeliveryState.FAILED,
    DeliveryState.TOO_LATE,
    DeliveryState.UNCERTAIN,
    DeliveryState.UNREACHABLE,
)
# What may be sent once more by hand.
RESENDABLE: Final = (*TROUBLED, DeliveryState.WITHHELD)


class Meaning(TextChoices):
    """What an incoming SMS says."""

    YES = "yes", "oui"
    NO = "no", "non"
    STOP = "stop", "stop"
    START = "start", "reprendre"
    OTHER = "other", "à lire"
