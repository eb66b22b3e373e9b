"""Weeks offered together: « une semaine entre le … et le … », alone or with a colleague."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from relais.doctors.models import Doctor
from relais.rota.states import OfferSetKind


class OfferSet(models.Model):
    """Weeks of which a doctor takes `at_most` some: « une semaine entre le … et le … ».

    The weeks are the `Offer` rows that name it; a week is in one set at most. `first_on` and
    `last_on` are the days she gave, for the sentence.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("forme", max_length=10, choices=OfferSetKind)
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    at_most = models.PositiveSmallIntegerField("semaines, au plus", default=1)
    made_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "semaines au choix"
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "kind", "first_on", "last_on", "at_most"],
                name="rota_offer_set_once",
            ),
            models.CheckConstraint(condition=Q(at_most__gte=1), name="rota_offer_set_some"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="rota_offer_set_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} : {self.at_most} entre le {self.first_on} et le {self.last_on}"


class DuoAsk(models.Model):
    """A doctor would come with a colleague; nothing is offered until the colleague agrees.

    `mondays`: ISO days of the weeks.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    companion = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    mondays = models.JSONField()
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    at_most = models.PositiveSmallIntegerField("semaines, au plus", default=1)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = "demande de duo"
        constraints = [
            models.UniqueConstraint(
                fields=["doctor"],
                condition=Q(answered_at__isnull=True),
                name="rota_one_duo_asked",
            ),
            models.CheckConstraint(condition=~Q(doctor=F("companion")), name="rota_duo_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} avec {self.companion}"
