"""How doctors are told of the proposal: a campaign, its words, its cost, the code of its link."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

CODE = RegexValidator(r"^[a-z0-9-]{2,40}$", "Des lettres minuscules, des chiffres et des tirets.")


class Campaign(models.Model):
    """One way of telling doctors, for some time. Its link carries `code` as `?source=`.

    `contacts`: how many doctors it reached, as the team knows; `cost_eur`: what it cost, in euros.
    Both None when nobody knows.
    """

    code = models.CharField("code du lien", max_length=40, unique=True, validators=[CODE])
    name = models.CharField("nom", max_length=120)
    channel = models.CharField("canal", max_length=60)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    text = models.TextField("texte", blank=True)
    contacts = models.PositiveIntegerField("médecins touchés", null=True, blank=True)
    cost_eur = models.DecimalField(
        "coût (€)", max_digits=9, decimal_places=2, null=True, blank=True
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "campagne"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="doctors_campaign_in_order",
            ),
            models.CheckConstraint(
                condition=Q(cost_eur__isnull=True) | Q(cost_eur__gte=0),
                name="doctors_campaign_cost_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name
