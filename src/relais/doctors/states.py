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
