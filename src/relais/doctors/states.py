"""Named values of a doctor's file."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class DoctorStatus(TextChoices):
    """How a doctor practises elsewhere; each status has its own papers."""

    INSTALLED = "installed", "installé ou installée"
    SUBSTITUTE = "substitute", "remplaçant ou remplaçante"
    RETIRED = "retired", "retraité ou retraitée"
    HOSPITAL = "hospital", "praticien hospitalier ou praticienne hospitalière"
    ASSISTANT = "assistant", "assistant ou assistante"


class PracticeLevel(TextChoices):
    """Whether a doctor does an act."""

    YES = "yes", "oui"
    WITH_HELP = "with_help", "seulement avec de l’aide"
    NO = "no", "non"


class PreferenceKind(TextChoices):
    """What a doctor says of a centre. `known` also follows from missions done there."""

    REFUSED = "refused", "ne souhaite pas y aller"
    PREFERRED = "preferred", "souhaite y aller"
    KNOWN = "known", "connaît le centre"


class PaperState(TextChoices):
    """Where a paper of a file stands. Whether it has expired follows from the day."""

    MISSING = "missing", "à fournir"
    GIVEN = "given", "à vérifier"
    ACCEPTED = "accepted", "vérifié"
    ASKED_AGAIN = "asked_again", "à renvoyer"


# From which states a paper comes to a state. A paper given anew is checked anew.
PAPER_ORIGINS: Final[dict[PaperState, frozenset[PaperState]]] = {
    PaperState.GIVEN: frozenset(PaperState),
    PaperState.ACCEPTED: frozenset({PaperState.GIVEN}),
    PaperState.ASKED_AGAIN: frozenset({PaperState.GIVEN, PaperState.ACCEPTED}),
}
# What the team gets by itself (a declaration, a card) it can note as there without a file.
TEAM_PAPER_ORIGINS: Final = frozenset(PaperState)


class InterestState(TextChoices):
    """Where the talk with somebody interested stands."""

    NEW = "new", "à appeler"
    TALKING = "talking", "en discussion"
    LATER = "later", "plus tard"
    ACCEPTED = "accepted", "dans le collectif"
    CLOSED = "closed", "sans suite"


# Who is still on the call list.
OPEN_INTERESTS: Final = (InterestState.NEW, InterestState.TALKING, InterestState.LATER)


class CallOutcome(TextChoices):
    """What came of a call."""

    REACHED = "reached", "nous avons parlé"
    MESSAGE = "message", "message laissé"
    NO_ANSWER = "no_answer", "pas de réponse"
    LATER = "later", "pas maintenant, rappeler"
    NO = "no", "ne souhaite pas venir"
    WRONG = "wrong", "numéro ou adresse faux"


# Where a call leaves the talk.
AFTER_CALL: Final[dict[CallOutcome, InterestState | None]] = {
    CallOutcome.REACHED: InterestState.TALKING,
    CallOutcome.MESSAGE: None,
    CallOutcome.NO_ANSWER: None,
    CallOutcome.LATER: InterestState.LATER,
    CallOutcome.NO: InterestState.CLOSED,
    CallOutcome.WRONG: InterestState.CLOSED,
}


class BestTime(TextChoices):
    """When somebody likes to be called."""

    ANY = "any", "quand vous voulez"
    MORNING = "morning", "le matin"
    NOON = "noon", "entre midi et deux"
    EVENING = "evening", "en fin de journée"


class LetterKind(TextChoices):
    """What is produced filled in; each has its words in `texts/`, and versions by the team."""

    COUNCIL = "council", "Lettre au conseil départemental"
    SECONDARY = "secondary", "Déclaration d’activité secondaire"
    CONTRACT = "contract", "Contrat de travail"
    ORDER = "order", "Ordre de mission"
    CERTIFICATE = "certificate", "Attestation de mission"
