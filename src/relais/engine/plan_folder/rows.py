"""Rows of a table: from a CSV file read as it streams, or from a sheet already in memory.

Lines are physical: a quoted cell that spans two lines moves the rows after it by one. Nothing is
guessed: another encoding or separator is a mistake that says so.
"""

from __future__ import annotations

import codecs
import csv
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

from relais.engine.plan_folder.cells import BadCell
from relais.engine.plan_folder.columns import Column, Table
from relais.engine.plan_folder.errors import Findings, shown

LONGEST_LINE_BYTES = 1_000_000
_AS_CSV = "Enregistrez-le au format « CSV UTF-8 (séparateur : virgule) »."
_OTHER_SEPARATORS = {";": "le point-virgule", "\t": "la tabulation", "|": "la barre verticale"}


class _Sign(Enum):
    UNREAD = "unread"


UNREAD: Final = _Sign.UNREAD
"""Stands for a cell whose mistake has been told already."""

type Cells = tuple[int, Sequence[str]]


class UnreadableFile(Exception):
    """A file that cannot be read further: at which line, what is wrong, what to do (French)."""

    def __init__(self, line: int | None, wrong: str, remedy: str = _AS_CSV) -> None:
        super().__init__(wrong)
        self.line = line
        self.wrong = wrong
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its physical line, and its values in the order of the columns of its table."""

    line: int
    values: tuple[Any, ...]


def physical_lines(path: Path) -> Iterator[str]:
    """Read a file line by line as UTF-8, with or without a byte order mark.

    Raises UnreadableFile when it is no ordinary file, not UTF-8, holds a NUL or a line without end.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnreadableFile(
                None, "n’est pas un fichier ordinaire", "Mettez un fichier à sa place."
            )
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(LONGEST_LINE_BYTES + 1):
                number += 1
                yield _decoded(raw, number)
    except OSError as error:
        raise UnreadableFile(
            None, f"n’a pas pu être lu ({error.strerror})", "Vérifiez les droits de lecture."
        ) from error


def _decoded(raw: bytes, number: int) -> str:
    if number == 1:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise UnreadableFile(1, "ce fichier est en UTF-16, pas en UTF-8")
        raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw:
        raise UnreadableFile(
            number, "cette ligne contient un caractère nul : ce n’est pas un texte en UTF-8"
        )
    if len(raw) > LONGEST_LINE_BYTES:
        raise UnreadableFile(number, "cette ligne est beaucoup trop longue")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableFile(
            number, "cette ligne n’est pas en UTF-8 (peut-être en Windows-1252 ou Latin-1)"
        ) from None


