"""What every file of a plan folder holds, said once for the reader and for the web import.

A column has its public English name, the French headings that an import from a spreadsheet also
accepts, whether it must be there, its default, how its cell is read, and its meaning in French.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relais.engine.plan_folder import cells
from relais.engine.plan_folder.cells import GREATEST_WEEKS, Parser
from relais.engine.rota.problem import Status


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A required one has a value in every row; an empty optional cell is `default`."""

    name: str
    french: tuple[str, ...]
    parse: Parser
    meaning: str
    required: bool = True
    default: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, the French word for one of its rows, its columns."""

    file: str
    one_row: str
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, name: str) -> Column:
        """Find a column by its English name. Raises KeyError."""
        return next(found for found in self.columns if found.name == name)

    def extended(self, *columns: Column) -> Table:
        """Give the same table with more columns, for an import that knows more than the plan."""
        return Table(self.file, self.one_row, self.columns + columns, self.required)

    def without(self, names: Iterable[str]) -> Table:
        """Give the same table without some columns, for an import that fills them otherwise."""
        dropped = frozenset(names)
        kept = tuple(column for column in self.columns if column.name not in dropped)
        return Table(self.file, self.one_row, kept, self.required)


def _optional(
    name: str, french: tuple[str, ...], parse: Parser, meaning: str, default: Any = None
) -> Column:
    return Column(name, french, parse, meaning, required=False, default=default)


_DOCTOR = Column("doctor", ("médecin", "identifiant"), cells.identifier, "l’identifiant du médecin")
_CENTRE = Column("centre", ("centre", "identifiant"), cells.identifier, "l’identifiant du centre")
_CENTRE_OF = Column("centre", ("centre",), cells.identifier, "l’identifiant du centre")
_DOCTOR_OF = Column("doctor", ("médecin",), cells.identifier, "l’identifiant du médecin")
_MONDAY = Column(
    "monday", ("lundi", "semaine", "semaine du"), cells.monday, "le lundi de la semaine"
)
_LATITUDE = Column("latitude", ("latitude",), cells.latitude, "en degrés, positive au nord")
_LONGITUDE = Column("longitude", ("longitude",), cells.longitude, "en degrés, positive à l’est")

CENTRES = Table(
    "centres.csv",
    "centre",
    (
        _CENTRE,
        Column("name", ("nom",), cells.words, "le nom du centre"),
        _LATITUDE,
        _LONGITUDE,
        Column(
            "lines",
            ("lignes", "nombre de lignes"),
            cells.count(),
            "combien de médecins il faut chaque semaine ouverte",
        ),
        _optional(
            "insee", ("insee", "code insee", "code commune"), cells.words, "le code de la commune"
        ),
        _optional("opens_on", ("ouvre le", "ouverture"), cells.day, "le jour de l’ouverture"),
        _optional("closes_on", ("ferme le", "fermeture"), cells.day, "le premier jour fermé"),
        _optional(
            "family_places",
            ("places famille", "familles"),
            cells.count(),
            "combien de médecins peuvent venir en famille la même semaine",
            1,
        ),
        _optional("pets", ("animaux",), cells.flag, "1 si un animal est admis au logement", True),
        _optional(
            "step_free",
            ("sans marche", "accessible", "plain-pied"),
            cells.flag,
            "1 si le logement est sans marche",
            True,
        ),
    ),
    required=True,
)

DOCTORS = Table(
    "doctors.csv",
    "médecin",
    (
        _DOCTOR,
        _LATITUDE,
        _LONGITUDE,
        Column(
            "max_missions",
            ("missions max", "nombre de missions", "missions au plus"),
            cells.count(),
            "combien de missions au plus, missions verrouillées comprises",
        ),
        _optional(
            "min_gap_weeks",
            ("écart min", "semaines entre missions", "écart en semaines"),
            cells.count(most=GREATEST_WEEKS),
            "combien de semaines au moins d’une mission à la suivante",
            4,
        ),
        _optional(
            "max_travel_min",
            ("trajet max", "trajet max en minutes", "minutes de trajet au plus"),
            cells.minutes_at_most,
            "combien de minutes de trajet au plus",
        ),
        _optional(
            "first_mission",
            ("première mission",),
            cells.flag,
            "1 si le médecin vient pour la première fois",
            False,
        ),
        _optional(
            "family", ("famille", "en famille"), cells.flag, "1 s’il vient en famille", False
        ),
        _optional("pet", ("animal",), cells.flag, "1 s’il vient avec un animal", False),
        _optional(
            "step_free",
            ("sans marche", "accessible", "plain-pied"),
            cells.flag,
            "1 s’il lui faut un logement sans marche",
            False,
        ),
        _optional("pioneer", ("pionnier",), cells.flag, "1 s’il est médecin pionnier", False),
        _optional(
            "ready_on",
            ("prêt le", "papiers prêts le"),
            cells.day,
            "le premier jour que ses papiers permettent",
        ),
        _optional(
            "practices",
            ("pratiques", "actes"),
            cells.practices,
            "ce qu’il pratique, séparé par une barre : gynaecology|sutures",
            frozenset(),
        ),
    ),
    required=True,
)

CLOSURES = Table("closures.csv", "fermeture", (_CENTRE_OF, _MONDAY))
OFFERS = Table("offers.csv", "semaine offerte", (_DOCTOR_OF, _MONDAY))
PREFERENCES = Table(
    "preferences.csv",
    "préférence",
    (
        _DOCTOR_OF,
        _CENTRE_OF,
        Column(
            "kind",
            ("avis", "préférence", "genre"),
            cells.one_of("refused", "preferred", "known"),
            "refused (refusé), preferred (préféré) ou known (connu)",
        ),
    ),
)
NEEDS = Table(
    "needs.csv",
    "besoin",
    (
        _CENTRE_OF,
        Column("practice", ("pratique", "acte"), cells.practice, "la pratique attendue"),
        Column(
            "every_weeks",
            ("toutes les semaines", "semaines", "au moins toutes les (semaines)"),
            cells.count(least=1, most=GREATEST_WEEKS),
            "au moins un médecin qui la pratique en autant de semaines ouvertes de suite",
        ),
    ),
)
PAIRS = Table(
    "pairs.csv",
    "binôme",
    (
        Column(
            "doctor_a",
            ("médecin a", "médecin 1"),
            cells.identifier,
            "l’identifiant du premier médecin",
        ),
        Column(
            "doctor_b",
            ("médecin b", "médecin 2"),
            cells.identifier,
            "l’identifiant du second médecin",
        ),
    ),
)
MISSIONS = Table(
    "missions.csv",
    "mission",
    (
        _DOCTOR_OF,
        _CENTRE_OF,
        _MONDAY,
        Column(
            "status",
            ("état", "statut"),
            cells.one_of(*(str(status) for status in Status)),
            "locked (verrouillée), confirmed (confirmée) ou proposed (proposée)",
        ),
    ),
)
TRAVEL = Table(
    "travel.csv",
    "trajet",
    (
        _DOCTOR_OF,
        _CENTRE_OF,
        Column("minutes", ("minutes", "trajet"), cells.count(), "la durée du trajet en minutes"),
    ),
)

TABLES = (CENTRES, CLOSURES, DOCTORS, OFFERS, PREFERENCES, NEEDS, PAIRS, MISSIONS, TRAVEL)
SETTINGS_FILE = "plan.toml"

PLAN = Table(
    "plan.csv",
    "mission",
    (
        _DOCTOR_OF,
        _CENTRE_OF,
        _MONDAY,
        _optional("travel_min", ("trajet",), cells.words, "la durée du trajet en minutes"),
        _optional("status", ("état",), cells.words, "locked, confirmed ou proposed"),
        _optional("because", ("parce que",), cells.words, "pourquoi"),
    ),
    required=True,
)
