"""Write tables as CSV or XLSX. Text never becomes a formula; what is written reads back alike."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from relais.connectors.spreadsheets.guard import guarded

type Cell = str | int | float | Decimal | bool | date | datetime | None

_BOM = "\ufeff"
_CHUNK_ROWS = 500
_SHEET_NAME_LENGTH = 31  # these three limits are those of the XLSX format (ECMA-376, Excel)
_CELL_LENGTH = 32_767
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]")
_NARROWEST, _WIDEST = 8, 50  # characters
_HEADER_STYLE = {
    "bold": True,
    "bg_color": "#E7EDE9",
    "bottom": 1,
    "text_wrap": True,
    "valign": "top",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to write: its name, the titles of its columns, rows of typed cells.

    `comments` say in a workbook what a column holds, one for each title; empty ones are left out.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    comments: Sequence[str] = ()


def csv_bytes(sheet: Sheet, *, for_excel: bool = False) -> bytes:
    """Write a table as CSV: UTF-8, comma, CRLF; `for_excel` adds the mark and uses semicolons."""
    return b"".join(csv_chunks(sheet, for_excel=for_excel))


def csv_chunks(sheet: Sheet, *, for_excel: bool = False) -> Iterator[bytes]:
    """Write a table as CSV piece by piece, for a download that need not fit in memory."""
    text = io.StringIO(_BOM if for_excel else "", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, delimiter=";" if for_excel else ",", lineterminator="\r\n")
    writer.writerow([guarded(title) for title in sheet.header])
    for count, row in enumerate(sheet.rows, 1):
        writer.writerow([_csv_cell(cell, comma=for_excel) for cell in _as_wide(row, sheet)])
        if count % _CHUNK_ROWS == 0:
            yield text.getvalue().encode("utf-8")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8")


def xlsx_bytes(sheets: Sequence[Sheet], *, created_at: datetime) -> bytes:
    """Write tables as one workbook, a sheet each: styled frozen header, filter, fitting columns.

    `created_at` stands in the file, so that the same tables give the same bytes.
    Raises ValueError when there is no sheet or a text is longer than a cell may be.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    result = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        result,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties({"created": created_at.replace(tzinfo=None)})
    formats = {
        "header": workbook.add_format(_HEADER_STYLE),
        "date": workbook.add_format({"num_format": "dd/mm/yyyy"}),
        "datetime": workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    used: set[str] = set()
    for sheet in sheets:
        page = workbook.add_worksheet(_sheet_name(sheet.name, used))
        widths = [len(title) for title in sheet.header]
        for column, title in enumerate(sheet.header):
            page.write_string(0, column, guarded(title), formats["header"])
        for column, comment in enumerate(sheet.comments):
            if comment:
                page.write_comment(0, column, comment)
        last = 0
        for last, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(_as_wide(row, sheet)):
                shown = _write_cell(page, last, column, cell, formats)
                widths[column] = max(widths[column], shown)
        for column, width in enumerate(widths):
            page.set_column(column, column, min(_WIDEST, max(_NARROWEST, width + 2)))
        page.freeze_panes(1, 0)
        if sheet.header:
            page.autofilter(0, 0, last, len(sheet.header) - 1)
    workbook.close()
    return result.getvalue()


def _as_wide(row: Sequence[Cell], sheet: Sheet) -> Sequence[Cell]:
    if len(row) != len(sheet.header):
        raise ValueError(f"{sheet.name}: {len(row)} cells for {len(sheet.header)} columns")
    return row


def _csv_cell(cell: Cell, *, comma: bool) -> str:
    """Write a cell for CSV: ISO dates, decimal point (comma for French Excel), 1 and 0."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int | float | Decimal):
        return str(cell).replace(".", ",") if comma else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else guarded(cell)


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> int:
    """Write a cell of a workbook by its type; give the number of characters it shows."""
    if cell is None or cell == "":
        return 0
    if isinstance(cell, bool):
        page.write_number(row, column, int(cell))
        return 1
    if isinstance(cell, int | float | Decimal):
        page.write_number(row, column, cell)
        return len(str(cell))
    if isinstance(cell, datetime):
        page.write_datetime(row, column, cell.replace(tzinfo=None), formats["datetime"])
        return 16
    if isinstance(cell, date):
        page.write_datetime(row, column, cell, formats["date"])
        return 10
    text = guarded(cell)
    if len(text) > _CELL_LENGTH:
        raise ValueError(f"a cell holds at most {_CELL_LENGTH} characters")
    page.write_string(row, column, text)
    return max(len(line) for line in text.split("\n"))


def _sheet_name(name: str, used: set[str]) -> str:
    """Make a name that a workbook accepts and that no other sheet bears."""
    base = _FORBIDDEN_IN_NAME.sub(" ", name).strip().strip("'") or "Feuille"
    base = base[:_SHEET_NAME_LENGTH]
    chosen, count = base, 1
    while chosen.casefold() in used or chosen.casefold() == "history":
        count += 1
        ending = f" {count}"
        chosen = base[: _SHEET_NAME_LENGTH - len(ending)] + ending
    used.add(chosen.casefold())
    return chosen
