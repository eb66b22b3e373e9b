"""What a centre lets people do online, and the requests whose telephone is being confirmed."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from relais.agenda.models import Appointment, Reason
from relais.booking.states import Access, RequestState
from relais.network.models import Centre
from relais.patients.models import Person
from relais.patients.states import ProxyKind

KEY_BYTES = 24


def new_key() -> str:
    """Draw the name of a request, kept in the session of who asks: nobody guesses it."""
    return secrets.token_urlsafe(KEY_BYTES)


class OnlineAccess(models.Model):
    """What the public page of a centre shows and opens. Without a row: shown, not opened.

    Its row is the turn of the requests at a centre: whoever asks or confirms locks it first, before
    the days and the patients.
    """

    centre = models.OneToOneField(Centre, on_delete=models.CASCADE, related_name="+")
    access = models.CharField("le public peut", max_length=6, choices=Access, default=Access.SHOWN)
    names_doctor = models.BooleanField("nomme le médecin de la semaine", default=True)
    note = models.CharField("message du centre", max_length=300, blank=True)

    class Meta:
        verbose_name = "page publique d’un centre"
        constraints = [
            models.CheckConstraint(
                condition=Q(access__in=Access.values), name="booking_access_known"
            ),
        ]

    def __str__(self) -> str:
        return f"page publique de {self.centre}"


class Request(models.Model):
    """Someone asked for a place; the telephone is not confirmed yet, or was.

    Names, birth date and number are erased as soon as the request ends. `phone_hash` and
    `source_hash` (keyed) count requests without telling of whom. `code_hash` is keyed with `key`.
    `__str__` names nobody.
    """

    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    birth_name = models.CharField("nom de naissance", max_length=100, blank=True)
    first_name = models.CharField("prénom", max_length=100, blank=True)
    birth_written = models.CharField("date de naissance", max_length=10, blank=True)
    asker_name = models.CharField("qui demande", max_length=150, blank=True)
    asker_kind = models.CharField("à quel titre", max_length=10, choices=ProxyKind, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    phone_hash = models.CharField(max_length=64, db_index=True)
    source_hash = models.CharField(max_length=64, db_index=True)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.ASKED)
    asked_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "demande en ligne"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="booking_request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.ASKED)
                | Q(birth_name="", first_name="", birth_written="", phone="", code_hash=""),
                name="booking_ended_request_names_nobody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "expires_at"],
                condition=Q(state=RequestState.ASKED),
                name="booking_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"demande {self.pk}"
