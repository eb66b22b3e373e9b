"""`relais plan` interrupted for real: in every phase of both roads, once and twice."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relais.config.plan_command import NO_PLAN, WRITTEN
from tests.outside_checker import check

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "plan-2027"
EXACT = "import sys; from relais.config.plan_command import main; sys.exit(main(sys.argv[1:]))"
NATIONAL = f"from relais.engine.rota import solve; solve._NATIONAL = 0\n{EXACT}"
PREPARING, COST = "Préparation", "Trajets, réserves et équité"


def _start(road: str, out: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", road, str(EXAMPLE), "--out", str(out), "--budget", "600", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "RELAIS_TEST_MARK": str(out)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(phase: str, running: subprocess.Popen[str]) -> None:
    assert running.stderr is not None
    assert any(line.startswith(phase) for line in running.stderr)


def _left(mark: Path) -> list[str]:
    """The processes that carry the mark of a test, once they had a moment to end."""
    found: list[str] = []
    for _ in range(30):
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"RELAIS_TEST_MARK={mark}".encode() in (process / "environ").read_bytes():
                    found.append(process.name)
        if not found:
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize(
    ("road", "phase", "how", "words"),
    [
        (EXACT, COST, signal.SIGINT, ()),
        (EXACT, PREPARING, signal.SIGTERM, ()),
        (NATIONAL, PREPARING, signal.SIGINT, ("--executor", "here")),
        (NATIONAL, COST, signal.SIGINT, ("--executor", "processes:2")),
    ],
    ids=["exact, cost", "exact, told to end", "national, prices", "national, regions"],
)
def test_the_best_plan_is_written_whenever_one_asks_to_stop(
    road: str, phase: str, how: int, words: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with _start(road, out, *words) as running:
        _wait_for(phase, running)
        running.send_signal(how)
        told, _ = running.communicate(timeout=60)
    assert running.returncode == WRITTEN
    assert "La recherche a été arrêtée à votre demande" in told
    assert check(EXAMPLE, out) == []
    summary = json.loads((out / "summary.json").read_text())
    assert 0 <= summary["cost_bound"] <= summary["cost"]
    # Stopped before any price is found, a nation has no bound but 0.
    assert summary["cost_bound"] > 0 or words == ("--executor", "here")
    assert _left(out) == []


@pytest.mark.parametrize("road", [EXACT, NATIONAL], ids=["exact", "national"])
def test_asked_twice_it_leaves_at_once_and_nothing_half_written(road: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "plan.csv").write_text("before\n")
    with _start(road, out) as running:
        _wait_for(PREPARING, running)
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        running.communicate(timeout=60)
    assert time.monotonic() - asked < 10  # a second; far above for a busy machine
    assert running.returncode == NO_PLAN
    assert os.listdir(tmp_path) == ["out"]
    assert [(file.name, file.read_text()) for file in out.iterdir()] == [("plan.csv", "before\n")]
    assert _left(out) == []
