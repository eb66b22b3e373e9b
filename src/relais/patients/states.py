"""Named values of a patient's file."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


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

    PARENT = "parent", "parent"
    GUARDIAN = "guardian", "tuteur ou tutrice"
    TRUSTED = "trusted", "personne de confiance"


class Consent(TextChoices):
    """How a consent was given."""

    SIGNED = "signed", "formulaire signé"
    SPOKEN = "spoken", "de vive voix, au centre"


# Proxies that the law gives for a child end with childhood.
ENDS_WITH_CHILDHOOD: Final = frozenset({ProxyKind.PARENT})
