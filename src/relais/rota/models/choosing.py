"""Choosing a week: seasons that open in rounds, and weeks kept for a doctor for some hours."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from relais.doctors.models import Doctor
from relais.network.models import Line
from relais.rota.models.mondays import on_monday
from relais.rota.states import HoldEnd


class Season(models.Model):
    """Weeks that doctors choose themselves, in fair rounds from `opens_at` on.

    In round n of `rounds` may choose who has fewer than n weeks in the season; the last round is
    for everybody. A round lasts `days_per_round`.
    """

    name = models.CharField("nom", max_length=80)
    first_monday = models.DateField("première semaine")
    last_monday = models.DateField("dernière semaine")
    opens_at = models.DateTimeField("ouvre le")
    rounds = models.PositiveSmallIntegerField("tours")
    days_per_round = models.PositiveSmallIntegerField("jours par tour")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "saison"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_monday__gte=F("first_monday")), name="rota_season_in_order"
            ),
            models.CheckConstraint(
                condition=Q(rounds__gte=1, days_per_round__gte=1), name="rota_season_has_rounds"
            ),
            on_monday("rota_season_first_monday", column="first_monday"),
            on_monday("rota_season_last_monday", column="last_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.first_monday} – {self.last_monday})"


class Hold(models.Model):
    """A line-week kept for a doctor until `until`, while she makes up her mind.

    It ends kept (she comes), given back, or expired. While `ended_at` is empty nobody else takes
    the line-week, even after `until`, unless it is ended first.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    held_at = models.DateTimeField("retenue le")
    until = models.DateTimeField("jusqu’au")
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=HoldEnd, blank=True)

    class Meta:
        verbose_name = "semaine retenue"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "monday"],
                condition=Q(ended_at__isnull=True),
                name="rota_one_hold_a_line_week",
            ),
            models.UniqueConstraint(
                fields=["doctor"],
                condition=Q(ended_at__isnull=True),
                name="rota_one_hold_a_doctor",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("held_at")), name="rota_hold_ends"),
            on_monday("rota_hold_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, {self.line}, {self.monday}"
