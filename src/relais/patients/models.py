"""Persons, the centres that know them, registrations, proxies, access by exception."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q

from relais.accounts.models import User
from relais.network.models import Centre
from relais.patients.states import (
    Agreement,
    CameBy,
    Consent,
    IdentityStatus,
    Proof,
    Protection,
    ProxyKind,
    Sex,
)
from relais.territory.models import Commune

PUBLIC_ID_BYTES = 12  # 96 random bits: an address that nobody guesses and that says nothing


def new_public_id() -> str:
    """Draw the identifier that addresses carry: random, without meaning."""
    return secrets.token_urlsafe(PUBLIC_ID_BYTES)


class Person(models.Model):
    """A patient. Names are kept as written, in capitals where the national identity wants them.

    `birth_written` is the date of the papers (zeros where unknown, lunar days kept), `born_on` the
    day used for ages; `birth_place` an INSEE code (99999 unknown). `search_name` is all names
    without accents, written by the services. A person merged into another keeps its row, which
    points there. `__str__` names nobody: it is what the audit and the program's journal show.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    birth_name = models.CharField("nom de naissance", max_length=100)
    first_birth_name = models.CharField("premier prénom de naissance", max_length=100)
    birth_names = models.CharField("prénoms de naissance", max_length=200, blank=True)
    used_name = models.CharField("nom utilisé", max_length=100, blank=True)
    used_first_name = models.CharField("prénom utilisé", max_length=100, blank=True)
    sex = models.CharField("sexe", max_length=1, choices=Sex)
    birth_written = models.CharField("date de naissance", max_length=10)
    born_on = models.DateField(db_index=True, editable=False)
    birth_place = models.CharField("lieu de naissance", max_length=5, default="99999")
    identity = models.CharField(
        "identité", max_length=12, choices=IdentityStatus, default=IdentityStatus.PROVISIONAL
    )
    identity_proof = models.CharField("pièce", max_length=20, choices=Proof, blank=True)
    search_name = models.CharField(max_length=420, db_index=True, editable=False)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("courriel", blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    has_long_term = models.BooleanField("affection de longue durée", default=False)
    long_term_until = models.DateField("jusqu’au", null=True, blank=True)
    needs_time = models.BooleanField("a besoin de plus de temps", default=False)
    protection = models.CharField(
        "protection", max_length=12, choices=Protection, default=Protection.NONE, blank=True
    )
    came_by = models.CharField(max_length=6, choices=CameBy, default=CameBy.DESK)
    to_check_since = models.DateTimeField("à vérifier depuis", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "patient"
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="patients_sex_known"),
            models.CheckConstraint(
                condition=Q(identity__in=IdentityStatus.values), name="patients_never_qualified"
            ),
            models.CheckConstraint(
                condition=Q(protection__in=Protection.values), name="patients_protection_known"
            ),
            models.CheckConstraint(
                condition=Q(has_long_term=True) | Q(long_term_until__isnull=True),
                name="patients_long_term_end_of_one",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="patients_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.public_id[:6]}"

    @property
    def name(self) -> str:
        """Give the name people are called by: « Camille DUPONT »."""
        first = self.used_first_name or self.first_birth_name.title()
        return f"{first} {(self.used_name or self.birth_name).upper()}"

    @property
    def formal_name(self) -> str:
        """Give the name lists are ordered by, birth name told when another is used."""
        used = (self.used_name or self.birth_name).upper()
        first = self.used_first_name or self.first_birth_name.title()
        born = "" if used == self.birth_name else f", née ou né {self.birth_name}"
        return f"{used} {first}{born}"


class KnownAt(models.Model):
    """That a centre knows a person: its coordinators, and its doctors in their week, may look."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="places")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    since_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "centre"], name="patients_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} à {self.centre}"


class Registration(models.Model):
    """A person chose a centre as médecin traitant, from `since_on` to `until_on` (exclusive)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    since_on = models.DateField("depuis le")
    until_on = models.DateField("jusqu’au", null=True, blank=True)
    consent = models.CharField("consentement", max_length=10, choices=Consent)
    consent_on = models.DateField("consentement du")
    consent_by = models.CharField("donné par", max_length=200)
    consent_version = models.PositiveSmallIntegerField("version du texte lu", default=1)
    signed_on = models.DateField("déclaration signée le", null=True, blank=True)
    sent_on = models.DateField("déclaration transmise le", null=True, blank=True)

    class Meta:
        verbose_name = "inscription au centre"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until_on__isnull=True),
                name="patients_one_registration",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")),
                name="patients_registration_ordered",
            ),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True) | Q(signed_on__isnull=False),
                name="patients_signed_before_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} inscrit à {self.centre}"


class Proxy(models.Model):
    """Someone who answers for a patient. A parent's word ends on the eighteenth birthday."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="proxies")
    name = models.CharField("nom", max_length=150)
    kind = models.CharField("à quel titre", max_length=10, choices=ProxyKind)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("courriel", blank=True)
    since_on = models.DateField("depuis le")
    until_on = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "représentant"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ProxyKind.values), name="patients_proxy_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ProxyKind.PARENT) | Q(until_on__isnull=False),
                name="patients_parent_until_adult",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.person}"


class AgreementGiven(models.Model):
    """What a patient agreed to or refused, which version of the text was read, by whom, when.

    A change of mind is a new row: the last one of a kind holds.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField("pour", max_length=10, choices=Agreement)
    version = models.PositiveSmallIntegerField("version du texte lu")
    agrees = models.BooleanField("d’accord")
    how = models.CharField("comment", max_length=10, choices=Consent)
    said_by = models.CharField("dit par", max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "accord d’un patient"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Agreement.values), name="patients_agreement_known"
            ),
        ]
        indexes = [models.Index(fields=["person", "kind", "at"], name="patients_agreements")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.person}"


class Intake(models.Model):
    """How many patients a centre takes as médecin traitant, and whether it takes any now."""

    centre = models.OneToOneField(Centre, on_delete=models.CASCADE, related_name="+")
    per_line = models.PositiveIntegerField("patients par ligne", null=True, blank=True)
    is_open = models.BooleanField("inscrit de nouveaux patients", default=True)

    class Meta:
        verbose_name = "inscriptions d’un centre"

    def __str__(self) -> str:
        return f"inscriptions à {self.centre}"


class Merge(models.Model):
    """Two files that became one, why, and what it takes to part them again.

    `undo` names what was taken over: fields with what stood there before, keys of rows that moved.
    """

    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField("par", max_length=200)
    why = models.TextField("raison")
    undo = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "réunion de deux fiches"
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at__isnull=True), name="patients_merged_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} réuni à {self.kept}"


class ExceptionalAccess(models.Model):
    """Someone opened a file outside of the usual scope, said why, and for how long."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    why = models.TextField("raison")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    seen_at = models.DateTimeField("vu par les pionniers le", null=True, blank=True)
    seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "ouverture exceptionnelle"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="patients_except_ordered"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="patients_except_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.person}"
