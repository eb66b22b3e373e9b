"""Spreadsheets as people make them: CSV of any French computer and XLSX come in, both go out."""

from relais.connectors.spreadsheets.reading import (
    Limits,
    Line,
    Table,
    UnreadableSpreadsheet,
    read_tables,
)
from relais.connectors.spreadsheets.writing import (
    Cell,
    Sheet,
    csv_bytes,
    csv_chunks,
    xlsx_bytes,
)

__all__ = [
    "Cell",
    "Limits",
    "Line",
    "Sheet",
    "Table",
    "UnreadableSpreadsheet",
    "csv_bytes",
    "csv_chunks",
    "read_tables",
    "xlsx_bytes",
]
