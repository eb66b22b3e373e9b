"""Places."""

from __future__ import annotations

from django.db import models


class Commune(models.Model):
    """A French commune, named by its INSEE code. Vintage, sources, known faults: docs/data.md."""

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("commune", max_length=80)
    department = models.CharField("département", max_length=3, db_index=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField("habitants", null=True, blank=True)
    position_approximate = models.BooleanField("position approchée", default=False)
    search_name = models.CharField(max_length=80, db_index=True)

    class Meta:
        verbose_name = "commune"

    def __str__(self) -> str:
        return f"{self.name} ({self.department})"


class DataVersion(models.Model):
    """Which version of a shipped table the database holds, so that loading again does nothing."""

    name = models.CharField("table", max_length=40, primary_key=True)
    sha256 = models.CharField("empreinte", max_length=64)
    rows = models.PositiveIntegerField("lignes")

    class Meta:
        verbose_name = "version de données"
        verbose_name_plural = "versions de données"

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"
