"""Measure the planner beside its peer: CPU seconds, peak memory, ratios, each in its own process.

    python bench/rota/run.py --size S --seed 1 [--spare 1.0] [--peer-limit 600] [--no-peer]

The planner's time is everything from the problem to the verified plan; the peer's is HiGHS alone,
its building left out, so the ratio never flatters the planner. Writes results-SIZE-SEED.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "src")]


def one(role: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one role in this process and tell its figures."""
    import baselines
    import instances
    import peer

    from relais.engine.rota.solve import solve
    from relais.engine.rota.verify import score, verify

    problem = instances.make(arguments.size, arguments.seed, spare=arguments.spare)
    before, wall = time.process_time(), time.monotonic()
    told: dict[str, Any]
    if role == "planner":
        plan = solve(problem, budget_seconds=arguments.budget)
        told = {
            "cpu_seconds": time.process_time() - before,
            "proven": plan.proven_optimal,
            "bounds": [plan.holes_bound, plan.confirmed_moved_bound, plan.cost_bound],
            "gap": plan.gap,
        }
        reached = plan.score
        told["violations"] = len(verify(problem, plan))
    elif role == "peer":
        answer = peer.solve(problem, time_limit=arguments.peer_limit)
        told = {
            "cpu_seconds": answer.solve_seconds,
            "build_cpu_seconds": answer.build_seconds,
            "proven": answer.proven,
            "rows": answer.rows,
            "columns": answer.columns,
        }
        reached = score(problem, answer.missions, answer.standbys)
    else:
        if role == "first_come":
            missions, standbys = baselines.first_come(problem, arguments.seed)
        else:
            missions, standbys = baselines.scarcest_first(problem)
        told = {"cpu_seconds": time.process_time() - before}
        reached = score(problem, missions, standbys)
    told["wall_seconds"] = time.monotonic() - wall
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told["score"] = {
        name: getattr(reached, name)
        for name in ("holes", "confirmed_moved", "cost", "standby_missing", "windows_missed")
    }
    return told


def processor() -> str:
    """Name the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")


def main() -> None:
    """Run every role in its own process, print the ratios, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["XS", "S", "M"], default="S")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spare", type=float, default=1.0, help="share of the doctors kept")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--peer-limit", type=float, default=600.0)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role:
        print(json.dumps(one(arguments.role, arguments)))
        return
    results: dict[str, Any] = {}
    for role in ("first_come", "scarcest_first", "planner", "peer"):
        if role == "peer" and arguments.no_peer:
            continue
        command = [sys.executable, str(Path(__file__).resolve()), "--role", role]
        for name in ("size", "seed", "spare", "budget", "peer_limit"):
            command += [f"--{name.replace('_', '-')}", str(getattr(arguments, name))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results[role] = json.loads(done.stdout.splitlines()[-1])
        figures = results[role]
        print(
            f"{role:15} {figures['cpu_seconds']:8.2f} s CPU {figures['peak_mb']:7.0f} MB "
            f"{figures['score']} {'proven' if figures.get('proven') else ''}"
        )
    planner = results["planner"]
    ratios = {
        "cost_to_first_come": planner["score"]["cost"] / results["first_come"]["score"]["cost"]
    }
    if "peer" in results:
        peer = results["peer"]
        ratios["cpu_to_peer"] = planner["cpu_seconds"] / peer["cpu_seconds"]
        ratios["memory_to_peer"] = planner["peak_mb"] / peer["peak_mb"]
    print("ratios", {name: round(ratio, 3) for name, ratio in ratios.items()})
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"processor": processor(), "cores": os.cpu_count()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "highspy")},
        },
        "instance": {
            "size": arguments.size, "seed": arguments.seed, "spare": arguments.spare,
        },
        "results": results,
        "ratios": ratios,
    }  # fmt: skip
    spare = "" if arguments.spare == 1.0 else f"-spare{arguments.spare}"
    path = HERE / f"results-{arguments.size}-{arguments.seed}{spare}.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
