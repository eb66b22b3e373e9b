"""From a yes to the week: what the doctor was asked again, and weeks that two doctors share."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from relais.doctors.models import Doctor
from relais.rota.models.mondays import on_monday
from relais.rota.models.relay import Mission
from relais.rota.states import WordGiven


class Reminder(models.Model):
    """What was written to the doctor of a mission some days before; asked steps get an answer.

    `days_before`: the step (60, 30, 14: « toujours d’accord ? »; 7, 2: practical).
    """

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="reminders")
    days_before = models.PositiveSmallIntegerField("jours avant")
    sent_at = models.DateTimeField("écrit le")
    asks = models.BooleanField("demande une réponse")
    answer = models.CharField("réponse", max_length=10, choices=WordGiven, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "rappel d’une mission"
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "days_before"], name="rota_one_reminder_a_step"
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(asks=True), name="rota_answer_to_a_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mission}, {self.days_before} jours avant"


class SharedWeek(models.Model):
    """The days of a mission that a second doctor takes, as a last resort.

    The mission stays the one full place of the line-week: the first doctor's. The second has the
    days from `first_on` to `last_on`. `monday` is the mission's, so that the database can say that
    a doctor shares one week once.
    """

    mission = models.OneToOneField(Mission, on_delete=models.CASCADE, related_name="shared")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    first_on = models.DateField("premier jour")
    last_on = models.DateField("dernier jour")
    shared_at = models.DateTimeField("partagée le")

    class Meta:
        verbose_name = "semaine partagée"
        constraints = [
            models.UniqueConstraint(fields=["doctor", "monday"], name="rota_one_share_a_week"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on"), first_on__gte=F("monday")),
                name="rota_share_in_order",
            ),
            on_monday("rota_share_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, du {self.first_on} au {self.last_on} ({self.mission})"
