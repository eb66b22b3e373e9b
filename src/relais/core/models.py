"""Rows without domain: audit entries and their seals."""

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
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.verb}"
