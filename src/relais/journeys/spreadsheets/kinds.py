"""What kinds of tables an import knows: their columns, and how a table is recognised.

The columns are those of the public plan folder, read more leniently, with the ones that only the
product has. A table is recognised by the name of its file or sheet, else by its headings.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from relais.engine.plan_folder import cells as plan_cells
from relais.engine.plan_folder import columns as plan
from relais.engine.plan_folder.cells import BadCell, Parser
from relais.engine.plan_folder.columns import Column, Table
from relais.engine.plan_folder.rows import plain
from relais.journeys.spreadsheets import cells
from relais.journeys.spreadsheets.cells import EMPTY

WEEK_COLUMN = "week "  # before an ISO Monday: a column of a wide table of offers
ACT_COLUMN = "act "  # before the name of an act: a column of the table of doctors
_ACT_HEADING = re.compile(r"(?:pratique|acte|fait)\s*[:\-–]\s*(.+)", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_ENDS = re.compile(r"[\s*:]+$")

_SOFTER: Final[Mapping[Parser, Parser]] = {
    plan_cells.day: cells.day,
    plan_cells.monday: cells.monday,
    plan_cells.flag: cells.flag,
    plan_cells.latitude: cells.decimal_point(plan_cells.latitude),
    plan_cells.longitude: cells.decimal_point(plan_cells.longitude),
    plan_cells.minutes_at_most: cells.minutes,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table.

    `title` is its French name (one sheet of an export), `names` the words that tell it in the name
    of a file or sheet, `signatures` sets of columns of which one must be there whole.
    """

    title: str
    table: Table
    names: tuple[str, ...]
    signatures: tuple[frozenset[str], ...]

    @property
    def name(self) -> str:
        """Give the English name, as the file of the plan folder without its ending."""
        return self.table.file.removesuffix(".csv")

    def heading(self, column: str) -> str:
        """Give the French heading of a column, as an export writes it."""
        return self.table.column(column).french[0]


def _soft(table: Table, changed: Mapping[str, Mapping[str, Any]], *more: Column) -> Table:
    """Make every column of a table optional and lenient, change some, add more."""
    columns = []
    for column in table.columns:
        parse = _SOFTER.get(column.parse, column.parse)
        soft = dataclasses.replace(column, parse=parse, required=False, default=EMPTY)
        change = dict(changed.get(column.name, {}))
        change["french"] = (*change.get("first", ()), *soft.french, *change.get("french", ()))
        change.pop("first", None)
        columns.append(dataclasses.replace(soft, **change))
    return Table(table.file, table.one_row, (*columns, *more))


def _more(name: str, parse: Parser, *french: str, meaning: str = "") -> Column:
    return Column(name, french, parse, meaning or french[0], required=False, default=EMPTY)


_KEY = {
    "parse": cells.key,
    "first": ("identifiant",),
    "french": ("code", "clé", "id", "identifiant médecin", "identifiant centre"),
}
_DOCTOR = {
    "parse": cells.text_up_to(200),
    "french": ("rpps", "e-mail", "nom et prénom", "nom complet", "identifiant médecin", "docteur"),
}
_CENTRE = {"parse": cells.text_up_to(200), "french": ("centre de santé", "lieu", "finess")}
_MONDAY = {"french": ("date", "lundi de la semaine", "semaine du lundi")}
_FIRST_NAME = _more("first_name", cells.text_up_to(80), "prénom", "prénoms")
_LAST_NAME = _more(
    "last_name", cells.text_up_to(80), "nom", "nom de famille", "nom d'usage", "nom d'exercice"
)
_COMMUNE = _more(
    "commune",
    cells.text_up_to(120),
    "commune",
    "ville",
    "domicile",
    "commune du domicile",
    "code insee",
    "insee",
    "code commune",
    "home",
)
_POSTAL = _more("postal_code", cells.text_up_to(10), "code postal", "cp")
_PHONE = _more("phone", cells.phone, "téléphone", "tél", "tel", "portable", "mobile", "numéro")

