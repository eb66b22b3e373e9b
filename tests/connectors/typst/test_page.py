"""Letters as PDF: words are drawn as they stand, and nothing in them is run."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relais.connectors.typst import Page, page, render
from relais.connectors.typst.page import blocks

pytestmark = pytest.mark.apart
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
NASTY = 'Dr #let x = 1 $a^2$ [O’Neil] _é_ *b* \\n <tag> @ref // "q" `c` = - #read("/etc/passwd")'


def test_words_are_cut_into_what_the_page_draws() -> None:
    text = "> Guéret\n> le 4\n\n# Titre\nun\ndeux\n\n- a\n- b\n== Moi | Vous"
    assert [(one["kind"], one["lines"]) for one in blocks(text)] == [
        ("right", ["Guéret", "le 4"]),
        ("heading", ["Titre"]),
        ("words", ["un", "deux"]),
        ("items", ["a", "b"]),
        ("signatures", ["Moi", "Vous"]),
    ]


def test_a_letter_is_the_same_for_the_same_words() -> None:
    letter = Page(title="Lettre", text="# Lettre\n\nBonjour")
    assert render(letter, now=NOW) == render(letter, now=NOW)
    assert render(letter, now=NOW).startswith(b"%PDF-")


@pytest.mark.parametrize("marked", ["# ", "- ", "> ", "== ", ""])
def test_a_name_with_signs_prints_as_it_is(marked: str, tmp_path: Path) -> None:
    drawn = render(Page(title=NASTY, text=f"{marked}{NASTY}", footer=NASTY, notice=NASTY), now=NOW)
    if shutil.which("pdftotext") is None:
        return  # drawn without an error: what it says needs a reader of PDF
    (tmp_path / "letter.pdf").write_bytes(drawn)
    read = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "letter.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = "".join(read.split())
    assert words.count("".join(NASTY.split())) == 3  # notice, text, footer


def test_the_layout_never_runs_what_it_is_given() -> None:
    layout = page._layout().decode()
    code = "\n".join(line for line in layout.splitlines() if not line.startswith("//"))
    assert not any(word in code for word in ("eval", "read(", "import", "include", "@preview"))
