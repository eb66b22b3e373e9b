"""Offers of weeks, missions, standbys, plan runs, calendar feeds, risks, searches."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.accounts.models import User
from relais.doctors.models import Doctor
from relais.network.models import Centre, Line
from relais.rota.models.mondays import on_monday
from relais.rota.models.sets import OfferSet
from relais.rota.states import (
    ACTIVE,
    PENDING,
    AnswerKind,
    AskOutcome,
    ChangeKind,
    MissionState,
    OfferSource,
    RunState,
    SearchState,
    WeekState,
)


class Offer(models.Model):
    """A doctor can come that week.

    `among`: the weeks it is one of, of which she takes some at most. `may_stand_by`: she may be
    asked to stand by that week.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    source = models.CharField("noté par", max_length=10, choices=OfferSource)
    offered_at = models.DateTimeField("noté le")
    among = models.ForeignKey(
        OfferSet, on_delete=models.SET_NULL, related_name="offers", null=True, blank=True
    )
    may_stand_by = models.BooleanField("peut être en réserve", default=True)

    class Meta:
        verbose_name = "semaine offerte"
        constraints = [
            models.UniqueConstraint(fields=["doctor", "monday"], name="rota_offer_once"),
            on_monday("rota_offer_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, {self.monday}"


class Mission(models.Model):
    """A doctor on a line for a week. `is_locked`: the planner fixed it, no plan may move it.

    `leaving_at`: since when the doctor asks to be replaced; the mission stays hers until somebody
    else says yes.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    state = models.CharField("état", max_length=12, choices=MissionState)
    is_locked = models.BooleanField("verrouillée", default=False)
    travel_minutes = models.PositiveIntegerField("trajet (minutes)", null=True, blank=True)
    because = models.CharField("pourquoi", max_length=400, blank=True)
    note = models.TextField("note", blank=True)
    sequence = models.PositiveIntegerField("version pour les calendriers", default=0)
    leaving_at = models.DateTimeField("cherche à être remplacé depuis", null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "mission"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "monday"],
                condition=Q(state__in=ACTIVE),
                name="rota_one_mission_a_line_week",
            ),
            models.UniqueConstraint(
                fields=["doctor", "monday"],
                condition=Q(state__in=ACTIVE),
                name="rota_one_place_a_doctor_week",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MissionState.values), name="rota_mission_state_known"
            ),
            on_monday("rota_mission_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, {self.line}, {self.monday}"


class Standby(models.Model):
    """A doctor promised to a week, not to a centre."""

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "réserve"
        constraints = [
            models.UniqueConstraint(fields=["doctor", "monday"], name="rota_standby_once"),
            on_monday("rota_standby_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} en réserve, {self.monday}"


class RotaTurn(models.Model):
    """The one row that writers of the rota lock first: two plans are never accepted at once.

    `number` goes up with each change; a plan run remembers the number it was computed from.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rota_turn_single")]

    def __str__(self) -> str:
        return f"tour {self.number}"


class PlanRun(models.Model):
    """One computation of the plan: asked, running, finished, accepted or set aside.

    `result` keeps the fields of summary.json (public plan folder); `progress` the last line shown.
    """

    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    first_monday = models.DateField("première semaine")
    weeks = models.PositiveSmallIntegerField("semaines")
    standby_depth = models.PositiveSmallIntegerField("réserves par semaine", default=2)
    budget_seconds = models.PositiveIntegerField(default=60)
    seed = models.PositiveIntegerField(default=0)
    from_turn = models.PositiveBigIntegerField(default=0)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    failure = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = "calcul de planning"
        constraints = [
            models.UniqueConstraint(
                fields=["first_monday", "weeks"],
                condition=Q(state__in=PENDING),
                name="rota_one_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RunState.values), name="rota_run_state_known"
            ),
            on_monday("rota_run_monday", column="first_monday"),
        ]

    def __str__(self) -> str:
        return f"planning du {self.first_monday}, {self.weeks} semaines"


class PlannedMission(models.Model):
    """One line of a proposal: a mission kept, added or removed beside the plan of that moment.

    `mission` is the one kept or removed, or the one that accepting the line made; `skipped_because`
    says why accepting left the line out.
    """

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="missions")
    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    change = models.CharField(max_length=10, choices=ChangeKind)
    travel_minutes = models.PositiveIntegerField(default=0)
    because = models.CharField(max_length=400, blank=True)
    mission = models.ForeignKey(
        Mission, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    skipped_because = models.CharField(max_length=400, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "doctor", "centre", "monday"], name="rota_planned_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, {self.centre}, {self.monday} ({self.get_change_display()})"


class PlannedStandby(models.Model):
    """A reserve of a proposal."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="standbys")
    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "doctor", "monday"], name="rota_planned_standby_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} en réserve, {self.monday}"


class PlannedHole(models.Model):
    """A centre-week that a proposal leaves without enough doctors, and why."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="holes")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    missing = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=600, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "centre", "monday"], name="rota_hole_once"),
        ]

    def __str__(self) -> str:
        return f"{self.centre}, {self.monday} : {self.missing}"


class CalendarFeed(models.Model):
    """The secret address of a calendar: one doctor's missions, or one centre's.

    Only a hash is kept.
    """

    doctor = models.ForeignKey(
        Doctor, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "agenda partagé"
        constraints = [
            models.CheckConstraint(
                condition=Q(doctor__isnull=False, centre__isnull=True)
                | Q(doctor__isnull=True, centre__isnull=False),
                name="rota_feed_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"agenda de {self.doctor or self.centre}"


class Radar(models.Model):
    """When the risks were last read, and of which rota. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    read_at = models.DateTimeField()
    day = models.DateField()
    turn = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rota_radar_single")]

    def __str__(self) -> str:
        return f"risques du {self.day}, tour {self.turn}"


class RiskReading(models.Model):
    """How likely a line-week has no doctor on its Monday, as last read (docs/engine/radar.md).

    `chance`, `says_yes`: between 0 and 1. `could_come`: doctors free who offered the week and may
    come. `standbys`: those of the week who count for the centre. `invited_at`: since when an answer
    is awaited.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    doctor = models.ForeignKey(
        Doctor, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    state = models.CharField(max_length=12, choices=WeekState)
    chance = models.FloatField()
    says_yes = models.FloatField()
    could_come = models.PositiveIntegerField()
    standbys = models.PositiveIntegerField()
    invited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "risque d’une semaine"
        constraints = [
            models.UniqueConstraint(fields=["line", "monday"], name="rota_risk_once"),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1), name="rota_risk_is_a_chance"
            ),
            on_monday("rota_risk_monday"),
        ]
        indexes = [models.Index(fields=["-chance", "monday"], name="rota_risk_worst")]

    def __str__(self) -> str:
        return f"{self.line}, {self.monday} : {self.chance:.4f}"


class Search(models.Model):
    """The search of a doctor for an empty line-week, wave after wave.

    `by_itself`: the next wave leaves without a planner. `nobody_left_at`: when nobody was left to
    ask.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField("lundi", db_index=True)
    state = models.CharField("état", max_length=12, choices=SearchState)
    by_itself = models.BooleanField("se poursuit seule", default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    nobody_left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "recherche d’un médecin"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "monday"],
                condition=Q(state=SearchState.RUNNING),
                name="rota_one_search_a_line_week",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SearchState.values), name="rota_search_state_known"
            ),
            on_monday("rota_search_monday"),
        ]

    def __str__(self) -> str:
        return f"recherche pour {self.line}, {self.monday}"


class Ask(models.Model):
    """One question to one doctor: could you come that week?

    `chance`: of a yes, as announced. `lead_days`, `offered`, `known`: the class of the question,
    from which the next chances learn. `answer_by`: when its wave ends; an answer after it is heard
    all the same. Only a hash of the link is kept.
    """

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="asks")
    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    wave = models.PositiveSmallIntegerField("vague")
    chance = models.FloatField()
    lead_days = models.PositiveSmallIntegerField()
    offered = models.BooleanField()
    known = models.BooleanField()
    because = models.CharField(max_length=200, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=AnswerKind, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=AskOutcome, default=AskOutcome.WAITING)
    mission = models.ForeignKey(
        Mission, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "demande à un médecin"
        constraints = [
            models.UniqueConstraint(fields=["search", "doctor"], name="rota_asked_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=AskOutcome.values), name="rota_ask_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1), name="rota_ask_is_a_chance"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor}, {self.search}"
