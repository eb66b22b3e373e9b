"""The states of a mission, of a week on the board, and of a plan run."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class MissionState(TextChoices):
    """Where a mission stands. « en cours » and « faite » follow from the day, see `WeekState`."""

    PROPOSED = "proposed", "proposée"
    INVITED = "invited", "invitée"
    CONFIRMED = "confirmed", "confirmée"
    READY = "ready", "prête"
    DECLINED = "declined", "déclinée"
    CANCELLED = "cancelled", "annulée"


# States in which the mission holds its line-week and its doctor.
ACTIVE: Final = (
    MissionState.PROPOSED,
    MissionState.INVITED,
    MissionState.CONFIRMED,
    MissionState.READY,
)
# States that a plan may not move by itself.
FIRM: Final = (MissionState.CONFIRMED, MissionState.READY)


class WeekState(TextChoices):
    """What the board says of a line-week, the same words everywhere (UI.md)."""

    OPEN = "open", "à pourvoir"
    PROPOSED = "proposed", "proposée"
    INVITED = "invited", "invitée"
    CONFIRMED = "confirmed", "confirmée"
    READY = "ready", "prête"
    RUNNING = "running", "en cours"
    DONE = "done", "faite"
    CLOSED = "closed", "fermée"


class RunState(TextChoices):
    """Where a plan run stands."""

    QUEUED = "queued", "en attente"
    RUNNING = "running", "calcul en cours"
    FINISHED = "finished", "proposition prête"
    ACCEPTED = "accepted", "acceptée"
    DISCARDED = "discarded", "écartée"
    CANCELLED = "cancelled", "arrêtée"
    FAILED = "failed", "sans résultat"


class ChangeKind(TextChoices):
    """What a planned mission changes beside today's plan."""

    KEPT = "kept", "inchangée"
    ADDED = "added", "nouvelle"
    REMOVED = "removed", "retirée"


class OfferSource(TextChoices):
    """Who wrote an offer down."""

    DOCTOR = "doctor", "le médecin"
    TEAM = "team", "l’équipe"
    IMPORT = "import", "un tableau"
