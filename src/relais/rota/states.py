"""The states of a mission, of a week on the board, and of a plan run."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Move:
    """A legal change of state: its verb in the audit, origins, target, and name for people."""

    verb: str
    origins: tuple[MissionState, ...]
    target: MissionState
    label: str


INVITE: Final = Move(
    "invited", (MissionState.PROPOSED,), MissionState.INVITED, "inviter le médecin"
)
CONFIRM: Final = Move(
    "confirmed",
    (MissionState.PROPOSED, MissionState.INVITED),
    MissionState.CONFIRMED,
    "confirmer la mission",
)
MARK_READY: Final = Move(
    "made_ready", (MissionState.CONFIRMED,), MissionState.READY, "dire que tout est prêt"
)
DECLINE: Final = Move(
    "declined",
    (MissionState.PROPOSED, MissionState.INVITED),
    MissionState.DECLINED,
    "décliner la mission",
)
CANCEL: Final = Move("cancelled", ACTIVE, MissionState.CANCELLED, "annuler la mission")
# What can be undone: a word given by mistake, a mission ended by mistake (when its place is free).
UNCONFIRM: Final = Move(
    "unconfirmed",
    (MissionState.CONFIRMED,),
    MissionState.PROPOSED,
    "revenir sur une confirmation notée par erreur",
)
UNREADY: Final = Move(
    "unreadied", (MissionState.READY,), MissionState.CONFIRMED, "rouvrir les préparatifs"
)
REOPEN: Final = Move(
    "reopened",
    (MissionState.DECLINED, MissionState.CANCELLED),
    MissionState.PROPOSED,
    "rétablir une mission déclinée ou annulée",
)
MOVES: Final = (INVITE, CONFIRM, MARK_READY, DECLINE, CANCEL, UNCONFIRM, UNREADY, REOPEN)


class PlanningRule(TextChoices):
    """The rules of the plan folder, for one doctor in one line-week.

    A planner may go beyond, and says why.
    """

    OFFERED = "offered", "le médecin a proposé la semaine"
    OPEN_WEEK = "open_week", "le centre est ouvert cette semaine-là et la ligne active"
    NOT_REFUSED = "not_refused", "le médecin accepte d’aller à ce centre"
    TRAVEL = "travel", "le trajet ne dépasse pas ce que le médecin accepte"
    PET = "pet", "le logement admet l’animal du médecin"
    STEP_FREE = "step_free", "le logement est de plain-pied quand il le faut"
    YEARLY_MOST = "yearly_most", "le médecin ne dépasse pas son nombre de missions par an"
    GAP = "gap", "deux missions d’un médecin sont assez éloignées"
    CHOICE = "choice", "le médecin ne vient pas plus souvent qu’il ne l’a proposé"
    FIRST_TIMER = "first_timer", "un seul médecin vient pour la première fois"
    FAMILY = "family", "le logement a une place pour chaque famille"
    COMPANION = "companion", "deux médecins qui vont ensemble viennent ensemble"
    PIONEER = "pioneer", "un centre ouvre avec des médecins pionniers"
    PAPERS = "papers", "les papiers du médecin sont prêts"
    MEMBER = "member", "le médecin est dans le collectif"


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
    INTERRUPTED = "interrupted", "interrompu"


# A run that still takes its weeks: no second one for the same weeks.
PENDING: Final = (RunState.QUEUED, RunState.RUNNING)


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


class SearchState(TextChoices):
    """Where the search of a doctor for a line-week stands."""

    RUNNING = "running", "en cours"
    FOUND = "found", "médecin trouvé"
    STOPPED = "stopped", "arrêtée"
    OVER = "over", "la semaine a commencé"


class AnswerKind(TextChoices):
    """What a doctor answers to « pourriez-vous venir ? »."""

    YES = "yes", "oui"
    OTHER_WEEK = "other", "une autre semaine"
    NO = "no", "pas cette fois"


class AskOutcome(TextChoices):
    """What came of a question to one doctor. A yes is never refused: it places, or reserves."""

    WAITING = "waiting", "sans réponse"
    PLACED = "placed", "vient"
    RESERVE = "reserve", "en réserve"
    THANKED = "thanked", "remercié"
    DECLINED = "declined", "pas cette fois"
    OTHER_WEEK = "other", "une autre semaine"


class OfferSetKind(TextChoices):
    """How a doctor said that some of several weeks would do."""

    SPAN = "span", "entre deux dates"
    MONTH = "month", "un mois"
    PICKED = "picked", "des semaines cochées"


class HoldEnd(TextChoices):
    """How the hold of a week ended."""

    KEPT = "kept", "gardée"
    RELEASED = "released", "rendue"
    EXPIRED = "expired", "délai passé"


class WordGiven(TextChoices):
    """What a doctor answers to « toujours d’accord ? »."""

    YES = "yes", "oui"
    NO = "no", "non"
