"""Who showed interest, before being a doctor of the collective: a call list."""

from __future__ import annotations

from django.db import models

from relais.doctors.models.files import Doctor
from relais.doctors.states import BestTime, CallOutcome, DoctorStatus, InterestState


class Interest(models.Model):
    """Somebody who would like to come one day: three fields, and where the talk stands.

    `contact` is the address or the number as it is compared, one row each: whoever writes twice is
    one person. `next_on` is the day of the next call. `links` counts the links that were sent.
    """

    name = models.CharField("nom", max_length=120)
    contact = models.CharField(max_length=254, unique=True, editable=False)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    status = models.CharField("statut", max_length=20, choices=DoctorStatus)
    source = models.CharField("venu par", max_length=40, blank=True, db_index=True)
    best_time = models.CharField(
        "moment préféré", max_length=10, choices=BestTime, default=BestTime.ANY
    )
    state = models.CharField(
        "état", max_length=10, choices=InterestState, default=InterestState.NEW, db_index=True
    )
    came_at = models.DateTimeField("depuis le")
    next_on = models.DateField("à appeler le", null=True)
    links = models.PositiveIntegerField(default=0, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    doctor = models.OneToOneField(Doctor, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "médecin intéressé"

    def __str__(self) -> str:
        return f"demande n° {self.pk}"  # the audit keeps this for ever, and people may leave


class Call(models.Model):
    """One call to somebody interested: who called, what came of it, what comes next."""

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="calls")
    called_at = models.DateTimeField("le")
    called_by = models.CharField("par", max_length=200)
    outcome = models.CharField("résultat", max_length=12, choices=CallOutcome)
    next_on = models.DateField("rappeler le", null=True)
    words = models.CharField("note", max_length=300, blank=True)

    class Meta:
        verbose_name = "appel"

    def __str__(self) -> str:
        return f"{self.interest} : {self.get_outcome_display()}"