CENTRES = Kind(
    "Centres",
    _soft(
        plan.CENTRES.without(["insee"]),
        {
            "centre": _KEY,
            "name": {
                "parse": cells.text_up_to(120),
                "french": ("nom du centre", "centre de santé"),
            },
            "lines": {"parse": cells.count(most=50), "french": ("médecins par semaine",)},
            "opens_on": {"french": ("date d'ouverture",)},
            "closes_on": {"french": ("fermeture définitive", "date de fermeture")},
            "family_places": {"parse": cells.count(), "french": ("familles logées",)},
            "pets": {"french": ("animaux admis", "animal")},
            "step_free": {"first": ("plain-pied",), "french": ("plain pied",)},
        },
        dataclasses.replace(_COMMUNE, french=tuple(n for n in _COMMUNE.french if n != "home")),
        _POSTAL,
        _more("finess", cells.finess, "finess", "n° finess", "numéro finess"),
        _more("time_zone", cells.time_zone, "fuseau", "fuseau horaire"),
        _more("address", cells.text_up_to(200), "adresse"),
        _PHONE,
        _more("position_note", cells.text_up_to(200), "précision sur le lieu", "précision"),
    ),
    ("centre", "centres"),
    (
        frozenset({"name", "lines"}),
        frozenset({"name", "finess"}),
        frozenset({"name", "opens_on"}),
        frozenset({"name", "latitude", "longitude"}),
        frozenset({"centre", "name", "commune"}),
        frozenset({"centre", "lines"}),
    ),
)

LINES = Kind(
    "Lignes",
    Table(
        "lines.csv",
        "ligne",
        (
            _more("centre", cells.text_up_to(200), "centre", "centre de santé", "finess"),
            _more("number", cells.count(least=1, most=50), "ligne", "numéro", "n°"),
            _more("starts_on", cells.day, "active à partir du", "depuis le", "du", "début"),
            _more("ends_on", cells.day, "active jusqu'au", "jusqu'au", "au", "fin"),
        ),
    ),
    ("ligne", "lignes", "lines"),
    (frozenset({"centre", "number"}),),
)

CLOSURES = Kind(
    "Fermetures",
    _soft(
        plan.CLOSURES,
        {"centre": _CENTRE, "monday": _MONDAY},
        _more("first_on", cells.day, "premier jour", "du", "début"),
        _more("last_on", cells.day, "dernier jour", "au", "fin"),
        _more("reason", cells.closure_reason, "motif", "raison"),
        _more("note", cells.text_up_to(200), "précision", "note", "remarque"),
    ),
    ("fermeture", "fermetures", "closures"),
    (frozenset({"centre", "monday"}), frozenset({"centre", "first_on"})),
)

PRACTICES = Kind(
    "Actes",
    Table(
        "practices.csv",
        "acte",
        (
            _more("code", cells.text_up_to(40), "code"),
            _more("label", cells.text_up_to(80), "acte", "pratique", "libellé", "nom"),
        ),
    ),
    ("acte", "actes", "pratiques", "practices"),
    (frozenset({"code", "label"}),),
)

DOCTORS = Kind(
    "Médecins",
    _soft(
        plan.DOCTORS,
        {
            "doctor": _KEY,
            "max_missions": {
                "parse": cells.count(),
                "french": ("missions par an", "missions par an au plus", "semaines par an"),
            },
            "min_gap_weeks": {"parse": cells.count(), "french": ("écart", "semaines d'écart")},
            "max_travel_min": {"french": ("trajet maximum", "trajet maximal", "trajet au plus")},
            "family": {"french": ("vient en famille",)},
            "pet": {"french": ("vient avec un animal", "animaux")},
            "step_free": {"first": ("plain-pied",), "french": ("plain pied",)},
            "pioneer": {"french": ("pionnière", "médecin pionnier")},
            "ready_on": {"french": ("papiers prêts", "dossier prêt le", "dossier complet le")},
            "practices": {
                "parse": cells.practice_names,
                "french": ("pratique", "acte", "pratiques oui", "ce qu'il pratique"),
            },
        },
        _FIRST_NAME,
        _LAST_NAME,
        _more(
            "email",
            cells.email,
            "e-mail",
            "email",
            "mail",
            "courriel",
            "adresse e-mail",
            "adresse mail",
            "adresse électronique",
        ),
        _PHONE,
        _more("rpps", cells.rpps, "rpps", "n° rpps", "no rpps", "numéro rpps", "numéro de rpps"),
        _more("status", cells.doctor_status, "statut", "exercice", "situation", "mode d'exercice"),
        _COMMUNE,
        _POSTAL,
        _more(
            "missions_before",
            cells.count(),
            "missions déjà faites",
            "missions faites",
            "missions faites auparavant",
            "semaines déjà faites",
        ),
        _more("joined_on", cells.day, "dans le collectif depuis", "inscrit le", "arrivée"),
        _more("left_on", cells.day, "a quitté le collectif le", "départ", "quitte le"),
        _more(
            "practices_with_help",
            cells.practice_names,
            "pratiques avec aide",
            "actes avec aide",
            "avec aide",
        ),
        _more(
            "practices_not",
            cells.practice_names,
            "ne pratique pas",
            "pratiques non",
            "actes non pratiqués",
        ),
        _more("note", cells.long_text, "note", "note de l'équipe", "remarque", "remarques"),
    ),
    ("medecin", "medecins", "doctor", "doctors", "volontaires", "benevoles"),
    (
        frozenset({"doctor", "max_missions"}),
        frozenset({"doctor", "latitude", "longitude"}),
        frozenset({"first_name", "last_name"}),
        frozenset({"last_name", "rpps"}),
        frozenset({"last_name", "email"}),
        frozenset({"last_name", "status"}),
        frozenset({"rpps", "email"}),
        frozenset({"doctor", "last_name"}),
    ),
)

