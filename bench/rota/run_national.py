"""Measure national planning: holes, cost, bounds, CPU seconds and peak memory of one instance.

    python bench/rota/run_national.py --size L --seed 1 [--budget 120] [--executor processes:2]
                                      [--ratio 1.02] [--tight | --short]

CPU seconds are those of this process and of its workers; the plan is the verified one that `solve`
gives back. Writes results-national-SIZE-SEED.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "src")]


def _watch_workers(peaks: dict[int, float], over: threading.Event) -> None:
    """Note the peak memory of each child process, in MB, until `over` (Linux)."""
    # What the system tells of ended children counts the moment before they become their own.
    while not over.wait(0.5):
        for task in Path("/proc/self/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text().split():
                    with suppress(OSError, StopIteration):
                        lines = Path(f"/proc/{child}/status").read_text().splitlines()
                        line = next(one for one in lines if one.startswith("VmHWM"))
                        peaks[int(child)] = int(line.split()[1]) / 1024


def main() -> None:
    """Plan one instance and write its figures."""
    import national_instances
    from run import processor

    from relais.engine.rota.solve import Progress, solve_national

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(national_instances.SIZES), default="L")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=120.0)
    parser.add_argument("--executor", default="processes:2")
    parser.add_argument("--ratio", type=float, default=None)
    parser.add_argument("--tight", action="store_true")
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    problem = national_instances.make(
        given.size, given.seed, ratio=given.ratio, tight=given.tight, short=given.short
    )
    load_before = os.getloadavg()[0]
    history: list[tuple[float, float | None, float | None]] = []

    def watch(progress: Progress) -> None:
        told = (progress.best, progress.bound)
        if not history or history[-1][1:] != told:
            history.append((round(progress.elapsed_seconds, 1), *told))

    peaks: dict[int, float] = {}
    over = threading.Event()
    threading.Thread(target=_watch_workers, args=(peaks, over), daemon=True).start()
    wall, cpu = time.monotonic(), time.process_time()
    plan = solve_national(
        problem, budget_seconds=given.budget, executor=given.executor, progress=watch
    )
    over.set()
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": processor(), "cores": os.cpu_count(),
            "load_before": load_before, "load_after": os.getloadavg()[0],
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "highspy")},
        },
        "instance": vars(given) | {"doctors": len(problem.doctors), "offers": len(problem.offers)},
        "wall_seconds": time.monotonic() - wall,
        "cpu_seconds": time.process_time() - cpu + workers.ru_utime + workers.ru_stime,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker_peak_mb": sorted(peaks.values(), reverse=True),
        "score": {
            name: getattr(plan.score, name)
            for name in ("holes", "confirmed_moved", "cost", "standby_missing", "windows_missed")
        },
        "bounds": [plan.holes_bound, plan.confirmed_moved_bound, plan.cost_bound],
        "gap": plan.gap,
        "trace": history,
    }  # fmt: skip
    suffix = "-tight" if given.tight else "-short" if given.short else ""
    path = HERE / f"results-national-{given.size}-{given.seed}{suffix}.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(
        {
            name: report[name]
            for name in (
                "wall_seconds",
                "cpu_seconds",
                "peak_mb",
                "worker_peak_mb",
                "score",
                "bounds",
                "gap",
            )
        }
    )


if __name__ == "__main__":
    main()
