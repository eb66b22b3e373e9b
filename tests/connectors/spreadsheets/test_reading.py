"""Reading spreadsheets as French people and French computers make them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from relais.connectors.spreadsheets import (
    Limits,
    Line,
    Sheet,
    Table,
    UnreadableSpreadsheet,
    read_tables,
    xlsx_bytes,
)

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)


def one(content: bytes, name: str = "médecins.csv", limits: Limits | None = None) -> Table:
    (table,) = read_tables(content, name=name, limits=limits)
    return table


def refusal(content: bytes, name: str = "médecins.csv", limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableSpreadsheet) as refused:
        read_tables(content, name=name, limits=limits)
    return refused.value.sentence


def cells(table: Table) -> list[tuple[str, ...]]:
    return [line.cells for line in table.rows]


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        ("nom,ville\nÉlodie,Guéret\n".encode(), "CSV, encodage UTF-8, séparateur virgule"),
        (
            "nom,ville\r\nÉlodie,Guéret\r\n".encode("utf-8-sig"),
            "CSV, encodage UTF-8, séparateur virgule",
        ),
        (
            "nom;ville\r\nÉlodie;Guéret\r\n".encode("cp1252"),
            "CSV, encodage Windows, séparateur point-virgule",
        ),
        (
            "nom\tville\r\nÉlodie\tGuéret\r\n".encode("utf-16"),
            "CSV, encodage UTF-16, séparateur tabulation",
        ),
        (
            "sep=;\r\nnom;ville\r\nÉlodie;Guéret".encode(),
            "CSV, encodage UTF-8, séparateur point-virgule",
        ),
        ("nom;ville\rÉlodie;Guéret\r".encode(), "CSV, encodage UTF-8, séparateur point-virgule"),
    ],
)
def test_every_common_kind_of_csv_is_read_and_named(content: bytes, read_as: str) -> None:
    table = one(content)
    assert (table.name, table.header, cells(table), table.read_as) == (
        "médecins",
        ("nom", "ville"),
        [("Élodie", "Guéret")],
        read_as,
    )


def test_lines_keep_their_place_in_the_file() -> None:
    content = b'\n"no\nm",b\n1,"x\ny"\n\n,\n2,z\n'
    table = one(content)
    assert table.header_number == 2
    assert table.header == ("no\nm", "b")
    assert table.rows == (Line(4, ("1", "x\ny")), Line(8, ("2", "z")))


def test_the_line_that_names_the_separator_counts() -> None:
    assert one(b"sep=;\na;b\n1;2\n").rows == (Line(3, ("1", "2")),)


@given(
    st.lists(
        st.sampled_from(
            [b"sep=", b'"', b",", b";", b"\t", b"\r", b"\n", b"a", b"\xe9", b"\x00", b"\xff\xfe"]
        ),
        max_size=14,
    )
)
def test_whatever_comes_in_is_read_or_refused(pieces: list[bytes]) -> None:
    try:
        (table,) = read_tables(b"".join(pieces), name="a.csv")
    except UnreadableSpreadsheet:
        return
    assert {len(line.cells) for line in table.rows} <= {len(table.header)}


def test_records_go_by_title() -> None:
    assert list(one(b"a,b\n1,\n").records()) == [(2, {"a": "1", "b": ""})]


def test_cells_are_stripped_composed_and_short_rows_filled() -> None:
    table = one("a,b,c\n\u00a0E\u0301lodie  ,x\n".encode())
    assert cells(table) == [("Élodie", "x", "")]


def test_a_separator_inside_quotes_does_not_decide() -> None:
    table = one(b'"nom; prenom; ville",b\n1,2\n')
    assert table.header == ("nom; prenom; ville", "b")


def test_columns_without_title_nor_data_are_left_out() -> None:
    table = one(b"a,,b,,\n1,,2,,\n")
    assert (table.header, cells(table)) == (("a", "b"), [("1", "2")])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Le fichier « médecins.csv » est vide."),
        (b" \n\n", "Le fichier « médecins.csv » est vide."),
        (
            b"a,b\n1,2\n3,4,5\n",
            "« médecins », ligne 3 : « 5 » est dans une colonne sans titre. Donnez un titre à la "
            "colonne ou videz la case.",
        ),
        (
            b"a,,b\n1,2,3\n",
            "« médecins », ligne 2 : « 2 » est dans une colonne sans titre. Donnez un titre à la "
            "colonne ou videz la case.",
        ),
        (
            b"Nom,ville,nom\n",
            "« médecins », ligne 1 : la colonne « nom » est présente deux fois. Renommez-en ou "
            "supprimez-en une.",
        ),
        (
            b'a,b\n1,"2\n3,4\n',
            "Ligne 3 de « médecins.csv » : un guillemet n’est pas fermé ou est mal placé. "
            "Vérifiez les guillemets de cette ligne.",
        ),
        (
            b"a,b\n\x00\x01,2\n",
            "« médecins.csv » n’est ni un fichier CSV ni un classeur XLSX. Enregistrez-le au "
            "format XLSX.",
        ),
        (
            b"a,\x81\n",
            "« médecins.csv » n’est ni un fichier CSV ni un classeur XLSX. Enregistrez-le au "
            "format XLSX.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "Le fichier « médecins.csv » est protégé par un mot de passe ou dans un ancien "
            "format. Enregistrez-le sans mot de passe, au format XLSX.",
        ),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (
            Limits(file_bytes=5),
            "Le fichier « médecins.csv » dépasse 0 Mo. Partagez-le en plusieurs fichiers.",
        ),
        (
            Limits(rows=2),
            "« médecins.csv » a plus de 2\u00a0lignes. Partagez le fichier en plusieurs.",
        ),
        (
            Limits(columns=1),
            "Ligne 1 de « médecins.csv » : plus de 1\u00a0colonne. Supprimez les colonnes "
            "inutiles.",
        ),
        (
            Limits(cell_characters=3),
            "Ligne 4 de « médecins.csv » : une case dépasse 3\u00a0caractères. Raccourcissez-la.",
        ),
    ],
)
def test_limits_are_said(limits: Limits, sentence: str) -> None:
    assert refusal(b"a,b\n1,2\n3,4\nlong,5\n", limits=limits) == sentence


def workbook(**sheets: list[list[object]]) -> bytes:
    """Write a workbook by the library itself, each cell by its Python type."""
    result = io.BytesIO()
    book = xlsxwriter.Workbook(result, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for row, line in enumerate(rows):
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell, day)
                elif cell is not None:
                    page.write(row, column, cell)
        if name == "Cachée":
            page.hide()
    book.close()
    return result.getvalue()


def test_a_workbook_gives_a_table_for_each_visible_sheet_with_data() -> None:
    content = workbook(
        Accueil=[["doctor", "x"], ["Élodie", 1.0]],
        Vide=[],
        Offres=[["doctor"], ["Paul"]],
        Cachée=[["secret"], ["1"]],
    )
    tables = read_tables(content, name="relais.xlsx")
    assert [(table.name, table.header, cells(table), table.read_as) for table in tables] == [
        ("Accueil", ("doctor", "x"), [("Élodie", "1")], "classeur XLSX, feuille « Accueil »"),
        ("Offres", ("doctor",), [("Paul",)], "classeur XLSX, feuille « Offres »"),
    ]


def test_cells_of_a_workbook_become_plain_text() -> None:
    content = workbook(
        A=[
            ["kind", "value"],
            ["whole", 10101234567.0],
            ["part", 46.20663],
            ["day", date(2027, 1, 4)],
            ["moment", datetime(2027, 1, 4, 8, 30)],
            ["yes", True],
            ["no", False],
            ["text", "0012"],
            ["formula", "=1+1"],
        ]
    )
    assert dict(cells(one(content, "a.xlsx"))) == {
        "whole": "10101234567",
        "part": "46.20663",
        "day": "2027-01-04",
        "moment": "2027-01-04T08:30:00",
        "yes": "1",
        "no": "0",
        "text": "0012",
        "formula": "0",
    }


def test_lines_of_a_workbook_keep_their_place() -> None:
    content = workbook(A=[[], ["a", "b"], [None, None], ["1", "2"]])
    table = one(content, "a.xlsx")
    assert (table.header_number, table.rows) == (2, (Line(4, ("1", "2")),))


def rewritten(content: bytes, **changes: bytes) -> bytes:
    """Replace parts of a workbook, by the end of their name."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for part in old.namelist():
            body = old.read(part)
            for ending, other in changes.items():
                if part.endswith(f"{ending}.xml"):
                    body = other
            new.writestr(part, body, zipfile.ZIP_DEFLATED)
    return result.getvalue()


