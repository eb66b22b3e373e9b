"""Cars, and the days they are not free."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from relais.network.models import Centre
from relais.premises.states import Gearbox


class Car(models.Model):
    """A car that a centre lends to its doctor of the week.

    `insured_until`: last day of the insurance. `named_drivers`: the insurer wants the name of each
    driver (`stays.AllowedDriver`).
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=80)
    plate = models.CharField("immatriculation", max_length=20, blank=True)
    seats = models.PositiveSmallIntegerField("places", default=5, validators=[MinValueValidator(1)])
    gearbox = models.CharField(
        "boîte de vitesses", max_length=10, choices=Gearbox, default=Gearbox.MANUAL
    )
    insured_until = models.DateField("assurée jusqu’au", null=True, blank=True)
    named_drivers = models.BooleanField(
        "l’assureur veut le nom de chaque conducteur", default=False
    )
    breakdown_phone = models.CharField("assistance en cas de panne", max_length=30, blank=True)
    keys_where = models.CharField("où sont les clés", max_length=200, blank=True)
    keys_who = models.CharField("qui les remet", max_length=80, blank=True)
    keys_phone = models.CharField("son téléphone", max_length=30, blank=True)
    advice = models.TextField("à savoir", blank=True)
    retired_on = models.DateField("n’est plus prêtée à partir du", null=True, blank=True)

    class Meta:
        verbose_name = "voiture"
        constraints = [
            models.UniqueConstraint(fields=["centre", "name"], name="premises_car_once"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="premises_car_has_seats"),
        ]

    def __str__(self) -> str:
        return self.name


class CarClosure(models.Model):
    """Days when a car cannot be lent, the first and the last included."""

    car = models.ForeignKey(Car, on_delete=models.CASCADE, related_name="closures")
    first_on = models.DateField("premier jour")
    last_on = models.DateField("dernier jour")
    reason = models.CharField("raison", max_length=120, blank=True)

    class Meta:
        verbose_name = "voiture indisponible"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="premises_car_closure_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car}, du {self.first_on} au {self.last_on}"
