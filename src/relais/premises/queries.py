"""Lodgings and cars as they are read."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from relais.premises.models import Car, Incident, Lodging


def lodgings(*, centre_ids: Collection[int]) -> QuerySet[Lodging]:
    """List the lodgings of some centres, by centre and name."""
    return (
        Lodging.objects.filter(centre_id__in=centre_ids)
        .select_related("centre")
        .order_by("centre__name", "centre_id", "name", "id")
    )


def cars(*, centre_ids: Collection[int]) -> QuerySet[Car]:
    """List the cars of some centres, by centre and name."""
    return (
        Car.objects.filter(centre_id__in=centre_ids)
        .select_related("centre")
        .order_by("centre__name", "centre_id", "name", "id")
    )


def open_incidents(*, centre_ids: Collection[int]) -> QuerySet[Incident]:
    """List what is to repair in some centres, the oldest first."""
    rows = Incident.objects.filter(settled_at=None).select_related("lodging", "car")
    return (
        rows.filter(lodging__centre_id__in=centre_ids) | rows.filter(car__centre_id__in=centre_ids)
    ).order_by("noted_at", "id")
