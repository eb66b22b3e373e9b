"""Named values of the network."""

from __future__ import annotations

from django.db.models import TextChoices


class ClosureReason(TextChoices):
    """Why a centre is closed."""

    CHRISTMAS = "christmas", "fêtes de fin d’année"
    MID_AUGUST = "mid_august", "semaine du 15 août"
    PUBLIC_HOLIDAY = "public_holiday", "jour férié"
    WORKS = "works", "travaux"
    OTHER = "other", "autre"
