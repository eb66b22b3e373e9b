"""Reasons, openings, appointments, the ticks that they own, and what happened to them."""

from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from relais.agenda.states import (
    LANES,
    LIVE,
    AppointmentState,
    CancelledBy,
    Channel,
    PlaceKind,
)
from relais.doctors.models import Doctor
from relais.network.models import Centre, Line, Practice
from relais.patients.models import Person

PUBLIC_ID_BYTES = 12


def new_public_id() -> str:
    """Draw the identifier that addresses carry: random, without meaning."""
    return secrets.token_urlsafe(PUBLIC_ID_BYTES)


class Reason(models.Model):
    """Why people come: its usual length, the places it may take, the act it needs of the doctor."""

    code = models.SlugField("code", max_length=40, primary_key=True)
    label = models.CharField("motif", max_length=80)
    kind = models.CharField("sur une place de", max_length=10, choices=PlaceKind)
    minutes = models.PositiveSmallIntegerField("minutes")
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    is_online = models.BooleanField("proposé aux patients en ligne", default=False)
    is_active = models.BooleanField("proposé", default=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "motif"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind in PlaceKind if kind != PlaceKind.CLOSED]),
                name="agenda_reason_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=120), name="agenda_reason_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Opening(models.Model):
    """Some time painted on the week of a centre or of a line (`weekday`), or on one `day`.

    Wall clock of the centre. A line's paint covers the centre's, a day's covers the week's;
    « fermé » opens nothing. `released`: wall time of that day before which the places can be
    neither seen nor taken.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+", null=True)
    weekday = models.PositiveSmallIntegerField("jour de la semaine", null=True)
    day = models.DateField("jour", null=True)
    starts = models.TimeField("de")
    ends = models.TimeField("à")
    kind = models.CharField("pour", max_length=10, choices=PlaceKind)
    released = models.TimeField("ouvert le jour même à", null=True)
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "ouverture"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="agenda_opening_order"),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, day__isnull=True, weekday__lte=6)
                | Q(weekday__isnull=True, day__isnull=False),
                name="agenda_opening_week_or_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values), name="agenda_opening_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["centre", "day"], name="agenda_opening_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.starts:%H:%M}-{self.ends:%H:%M}"


class DoctorAgenda(models.Model):
    """What a doctor asks of the agenda, wherever the week is."""

    doctor = models.OneToOneField(Doctor, on_delete=models.CASCADE, related_name="+")
    pace = models.PositiveSmallIntegerField(
        "longueur des consultations (% de l’habituel)",
        default=100,
        validators=[MinValueValidator(50), MaxValueValidator(200)],
    )
    most_a_day = models.PositiveSmallIntegerField("rendez-vous par jour, au plus", null=True)
    off_weekday = models.PositiveSmallIntegerField("jour de la demi-journée libre", default=3)
    off_half = models.CharField("demi-journée", max_length=10, default="afternoon")
    monday_from = models.TimeField("premier rendez-vous du lundi", null=True)

    class Meta:
        verbose_name = "rythme d’un médecin"
        constraints = [
            models.CheckConstraint(
                condition=Q(pace__gte=50, pace__lte=200), name="agenda_pace_bounds"
            ),
            models.CheckConstraint(
                condition=Q(off_half__in=("morning", "afternoon"), off_weekday__lte=5),
                name="agenda_half_day_off",
            ),
        ]

    def __str__(self) -> str:
        return f"rythme : {self.doctor}"


class LineDay(models.Model):
    """The row that writers of a line's day lock first. `rev` goes up with each change."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    rev = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "day"], name="agenda_line_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line}, {self.day} : {self.rev}"


class Appointment(models.Model):
    """Some ticks of a line given to a patient; a held place may have no patient yet.

    `starts_at` and `tick` say the same instant; `ticks` is the length in ticks of five minutes,
    `because` how it was worked out. `rev` goes up with each change. The doctor is not here: it is
    who is on duty on the line that week. `__str__` names nobody.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    lane = models.PositiveSmallIntegerField(default=0)
    day = models.DateField("jour")
    starts_at = models.DateTimeField("heure")
    tick = models.BigIntegerField()
    ticks = models.PositiveSmallIntegerField()
    patient = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    because = models.CharField("durée", max_length=120, blank=True)
    note = models.CharField("note", max_length=200, blank=True)
    state = models.CharField("état", max_length=10, choices=AppointmentState)
    hold_until = models.DateTimeField("gardé jusqu’à", null=True, blank=True)
    channel = models.CharField("venu", max_length=10, choices=Channel)
    cancelled_by = models.CharField("rendu par", max_length=10, choices=CancelledBy, blank=True)
    made_by = models.CharField("donné par", max_length=200)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    rev = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "rendez-vous"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AppointmentState.values), name="agenda_state_known"
            ),
            models.CheckConstraint(condition=Q(lane__in=LANES), name="agenda_lane_known"),
            models.CheckConstraint(
                condition=Q(ticks__gte=1, ticks__lte=24), name="agenda_length_bounds"
            ),
            models.CheckConstraint(
                condition=Q(patient__isnull=False)
                | Q(state__in=(AppointmentState.HELD, AppointmentState.EXPIRED))
                | Q(state=AppointmentState.CANCELLED),
                name="agenda_booked_for_someone",
            ),
            models.CheckConstraint(
                condition=Q(state=AppointmentState.HELD, hold_until__isnull=False)
                | ~Q(state=AppointmentState.HELD),
                name="agenda_hold_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "day", "tick"], name="agenda_line_day"),
            models.Index(fields=["patient", "starts_at"], name="agenda_patient"),
            models.Index(
                fields=["hold_until"],
                condition=Q(state=AppointmentState.HELD),
                name="agenda_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"rendez-vous {self.public_id[:6]}"

    @property
    def end(self) -> int:
        """Give the tick after the last one."""
        return self.tick + self.ticks

    @property
    def minutes(self) -> int:
        """Give the length in minutes."""
        return self.ticks * 5

    @property
    def is_explained(self) -> bool:
        """Say whether the length has more to tell than its minutes."""
        return self.because not in {"", str(self.minutes)}

    @property
    def is_live(self) -> bool:
        """Say whether it owns its ticks."""
        return self.state in LIVE


class LineTick(models.Model):
    """Five minutes of a lane, owned by one appointment: the key makes a second owner impossible."""

    pk = models.CompositePrimaryKey("line", "lane", "tick")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_index=False)
    lane = models.PositiveSmallIntegerField()
    tick = models.BigIntegerField()
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="line_ticks"
    )

    def __str__(self) -> str:
        return f"ligne {self.line_id}.{self.lane}, {self.tick}"


class PatientTick(models.Model):
    """Five minutes of a patient, owned by one appointment: nobody is in two places at once."""

    pk = models.CompositePrimaryKey("patient", "tick")
    patient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    tick = models.BigIntegerField()
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="patient_ticks"
    )

    def __str__(self) -> str:
        return f"{self.patient}, {self.tick}"


class AppointmentChange(models.Model):
    """One thing that happened to an appointment. Append-only: the database refuses the rest.

    `request_key` names the click that asked for it: a second one with the same key does nothing.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    verb = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.CharField(max_length=200, blank=True)
    request_key = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "changement d’un rendez-vous"
        constraints = [
            models.UniqueConstraint(
                fields=["request_key"], condition=~Q(request_key=""), name="agenda_click_once"
            ),
        ]
        indexes = [models.Index(fields=["appointment", "at"], name="agenda_change_of")]

    def __str__(self) -> str:
        return f"{self.appointment} : {self.verb}"
