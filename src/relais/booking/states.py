"""Named values of booking by patients."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from relais.engine import representation
from relais.patients.states import ProxyKind


class Access(TextChoices):
    """What the public page of a centre lets people do."""

    OPEN = "open", "prendre rendez-vous en ligne"
    SHOWN = "shown", "voir les places, et appeler"
    CLOSED = "closed", "appeler seulement"


class RequestState(TextChoices):
    """Where a request stands: its code is awaited, it became an appointment, it came to nothing."""

    ASKED = "asked", "code attendu"
    CONFIRMED = "confirmed", "confirmée"
    DROPPED = "dropped", "abandonnée"


# By what right someone may ask for another person, online.
ASKERS: Final = (
    (ProxyKind.PARENT, "son père ou sa mère"),
    (ProxyKind.GUARDIAN, "son tuteur ou sa tutrice"),
    (ProxyKind.HELPER, "un proche qui l’aide"),
)
CHILD_ASKERS: Final = frozenset(
    {representation.PARENT, representation.GUARDIAN, representation.HELPER}
)
