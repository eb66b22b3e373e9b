"""Spoilt folders through the whole command: told, or planned by the rules; never a breakdown.

`bench/folders/run.py` does the same to 10,000 of them.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from relais.config.plan_command import WRITTEN, WRONG_INPUT, main
from tests.engine.plan_folder.folders import SOUND, Files, drawn, put
from tests.engine.plan_folder.test_mutated_folders import spoilt
from tests.outside_checker import check

FOLDERS = 200
_DRAWN = 1_000


def spoilt_folder(seed: int) -> Files:
    """Give a sound or drawn folder with a few files spoilt, or missing."""
    draw = random.Random(seed)
    sound = drawn(draw.randrange(_DRAWN)) if draw.random() < 0.5 else SOUND
    files: dict[str, str | bytes] = {name: str(text).encode() for name, text in sound.items()}
    for _ in range(draw.randint(1, 3)):
        name = draw.choice(sorted(files))
        if draw.random() < 0.1:
            del files[name]
            continue
        raw = files[name]
        assert isinstance(raw, bytes)
        files[name] = (spoilt if draw.random() < 0.4 else _shuffled)(raw, draw)
    return files


def _shuffled(raw: bytes, draw: random.Random) -> bytes:
    """Change what a file says and leave it a file: rows dropped or swapped, cells exchanged."""
    head, *rows = raw.split(b"\n")
    if len(rows) < 2:
        return raw
    one, other = draw.randrange(len(rows)), draw.randrange(len(rows))
    kind = draw.randrange(3)
    if kind == 0:
        del rows[one]
    elif kind == 1:
        rows[one], rows[other] = rows[other], rows[one]
    else:
        cells, others = rows[one].split(b","), rows[other].split(b",")
        column = draw.randrange(len(cells))
        if column < len(others):
            cells[column] = others[column]
        rows[one] = b",".join(cells)
    return b"\n".join([head, *rows])


def planned(folder: Path, files: Files) -> str:
    """Plan a folder and say how it ended: `planned` or `told`. Raises where anything is wrong."""
    put(folder, files)
    out = folder.with_name(f"{folder.name}-out")
    status = main([str(folder), "--out", str(out), "--budget", "1"])
    try:
        if status == WRITTEN:
            assert check(folder, out) == []
            return "planned"
        assert status == WRONG_INPUT
        assert not out.exists()
        assert sorted(os.listdir(folder)) == sorted(files)
        return "told"
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(out, ignore_errors=True)


def test_spoilt_folders_are_told_or_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = {"planned": 0, "told": 0}
    for number in range(FOLDERS):
        ended[planned(tmp_path / str(number), spoilt_folder(number))] += 1
        assert "Traceback" not in capsys.readouterr().err
    assert min(ended.values()) > FOLDERS / 10
