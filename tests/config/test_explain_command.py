"""`relais explain` as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from relais.config import plan_command
from relais.config.explain_command import main
from relais.config.plan_command import WRITTEN, WRONG_INPUT
from tests.engine.plan_folder.folders import SOUND, changed, put


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with its plan."""
    made = put(tmp_path / "folder", SOUND)
    assert plan_command.main([str(made)]) == WRITTEN
    capsys.readouterr()
    return made


def _planned(folder: Path) -> list[list[str]]:
    return [line.split(",") for line in (folder / "out" / "plan.csv").read_text().splitlines()[1:]]


def test_each_mission_is_explained_by_doctor_and_by_centre(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for doctor, centre, monday, _, status, *because in _planned(folder):
        sentence = ",".join(because).strip('"')
        for words in (
            ["--doctor", doctor],
            ["--centre", centre],
            ["--doctor", doctor, "--centre", centre],
        ):
            assert main([str(folder), "--monday", monday, *words]) == WRITTEN
            told = capsys.readouterr().out.splitlines()
            assert sentence in told
            assert (status == "locked") or any(line.startswith(f"Sans {doctor}") for line in told)


def test_each_hole_says_why_and_who_could(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offers = str(SOUND["offers.csv"]).splitlines(keepends=True)
    folder = put(tmp_path / "folder", SOUND | {"offers.csv": "".join(offers[:-6])})
    assert plan_command.main([str(folder)]) == WRITTEN
    capsys.readouterr()
    holes = (folder / "out" / "holes.csv").read_text().splitlines()[1:]
    assert holes
    for hole in holes:
        centre, monday, missing, because = hole.split(",", maxsplit=3)
        assert main([str(folder), "--monday", monday, "--centre", centre]) == WRITTEN
        told = capsys.readouterr().out.splitlines()
        at = told.index(f"Il manque {missing} médecin{'s' if int(missing) > 1 else ''}.")
        assert told[at + 1] == because.strip('"')
        assert len(told) > at + 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--monday", "2027-01-04"], "Donnez un médecin avec --doctor, "
         "un centre avec --centre, ou les deux."),
        (["--monday", "2027-01-05", "--doctor", "D1"], "--monday : « 2027-01-05 » "
         "n’est pas un lundi. Écrivez année-mois-jour, par exemple 2027-03-01."),
        (["--monday", "2037-01-05", "--doctor", "D1"],
         "La semaine du 2037-01-05 n’est pas dans ce planning."),
        (["--monday", "2027-01-04", "--doctor", "D99"], "« D99 » n’est pas dans doctors.csv."),
        (["--monday", "2027-01-04", "--centre", "paris"], "« paris » n’est pas dans centres.csv."),
        ([], "Donnez un dossier et un lundi : relais explain DOSSIER --monday 2027-03-01 …"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_sentence(
    words: list[str], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), *words]) == WRONG_INPUT
    assert capsys.readouterr().err.splitlines()[0] == told


def test_a_plan_that_is_missing_or_of_another_folder_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--monday", "2027-01-04", "--doctor", "D1"]
    assert main([str(folder), *words, "--out", str(tmp_path)]) == WRONG_INPUT
    assert "pas de plan à lire ici. Lancez d’abord relais plan." in capsys.readouterr().err
    other = put(tmp_path / "other", changed("doctors.csv", "D1,46.0,2.0,4", "D1,46.0,2.0,0"))
    assert main([str(other), *words, "--out", str(folder / "out")]) == WRONG_INPUT
    assert "Lancez de nouveau relais plan." in capsys.readouterr().err