def csv_rows(lines: Iterable[str]) -> Iterator[Cells]:
    """Cut lines into cells, each row with the physical line on which it begins.

    Raises UnreadableFile where the quotes do not match.
    """
    reader = csv.reader(lines, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(begins, *_csv_trouble(str(error))) from None
        yield begins, cells


def _csv_trouble(error: str) -> tuple[str, str]:
    if "field larger" in error:
        return (
            "une case est beaucoup trop longue",
            "Vérifiez les guillemets à partir de cette ligne.",
        )
    if "new-line" in error:
        return (
            "une fin de ligne n’est pas reconnue",
            "Enregistrez de nouveau ce fichier depuis le tableur, en CSV UTF-8.",
        )
    return (
        'les guillemets " ne sont pas fermés ou sont suivis d’un autre texte',
        'Dans une case entre guillemets, doublez les guillemets : "".',
    )


def cell_text(value: object) -> str:
    """Write a cell of a spreadsheet as the CSV file would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def sheet_rows(rows: Iterable[Sequence[object]]) -> Iterator[Cells]:
    """Number the rows of a sheet in memory from 1 (its heading) and write their cells as text."""
    for line, cells in enumerate(rows, start=1):
        yield line, [cell_text(cell) for cell in cells]


def plain(heading: str) -> str:
    """Bring a heading to a plain form: no accent, no capital, single spaces."""
    letters = unicodedata.normalize("NFKD", heading.replace("_", " ").replace("’", "'").casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(kept.split())


def read_table(
    table: Table,
    rows: Iterable[Cells],
    *,
    source: str,
    findings: Findings,
    french: bool = False,
) -> Iterator[Row]:
    """Read the rows of a table one by one; mistakes go to `findings`, the row is still given.

    `source` names the file in messages. `french` also accepts the French headings of an import.
    A cell with a mistake is given as UNREAD. Blank rows are skipped, an unreadable file stops.
    """
    stream = iter(rows)
    try:
        header = next(stream, None)
        if header is None:
            names = ", ".join(column.name for column in table.columns if column.required)
            findings.mistake(
                source,
                1,
                None,
                None,
                "ce fichier est vide",
                f"Sa première ligne nomme les colonnes : {names}.",
            )
            findings.incomplete.add(source)
            return
        places = _places(table, header[1], source=source, findings=findings, french=french)
        if places is None:
            findings.incomplete.add(source)
            return
        width = len(header[1])
        for line, cells in stream:
            if not any(cell.strip() for cell in cells):
                if cells and len(cells) == width:
                    findings.notice(source, line, "blank", "ligne sans valeur, ignorée.")
                continue
            if len(cells) != width:
                findings.incomplete.add(source)
                _wrong_width(source, line, cells, width, findings)
                continue
            yield Row(
                line,
                tuple(
                    _value(column, cells, place, source, line, findings) for column, place in places
                ),
            )
    except UnreadableFile as trouble:
        findings.incomplete.add(source)
        findings.mistake(source, trouble.line, None, None, trouble.wrong, trouble.remedy)


def _wrong_width(
    source: str, line: int, cells: Sequence[str], width: int, findings: Findings
) -> None:
    remedy = "Vérifiez les virgules ; une case qui en contient s’écrit entre guillemets."
    if len(cells) == 1:
        for separator, name in _OTHER_SEPARATORS.items():
            if separator in cells[0]:
                remedy = f"Séparez les cases par des virgules, pas par {name}."
                break
    findings.mistake(
        source,
        line,
        None,
        None,
        f"cette ligne a {len(cells)} case{'s' if len(cells) > 1 else ''} au lieu de {width}",
        remedy,
    )


def _value(
    column: Column,
    cells: Sequence[str],
    place: int | None,
    source: str,
    line: int,
    findings: Findings,
) -> Any:
    if place is None:
        return column.default
    text = cells[place]
    if not text or text.isspace():
        if not column.required:
            return column.default
        findings.mistake(source, line, column.name, "", "est vide", f"Écrivez {column.meaning}.")
        return UNREAD
    try:
        return column.parse(text)
    except BadCell as bad:
        findings.mistake(source, line, column.name, text, bad.wrong, bad.remedy)
        return UNREAD


def _places(
    table: Table,
    headings: Sequence[str],
    *,
    source: str,
    findings: Findings,
    french: bool,
) -> list[tuple[Column, int | None]] | None:
    """Find where each column stands; None when the heading cannot serve."""
    found: dict[str, int] = {}
    unknown: list[str] = []
    served = True
    names = _names(table, french=french)
    for place, heading in enumerate(headings):
        name = names(heading)
        if name is None:
            unknown.append(heading)
        elif name in found:
            findings.mistake(
                source, 1, name, heading, "est le titre de deux colonnes", "N’en gardez qu’une."
            )
            served = False
        else:
            found[name] = place
    missing = [column for column in table.columns if column.required and column.name not in found]
    if missing and _other_separator(headings, names, source, findings):
        return None
    for column in missing:
        findings.mistake(
            source,
            1,
            column.name,
            None,
            "cette colonne obligatoire manque",
            _how_to_add(column, unknown),
        )
        served = False
    for heading in unknown:
        if heading.strip():
            findings.notice(
                source,
                1,
                "column",
                f"la colonne « {shown(heading)} » n’est pas connue, elle est ignorée.",
            )
        else:
            findings.notice(source, 1, "column", "une colonne sans titre est ignorée.")
    if not served:
        return None
    return [(column, found.get(column.name)) for column in table.columns]


def _names(table: Table, *, french: bool) -> Callable[[str], str | None]:
    exact = {column.name for column in table.columns}
    if not french:
        return lambda heading: heading.strip() if heading.strip() in exact else None
    also = {plain(alias): column.name for column in table.columns for alias in column.french}
    also |= {plain(column.name): column.name for column in table.columns}
    return lambda heading: also.get(plain(heading))


def _how_to_add(column: Column, unknown: Sequence[str]) -> str:
    aliases = {plain(alias) for alias in (*column.french, column.name)}
    for heading in unknown:
        if plain(heading) in aliases:
            return f"Renommez la colonne « {shown(heading)} » en {column.name}."
    return f"Ajoutez la colonne {column.name} : {column.meaning}."


def _other_separator(
    headings: Sequence[str],
    names: Callable[[str], str | None],
    source: str,
    findings: Findings,
) -> bool:
    line = ",".join(headings)
    for separator, name in _OTHER_SEPARATORS.items():
        if separator in line and any(names(part.strip('" ')) for part in line.split(separator)):
            findings.mistake(
                source,
                1,
                None,
                None,
                f"les cases sont séparées par {name}, pas par des virgules",
                _AS_CSV,
            )
            return True
    return False
