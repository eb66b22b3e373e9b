"""Measure the coverage of a nation: the bound of holes, its proof, and a plan under every rule.

    python bench/rota/run_coverage.py --size XL --kind tight [--ratio 1.02] [--seed 1] [--plan]

CPU seconds of one process without workers; `--plan` also closes the holes of a plain first plan by
chains, and compares with first come first served. Writes results-coverage-SIZE-KIND-SEED.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "src")]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure one instance and write its figures."""
    import national_instances
    from baselines import first_come_missions
    from run import processor

    from relais.engine.rota.national.chains import close_holes
    from relais.engine.rota.national.coverage import least_holes
    from relais.engine.rota.national.draft import Draft
    from relais.engine.rota.national.nation import nation
    from relais.engine.rota.national.reach import reach_of

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(national_instances.SIZES), default="XL")
    parser.add_argument("--kind", choices=("wide", "tight", "short"), default="tight")
    parser.add_argument("--ratio", type=float, default=1.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan", action="store_true")
    given = parser.parse_args()
    kinds = {} if given.kind == "wide" else {given.kind: True}
    problem = national_instances.make(given.size, given.seed, ratio=given.ratio, **kinds)
    report: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"processor": processor(), "cores": os.cpu_count(), "load": os.getloadavg()[0]},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy")},
        },
        "instance": vars(given) | {"places": int(problem.capacity.sum())},
        "instance_mb": _peak_mb(),
    }
    start = time.process_time()
    reach = reach_of(problem)
    tables = time.process_time() - start
    rounds: list[str] = []
    short = least_holes(reach, seed=0, tell=rounds.append)
    report["bound"] = {
        "holes": short.holes, "certificate": short.cut.value, "proven": short.proven,
        "tables_cpu_seconds": tables, "cpu_seconds": time.process_time() - start,
        "peak_mb": _peak_mb(), "rounds": rounds,
    }  # fmt: skip
    if given.plan:
        start = time.process_time()
        land = nation(problem, keep_confirmed=True)
        draft = Draft(land)
        draft.fill(np.zeros(land.places.shape), np.zeros(len(land.room)))
        first = draft.holes
        closed = close_holes(draft, problem, seed=0)
        report["plan"] = {
            "first_holes": first, "holes": closed.holes, "confirmed_let_go": len(closed.let_go),
            "cpu_seconds": time.process_time() - start, "peak_mb": _peak_mb(),
        }  # fmt: skip
        start = time.process_time()
        came = first_come_missions(problem, 0)
        report["first_come"] = {
            "holes": int(problem.capacity.sum()) - len(came),
            "cpu_seconds": time.process_time() - start,
        }
    path = HERE / f"results-coverage-{given.size}-{given.kind}-{given.seed}.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print({name: report.get(name) for name in ("bound", "plan", "first_come")})


if __name__ == "__main__":
    main()
