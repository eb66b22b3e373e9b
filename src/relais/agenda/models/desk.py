"""The desk: calls to make, what a centre chose, reminders that were written."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.agenda.list_states import CallKind, CallResult, Step
from relais.agenda.models.day import Appointment
from relais.agenda.models.lists import PlaceOffer, WaitEntry
from relais.doctors.models import Doctor
from relais.network.models import Centre
from relais.patients.models import Person


class CallTask(models.Model):
    """Somebody to call. `about` names the thing: one call a kind and thing, for ever."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("pour", max_length=10, choices=CallKind)
    about = models.CharField(max_length=80)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    offer = models.ForeignKey(
        PlaceOffer, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    entry = models.ForeignKey(
        WaitEntry, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    due_at = models.DateTimeField("à partir de")
    useless_at = models.DateTimeField("inutile après", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    done_at = models.DateTimeField("réglé le", null=True, blank=True)
    done_by = models.CharField("réglé par", max_length=200, blank=True)
    result = models.CharField("suite", max_length=10, choices=CallResult, blank=True)

    class Meta:
        verbose_name = "appel à passer"
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], name="agenda_call_once"),
            models.CheckConstraint(
                condition=Q(kind__in=CallKind.values), name="agenda_call_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="")
                | Q(done_at__isnull=False, result__in=CallResult.values),
                name="agenda_call_ends_with_a_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "due_at"],
                condition=Q(done_at__isnull=True),
                name="agenda_calls_open",
            ),
        ]

    def __str__(self) -> str:
        return f"appel {self.pk}"


class DeskChoice(models.Model):
    """What a centre chose about reminders and free places. No row: the defaults."""

    centre = models.OneToOneField(Centre, on_delete=models.CASCADE, related_name="+")
    reminds = models.BooleanField("rappelle les rendez-vous", default=True)
    first_days = models.PositiveSmallIntegerField("premier rappel, jours avant", default=5)
    last_days = models.PositiveSmallIntegerField("dernier rappel, jours avant", default=1)
    calls = models.BooleanField("appelle qui n’a ni mobile ni courriel", default=True)
    offers = models.BooleanField("propose les places libérées à la liste", default=True)

    class Meta:
        verbose_name = "réglages de l’accueil"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_days__lte=30, last_days__lte=7), name="agenda_reminder_days"
            ),
        ]

    def __str__(self) -> str:
        return f"réglages de l’accueil de {self.centre}"


class Reminder(models.Model):
    """One reminder that was written: once an appointment, hour, step and doctor, for ever.

    `tick` is the hour it spoke of: an appointment that moves is another thing to be told.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    tick = models.BigIntegerField()
    step = models.CharField("étape", max_length=10, choices=Step)
    doctor = models.ForeignKey(
        Doctor, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    doctor_key = models.CharField(max_length=20)
    written_at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "rappel de rendez-vous"
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "tick", "step", "doctor_key"], name="agenda_reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(step__in=Step.values), name="agenda_reminder_step_known"
            ),
        ]

    def __str__(self) -> str:
        return f"rappel {self.pk}"
