"""Tables as people send them, for the tests of the import."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

from relais.connectors.spreadsheets import Cell, Sheet, xlsx_bytes
from relais.journeys import spreadsheets
from relais.journeys.spreadsheets import GivenFile, ImportReport
from relais.territory.models import Commune
from tests import factories
from tests.factories import NOW

ACT = {"by": factories.by(), "now": NOW}
MADE_AT = datetime(2027, 1, 4, tzinfo=UTC)


def csv(name: str, *lines: str, encoding: str = "utf-8") -> GivenFile:
    """Make a CSV file of a French spreadsheet."""
    return GivenFile(name, "\r\n".join(lines).encode(encoding))


def xlsx(name: str, **sheets: Sequence[Sequence[Cell]]) -> GivenFile:
    """Make a workbook: sheets by name, heading first; _ in a name is a space."""
    made = [
        Sheet(title.replace("_", " "), [str(cell) for cell in rows[0]], rows[1:])
        for title, rows in sheets.items()
    ]
    return GivenFile(name, xlsx_bytes(made, created_at=MADE_AT))


def zipped(name: str, *files: GivenFile) -> GivenFile:
    """Put files into an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return GivenFile(name, packed.getvalue())


def preview(*files: GivenFile) -> ImportReport:
    """Read tables."""
    return spreadsheets.preview(files, **ACT)


def load(*files: GivenFile) -> ImportReport:
    """Read tables that are sound, and import them."""
    report = preview(*files)
    assert [str(mistake) for mistake in report.mistakes] == []
    return spreadsheets.apply(report.token, **ACT)


def mistakes(*files: GivenFile) -> list[str]:
    """Give every mistake of tables, in words."""
    return [str(mistake) for mistake in preview(*files).mistakes]


def counts(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    """Give what is added, changed and unchanged, by table."""
    return {table.title: (table.added, table.changed, table.unchanged) for table in report.tables}


def ajain() -> Commune:
    """Make the commune of the examples."""
    return factories.commune(
        code="23002", name="Ajain", search_name="ajain", latitude=46.2066, longitude=1.9948
    )
