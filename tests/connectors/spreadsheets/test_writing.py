"""Writing spreadsheets: harmless, pleasant to open, and read back alike."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relais.connectors.spreadsheets import (
    Sheet,
    csv_bytes,
    csv_chunks,
    read_tables,
    xlsx_bytes,
)
from relais.connectors.spreadsheets.guard import guarded, unguarded

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
SHEET = Sheet(
    "Médecins",
    ["doctor", "latitude", "ready_on", "at", "pioneer", "note"],
    [
        ["Élodie", 46.2, date(2027, 1, 4), datetime(2027, 1, 4, 8, 30), True, "a; b, « c »"],
        ["Paul", -0.7, None, None, False, '=HYPERLINK("x")'],
        ["@mal", Decimal("12.50"), None, None, None, "deux\nlignes"],
    ],
)
READ_BACK = [
    ("Élodie", "46.2", "2027-01-04", "2027-01-04T08:30:00", "1", "a; b, « c »"),
    ("Paul", "-0.7", "", "", "0", '=HYPERLINK("x")'),
    ("@mal", "12.5", "", "", "", "deux\nlignes"),
]


def test_csv_is_written_with_its_guard() -> None:
    assert csv_bytes(SHEET).decode() == (
        "doctor,latitude,ready_on,at,pioneer,note\r\n"
        'Élodie,46.2,2027-01-04,2027-01-04T08:30:00,1,"a; b, « c »"\r\n'
        'Paul,-0.7,,,0,"\'=HYPERLINK(""x"")"\r\n'
        '\'@mal,12.50,,,,"deux\nlignes"\r\n'
    )


def test_csv_for_a_french_excel_has_its_mark_semicolons_and_decimal_commas() -> None:
    content = csv_bytes(Sheet("a", ["x", "y"], [["é", 46.2]]), for_excel=True)
    assert content == b"\xef\xbb\xbfx;y\r\n\xc3\xa9;46,2\r\n"


def test_csv_comes_in_pieces() -> None:
    sheet = Sheet("a", ["n"], [[n] for n in range(1200)])
    pieces = list(csv_chunks(sheet))
    assert len(pieces) == 3
    assert b"".join(pieces) == csv_bytes(sheet)


def test_csv_reads_back_alike() -> None:
    (table,) = read_tables(csv_bytes(SHEET), name="médecins.csv")
    assert table.header == tuple(SHEET.header)
    assert [line.cells[0] for line in table.rows] == ["Élodie", "Paul", "@mal"]
    assert [line.cells[5] for line in table.rows] == [row[5] for row in READ_BACK]


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)),
        max_size=4,
    ),
    st.booleans(),
)
def test_any_text_written_as_csv_reads_back(rows: list[list[str]], for_excel: bool) -> None:
    clean = [
        [unicodedata.normalize("NFC", cell).strip() for cell in (*row, "", "")][:2] for row in rows
    ]
    sheet = Sheet("a", ["x", "y"], clean)
    (table,) = read_tables(csv_bytes(sheet, for_excel=for_excel), name="a.csv")
    assert [list(line.cells) for line in table.rows] == [row for row in clean if any(row)]


def test_a_workbook_reads_back_alike() -> None:
    content = xlsx_bytes([SHEET, Sheet("Vide", ["a"], [])], created_at=NOW)
    first, second = read_tables(content, name="relais.xlsx")
    assert (first.name, first.header) == ("Médecins", tuple(SHEET.header))
    assert [line.cells for line in first.rows] == READ_BACK
    assert (second.name, second.rows) == ("Vide", ())


def test_the_same_tables_give_the_same_workbook() -> None:
    assert xlsx_bytes([SHEET], created_at=NOW) == xlsx_bytes([SHEET], created_at=NOW)


def test_a_workbook_opens_with_a_frozen_styled_header_a_filter_and_fitting_columns() -> None:
    content = xlsx_bytes([Sheet("A", ["a", "b"], [["x" * 200, "y"]])], created_at=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in page
    assert '<autoFilter ref="A1:B2"/>' in page
    assert [float(width) for width in re.findall(r'width="([\d.]+)"', page)] == pytest.approx(
        [50.71, 8.71], abs=0.02
    )
    assert "<b/>" in styles
    assert "<f>" not in page


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    dangerous = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "https://exemple.fr", "{=1}"]
    content = xlsx_bytes([Sheet("A", ["a"], [[cell] for cell in dangerous])], created_at=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    (table,) = read_tables(content, name="a.xlsx")
    assert [line.cells[0] for line in table.rows] == dangerous


def test_names_of_sheets_are_made_acceptable_and_different() -> None:
    names = ["Offres/2027 [à trier] : tout ce qui reste", "a", "A", "", "History"]
    content = xlsx_bytes([Sheet(name, ["x"], [["1"]]) for name in names], created_at=NOW)
    assert [table.name for table in read_tables(content, name="a.xlsx")] == [
        "Offres 2027  à trier    tout ce",
        "a",
        "A 2",
        "Feuille",
        "History 2",
    ]


def test_mistakes_of_the_program_are_not_hidden() -> None:
    with pytest.raises(ValueError, match="needs a sheet"):
        xlsx_bytes([], created_at=NOW)
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        csv_bytes(Sheet("a", ["x", "y"], [["1"]]))
    with pytest.raises(ValueError, match="at most 32767"):
        xlsx_bytes([Sheet("a", ["x"], [["x" * 32_768]])], created_at=NOW)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+SUM(1)", "'+SUM(1)"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=1", "''=1"),
        ("-0.71735", "-0.71735"),
        ("+33612345678", "+33612345678"),
        ("L'Aigle", "L'Aigle"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_the_guard(text: str, safe: str) -> None:
    assert guarded(text) == safe
    assert unguarded(safe) == text


@given(st.text(alphabet="'=+-@\t\r\n1.aé", max_size=8))
def test_the_guard_comes_off_without_loss(text: str) -> None:
    assert unguarded(guarded(text)) == text
