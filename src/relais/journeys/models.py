"""What waits between two clicks of one person."""

from __future__ import annotations

from django.db import models


class PreparedImport(models.Model):
    """Files that were read and found sound, until the person who sent them says to import them.

    Kept in the database, so that any web process finds them; only a hash of the token is kept.
    `content` is a ZIP archive of the files as they came. A row lives a day at most.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    actor = models.CharField(max_length=80, db_index=True)
    prepared_at = models.DateTimeField(db_index=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = "import préparé"

    def __str__(self) -> str:
        return f"import préparé par {self.actor} le {self.prepared_at:%Y-%m-%d %H:%M}"


class DayRound(models.Model):
    """A round that was made on a day: the worker makes each once a day, whoever else works."""

    name = models.CharField(max_length=40)
    day = models.DateField()

    class Meta:
        verbose_name = "tour du jour"
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], name="journeys_round_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"
