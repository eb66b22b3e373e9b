"""Hundreds of folders spoilt at random: each is read, or refused with a place."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest

from relais.engine.plan_folder.errors import FolderErrors
from relais.engine.plan_folder.read import read_folder
from tests.engine.plan_folder.folders import SOUND, drawn, put

ROUNDS, EACH = 8, 60
PIECES = (
    b"", b",", b",,,,", b"\n", b"\r", b"\r\n", b'"', b'""', b"\0", b"\xff", b"\xef\xbb\xbf", b";",
    b"\t", b"-1", b"1e999", b"nan", b"99999999999999999999", b"true", b"2027-01-05", b"2027-02-30",
    b"9999-12-31", b"0001-01-01", b"=1", b"'", b"[", b"]", b"weeks = 1", b"first_monday", b"locked",
    "é".encode(), "\u202e".encode(), "🩺".encode(), b"\x1b[31m", b"D1", b"bu", b"0", b"1", b" ",
)  # fmt: skip


def spoilt(raw: bytes, draw: random.Random) -> bytes:
    """Spoil a file somewhere: cut, insert, replace, repeat or swap."""
    at, until = sorted((draw.randint(0, len(raw)), draw.randint(0, len(raw))))
    until = min(until, at + 30)
    kind = draw.randrange(6)
    if kind == 0:
        return raw[:at] + raw[until:]
    if kind == 1:
        return raw[:at] + draw.choice(PIECES) + raw[at:]
    if kind == 2:
        return raw[:at] + draw.choice(PIECES) + raw[until:]
    if kind == 3:
        return raw[:until] + raw[at:until] + raw[until:]
    if kind == 4:
        return raw[:at]
    rows = raw.split(b"\n")
    cells = rows[draw.randrange(len(rows))].split(b",")
    cells[draw.randrange(len(cells))] = draw.choice(PIECES)
    rows[draw.randrange(len(rows))] = b",".join(cells)
    return b"\n".join(rows)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_spoilt_folder_is_read_or_refused_with_a_place(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    refused = 0
    for number in range(EACH):
        sound = drawn(draw.randrange(1000)) if draw.random() < 0.3 else SOUND
        files = {name: str(content).encode() for name, content in sound.items()}
        for _ in range(draw.randint(1, 3)):
            name = draw.choice(sorted(files))
            files[name] = spoilt(files[name], draw)
        folder = put(tmp_path / str(number), dict(files))
        try:
            problem = read_folder(folder).problem
        except FolderErrors as errors:
            refused += 1
            for mistake in errors.mistakes:
                assert mistake.file in files
                assert mistake.wrong
                assert mistake.remedy
                kinds = {unicodedata.category(letter) for letter in str(mistake)}
                assert not kinds & {"Cc", "Cf", "Cs"}, "a value could act on the screen"
                if mistake.line is not None:
                    assert 1 <= mistake.line <= files[mistake.file].count(b"\n") + 1
        else:
            assert len(problem.open_weeks) == len(problem.centres)
    assert refused > EACH / 4
