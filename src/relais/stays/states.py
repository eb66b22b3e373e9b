"""Named values of a stay, and the pages of a welcome pack."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class TravelBy(TextChoices):
    """How a doctor comes."""

    UNKNOWN = "", "pas encore dit"
    CAR = "car", "en voiture"
    TRAIN = "train", "en train"
    OTHER = "other", "autrement"


class Section(TextChoices):
    """The chapters of a welcome pack, in the order of the page."""

    HOUSE = "house", "La maison"
    CAR = "car", "La voiture"
    KEYS = "keys", "Les clés"
    SOFTWARE = "software", "Le logiciel et l’ordinateur"
    WEEK = "week", "Une semaine, heure par heure"
    DIRECTORY = "directory", "Les correspondants les plus utiles"
    PLACES = "places", "À voir, où manger, où faire ses courses"
    NIGHT = "night", "Qui appeler, de jour comme de nuit"


SECTIONS: Final = tuple(Section)


class ExpenseKind(TextChoices):
    """What a doctor spent money on for a mission."""

    TRAIN = "train", "train, autocar, avion"
    KILOMETRES = "km", "kilomètres avec ma voiture"
    TOLL = "toll", "péage, stationnement, carburant"
    MEAL = "meal", "repas"
    OTHER = "other", "autre"


class ExpenseState(TextChoices):
    """Where an expense stands."""

    SENT = "sent", "envoyée"
    APPROVED = "approved", "acceptée"
    REFUSED = "refused", "refusée"
    IN_BATCH = "in_batch", "en cours de virement"
    PAID = "paid", "versée"


class Pleased(TextChoices):
    """How something went, in one word."""

    WELL = "well", "très bien"
    FINE = "fine", "bien"
    POORLY = "poorly", "à améliorer"


class Again(TextChoices):
    """Would the doctor come again?"""

    YES = "yes", "oui"
    PERHAPS = "perhaps", "peut-être"
    NO = "no", "pas pour l’instant"
