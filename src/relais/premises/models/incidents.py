"""What is broken or scratched, in a lodging or on a car."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.premises.models.cars import Car
from relais.premises.models.lodgings import Lodging


class Incident(models.Model):
    """Something to repair, noted by who saw it. The photograph, if any, is a private file."""

    lodging = models.ForeignKey(
        Lodging, on_delete=models.CASCADE, related_name="incidents", null=True, blank=True
    )
    car = models.ForeignKey(
        Car, on_delete=models.CASCADE, related_name="incidents", null=True, blank=True
    )
    text = models.CharField("ce qui se passe", max_length=400)
    file_name = models.CharField(max_length=32, blank=True, editable=False)
    media_type = models.CharField(max_length=30, blank=True, editable=False)
    noted_at = models.DateTimeField("noté le", editable=False)
    noted_by = models.CharField("noté par", max_length=200, editable=False)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "souci"
        constraints = [
            models.CheckConstraint(
                condition=Q(lodging__isnull=False, car__isnull=True)
                | Q(lodging__isnull=True, car__isnull=False),
                name="premises_incident_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lodging or self.car} : {self.noted_at:%d/%m/%Y}"