OFFERS = Kind(
    "Semaines offertes",
    _soft(plan.OFFERS, {"doctor": _DOCTOR, "monday": _MONDAY}, _FIRST_NAME, _LAST_NAME),
    ("offre", "offres", "offers", "disponibilites", "offertes", "proposees", "dispos"),
    (frozenset({"doctor", "monday"}), frozenset({"last_name", "monday"})),
)

PREFERENCES = Kind(
    "Souhaits",
    _soft(
        plan.PREFERENCES,
        {
            "doctor": _DOCTOR,
            "centre": _CENTRE,
            "kind": {"parse": cells.preference, "french": ("souhait",)},
        },
    ),
    ("preference", "preferences", "souhait", "souhaits", "avis"),
    (frozenset({"doctor", "centre", "kind"}),),
)

NEEDS = Kind(
    "Besoins",
    _soft(
        plan.NEEDS,
        {
            "centre": _CENTRE,
            "practice": {"parse": cells.text_up_to(80)},
            "every_weeks": {
                "parse": cells.count(least=1),
                "french": ("toutes les n semaines", "au moins toutes les"),
            },
        },
    ),
    ("besoin", "besoins", "needs"),
    (frozenset({"centre", "practice", "every_weeks"}),),
)

_COMPANION = {"parse": cells.text_up_to(200)}
PAIRS = Kind(
    "Binômes",
    _soft(plan.PAIRS, {"doctor_a": _COMPANION, "doctor_b": _COMPANION}),
    ("binome", "binomes", "pairs", "duos"),
    (frozenset({"doctor_a", "doctor_b"}),),
)

MISSIONS = Kind(
    "Missions",
    _soft(
        plan.MISSIONS,
        {
            "doctor": _DOCTOR,
            "centre": _CENTRE,
            "monday": _MONDAY,
            "status": {"parse": cells.mission_status},
        },
        _more("line", cells.count(least=1, most=50), "ligne", "numéro de ligne"),
        _more("locked", cells.flag, "verrouillée", "verrou"),
        _more("note", cells.long_text, "note", "remarque"),
    ),
    ("mission", "missions", "plan", "planning"),
    (frozenset({"doctor", "centre", "monday"}),),
)

TRAVEL = Kind(
    "Trajets",
    _soft(
        plan.TRAVEL,
        {
            "doctor": _DOCTOR,
            "centre": _CENTRE,
            "minutes": {"parse": cells.minutes, "french": ("durée", "trajet en minutes")},
        },
    ),
    ("trajet", "trajets", "travel"),
    (frozenset({"doctor", "centre", "minutes"}),),
)

KINDS: Final = (
    PRACTICES,
    CENTRES,
    LINES,
    CLOSURES,
    NEEDS,
    DOCTORS,
    PREFERENCES,
    PAIRS,
    TRAVEL,
    OFFERS,
    MISSIONS,
)
"""In the order in which they are written: what comes later may name what came before."""

