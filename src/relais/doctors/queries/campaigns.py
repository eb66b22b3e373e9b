"""Campaigns, and how many doctors the collective counts."""

from __future__ import annotations

from django.db.models import QuerySet

from relais.doctors.models import Campaign, Doctor


def campaigns() -> QuerySet[Campaign]:
    """List the campaigns, the latest first."""
    return Campaign.objects.order_by("-starts_on", "-pk")


def count_in_collective() -> int:
    """Count the doctors who have not left."""
    return Doctor.objects.filter(left_on=None).count()
