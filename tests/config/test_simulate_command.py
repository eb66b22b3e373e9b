"""`relais simulate` as a person meets it: what it writes, what it says, how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from relais.config import simulate_command
from relais.config.simulate_command import NO_PLAN, POLICIES, WRITTEN, WRONG_INPUT, main
from relais.engine.plan_folder.read import read_folder
from relais.engine.simulate import runs
from relais.engine.simulate.policies import Policy
from tests.engine.plan_folder.folders import SOUND, longer, put

FILES = ["simulate.html", "simulation.csv", "summary.json"]


def test_the_words_of_the_command_are_the_policies() -> None:
    assert tuple(policy.value for policy in Policy) == POLICIES


def test_results_are_written_into_the_folder_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", longer("offers.csv", "D1,2026-12-28"))
    words = [str(folder), "--years", "3", "--seed", "7", "--policies", "plan,volant"]
    assert main(words) == WRITTEN
    told = capsys.readouterr()
    assert sorted(os.listdir(folder / "simulation")) == FILES
    summary = json.loads((folder / "simulation" / "summary.json").read_text())
    assert (summary["seed"], summary["years"]) == (7, 3)
    assert [entry["policy"] for entry in summary["policies"]] == ["plan", "volant"]
    assert told.out.splitlines()[-1].startswith("Résultats écrits dans ")
    assert "Attention : offers.csv" in told.err
    assert "Année 3 sur 3" in told.err


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    for name in ("one", "two"):
        assert main([str(folder), "--years", "2", "--out", str(tmp_path / name)]) == WRITTEN
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_one_may_ask_for_other_standbys_than_the_folder_does(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    words = [str(folder), "--years", "1", "--policies", "reserves"]
    depths = []
    for asked in ([], ["--standbys", "5"]):
        assert main([*words, *asked]) == WRITTEN
        summary = json.loads((folder / "simulation" / "summary.json").read_text())
        depths.append(summary["plan"]["standby_depth"])
    assert depths == [read_folder(folder).problem.standby_depth, 5]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Donnez le dossier à jouer"),
        (["F", "--years", "0"], "Écrivez un nombre d’années de 1 à 100000."),
        (["F", "--years", "many"], "« many » ne convient pas"),
        (["F", "--standbys", "many"], "Écrivez un nombre de réserves de 0 à 99."),
        (["F", "--policies", "plan,autre"], "« autre » n’est pas une façon de faire"),
        (["F", "--seed", "-1"], "--seed"),
        (["F", "--budget", "0"], "n’est pas une durée"),
        (["F", "--anything"], "Option ou mot inconnu : --anything."),
    ],
)
def test_a_mistake_of_the_command_line_is_told_in_french(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(put(tmp_path / "folder", SOUND))
    assert main([folder if word == "F" else word for word in words]) == WRONG_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "folder" / "simulation").exists()


def test_a_broken_folder_is_told_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND | {"centres.csv": "centre\nA\n"})
    assert main([str(folder)]) == WRONG_INPUT
    told = capsys.readouterr().err
    assert "centres.csv" in told
    assert told.splitlines()[-1].endswith("rien n’a été écrit.")
    assert sorted(os.listdir(folder)) == sorted(SOUND)
    assert main([str(tmp_path / "nowhere")]) == WRONG_INPUT


def test_a_plan_already_there_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder), "--out", str(folder)]) == WRONG_INPUT
    assert "contient déjà un plan" in capsys.readouterr().err
    assert sorted(os.listdir(folder)) == sorted(SOUND)


def test_a_folder_without_any_week_to_fill_has_nothing_to_play(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "plan.toml": "first_monday = 2027-01-04\nweeks = 2\n",
        "centres.csv": "centre,name,latitude,longitude,lines\nA,Ici,47,2,0\n",
        "doctors.csv": "doctor,latitude,longitude,max_missions\nD,47,2,1\n",
    }
    assert main([str(put(tmp_path / "folder", files))]) == WRONG_INPUT
    assert "rien à jouer" in capsys.readouterr().err


def test_asked_to_stop_it_writes_the_years_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    asked = simulate_command.Stop()
    monkeypatch.setattr(simulate_command, "Stop", lambda: asked)
    really = runs.draw

    def draw(*words: object, **more: object) -> object:
        if more["year"] == 1:
            asked.asked = True
        return really(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "draw", draw)
    assert main([str(folder), "--years", "50"]) == WRITTEN
    assert "2 années sur 50 ont été jouées" in capsys.readouterr().out


def test_a_second_request_stops_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "compare", interrupted)
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder)]) == NO_PLAN
    assert "rien n’a été écrit" in capsys.readouterr().err
    assert not (folder / "simulation").exists()
