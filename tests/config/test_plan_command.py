"""`relais plan` as a person meets it: what it writes, what it says, how it ends."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relais.config import plan_command
from relais.config.plan_command import NO_PLAN, WRITTEN, WRONG_INPUT, Screen, main
from relais.engine.plan_folder import place
from relais.engine.rota import solve as solving
from relais.engine.rota.national import executors
from relais.engine.rota.solve import PlannerFault, Progress
from relais.engine.rota.verify import Violation
from tests.engine.plan_folder.folders import SOUND, longer, put
from tests.outside_checker import check

ROOT = Path(__file__).parents[2]
ANSWER = ["holes.csv", "plan.csv", "plan.html", "standby.csv", "summary.json"]


def _command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "relais.config.plan_command", *map(str, words)]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "src")}


def test_a_plan_is_written_into_the_folder_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", longer("offers.csv", "D1,2026-12-28"))
    assert main([str(folder), "--seed", "7"]) == WRITTEN
    told = capsys.readouterr()
    assert sorted(os.listdir(folder / "out")) == ANSWER
    assert check(folder, folder / "out") == []
    assert json.loads((folder / "out" / "summary.json").read_text())["seed"] == 7
    assert told.out.splitlines()[0] == (
        "Chaque semaine ouverte de chaque centre a tous ses médecins."
    )
    assert told.out.splitlines()[-1].startswith("Plan écrit en ")
    assert "Attention : offers.csv, ligne 18 : l’offre du 2026-12-28" in told.err
    assert "Préparation" in told.err


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    for name in ("one", "two"):
        assert main([str(folder), "--out", str(tmp_path / name)]) == WRITTEN
    for file in ("plan.csv", "holes.csv", "standby.csv", "plan.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_answer_may_lie_beside_the_input_and_is_no_input(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    for _ in range(2):
        assert main([str(folder), "--out", str(folder)]) == WRITTEN
    assert sorted(os.listdir(folder)) == sorted([*SOUND, *ANSWER])
    assert {name: (folder / name).read_text() for name in SOUND} == SOUND
    assert check(folder, folder) == []


def test_a_previous_plan_is_taken_up_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder)]) == WRITTEN
    words = [str(folder), "--previous", str(folder / "out"), "--out", str(tmp_path / "new")]
    assert main(words) == WRITTEN
    assert check(folder, tmp_path / "new") == []
    old, new = folder / "out", tmp_path / "new"
    assert (old / "plan.csv").read_bytes() == (new / "plan.csv").read_bytes()
    assert main([str(folder), "--previous", str(tmp_path / "nowhere")]) == WRONG_INPUT
    assert "nowhere : ce dossier n’existe pas" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Donnez le dossier à planifier, par exemple : relais plan examples/plan-2027"),
        (["FOLDER", "--what"], "Option ou mot inconnu : --what."),
        (["FOLDER", "other"], "Option ou mot inconnu : other."),
        (["FOLDER", "--bud", "3"], "Option ou mot inconnu : --bud 3."),
        (["FOLDER", "--budget"], "--budget attend une valeur."),
        (["FOLDER", "--budget", "soon"], "--budget : « soon » n’est pas une durée. "
         "Écrivez un nombre de secondes, par exemple 60."),
        (["FOLDER", "--budget", "0"], "--budget : « 0 » n’est pas une durée. "
         "Écrivez un nombre de secondes, par exemple 60."),
        (["FOLDER", "--budget=-1"], "--budget : « -1 » n’est pas une durée. "
         "Écrivez un nombre de secondes, par exemple 60."),
        (["FOLDER", "--budget", "nan"], "--budget : « nan » n’est pas une durée. "
         "Écrivez un nombre de secondes, par exemple 60."),
        (["FOLDER", "--seed", "1.5"], "--seed : « 1.5 » ne convient pas. "
         "Écrivez un nombre entier de 0 à 2147483647."),
        (["FOLDER", "--out", ""], "--out : donnez le chemin d’un dossier."),
        *(
            (["FOLDER", "--executor", name], f"--executor : « {name} » ne dit pas où calculer. "
             "Écrivez here, processes:2 (le nombre de processus) ou dask://machine:8786.")
            for name in ("elsewhere", "processes:0", "processes:two", "dask://machine",
                         "dask://machine:0", "dask://machine:99999", "dask://a b:1", "tcp://a:1")
        ),
    ],
)  # fmt: skip
def test_a_mistake_of_the_command_line_gets_one_sentence(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder) if word == "FOLDER" else word for word in words]) == WRONG_INPUT
    assert capsys.readouterr().err.splitlines() == [told, "Aide : relais plan --help"]
    assert sorted(os.listdir(folder)) == sorted(SOUND)


def test_a_cluster_that_does_not_answer_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(executors, "_CONNECT_SECONDS", 0.5)
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder), "--executor", "dask://127.0.0.1:1"]) == WRONG_INPUT
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "Aucune grappe de calcul ne répond à dask://127.0.0.1:1. Vérifiez l’adresse, et que "
        "l’ordonnanceur est lancé.",
        "Rien n’a été calculé ni écrit.",
    ]
    assert sorted(os.listdir(folder)) == sorted(SOUND)


def test_a_place_to_compute_that_is_not_needed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder), "--executor", "here"]) == WRITTEN
    told = capsys.readouterr().out
    assert "Ce réseau tient en un seul calcul, fait ici : --executor n’a pas servi." in told


def test_help_is_given_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == WRITTEN
    assert "le dossier à planifier" in capsys.readouterr().out


def test_an_out_that_is_a_file_is_told_before_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND | {"out": "a file"})
    assert main([str(folder)]) == WRONG_INPUT
    told = capsys.readouterr().err
    assert "out : on ne peut pas y écrire le plan" in told
    assert "Choisissez un autre dossier avec --out." in told
    assert (folder / "out").read_text() == "a file"


def test_a_full_disk_leaves_the_old_answer_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder)]) == WRITTEN
    before = (folder / "out" / "summary.json").read_bytes()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(place.os, "fsync", full)
    assert main([str(folder)]) == NO_PLAN
    assert "Ce qui s’y trouvait n’a pas changé." in capsys.readouterr().err
    assert (folder / "out" / "summary.json").read_bytes() == before
    assert sorted(os.listdir(folder)) == sorted([*SOUND, "out"])


def test_a_fault_of_the_planner_is_no_plan_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(*_words: object, **_named: object) -> None:
        raise PlannerFault((Violation("H3", "Deux médecins pour une place."),))

    monkeypatch.setattr(solving, "solve", faulty)
    folder = put(tmp_path / "folder", SOUND)
    assert main([str(folder)]) == NO_PLAN
    told = capsys.readouterr().err
    assert "c’est un défaut du programme, pas de vos fichiers" in told
    assert "Deux médecins pour une place." in told
    assert sorted(os.listdir(folder)) == sorted(SOUND)


def test_progress_is_a_plain_line_now_and_then_or_one_living_line() -> None:
    steps = [
        Progress("Préparation", None, None, None, 0.0),
        Progress("Trajets", 1234.0, 1000.0, 0.1896, 1.0),
        Progress("Trajets", 1200.0, 1000.0, 0.1667, 2.0),
        Progress("Trajets", 1100.0, float("-inf"), None, 7.0),
    ]
    plain = io.StringIO()
    screen = Screen(plain)
    for step in steps:
        screen.show(step)
    screen.end()
    assert plain.getvalue().splitlines() == [
        "Préparation · 0\u00a0s",
        "Trajets · meilleur 1\u202f234 · borne 1\u202f000 · écart 18,96\u00a0% · 1\u00a0s",
        "Trajets · meilleur 1\u202f100 · borne inconnue · 7\u00a0s",
    ]

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    living = Terminal()
    screen = Screen(living)
    for step in steps:
        screen.show(step)
    screen.end()
    assert living.getvalue().count("\r\x1b[K") == len(steps) + 1
    assert "\n" not in living.getvalue()


def test_the_command_loads_no_django(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    script = (
        "import sys; from relais.config.plan_command import main; "
        f"status = main([{str(folder)!r}]); "
        "print([name for name in sys.modules if name.split('.')[0] == 'django']); sys.exit(status)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (WRITTEN, "[]")


def test_a_screen_that_lacks_a_sign_or_a_listener_is_no_trouble(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", SOUND)
    reader, writer = os.pipe()
    os.close(reader)  # nobody listens
    ran = subprocess.run(
        _command(folder),
        env=_environment() | {"PYTHONIOENCODING": "ascii"},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (ran.returncode, b"Traceback" in ran.stderr) == (WRITTEN, False)
    assert check(folder, folder / "out") == []


def test_the_example_stops_at_its_budget_with_a_plan_that_holds(tmp_path: Path) -> None:
    started = time.monotonic()
    out = tmp_path / "out"
    words = _command(ROOT / "examples" / "plan-2027", "--out", out, "--budget", "2")
    ran = subprocess.run(words, env=_environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == WRITTEN, ran.stderr
    assert time.monotonic() - started < 15  # far above the budget: a busy machine is no failure
    assert check(ROOT / "examples" / "plan-2027", out) == []
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["holes"], summary["confirmed_moved"]) == (0, 0)
    assert 0 < summary["cost_bound"] <= summary["cost"]
    assert summary["gap"] < 1


def test_ctrl_c_writes_the_best_plan_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = _command(ROOT / "examples" / "plan-2027", "--out", out, "--budget", "600")
    with subprocess.Popen(
        words, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("Préparation"):
                break
        running.send_signal(signal.SIGINT)
        told, _ = running.communicate(timeout=60)
    assert running.returncode == WRITTEN
    assert "La recherche a été arrêtée à votre demande" in told
    assert check(ROOT / "examples" / "plan-2027", out) == []


def test_asking_twice_stops_at_once() -> None:
    stop = plan_command.Stop()
    stop.ask(signal.SIGINT, None)
    assert stop.asked
    with pytest.raises(KeyboardInterrupt):
        stop.ask(signal.SIGINT, None)
