"""The welcome pack of a centre, version after version."""

from __future__ import annotations

from django.db import models

from relais.network.models import Centre


class WelcomeVersion(models.Model):
    """One published text of a centre's welcome pack: never changed, only followed by another.

    `sections`: text by `Section` value. Access codes have no place in it: it is read for years.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("version")
    sections = models.JSONField(default=dict)
    published_at = models.DateTimeField("publiée le")
    published_by = models.CharField("par", max_length=200)

    class Meta:
        verbose_name = "livret d’accueil"
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="stays_welcome_once"),
        ]

    def __str__(self) -> str:
        return f"livret de {self.centre}, version {self.number}"
