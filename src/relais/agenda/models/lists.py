"""The two lists, places that fell free, what was offered to whom, requests that found nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relais.agenda.list_states import (
    WEEKDAYS,
    EntryState,
    ListKind,
    OfferState,
    PlaceState,
    Urgency,
)
from relais.agenda.models.day import Appointment, AppointmentChange, Reason, new_public_id
from relais.agenda.states import Channel
from relais.network.models import Centre, Line
from relais.patients.models import Person


class WaitEntry(models.Model):
    """Someone waits: to be taken on by the centre, or for an earlier place.

    `since` counts and never changes: a refusal keeps the rank. `weekdays` has one bit a day that
    suits, `half` a half of the day or nothing, `notice_minutes` what the person needs to come.
    `appointment` is the later one that an earlier place would replace. `__str__` names nobody.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    kind = models.CharField("liste", max_length=10, choices=ListKind)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    urgency = models.PositiveSmallIntegerField("classe", choices=Urgency, default=Urgency.OTHER)
    since = models.DateTimeField("depuis")
    reason = models.ForeignKey(
        Reason, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    weekdays = models.PositiveSmallIntegerField("jours possibles", default=WEEKDAYS)
    half = models.CharField("moment", max_length=10, blank=True)
    notice_minutes = models.PositiveIntegerField("délai pour venir, en minutes", default=120)
    state = models.CharField("état", max_length=10, choices=EntryState, default=EntryState.WAITING)
    refusals = models.PositiveSmallIntegerField("refus", default=0)
    silences = models.PositiveSmallIntegerField("propositions sans réponse", default=0)
    ended_at = models.DateTimeField("sorti le", null=True, blank=True)
    why_left = models.CharField("pourquoi", max_length=200, blank=True)

    class Meta:
        verbose_name = "demande sur une liste"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "centre", "person"],
                condition=Q(state__in=("waiting", "accepted")),
                name="agenda_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="admission") | Q(reason__isnull=False),
                name="agenda_earlier_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=127), name="agenda_some_weekday"
            ),
            models.CheckConstraint(
                condition=Q(half__in=("", "morning", "afternoon")), name="agenda_half_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ListKind.values, state__in=EntryState.values),
                name="agenda_entry_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "kind", "urgency", "since"],
                condition=Q(state="waiting"),
                name="agenda_list",
            ),
        ]

    def __str__(self) -> str:
        return f"demande {self.public_id[:6]}"


class FreedPlace(models.Model):
    """Some time that a change of the agenda gave back, and what became of it. One a change."""

    change = models.OneToOneField(AppointmentChange, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    tick = models.BigIntegerField()
    ticks = models.PositiveSmallIntegerField()
    freed_at = models.DateTimeField("libérée le")
    state = models.CharField("état", max_length=10, choices=PlaceState, default=PlaceState.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "place libérée"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PlaceState.values), name="agenda_freed_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tick"],
                condition=Q(state__in=("open", "offered")),
                name="agenda_freed_open",
            ),
        ]

    def __str__(self) -> str:
        return f"place libérée {self.pk}"


class PlaceOffer(models.Model):
    """A place, or an admission (no place), offered to the next in order until `expires_at`.

    `appointment` keeps the place meanwhile. `rank` and `class_reached` tell why this person, then.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    entry = models.ForeignKey(WaitEntry, on_delete=models.PROTECT, related_name="offers")
    place = models.ForeignKey(
        FreedPlace, on_delete=models.PROTECT, related_name="offers", null=True, blank=True
    )
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    state = models.CharField("état", max_length=10, choices=OfferState, default=OfferState.OPEN)
    rank = models.PositiveIntegerField("rang", default=1)
    channel = models.CharField("voie", max_length=10)
    offered_at = models.DateTimeField("proposée le")
    expires_at = models.DateTimeField("jusqu’au")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField("répondu par", max_length=200, blank=True)

    class Meta:
        verbose_name = "proposition de place"
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="open"), name="agenda_one_offer_a_person"
            ),
            models.UniqueConstraint(
                fields=["place"], condition=Q(state="open"), name="agenda_one_offer_a_place"
            ),
            models.UniqueConstraint(
                fields=["place", "entry"], name="agenda_a_place_once_to_a_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OfferState.values), name="agenda_offer_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state="open"), name="agenda_offers_open"
            ),
        ]

    def __str__(self) -> str:
        return f"proposition {self.public_id[:6]}"


class RefusedRequest(models.Model):
    """Someone asked and nothing was free that suited: demand that no appointment shows."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    channel = models.CharField("venue", max_length=10, choices=Channel)
    at = models.DateTimeField("le", db_index=True)
    request_key = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "demande sans place"

    def __str__(self) -> str:
        return f"demande sans place du {self.at:%Y-%m-%d}"
