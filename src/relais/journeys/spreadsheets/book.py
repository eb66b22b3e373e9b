"""What an import knows while it reads: the network and the doctors as they are, and as they become.

A `Place`, a `Person` or an `Act` stands for a row of the database, or for one that the import will
make: the rows of other tables refer to it by key, number, address or name.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import slugify

from relais.core.errors import Refusal
from relais.core.formats import listing
from relais.doctors.models import Doctor
from relais.doctors.queries import plain
from relais.engine.plan_folder.errors import Findings
from relais.journeys.spreadsheets.cells import EMPTY
from relais.journeys.spreadsheets.kinds import CENTRES, DOCTORS, KINDS, PRACTICES, Kind
from relais.journeys.spreadsheets.reading import ReadSheet, Record
from relais.journeys.spreadsheets.report import Tally
from relais.network.models import Centre, Line, Practice
from relais.territory.models import Commune
from relais.territory.queries import CommuneUnclear, find_communes

GHOST = "place absente "  # begins the ids of the doctors that only fill a place that is not there
_ALIKE = 0.8  # of difflib: a new act so near a known one is probably a slip
_GUESSES = 50  # names that are looked for when they are nearly right, in one import
_CODE_LETTERS = 40


class RowRefusal(Refusal):
    """The network refuses one row; the sentence says which."""


@dataclass
class Act:
    """An act that some doctors do."""

    code: str
    label: str
    practice: Practice | None = None
    is_written: bool = False


@dataclass
class LinePlan:
    """A line of a centre, there or to come."""

    number: int
    starts_on: date | None
    ends_on: date | None
    line: Line | None = None
    new_end: date | None = None
    record: Record | None = None

    def is_active(self, monday: date) -> bool:
        """Say whether the line needs a doctor that week, as `Line.is_active` does."""
        ends_on = self.new_end or self.ends_on
        return (self.starts_on is None or monday >= self.starts_on) and (
            ends_on is None or monday < ends_on
        )


@dataclass
class Place:
    """A centre, there or to come."""

    key: str
    name: str
    centre: Centre | None = None
    record: Record | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    lines: dict[int, LinePlan] = field(default_factory=dict)
    opens_on: date | None = None
    closes_on: date | None = None

    def row(self) -> Centre:
        """Give the row; it is there once the centres are written."""
        if self.centre is None:
            raise RuntimeError(f"{self.key} is not written yet")
        return self.centre

    def __str__(self) -> str:
        return self.name


@dataclass
class Person:
    """A doctor, there or to come."""

    key: str
    name: str
    doctor: Doctor | None = None
    record: Record | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    def row(self) -> Doctor:
        """Give the row; it is there once the doctors are written."""
        if self.doctor is None:
            raise RuntimeError(f"{self.key or self.name} is not written yet")
        return self.doctor

    def __str__(self) -> str:
        return self.name or self.key


class Roll[T]:
    """Finds people or places by what people write: key, number, address, name."""

    def __init__(self) -> None:
        self.by_key: dict[str, T] = {}
        self.by_number: dict[str, T] = {}
        self.by_email: dict[str, list[T]] = defaultdict(list)
        self.by_name: dict[str, list[T]] = defaultdict(list)
        self.incomplete = False  # a row could not be read: who is not found may be in it

    def find(self, text: str) -> list[T]:
        """List whom a text means, most exact first; several when a name is not enough."""
        exact = self.by_key.get(text) or self.by_number.get(text.replace(" ", ""))
        if exact is not None:
            return [exact]
        if "@" in text:
            return self.by_email.get(text.lower(), [])
        name = plain(text).removeprefix("dr. ").removeprefix("dr ").removeprefix("docteur ")
        return self.by_name.get(name, [])


@dataclass
class Book:
    """Everything an import reads and finds, handed from table to table."""

    findings: Findings
    sheets: list[ReadSheet]
    today: date
    acts: dict[str, Act] = field(default_factory=dict)
    places: Roll[Place] = field(default_factory=Roll)
    people: Roll[Person] = field(default_factory=Roll)
    guesses: int = 0
    tallies: dict[str, Tally] = field(
        default_factory=lambda: {kind.name: Tally(kind.title) for kind in KINDS}
    )

    def records(self, kind: Kind) -> Iterator[Record]:
        """Give the rows of every table of a kind, in order."""
        for sheet in self.sheets:
            if sheet.kind is kind:
                yield from sheet.records

    def tally(self, kind: Kind) -> Tally:
        """Give the counts of a kind."""
        return self.tallies[kind.name]

    def wrong(
        self, record: Record, column: str | None, value: object, wrong: str, remedy: str
    ) -> None:
        """Note a mistake of a row."""
        said = None if value is None or value is EMPTY else str(value)
        self.findings.mistake(record.source, record.line, column, said, wrong, remedy)

    def notice(self, record: Record, kind: str, text: str) -> None:
        """Note something to look at in a row."""
        self.findings.notice(record.source, record.line, kind, text)

    def nearest(self, text: str, names: Collection[str]) -> str:
        """Give the name that a text resembles, empty when none or when too many were looked for."""
        self.guesses += 1
        if self.guesses > _GUESSES:
            return ""
        near = difflib.get_close_matches(plain(text), names, n=1, cutoff=_ALIKE)
        return near[0] if near else ""

    # acts

    def learn_acts(self, practices: Sequence[Practice]) -> None:
        """Remember the acts that are known."""
        for practice in practices:
            self._keep_act(Act(practice.code, practice.label, practice))

    def _keep_act(self, act: Act) -> None:
        for name in (act.code, act.label):
            self.acts.setdefault(plain(name), act)

    def knows_act(self, text: str) -> bool:
        """Say whether a text is the code or the name of an act."""
        return plain(text) in self.acts

    def act(self, text: str, record: Record, column: str) -> Act | None:
        """Find an act by its code or its name; one that nobody knows is added, and said."""
        found = self.acts.get(plain(text))
        if found is not None:
            return found
        code = slugify(text)[:_CODE_LETTERS]
        if not code:
            self.wrong(record, column, text, "n’est pas le nom d’un acte", "Écrivez son nom.")
            return None
        near = self.nearest(text, self.acts)
        known = f" Vouliez-vous dire « {self.acts[near].label} » ?" if near else ""
        self.notice(record, "new_act", f"l’acte « {text} » est nouveau, il sera ajouté.{known}")
        return self.new_act(code, text)

    def new_act(self, code: str, label: str) -> Act:
        """Add an act."""
        act = Act(code, label)
        self._keep_act(act)
        self.tally(PRACTICES).add(label)
        return act

    # references

    def place(self, record: Record, column: str = "centre") -> Place | None:
        """Find the centre that a row names; None, and a mistake, when there is none."""
        text = record.get(column)
        if text is EMPTY:
            self._missing(record, column, "le centre")
            return None
        return self._one(self.places, text, record, column, CENTRES)

    def person(self, record: Record, column: str = "doctor") -> Person | None:
        """Find the doctor that a row names; None, and a mistake, when there is none."""
        text = record.get(column)
        if text is EMPTY and record.get("last_name") is not EMPTY:
            first = record.get("first_name")
            text = f"{'' if first is EMPTY else first} {record.get('last_name')}".strip()
            column = "last_name"
        if text is EMPTY:
            self._missing(record, column, "le médecin")
            return None
        return self._one(self.people, text, record, column, DOCTORS)

    def is_ghost(self, record: Record, *columns: str) -> bool:
        """Say whether a row is about a place that is not there, not about a doctor."""
        return any(
            isinstance(value, str) and value.startswith(GHOST)
            for value in (record.get(column) for column in columns or ("doctor",))
        )

    def _missing(self, record: Record, column: str, what: str) -> None:
        if not record.is_unread(column):
            self.wrong(record, column, None, f"{what} manque", f"Écrivez {what}.")

    def _one[T](
        self, roll: Roll[T], text: str, record: Record, column: str, kind: Kind
    ) -> T | None:
        found = roll.find(text)
        if len(found) == 1:
            return found[0]
        word = kind.table.one_row
        if found:
            self.wrong(
                record,
                column,
                text,
                f"désigne plusieurs {word}s",
                "Écrivez l’identifiant plutôt que le nom.",
            )
        elif not roll.incomplete:
            near = self.nearest(text, roll.by_name)
            guess = f" Vouliez-vous dire « {roll.by_name[near][0]} » ?" if near else ""
            self.wrong(
                record,
                column,
                text,
                f"n’est pas un {word} connu",
                f"Corrigez, ou ajoutez ce {word} au tableau {kind.title}.{guess}",
            )
        return None


def communes_of(book: Book, kind: Kind) -> dict[str, Commune | CommuneUnclear]:
    """Find the commune of every row of a kind at once."""
    texts = {commune_text(record) for record in book.records(kind)} - {""}
    return find_communes(sorted(texts))


def commune_text(record: Record) -> str:
    """Write the commune of a row with its postal code; empty when it says none."""
    commune, postal = record.get("commune"), record.get("postal_code")
    if commune is EMPTY:
        return ""
    text = str(commune)
    if text.isdigit() and len(text) == 4:  # a spreadsheet dropped the first zero of 01004
        return f"0{text}"
    if postal is EMPTY or text[:1].isdigit():
        return text
    return f"{str(postal).zfill(5)} {text}"


def where(
    book: Book, record: Record, communes: dict[str, Commune | CommuneUnclear]
) -> dict[str, Any]:
    """Give the commune and the coordinates that a row says; mistakes are noted."""
    said: dict[str, Any] = {}
    text = commune_text(record)
    position = record.said("latitude", "longitude")
    if len(position) == 1 and not record.is_unread("latitude", "longitude"):
        missing = "longitude" if "latitude" in position else "latitude"
        book.wrong(
            record, missing, None, "manque", "Écrivez la latitude et la longitude, ou la commune."
        )
    elif len(position) == 2:
        said |= position
    if text:
        answer = communes[text]
        if isinstance(answer, Commune):
            said["commune"] = answer
        elif len(position) == 2:
            book.notice(
                record,
                "commune",
                f"la commune « {text} » n’est pas trouvée, la position donnée suffit.",
            )
        else:
            wrong, remedy = _unclear(answer)
            book.wrong(record, "commune", text, wrong, remedy)
    return said


def _unclear(answer: CommuneUnclear) -> tuple[str, str]:
    """Say what is wrong with a commune, and what to write."""
    names = [str(commune) for commune in answer.suggestions[:5]]
    if not names:
        return "n’est pas une commune connue", "Vérifiez son nom, ou écrivez son code INSEE."
    if answer.sentence.startswith("Plusieurs"):
        alike = len({commune.department for commune in answer.suggestions}) == 1
        example = answer.suggestions[0].code if alike else names[0]
        return (
            f"est le nom de plusieurs communes : {listing(names)}",
            f"Écrivez par exemple « {example} ».",
        )
    return "n’est pas une commune connue", f"Vouliez-vous dire {' ou '.join(names[:3])} ?"


@contextmanager
def refused_at(record: Record | None) -> Iterator[None]:
    """Say at which row the network refused."""
    try:
        yield
    except RowRefusal:
        raise
    except Refusal as no:
        if record is None:
            raise
        raise RowRefusal(f"{record.source}, ligne {record.line} : {no.sentence}") from no
