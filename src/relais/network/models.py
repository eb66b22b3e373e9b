"""Centres, lines, closures, coordinations, practices and the need for them."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from relais.accounts.models import User
from relais.network.states import ClosureReason
from relais.territory.models import Commune

KEY = RegexValidator(
    r"^[^=+\-@\s\x00-\x1f][^\x00-\x1f]*$",
    "Un identifiant ne commence pas par = + - @ ni une espace.",
)


class Practice(models.Model):
    """An act that some doctors do and some do not: gynaecology, sutures…"""

    code = models.SlugField("code", max_length=40, primary_key=True)
    label = models.CharField("acte", max_length=80)

    class Meta:
        verbose_name = "acte"

    def __str__(self) -> str:
        return self.label


class Centre(models.Model):
    """A health centre where general practitioners relay one another, week after week."""

    key = models.CharField("identifiant", max_length=40, unique=True, validators=[KEY])
    name = models.CharField("nom", max_length=120)
    finess = models.CharField(
        "FINESS",
        max_length=9,
        blank=True,
        validators=[RegexValidator(r"^[0-9AB]{9}$", "Un numéro FINESS a 9 caractères.")],
    )
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    position_note = models.CharField(
        "précision sur le lieu",
        max_length=200,
        blank=True,
        help_text="Par exemple : commune à préciser.",
    )
    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    address = models.CharField("adresse", max_length=200, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    opens_on = models.DateField("ouverture", null=True, blank=True)
    closes_on = models.DateField("fermeture définitive", null=True, blank=True)
    family_places = models.PositiveSmallIntegerField("familles logées la même semaine", default=1)
    pets_allowed = models.BooleanField("animaux admis au logement", default=True)
    step_free = models.BooleanField("logement de plain-pied", default=True)

    class Meta:
        verbose_name = "centre"
        constraints = [
            models.UniqueConstraint(
                fields=["finess"], condition=~Q(finess=""), name="network_finess_unique"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True)
                | Q(opens_on__isnull=True)
                | Q(closes_on__gt=F("opens_on")),
                name="network_centre_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """One doctor's place in a centre, `number` 1, 2…

    Active from `starts_on` (inclusive) to `ends_on` (exclusive).
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField("ligne", validators=[MinValueValidator(1)])
    starts_on = models.DateField("active à partir du", null=True, blank=True)
    ends_on = models.DateField("active jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "ligne"
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="network_line_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gt=F("starts_on")),
                name="network_line_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre.name}, ligne {self.number}"

    def is_active(self, monday: date) -> bool:
        """Say whether the line is active on a Monday."""
        after_start = self.starts_on is None or monday >= self.starts_on
        before_end = self.ends_on is None or monday < self.ends_on
        return after_start and before_end


class Closure(models.Model):
    """Days without consultation, first and last included. Without a centre: the whole network.

    A week needs no doctor when its Monday to Friday are all closed; a single holiday does not
    free it.
    """

    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    first_on = models.DateField("premier jour")
    last_on = models.DateField("dernier jour")
    reason = models.CharField("motif", max_length=20, choices=ClosureReason)
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "fermeture"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="network_closure_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre or 'tous les centres'}, du {self.first_on} au {self.last_on}"


class Coordination(models.Model):
    """A coordinator of a centre, from `since_on` (inclusive) to `until_on` (exclusive)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="coordinations")
    since_on = models.DateField("depuis le")
    until_on = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "coordination"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "centre"],
                condition=Q(until_on__isnull=True),
                name="network_coordination_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} à {self.centre}"


class PracticeNeed(models.Model):
    """Someone who does `practice` at the centre in any `every_weeks` consecutive open weeks."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="practice_needs")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    every_weeks = models.PositiveSmallIntegerField(
        "au moins une fois toutes les … semaines", validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = "besoin d’un acte"
        constraints = [
            models.UniqueConstraint(fields=["centre", "practice"], name="network_need_once"),
        ]

    def __str__(self) -> str:
        return f"{self.practice} toutes les {self.every_weeks} semaines à {self.centre}"
