"""The papers of a file: asked, given, signed, produced."""

from __future__ import annotations

from django.db import models

from relais.doctors.models.files import Doctor
from relais.doctors.states import LetterKind, PaperState


class Paper(models.Model):
    """One paper of a doctor's file; `code` is a rule of `engine/parameters/papers.toml`.

    `file_name` is the name of the private file, empty without one. `reason` is what the team wrote
    to have it again.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="papers")
    code = models.CharField("papier", max_length=40)
    state = models.CharField(
        "état", max_length=20, choices=PaperState, default=PaperState.MISSING, db_index=True
    )
    due_on = models.DateField("à fournir avant le")
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)
    file_name = models.CharField(max_length=32, blank=True, editable=False)
    media_type = models.CharField(max_length=30, blank=True, editable=False)
    sha256 = models.CharField("empreinte", max_length=64, blank=True, editable=False)
    given_at = models.DateTimeField("reçu le", null=True, blank=True)
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    reason = models.CharField("raison", max_length=300, blank=True)

    class Meta:
        verbose_name = "papier"
        constraints = [
            models.UniqueConstraint(fields=["doctor", "code"], name="doctors_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.doctor}"


class CharterSignature(models.Model):
    """A doctor's signature under one version of the charter; `sha256` is that of its words.

    `on_paper`: the team holds the signed sheet, and noted it.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField("version")
    sha256 = models.CharField("empreinte", max_length=64)
    name = models.CharField("nom écrit", max_length=170)
    signed_at = models.DateTimeField("signée le")
    on_paper = models.BooleanField("sur papier", default=False)

    class Meta:
        verbose_name = "signature de la charte"
        constraints = [
            models.UniqueConstraint(fields=["doctor", "version"], name="doctors_charter_once"),
        ]

    def __str__(self) -> str:
        return f"charte {self.version}, {self.doctor}"


class LetterText(models.Model):
    """A version of the words of a letter, as the team wrote it. Version 0 is shipped in a file."""

    kind = models.CharField("document", max_length=30, choices=LetterKind)
    number = models.PositiveIntegerField("version")
    text = models.TextField("texte")
    written_at = models.DateTimeField("écrite le")
    written_by = models.CharField("par", max_length=200)

    class Meta:
        verbose_name = "modèle de document"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="doctors_letter_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.number}"


class Letter(models.Model):
    """A letter or a contract that was made: it keeps the version of its words and its file.

    `about` names what it was made for (« rota.mission:12 », « network.centre:3 »), `what` says it
    in words.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField("document", max_length=30, choices=LetterKind)
    about = models.CharField(max_length=60)
    what = models.CharField("pour", max_length=200)
    text_number = models.PositiveIntegerField("version du modèle")
    file_name = models.CharField(max_length=32, editable=False)
    sha256 = models.CharField("empreinte", max_length=64, editable=False)
    made_at = models.DateTimeField("fait le")
    made_by = models.CharField("par", max_length=200)

    class Meta:
        verbose_name = "document"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.doctor}"
