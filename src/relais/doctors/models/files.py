"""Doctors, what they do, what they prefer, with whom they come."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from relais.accounts.models import User
from relais.doctors.states import DoctorStatus, PracticeLevel, PreferenceKind
from relais.network.models import KEY, Centre, Practice
from relais.territory.models import Commune

DEFAULT_MIN_GAP_WEEKS = 4  # plan-folder format, column min_gap_weeks


class Doctor(models.Model):
    """A volunteer general practitioner.

    `latitude` and `longitude` are the home's, copied from the commune when one is chosen.
    `max_missions` counts the missions of one planned year. `missions_before` are those done before
    this software knew the doctor; seniority adds the missions done since. `search_name` is the name
    without accents, written by the services.
    """

    key = models.CharField("identifiant", max_length=40, unique=True, validators=[KEY])
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80)
    search_name = models.CharField(max_length=170, blank=True, db_index=True, editable=False)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    rpps = models.CharField(
        "RPPS",
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{11}$", "Un numéro RPPS a 11 chiffres.")],
    )
    status = models.CharField(
        "statut", max_length=20, choices=DoctorStatus, default=DoctorStatus.INSTALLED
    )
    home = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    max_missions = models.PositiveSmallIntegerField("missions par an, au plus", default=1)
    min_gap_weeks = models.PositiveSmallIntegerField(
        "semaines entre deux missions, au moins", default=DEFAULT_MIN_GAP_WEEKS
    )
    max_travel_minutes = models.PositiveIntegerField(
        "trajet, au plus (minutes)", null=True, blank=True
    )
    brings_family = models.BooleanField("vient en famille", default=False)
    brings_pet = models.BooleanField("vient avec un animal", default=False)
    needs_step_free = models.BooleanField("a besoin d’un logement de plain-pied", default=False)
    is_pioneer = models.BooleanField("médecin pionnier", default=False)
    ready_on = models.DateField("papiers prêts le", null=True, blank=True)
    missions_before = models.PositiveSmallIntegerField("missions faites auparavant", default=0)
    joined_on = models.DateField("dans le collectif depuis", null=True, blank=True)
    left_on = models.DateField("a quitté le collectif", null=True, blank=True)
    note = models.TextField("note de l’équipe", blank=True)

    class Meta:
        verbose_name = "médecin"
        constraints = [
            models.UniqueConstraint(
                fields=["rpps"], condition=~Q(rpps=""), name="doctors_rpps_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"Dr {self.first_name} {self.last_name}".replace("  ", " ").strip()


class DoctorPractice(models.Model):
    """What a doctor says of one act: yes, only with help, no."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="practices")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    level = models.CharField("pratique", max_length=10, choices=PracticeLevel)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["doctor", "practice"], name="doctors_practice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} : {self.practice}, {self.get_level_display()}"


class CentrePreference(models.Model):
    """What a doctor says of a centre."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="preferences")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("avis", max_length=10, choices=PreferenceKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "centre", "kind"], name="doctors_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} {self.get_kind_display()} : {self.centre}"


class Companionship(models.Model):
    """Two doctors who come the same week to the same centre, or not at all.

    Kept with first < second.
    """

    first = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "binôme"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="doctors_companions_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="doctors_companions_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} et {self.second}"


class TravelTime(models.Model):
    """Minutes that replace the estimate between a doctor's home and a centre."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveIntegerField("trajet (minutes)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["doctor", "centre"], name="doctors_travel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} – {self.centre} : {self.minutes} min"


class PracticeProfile(models.Model):
    """How a doctor works: languages spoken with patients, and limits in her own words.

    `limits` speaks of the work (« pas de visites le soir »), never of anybody's health; a service
    refuses health words. The acts are `DoctorPractice` rows; the pace is kept by the agenda.
    """

    doctor = models.OneToOneField(Doctor, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField(
        "minutes par consultation", validators=[MinValueValidator(5), MaxValueValidator(60)]
    )
    most_a_day = models.PositiveSmallIntegerField("patients par jour, au plus", null=True)
    languages = models.JSONField("langues parlées", default=list)
    limits = models.CharField("limites", max_length=300, blank=True)
    said_at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "pratique d’un médecin"

    def __str__(self) -> str:
        return f"pratique : {self.doctor}"
