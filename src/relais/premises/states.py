"""Named values of lodgings and cars."""

from __future__ import annotations

from django.db.models import TextChoices


class Gearbox(TextChoices):
    """How a car is driven: not everybody drives both."""

    MANUAL = "manual", "manuelle"
    AUTOMATIC = "automatic", "automatique"
