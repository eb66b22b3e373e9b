"""Named values of a doctor's file."""

from __future__ import annotations

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
