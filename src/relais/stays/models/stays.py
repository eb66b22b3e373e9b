"""A stay, the room-nights and car-days it holds, the kilometres driven."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from relais.doctors.models import Doctor
from relais.premises.models import Car, Lodging
from relais.rota.models import Mission
from relais.stays.models.welcome import WelcomeVersion
from relais.stays.states import TravelBy

MOST_PEOPLE = 12


class Stay(models.Model):
    """Where the doctor of a mission sleeps, and how she comes and goes. One a mission.

    Nights are those from `arrives_on` to the eve of `leaves_on`. `adults` counts the doctor.
    `party_known`: the doctor has said who comes. `accepts_sharing`: None until asked.
    `because`, `car_because`: why this lodging and this car, or why none. `by_hand`: a person chose,
    the program does not choose again. `released_at`: the mission ended, nothing is held any more.
    """

    mission = models.OneToOneField(Mission, on_delete=models.PROTECT, related_name="+")
    lodging = models.ForeignKey(
        Lodging, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    car = models.ForeignKey(Car, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    arrives_on = models.DateField("arrivée")
    arrives_at = models.TimeField("heure d’arrivée", null=True, blank=True)
    leaves_on = models.DateField("départ")
    leaves_at = models.TimeField("heure de départ", null=True, blank=True)
    travel_by = models.CharField("voyage", max_length=10, choices=TravelBy, blank=True)
    pick_up_at = models.CharField("à chercher où", max_length=120, blank=True)
    wants_car = models.BooleanField("souhaite la voiture du centre", default=True)
    adults = models.PositiveSmallIntegerField(
        "adultes", default=1, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    children = models.PositiveSmallIntegerField(
        "enfants", default=0, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    pets = models.PositiveSmallIntegerField("animaux", default=0)
    party_known = models.BooleanField(default=False)
    accepts_sharing = models.BooleanField(
        "accepte de partager la maison", null=True, blank=True, default=None
    )
    because = models.CharField(max_length=400, blank=True)
    car_because = models.CharField(max_length=400, blank=True)
    by_hand = models.BooleanField(default=False)
    welcome = models.ForeignKey(
        WelcomeVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    welcome_sent_at = models.DateTimeField("livret envoyé le", null=True, blank=True)
    keys_given_at = models.DateTimeField("clés remises le", null=True, blank=True)
    keys_back_at = models.DateTimeField("clés rendues le", null=True, blank=True)
    prepared_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "séjour"
        constraints = [
            models.CheckConstraint(
                condition=Q(leaves_on__gt=F("arrives_on")), name="stays_leaves_after_arriving"
            ),
            models.CheckConstraint(condition=Q(adults__gte=1), name="stays_somebody_comes"),
        ]

    def __str__(self) -> str:
        return f"séjour : {self.mission}"

    @property
    def people(self) -> int:
        """Count who sleeps there."""
        return self.adults + self.children


class RoomNight(models.Model):
    """A room of a lodging held for a night (the date of its evening). Never twice."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="nights")
    lodging = models.ForeignKey(Lodging, on_delete=models.PROTECT, related_name="+")
    room = models.PositiveSmallIntegerField()
    night = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lodging", "room", "night"], name="stays_room_night_once"
            ),
            models.CheckConstraint(condition=Q(room__gte=1), name="stays_room_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.lodging}, chambre {self.room}, {self.night}"


class CarDay(models.Model):
    """A car held for a day. Never twice."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="car_days")
    car = models.ForeignKey(Car, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["car", "day"], name="stays_car_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.car}, {self.day}"


class CarTrip(models.Model):
    """The counter of a car at the start and at the end of a stay, in km."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="trips")
    car = models.ForeignKey(Car, on_delete=models.PROTECT, related_name="+")
    start_km = models.PositiveIntegerField("compteur au départ (km)", null=True, blank=True)
    end_km = models.PositiveIntegerField("compteur au retour (km)", null=True, blank=True)

    class Meta:
        verbose_name = "trajets de la semaine"
        constraints = [
            models.UniqueConstraint(fields=["stay", "car"], name="stays_trip_once"),
            models.CheckConstraint(
                condition=Q(start_km__isnull=True)
                | Q(end_km__isnull=True)
                | Q(end_km__gte=F("start_km")),
                name="stays_trip_goes_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car}, {self.stay}"


class AllowedDriver(models.Model):
    """A doctor whose name the insurer of a car knows."""

    car = models.ForeignKey(Car, on_delete=models.CASCADE, related_name="+")
    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "conducteur déclaré"
        constraints = [
            models.UniqueConstraint(fields=["car", "doctor"], name="stays_driver_once"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} conduit {self.car}"
