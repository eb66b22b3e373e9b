"""Lodgings, the nights they are not free, their photographs."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from relais.network.models import Centre

MOST_BEDROOMS = 20  # the database keeps a row a room and a night


class Lodging(models.Model):
    """A house or a flat where the doctors of a centre sleep.

    `capacity` counts people. `sealed_code` is the access code, unreadable without the secret of
    the installation (`core.sealed_text`); no other field may tell it. From `retired_on` on, no stay
    is prepared here.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=80)
    address = models.CharField("adresse", max_length=200)
    directions = models.TextField("comment trouver la maison", blank=True)
    bedrooms = models.PositiveSmallIntegerField(
        "chambres", default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_BEDROOMS)]
    )
    capacity = models.PositiveSmallIntegerField(
        "personnes, au plus", default=2, validators=[MinValueValidator(1)]
    )
    family_welcome = models.BooleanField("familles bienvenues", default=True)
    pets_allowed = models.BooleanField("animaux admis", default=False)
    step_free = models.BooleanField("de plain-pied", default=False)
    shareable = models.BooleanField("deux médecins peuvent s’y loger", default=False)
    cleaning_hours = models.PositiveSmallIntegerField(
        "heures de ménage entre deux séjours", default=3, validators=[MaxValueValidator(72)]
    )
    house_rules = models.TextField("règles de la maison", blank=True)
    host_name = models.CharField("hôte", max_length=80, blank=True)
    host_phone = models.CharField("téléphone de l’hôte", max_length=30, blank=True)
    keys_where = models.CharField("où sont les clés", max_length=200, blank=True)
    keys_who = models.CharField("qui les remet", max_length=80, blank=True)
    keys_phone = models.CharField("son téléphone", max_length=30, blank=True)
    has_code = models.BooleanField("on entre avec un code", default=True)
    sealed_code = models.TextField(blank=True, editable=False)
    code_set_at = models.DateTimeField("code noté le", null=True, blank=True, editable=False)
    retired_on = models.DateField("n’est plus proposé à partir du", null=True, blank=True)

    class Meta:
        verbose_name = "logement"
        constraints = [
            models.UniqueConstraint(fields=["centre", "name"], name="premises_lodging_once"),
            models.CheckConstraint(
                condition=Q(bedrooms__gte=1, bedrooms__lte=MOST_BEDROOMS, capacity__gte=1),
                name="premises_lodging_has_room",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LodgingClosure(models.Model):
    """Nights when nobody can sleep there, the first and the last included.

    A night has the date of its evening.
    """

    lodging = models.ForeignKey(Lodging, on_delete=models.CASCADE, related_name="closures")
    first_night = models.DateField("première nuit")
    last_night = models.DateField("dernière nuit")
    reason = models.CharField("raison", max_length=120, blank=True)

    class Meta:
        verbose_name = "logement indisponible"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_night__gte=F("first_night")), name="premises_lodging_closure_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lodging}, du {self.first_night} au {self.last_night}"


class LodgingPhoto(models.Model):
    """A photograph of a lodging, a private file; `words` say what it shows."""

    lodging = models.ForeignKey(Lodging, on_delete=models.CASCADE, related_name="photos")
    words = models.CharField("ce que l’on voit", max_length=120)
    file_name = models.CharField(max_length=32, editable=False)
    media_type = models.CharField(max_length=30, editable=False)
    added_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "photo d’un logement"

    def __str__(self) -> str:
        return f"{self.lodging} : {self.words}"
