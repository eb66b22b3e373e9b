"""Tables come in, all or nothing, and go out: centres, doctors, their weeks, the rota.

`preview` reads files and says what they would do; `apply` does it. `export_folder` gives a plan
folder, `export_xlsx` everything as one workbook. docs/guide/import.md tells the columns.
"""

from relais.journeys.spreadsheets.exporting import (
    Export,
    export_folder,
    export_xlsx,
    note_board_export,
)
from relais.journeys.spreadsheets.importing import (
    ImportGoneRefusal,
    apply,
    forget_old_imports,
    preview,
)
from relais.journeys.spreadsheets.reading import GivenFile
from relais.journeys.spreadsheets.report import (
    ImportMistakesRefusal,
    ImportReport,
    SheetReport,
    TableReport,
)

__all__ = [
    "Export",
    "GivenFile",
    "ImportGoneRefusal",
    "ImportMistakesRefusal",
    "ImportReport",
    "SheetReport",
    "TableReport",
    "apply",
    "export_folder",
    "export_xlsx",
    "forget_old_imports",
    "note_board_export",
    "preview",
]
