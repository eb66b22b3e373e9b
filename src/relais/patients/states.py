"""Named values of a patient's file."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from relais.engine import representation


class Sex(TextChoices):
    """The sex of the national identity."""

    FEMALE = "F", "féminin"
    MALE = "M", "masculin"
    UNKNOWN = "U", "indéterminé"


class IdentityStatus(TextChoices):
    """How far an identity is proven. « qualifiée » needs the national service, which is not here.

    The missing values « récupérée » and « qualifiée » are not an oversight: the database refuses
    them until a connector to that service exists.
    """

    PROVISIONAL = "provisional", "provisoire"
    VALIDATED = "validated", "validée"


class Proof(TextChoices):
    """The paper on which an identity was validated."""

    NONE = "", "aucune pièce"
    IDENTITY_CARD = "identity_card", "carte d’identité"
    PASSPORT = "passport", "passeport"
    RESIDENCE_PERMIT = "residence_permit", "titre de séjour"
    FAMILY_BOOK = "family_book", "livret de famille, pour un enfant"


class ProxyKind(TextChoices):
    """By what right someone answers for a patient."""

    PARENT = representation.PARENT, "parent"
    GUARDIAN = representation.GUARDIAN, "tuteur ou tutrice"
    CURATOR = representation.CURATOR, "curateur ou curatrice"
    EMPOWERED = representation.EMPOWERED, "habilitation familiale ou mandat"
    TRUSTED = representation.TRUSTED, "personne de confiance"
    HELPER = representation.HELPER, "proche qui aide"


class Protection(TextChoices):
    """How the law protects an adult; an administrative fact, never why."""

    NONE = representation.NONE, "aucune"
    CURATORSHIP = representation.CURATORSHIP, "curatelle"
    GUARDIANSHIP = representation.GUARDIANSHIP, "tutelle"
    FAMILY = representation.FAMILY, "habilitation familiale"
    MANDATE = representation.MANDATE, "mandat de protection future"


class CameBy(TextChoices):
    """Where a file was opened. One opened online is looked at by the desk before it is trusted."""

    DESK = "desk", "au centre"
    ONLINE = "online", "en ligne"


class Consent(TextChoices):
    """How a consent was given."""

    SIGNED = "signed", "formulaire signé"
    SPOKEN = "spoken", "de vive voix, au centre"


class Agreement(TextChoices):
    """What a patient agrees to, beside the choice of the médecin traitant."""

    SHARING = "sharing", "partage du dossier entre les médecins du centre"
    MESSAGES = "messages", "messages du centre par SMS ou courriel"


# Proxies that the law gives for a child end with childhood.
ENDS_WITH_CHILDHOOD: Final = frozenset({ProxyKind.PARENT})
