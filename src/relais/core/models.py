"""Rows without domain: audit entries and the seals that make tampering visible."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act. Append-only: the database itself refuses UPDATE and DELETE (migration 0002)."""

    at = models.DateTimeField("date", db_index=True)
    actor = models.CharField("auteur", max_length=80, db_index=True)
    actor_label = models.CharField("nom de l’auteur", max_length=200)
    source = models.CharField("provenance", max_length=200, blank=True)
    verb = models.CharField("action", max_length=80, db_index=True)
    subject_type = models.CharField("nature de l’objet", max_length=80, blank=True)
    subject_id = models.CharField("identifiant de l’objet", max_length=80, blank=True)
    subject_label = models.CharField("objet", max_length=200, blank=True)
    why = models.TextField("raison", blank=True)
    details = models.JSONField("détails", default=dict)

    class Meta:
        verbose_name = "entrée du journal"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.verb}"


class AuditSeal(models.Model):
    """A link of the chain: it closes a batch of entries and carries the hash of the link before.

    Append-only like the entries. `number` has no gap; two workers that seal at once ask for the
    same number and one of them loses. How the hash is made: `relais.core.seals`.
    """

    number = models.PositiveBigIntegerField("numéro", primary_key=True)
    sealed_at = models.DateTimeField("scellé le")
    count = models.PositiveIntegerField("entrées")
    first_id = models.PositiveBigIntegerField("première entrée")
    last_id = models.PositiveBigIntegerField("dernière entrée")
    previous_hash = models.CharField("empreinte du sceau précédent", max_length=64, unique=True)
    hash = models.CharField("empreinte", max_length=64, unique=True)

    class Meta:
        verbose_name = "sceau du journal"

    def __str__(self) -> str:
        return f"sceau {self.number}"


class SealedEntry(models.Model):
    """That an entry belongs to a seal, with the hash it had then.

    Its own table, because entries cannot be updated; without a database constraint towards the
    entry, so that an entry taken out by force leaves its trace here.
    """

    entry = models.OneToOneField(
        AuditEntry,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="sealing",
    )
    seal = models.ForeignKey(
        AuditSeal, on_delete=models.DO_NOTHING, related_name="members", db_constraint=False
    )
    hash = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "entrée scellée"

    def __str__(self) -> str:
        return f"entrée {self.entry_id} du sceau {self.seal_id}"
