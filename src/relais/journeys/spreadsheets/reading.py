"""From files to rows: archives are opened, tables recognised, cells read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from relais.connectors.spreadsheets import Table, UnreadableSpreadsheet, read_tables
from relais.core.formats import listing, plural
from relais.engine.plan_folder.columns import SETTINGS_FILE
from relais.engine.plan_folder.columns import Table as PlanTable
from relais.engine.plan_folder.errors import Findings
from relais.engine.plan_folder.rows import UNREAD, read_table
from relais.journeys.spreadsheets.cells import EMPTY
from relais.journeys.spreadsheets.kinds import (
    Kind,
    Recognised,
    is_left_out,
    recognise,
    titles,
    with_acts,
)

_MIB: Final = 1024 * 1024
FILES_BYTES: Final = 20 * _MIB
UNPACKED_BYTES: Final = 60 * _MIB
PARTS: Final = 60
ROWS: Final = 60_000
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_WORKBOOK = "xl/workbook.xml"
_TABLE_ENDINGS = (".csv", ".xlsx", ".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it stands, its values by column name.

    EMPTY stands for nothing said, UNREAD for a cell whose mistake is told already.
    """

    source: str
    line: int
    values: dict[str, Any]

    def get(self, name: str) -> Any:
        """Give a value; EMPTY when nothing is said or when it could not be read."""
        value = self.values.get(name, EMPTY)
        return EMPTY if value is UNREAD else value

    def is_unread(self, *names: str) -> bool:
        """Say whether one of some cells, or any when none is named, has a mistake told already."""
        return any(self.values.get(name) is UNREAD for name in names or self.values)

    def said(self, *names: str) -> dict[str, Any]:
        """Give the values that were written, of some columns."""
        return {name: self.get(name) for name in names if self.get(name) is not EMPTY}


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """One table of a known kind. `columns` are those that its heading names."""

    kind: Kind
    source: str
    read_as: str
    columns: frozenset[str]
    records: tuple[Record, ...]


