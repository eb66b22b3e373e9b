"""Read CSV and XLSX into tables of text whose lines know their place in the file.

Every refusal is a French sentence that names the place and says what to do. Nothing is written.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine

from relais.connectors.spreadsheets.guard import unguarded
from relais.core.errors import Refusal
from relais.core.formats import number, plural

SEPARATORS = {",": "virgule", ";": "point-virgule", "\t": "tabulation"}
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEP_LINE = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n)", re.IGNORECASE)
_CELL_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)""")
_ROW_PLACE = re.compile(rb"""<(?:\w+:)?row\b[^>]{0,500}?\br\s*=\s*["'](\d+)""")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_CELL_VALUE = re.compile(rb"<(?:\w+:)?v>(\d{1,9})</")
_STRING_ITEM = re.compile(rb"</(?:\w+:)?si>")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold, so that no file exhausts the machine."""

    file_bytes: int = 10 * _MIB
    unpacked_bytes: int = 60 * _MIB
    parts: int = 500
    tables: int = 30
    rows: int = 50_000
    columns: int = 200
    cell_characters: int = 5_000
    characters: int = 100_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its line in the file (the first is 1) and a text for each column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows. `read_as` says in French how the file was understood."""

    name: str
    header: tuple[str, ...]
    header_number: int
    rows: tuple[Line, ...]
    read_as: str

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Give each row as its line number and its texts by column title."""
        for line in self.rows:
            yield line.number, dict(zip(self.header, line.cells, strict=True))


class UnreadableSpreadsheet(Refusal):
    """The file cannot be read as a table. `table` and `line` name the place when there is one."""

    def __init__(self, sentence: str, *, table: str = "", line: int | None = None) -> None:
        super().__init__(sentence)
        self.table = table
        self.line = line


def read_tables(content: bytes, *, name: str, limits: Limits | None = None) -> list[Table]:
    """Read a CSV file (one table) or an XLSX workbook (a table for each visible sheet with data).

    `name` is the file's name. CSV: UTF-8, UTF-16 with its mark or Windows-1252; comma, semicolon or
    tabulation. Cells come stripped; dates as ISO, whole numbers without point, true and false as 1
    and 0.
    Raises UnreadableSpreadsheet.
    """
    limits = limits or Limits()
    if len(content) > limits.file_bytes:
        raise UnreadableSpreadsheet(
            f"Le fichier « {name} » dépasse {number(limits.file_bytes // _MIB)} Mo. "
            "Partagez-le en plusieurs fichiers."
        )
    if not content.strip():
        raise UnreadableSpreadsheet(f"Le fichier « {name} » est vide.")
    if content.startswith(_OLD_OFFICE):
        raise UnreadableSpreadsheet(
            f"Le fichier « {name} » est protégé par un mot de passe ou dans un ancien format. "
            "Enregistrez-le sans mot de passe, au format XLSX."
        )
    if content.startswith(_ZIP):
        tables = _read_workbook(content, name, limits)
    else:
        tables = [_read_csv(content, name, limits)]
    return tables


def _read_csv(content: bytes, name: str, limits: Limits) -> Table:
    text, encoding = _decoded(content, name)
    skipped = 0
    announced = _SEP_LINE.match(text)
    if announced:
        separator, skipped = announced[1], 1
        text = text[announced.end() :]
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = _bounded(_csv_lines(reader, skipped), name, limits)
        title = SEPARATORS[separator]
        return _table(
            _stem(name), lines, limits, read_as=f"CSV, encodage {encoding}, séparateur {title}"
        )
    except csv.Error as error:
        line = reader.line_num + skipped
        raise UnreadableSpreadsheet(
            f"Ligne {line} de « {name} » : un guillemet n’est pas fermé ou est mal placé. "
            "Vérifiez les guillemets de cette ligne.",
            line=line,
        ) from error


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """Decode a CSV file: give its text and the French name of the encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts = [("utf-16", "UTF-16")]
    else:
        attempts = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows")]
    for codec, label in attempts:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, label
    raise UnreadableSpreadsheet(
        f"« {name} » n’est ni un fichier CSV ni un classeur XLSX. Enregistrez-le au format XLSX."
    )


def _separator(text: str) -> str:
    """Find the separator that the first line with text uses most, outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=lambda mark: (outside.count(mark), mark == ","))


def _csv_lines(reader: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Number each record by the line on which it begins: a quoted cell may hold line breaks."""
    begins = skipped + 1
    for record in reader:
        yield begins, record
        begins = skipped + reader.line_num + 1  # type: ignore[attr-defined]