LEFT_OUT: Final = frozenset({"holes", "standby", "certificate", "trous", "reserves"})
"""Names of tables that the planner writes and that nobody imports."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: its name in `Kind.table` or a column made for this table."""

    index: int
    column: Column
    heading: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A table whose kind is known. `unknown` are headings that say nothing to the import."""

    kind: Kind
    places: tuple[Place, ...]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]
    not_mondays: tuple[tuple[str, BadCell], ...]


def recognise(name: str, headings: Sequence[str]) -> Recognised | None:
    """Find out what a table holds; None when its name and headings do not tell."""
    named = _named(name)
    read = {kind.title: _read_headings(kind, headings) for kind in KINDS}
    if len(named) == 1 and any(place.column for place in read[named[0].title].places):
        return read[named[0].title]
    best: list[tuple[int, int, Recognised]] = []
    for kind in named or KINDS:
        found = read[kind.title]
        score = _signature(found)
        if score:
            best.append((score, len(found.places), found))
    best.sort(key=lambda one: one[:2], reverse=True)
    if not best or (len(best) > 1 and best[0][:2] == best[1][:2]):
        return None
    return best[0][2]


def is_left_out(name: str) -> bool:
    """Say whether a table is one that the planner wrote for people to read."""
    return bool(LEFT_OUT & set(_words(name)))


def _named(name: str) -> list[Kind]:
    """List the kinds that a name tells; « Semaines offertes des médecins » tells two."""
    words = set(_words(name))
    return [kind for kind in KINDS if words & set(kind.names)]


def _words(name: str) -> list[str]:
    return [word for word in _NOT_LETTERS.split(plain(name)) if word]


def _signature(found: Recognised) -> int:
    """Count the columns of the longest signature that a table holds whole, 0 when none."""
    there = {place.column.name for place in found.places}
    longest = max(
        (len(signature) for signature in found.kind.signatures if signature <= there), default=0
    )
    weeks = sum(name.startswith(WEEK_COLUMN) for name in there)
    if found.kind is OFFERS and weeks and there & {"doctor", "last_name"}:
        longest = max(longest, 2 + weeks)
    return longest


def _read_headings(kind: Kind, headings: Sequence[str]) -> Recognised:
    known = {
        _folded(alias): column
        for column in reversed(kind.table.columns)
        for alias in (*column.french, column.name)
    }
    exact = {_folded(column.name): column for column in kind.table.columns}
    places: list[Place] = []
    unknown, twice = [], []
    not_mondays: list[tuple[str, BadCell]] = []
    seen: set[str] = set()
    for index, heading in enumerate(headings):
        column = exact.get(_folded(heading)) or known.get(_folded(heading))
        if column is None and kind is OFFERS:
            column = _week_column(heading, not_mondays)
        if column is None and kind is DOCTORS:
            column = _act_column(heading)
        if column is None:
            unknown.append(heading)
        elif column.name in seen:
            twice.append(heading)
        else:
            seen.add(column.name)
            places.append(Place(index, column, heading))
    return Recognised(kind, tuple(places), tuple(unknown), tuple(twice), tuple(not_mondays))


def _folded(heading: str) -> str:
    return _ENDS.sub("", plain(heading))


def _week_column(heading: str, not_mondays: list[tuple[str, BadCell]]) -> Column | None:
    """Make the column of a week from a heading that is a day."""
    try:
        day: date = cells.day(heading)
    except BadCell:
        return None
    try:
        cells.monday(heading)
    except BadCell as bad:
        not_mondays.append((heading, bad))
    return _more(f"{WEEK_COLUMN}{day.isoformat()}", cells.flag, heading)


def _act_column(heading: str) -> Column | None:
    """Make the column of an act from a heading that says so: « pratique : sutures »."""
    found = _ACT_HEADING.fullmatch(heading.strip())
    if found is None:
        return None
    return act_column(found[1].strip(), heading)


def act_column(act: str, heading: str) -> Column:
    """Make the column that says whether doctors do an act."""
    return _more(f"{ACT_COLUMN}{act}", cells.practice_level, heading)


def with_acts(
    found: Recognised, headings: Sequence[str], is_act: Callable[[str], bool]
) -> Recognised:
    """Recognise the headings that are the bare names of acts, in a table of doctors."""
    if found.kind is not DOCTORS:
        return found
    acts = [heading for heading in found.unknown if is_act(heading)]
    added = [Place(headings.index(act), act_column(act, act), act) for act in acts]
    return dataclasses.replace(
        found,
        places=(*found.places, *added),
        unknown=tuple(heading for heading in found.unknown if heading not in acts),
    )


def titles(kinds: Iterable[Kind] = KINDS) -> list[str]:
    """List the French names of kinds of tables."""
    return [kind.title for kind in kinds]
