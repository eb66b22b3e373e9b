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