def _read_workbook(content: bytes, name: str, limits: Limits) -> list[Table]:
    _check_archive(content, name, limits)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        sheets = [
            sheet
            for sheet in workbook.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
    except python_calamine.CalamineError as error:
        raise _damaged(name) from error
    if len(sheets) > limits.tables:
        raise UnreadableSpreadsheet(
            f"« {name} » a plus de {plural(limits.tables, 'feuille')}. Gardez les feuilles utiles."
        )
    tables = []
    for sheet in sheets:
        try:
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        except python_calamine.CalamineError as error:
            raise _damaged(name) from error
        if not any(_text(cell) for row in rows for cell in row):
            continue
        numbered = ((at, [_text(cell) for cell in row]) for at, row in enumerate(rows, 1))
        tables.append(
            _table(
                sheet.name,
                _bounded(numbered, f"{name}, feuille {sheet.name}", limits),
                limits,
                read_as=f"classeur XLSX, feuille « {sheet.name} »",
            )
        )
    if not tables:
        raise UnreadableSpreadsheet(f"Le classeur « {name} » est vide.")
    return tables


def _check_archive(content: bytes, name: str, limits: Limits) -> None:
    """Refuse a workbook that would unpack to more than the limits, before it is unpacked whole.

    Reading each part through zipfile also proves that the announced sizes are true. Cells are
    counted by their places and by row, because one cell far away makes a sheet of billions, and
    texts by their uses, because one long text may be used a million times.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise UnreadableSpreadsheet(
                    f"« {name} » n’est pas un classeur XLSX. Enregistrez-le au format XLSX."
                )
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > limits.parts or unpacked > limits.unpacked_bytes:
                raise _too_large(name)
            bodies = [archive.read(part) for part in parts]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _damaged(name) from error
    if any(body.startswith((b"\xff\xfe", b"\xfe\xff")) for body in bodies):
        raise _damaged(name)
    sizes = [len(item) for body in bodies if b"</si>" in body for item in _STRING_ITEM.split(body)]
    furthest_row = limits.rows + 1
    characters = 0
    for body in bodies:
        widths = [len(_CELL.findall(row)) for row in _ROW.split(body)[1:]]
        if len(widths) > furthest_row or max(widths, default=0) > limits.columns:
            raise _too_large(name)
        for column, row in _CELL_PLACE.findall(body):
            if int(row) > furthest_row or _column(column) > limits.columns:
                raise _too_large(name)
        if any(int(row) > furthest_row for row in _ROW_PLACE.findall(body)):
            raise _too_large(name)
        for value in _CELL_VALUE.finditer(body):
            index = int(value[1])
            characters += sizes[index] if index < len(sizes) else 0
            if characters > limits.characters:
                raise _too_large(name)


def _column(letters: bytes) -> int:
    """Give the number of a column from its letters: A is 1, AA is 27."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column


def _too_large(name: str) -> UnreadableSpreadsheet:
    return UnreadableSpreadsheet(
        f"Le classeur « {name} » est trop grand. Supprimez les lignes et colonnes inutiles, "
        "ou partagez-le en plusieurs fichiers."
    )


def _damaged(name: str) -> UnreadableSpreadsheet:
    return UnreadableSpreadsheet(
        f"Le classeur « {name} » est abîmé. Ouvrez-le et enregistrez-le de nouveau au format XLSX."
    )


def _bounded(
    lines: Iterable[tuple[int, Sequence[str]]], place: str, limits: Limits
) -> Iterator[Line]:
    """Clean the cells, leave out empty lines, and stop at the limits."""
    kept = 0
    for at, cells in lines:
        clean = [_clean(cell) for cell in cells]
        while clean and not clean[-1]:
            clean.pop()
        if not clean:
            continue
        kept += 1
        if kept > limits.rows + 1:
            raise UnreadableSpreadsheet(
                f"« {place} » a plus de {plural(limits.rows, 'ligne')}. "
                "Partagez le fichier en plusieurs.",
                line=at,
            )
        if len(clean) > limits.columns:
            raise UnreadableSpreadsheet(
                f"Ligne {at} de « {place} » : plus de {plural(limits.columns, 'colonne')}. "
                "Supprimez les colonnes inutiles.",
                line=at,
            )
        for cell in clean:
            if len(cell) > limits.cell_characters:
                raise UnreadableSpreadsheet(
                    f"Ligne {at} de « {place} » : une case dépasse "
                    f"{plural(limits.cell_characters, 'caractère')}. Raccourcissez-la.",
                    line=at,
                )
        yield Line(at, tuple(clean))


def _table(name: str, lines: Iterator[Line], limits: Limits, *, read_as: str) -> Table:
    """Split the header from the rows and give every row the width of the header."""
    header = next(lines, None)
    if header is None:
        raise UnreadableSpreadsheet(f"« {name} » est vide.", table=name)
    titles = list(header.cells)
    seen: set[str] = set()
    for title in titles:
        if title and title.casefold() in seen:
            raise UnreadableSpreadsheet(
                f"« {name} », ligne {header.number} : la colonne « {title} » est présente deux "
                "fois. Renommez-en ou supprimez-en une.",
                table=name,
                line=header.number,
            )
        seen.add(title.casefold())
    kept = [index for index, title in enumerate(titles) if title]
    rows = []
    for line in lines:
        for index, cell in enumerate(line.cells):
            if cell and (index >= len(titles) or not titles[index]):
                raise UnreadableSpreadsheet(
                    f"« {name} », ligne {line.number} : « {cell[:40]} » est dans une colonne sans "
                    "titre. Donnez un titre à la colonne ou videz la case.",
                    table=name,
                    line=line.number,
                )
        width = len(line.cells)
        rows.append(
            Line(
                line.number,
                tuple(line.cells[index] if index < width else "" for index in kept),
            )
        )
    return Table(
        name=name,
        header=tuple(titles[index] for index in kept),
        header_number=header.number,
        rows=tuple(rows),
        read_as=read_as,
    )


def _clean(cell: str) -> str:
    """Strip a cell (no-break spaces too), compose its accents, take a formula guard off."""
    return unguarded(unicodedata.normalize("NFC", cell).strip())


def _text(value: object) -> str:
    """Write a cell of a workbook as text: ISO dates, whole numbers without point, 1 and 0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value)


def _stem(name: str) -> str:
    """Give a file's name without folder and ending."""
    base = re.split(r"[\\/]", name)[-1]
    return base.rsplit(".", 1)[0] if "." in base[1:] else base
