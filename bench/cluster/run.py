"""One nation planned here, on a Dask cluster of two workers, and on one that loses a worker.

    python bench/cluster/run.py [--size XS] [--seed 1] [--budget 900] [--kill-after 5]

A real scheduler and two workers on loopback. The three plans must be equal, byte for byte as they
are written; seconds are wall clock. Needs the extra `cluster` (docs/operate.md). Writes
results-SIZE-SEED.json beside this file; ends with status 1 where the plans differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "src"
sys.path[:0] = [str(HERE.parent / "rota"), str(SOURCE)]
QUIET = ("--no-dashboard", "--host", "127.0.0.1")
FILES = ("plan.csv", "holes.csv", "standby.csv", "plan.html", "certificate.csv")


def start(program: str, *words: str) -> subprocess.Popen[bytes]:
    """Start a part of the cluster."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *words, *QUIET],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def joined(told: Path, workers: int) -> Any:
    """Join the cluster once all its workers are there."""
    from relais.engine.rota.national.executors import DaskCluster, Unusable

    while True:
        try:
            text = told.read_text()
            port = text.partition('"address": "tcp://127.0.0.1:')[2].partition('"')[0]
            crew = DaskCluster(f"dask://127.0.0.1:{port}")
        except (OSError, Unusable):
            time.sleep(0.1)
            continue
        if crew.workers == workers:
            return crew
        crew.close()


def main() -> int:
    """Plan three times and compare."""
    from relais.engine.plan_folder.write import Run, write_folder
    from relais.engine.rota.explain import Explainer
    from relais.engine.rota.solve import solve_national

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("XS", "S", "M", "XM", "L"), default="XS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=900.0)
    parser.add_argument("--kill-after", type=float, default=5.0)
    given = parser.parse_args()
    if given.size in {"XM", "L"}:
        import national_instances

        problem = national_instances.make(given.size, given.seed, ratio=None, tight=False)
    else:
        import instances

        problem = instances.make(given.size, given.seed)
    seconds: dict[str, float] = {}
    plans: dict[str, Any] = {}
    remarks: list[str] = []
    with tempfile.TemporaryDirectory(prefix="relais-cluster-") as name:
        told = Path(name) / "scheduler.json"
        parts = [start("dask_scheduler", "--port", "0", "--scheduler-file", str(told))]
        parts += [
            start("dask_worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny")
            for _ in range(2)
        ]
        try:
            crew = joined(told, 2)
            for case, place in (("here", "here"), ("cluster", crew), ("worker killed", crew)):
                if case == "worker killed":
                    threading.Timer(given.kill_after, parts[1].kill).start()
                began = time.monotonic()
                plan = solve_national(
                    problem, budget_seconds=given.budget, seed=given.seed, executor=place
                )
                seconds[case] = round(time.monotonic() - began, 1)
                plans[case] = replace(plan, seconds=0.0)
            remarks = crew.remarks
            crew.close()
        finally:
            for part in parts:
                part.kill()
                part.wait()
        bytes_of = {}
        for case, plan in plans.items():
            out = Path(name) / case
            run = Run(seconds=0.0, peak_memory_mb=0.0, version="", seed=given.seed)
            write_folder(out, problem, plan, sentences=Explainer(problem, plan), run=run)
            bytes_of[case] = [
                (out / file).read_bytes() if (out / file).exists() else b"" for file in FILES
            ]
    same = all(bytes_of[case] == bytes_of["here"] for case in bytes_of)
    report = {
        "size": given.size, "seed": given.seed, "wall_seconds": seconds, "same_bytes": same,
        "remarks": remarks, "cost": plans["here"].score.cost, "holes": plans["here"].score.holes,
        "budget_reached": {case: plan.stopped_by_budget for case, plan in plans.items()},
        "kill_after": given.kill_after, "load": os.getloadavg()[0],
        "date": datetime.now(UTC).date().isoformat(), "python": platform.python_version(),
        "distributed": version("distributed"), "highspy": version("highspy"),
    }  # fmt: skip
    target = HERE / f"results-{given.size}-{given.seed}.json"
    target.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