@dataclass
class Reader:
    """Opens the files one after the other; `headings` tells how each file calls its columns."""

    findings: Findings
    is_act: Callable[[str], bool]
    sheets: list[ReadSheet]
    headings: dict[tuple[str, str], str]
    rows: int = 0

    def read(self, files: Iterable[GivenFile]) -> None:
        """Read every file."""
        given = list(files)
        if sum(len(file.content) for file in given) > FILES_BYTES:
            self._wrong(
                "fichiers",
                f"l’ensemble dépasse {FILES_BYTES // _MIB} Mo",
                "Envoyez-les en plusieurs fois.",
            )
            return
        tables = [found for file in given for found in self._tables(file)]
        acts = {cell for _, table in tables for cell in _acts_of(table)}
        for source, table in tables:
            self._take(source, table, acts)

    def _wrong(self, source: str, wrong: str, remedy: str, line: int | None = None) -> None:
        self.findings.mistake(source, line, None, None, wrong, remedy)

    def _tables(self, file: GivenFile) -> Iterator[tuple[str, Table]]:
        """Give the tables of a file with the name by which messages call each."""
        name = PurePosixPath(file.name.replace("\\", "/")).name or "fichier"
        if name == SETTINGS_FILE:
            self.findings.notice(
                name, None, "settings", "sert au calcul du planning, rien n’en est importé."
            )
            return
        if file.content.startswith((_ZIP, _EMPTY_ZIP)) and not _is_workbook(file.content):
            for inside in self._unpacked(name, file.content):
                yield from self._tables(inside)
            return
        if is_left_out(name.rsplit(".", 1)[0]):
            self.findings.notice(name, None, "left_out", "n’est pas à importer, il n’est pas lu.")
            return
        try:
            tables = read_tables(file.content, name=name)
        except UnreadableSpreadsheet as trouble:
            wrong, _, remedy = trouble.sentence.partition(". ")
            self._wrong(name, wrong.rstrip("."), remedy, trouble.line)
            return
        for table in tables:
            alone = table.read_as.startswith("CSV")
            yield (name if alone else f"{name}, feuille « {table.name} »"), table

    def _unpacked(self, name: str, content: bytes) -> list[GivenFile]:
        """Open an archive within its limits; folders and what a system adds are left out."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [part for part in archive.infolist() if _is_wanted(part)]
                if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                    self._wrong(name, "cette archive est trop grande", "Partagez-la en plusieurs.")
                    return []
                inside = [GivenFile(part.filename, archive.read(part)) for part in parts]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            self._wrong(name, "cette archive est abîmée ou protégée", "Faites-en une nouvelle.")
            return []
        if not inside:
            self._wrong(
                name, "cette archive ne contient aucun tableau", "Mettez-y des CSV ou des XLSX."
            )
        if any(file.content.startswith(_ZIP) and not _is_workbook(file.content) for file in inside):
            self._wrong(name, "cette archive en contient une autre", "Sortez-en les tableaux.")
            return []
        return inside

    def _take(self, source: str, table: Table, acts: set[str]) -> None:
        found = recognise(table.name, table.header)
        if found is None:
            self._wrong(
                source,
                "on ne sait pas ce que contient ce tableau",
                f"Donnez à la feuille ou au fichier l’un de ces noms : {', '.join(titles())}.",
            )
            return
        found = with_acts(
            found, table.header, lambda text: self.is_act(text) or text.casefold() in acts
        )
        source = self._own_name(source)
        self._notice_headings(found, source, table.header_number)
        self.rows += len(table.rows)
        if self.rows > ROWS:
            self._wrong(source, f"il y a plus de {plural(ROWS, 'ligne')} en tout", "Partagez-les.")
            return
        columns = tuple(place.column for place in found.places)
        for place in found.places:
            self.headings[source, place.column.name] = place.heading
        plan_table = PlanTable(found.kind.table.file, found.kind.table.one_row, columns)
        cells = [(table.header_number, [column.name for column in columns])]
        cells += [
            (line.number, [line.cells[place.index] for place in found.places])
            for line in table.rows
        ]
        names = [column.name for column in columns]
        records = tuple(
            Record(source, row.line, dict(zip(names, row.values, strict=True)))
            for row in read_table(plan_table, cells, source=source, findings=self.findings)
        )
        self.sheets.append(ReadSheet(found.kind, source, table.read_as, frozenset(names), records))

    def _own_name(self, source: str) -> str:
        """Give each table a name of its own in messages."""
        taken = {sheet.source for sheet in self.sheets}
        name, count = source, 1
        while name in taken:
            count += 1
            name = f"{source} ({count})"
        return name

    def _notice_headings(self, found: Recognised, source: str, line: int) -> None:
        for heading in found.twice:
            self.findings.mistake(
                source,
                line,
                heading,
                None,
                "cette colonne dit la même chose qu’une autre",
                "N’en gardez qu’une.",
            )
        for heading, bad in found.not_mondays:
            self.findings.mistake(source, line, heading, heading, bad.wrong, bad.remedy)
        if found.unknown:
            names = listing([f"« {heading} »" for heading in found.unknown[:10]])
            more = len(found.unknown) - 10
            rest = f" et {more} autres" if more > 0 else ""
            text = (
                f"la colonne {names} n’est pas connue, elle n’est pas lue."
                if len(found.unknown) == 1
                else f"les colonnes {names}{rest} ne sont pas connues, elles ne sont pas lues."
            )
            self.findings.notice(source, line, "column", text)


def _acts_of(table: Table) -> Iterator[str]:
    """Give the names of acts that a table of acts of the same import brings."""
    found = recognise(table.name, table.header)
    if found is not None and found.kind.name == "practices":
        for line in table.rows:
            for place in found.places:
                yield line.cells[place.index].casefold()


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORKBOOK in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return False


def _is_wanted(part: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(part.filename)
    if part.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name.startswith("."):
        return False
    return path.suffix.lower() in _TABLE_ENDINGS or path.name == SETTINGS_FILE
