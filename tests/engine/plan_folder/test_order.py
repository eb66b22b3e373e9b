"""The order of rows and of columns in a folder says nothing: the plan is the same."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from pathlib import Path

import pytest

from relais.engine.plan_folder.read import read_folder
from relais.engine.rota.solve import solve
from tests.engine.plan_folder.folders import drawn, put


def _mixed(text: str, draw: random.Random) -> str:
    """The same table with its rows and columns in another order."""
    head, *rows = list(csv.reader(io.StringIO(text)))
    draw.shuffle(rows)
    columns = list(range(len(head)))
    draw.shuffle(columns)
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(
        [row[column] for column in columns] for row in [head, *rows]
    )
    return written.getvalue()


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_columns_in_another_order_give_the_same_plan(seed: int, tmp_path: Path) -> None:
    files = drawn(seed)
    draw = random.Random(seed)
    mixed = {
        name: text if name == "plan.toml" else _mixed(str(text), draw)
        for name, text in files.items()
    }
    assert mixed != files
    first = read_folder(put(tmp_path / "first", files)).problem
    second = read_folder(put(tmp_path / "second", mixed)).problem
    assert (first.doctors, first.centres) == (second.doctors, second.centres)
    assert replace(solve(first), seconds=0.0) == replace(solve(second), seconds=0.0)