SMALL = workbook(A=[["a", "b"], ["x", "y"]])
TOO_LARGE = (
    "Le classeur « a.xlsx » est trop grand. Supprimez les lignes et colonnes inutiles, ou "
    "partagez-le en plusieurs fichiers."
)
DAMAGED = "Le classeur « a.xlsx » est abîmé. Ouvrez-le et enregistrez-le de nouveau au format XLSX."
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b"%s</sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
        b"<row r='1'><c r = 'XFD1'><v>1</v></c></row>",
        b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>",
        b"<row><c><v>1</v></c></row>" * 50_002,
        b'<row r="70000"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_far_away_does_not_exhaust_the_memory(rows: bytes) -> None:
    assert refusal(rewritten(SMALL, sheet1=SHEET % rows), "a.xlsx") == TOO_LARGE


def test_a_workbook_that_unpacks_too_far_is_refused() -> None:
    bomb = rewritten(SMALL, app=b" " * 2_000_000)
    assert len(bomb) < 20_000
    assert refusal(bomb, "a.xlsx", Limits(unpacked_bytes=1_000_000)) == TOO_LARGE


def test_a_long_text_used_many_times_is_refused() -> None:
    strings = b"<sst><si><t>" + b"x" * 4000 + b"</t></si></sst>"
    rows = b'<row r="1">' + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
    bomb = rewritten(SMALL, sharedStrings=strings, sheet1=SHEET % rows)
    assert refusal(bomb, "a.xlsx", Limits(characters=100_000)) == TOO_LARGE


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SMALL[: len(SMALL) // 2], DAMAGED),
        (rewritten(SMALL, sheet1=b"<worksheet"), DAMAGED),
        (rewritten(SMALL, sheet1="<worksheet/>".encode("utf-16")), DAMAGED),
        (workbook(A=[]), "Le classeur « a.xlsx » est vide."),
    ],
)
def test_a_damaged_or_empty_workbook_says_so(content: bytes, sentence: str) -> None:
    assert refusal(content, "a.xlsx") == sentence


def test_another_archive_is_not_a_workbook() -> None:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refusal(result.getvalue(), "a.xlsx") == (
        "« a.xlsx » n’est pas un classeur XLSX. Enregistrez-le au format XLSX."
    )


def test_too_many_sheets_are_refused() -> None:
    content = xlsx_bytes([Sheet(str(n), ["a"], [["1"]]) for n in range(3)], created_at=NOW)
    assert refusal(content, "a.xlsx", Limits(tables=2)) == (
        "« a.xlsx » a plus de 2\u00a0feuilles. Gardez les feuilles utiles."
    )
