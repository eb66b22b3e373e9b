"""What of a centre's houses, cars and stays a person may reach: 404 for all else."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone

from relais.network.models import Centre
from relais.network.permissions import centres_of
from relais.portals.gates import PersonRequest
from relais.premises.models import Car, Incident, Lodging
from relais.stays import queries as stays_read
from relais.stays.models import Stay


def my_centres(request: PersonRequest) -> list[Centre]:
    """List the centres that a person may see today."""
    return list(centres_of(request.user, timezone.localdate()))


def my_centre(request: PersonRequest, pk: int) -> Centre:
    """Give one of them."""
    return get_object_or_404(centres_of(request.user, timezone.localdate()), pk=pk)


def my_lodging(request: PersonRequest, pk: int) -> Lodging:
    """Give a lodging of one of them."""
    rows = Lodging.objects.select_related("centre")
    return get_object_or_404(rows, pk=pk, centre__in=my_centres(request))


def my_car(request: PersonRequest, pk: int) -> Car:
    """Give a car of one of them."""
    rows = Car.objects.select_related("centre")
    return get_object_or_404(rows, pk=pk, centre__in=my_centres(request))


def my_incident(request: PersonRequest, pk: int) -> Incident:
    """Give something to repair in one of them."""
    centres = my_centres(request)
    rows = Incident.objects.select_related("lodging", "car")
    found = rows.filter(lodging__centre__in=centres) | rows.filter(car__centre__in=centres)
    return get_object_or_404(found, pk=pk)


def my_stay(request: PersonRequest, pk: int) -> Stay:
    """Give a stay of one of them that was not given back."""
    rows = stays_read.whole_stays().filter(released_at=None)
    return get_object_or_404(rows, pk=pk, mission__line__centre__in=my_centres(request))
