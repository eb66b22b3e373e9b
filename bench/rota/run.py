"""Measure the planner beside its peers on one instance, in one run, each in its own process.

    ./relais bench rota [--size S|M] [--seed N] [--spare 1.0] [--peers highs,cpsat,...|all|none]

CPU seconds of all threads, peak memory, holes, cost, what is proven, and the ratios. The planner's
time is everything from the problem to the verified plan; a peer's is its solver alone, the building
of its model left out, so a ratio never flatters the planner. OR-Tools and HiGHS do not bear each
other in one process, another reason for one process each. Writes results-SIZE-SEED.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

ARRIVALS = 5  # orders in which doctors come first, for first come first served
PLANNER = "planner"
PEERS = {
    "first_come": "first come, first served",
    "greedy": "greedy, scarcest week first",
    "flow_ortools": "SimpleMinCostFlow (relaxation)",
    "flow_lemon": "LEMON (relaxation)",
    "highs": "HiGHS, whole model",
    "cpsat": "CP-SAT, 2 workers",
    "cpsat_hint": "CP-SAT, 2 workers, hint",
}
PACKAGES = ("numpy", "scipy", "highspy", "ortools", "pylmcf")
type Told = dict[str, Any]


def levels(problem: Any, missions: Any, standbys: Any) -> Told:
    """Give the levels of a plan, as the judge counts them."""
    from relais.engine.rota.verify import score

    reached = score(problem, missions, standbys)
    names = ("holes", "confirmed_moved", "cost", "standby_missing", "windows_missed")
    return {name: getattr(reached, name) for name in names}


def broken_rules(problem: Any, missions: Any, standbys: Any) -> dict[str, int]:
    """Count the hard rules that a plan breaks."""
    from collections import Counter

    from relais.engine.rota.state import unproven
    from relais.engine.rota.verify import verify

    found = Counter(one.rule for one in verify(problem, unproven(problem, missions, standbys)))
    return {rule: count for rule, count in sorted(found.items()) if rule.startswith("H")}


def run_planner(problem: Any, given: argparse.Namespace) -> Told:
    """Plan with relais."""
    from relais.engine.rota.solve import Progress, solve
    from relais.engine.rota.verify import verify

    trace: list[tuple[float, str, float | None, float | None]] = []

    def watch(line: Progress) -> None:
        told = (line.phase, line.best, line.bound)
        if not trace or trace[-1][1:] != told:
            trace.append((round(line.elapsed_seconds, 2), *told))

    before = time.process_time()
    plan = solve(problem, budget_seconds=given.budget, progress=watch)
    return {
        "cpu_seconds": time.process_time() - before,
        "peak_mb": peak_mb(),
        "proven": plan.proven_optimal,
        "bounds": [plan.holes_bound, plan.confirmed_moved_bound, plan.cost_bound],
        "gap": plan.gap,
        "score": levels(problem, plan.missions, plan.standbys),
        "broken_rules": {one.rule: 1 for one in verify(problem, plan)},
        "trace": [(at, best, bound) for at, phase, best, bound in trace if phase == COST_PHASE],
    }


COST_PHASE = "Trajets, réserves et équité"


def run_program(role: str, problem: Any, given: argparse.Namespace) -> Told:
    """Plan with one weighted integer program."""
    from bench.rota import baselines, flow
    from bench.rota.whole import HOLE, MOVED

    from relais.engine.rota.problem import Status

    if role == "highs":
        from bench.rota import peer

        answer = peer.solve(problem, time_limit=given.highs_limit)
    else:
        from bench.rota import cpsat

        hint = None
        if role == "cpsat_hint":
            sent = flow.by_ortools(problem, flow.network(problem))
            hint = (sent.missions, []) if given.hint == "flow" else baselines.greedy(problem)
        answer = cpsat.solve(problem, time_limit=given.cpsat_limit, hint=hint)
    told: Told = {
        "cpu_seconds": answer.seconds_to_solve,
        "build_cpu_seconds": answer.seconds_to_build,
        "peak_mb": peak_mb(),
        "proven": answer.proven,
        "rows": answer.rows,
        "columns": answer.columns,
        "score": None,
    }
    if not answer.missions:
        return told
    told["score"] = reached = levels(problem, answer.missions, answer.standbys)
    told["broken_rules"] = broken_rules(problem, answer.missions, answer.standbys)
    confirmed = {
        one
        for one in problem.missions
        if one.status is Status.CONFIRMED and 0 <= one.week < problem.weeks
    }
    # The weighted sum without what its best plan pays for holes and confirmed missions.
    others = HOLE * reached["holes"] - MOVED * (len(confirmed) - reached["confirmed_moved"])
    told["cost_bound"] = round(answer.bound - others, 2)
    told["trace"] = [
        (at, *(None if value is None else round(value - others, 2) for value in values))
        for at, *values in answer.trace
    ]
    return told


def run_flow(role: str, problem: Any) -> Told:
    """Send the flow that is left when the rules that are no flow are left out."""
    from bench.rota import flow

    before = time.process_time()
    net = flow.network(problem)
    built = time.process_time() - before
    sent = flow.by_ortools(problem, net) if role == "flow_ortools" else flow.by_lemon(problem, net)
    return {
        "cpu_seconds": sent.seconds,
        "build_cpu_seconds": built,
        "peak_mb": peak_mb(),
        "arcs": len(net.tail),
        "weighted_cost": sent.cost,
        "score": levels(problem, sent.missions, []),
        "broken_rules": broken_rules(problem, sent.missions, []),
    }


def run_rule(role: str, problem: Any, given: argparse.Namespace) -> Told:
    """Plan by a rule of thumb; first come first served in several orders of arrival."""
    from bench.rota import baselines

    before = time.process_time()
    if role == "greedy":
        plans = [baselines.greedy(problem)]
    else:
        plans = [
            baselines.first_come(problem, 1000 * given.seed + order) for order in range(ARRIVALS)
        ]
    seconds = (time.process_time() - before) / len(plans)
    found = sorted(
        ((levels(problem, *plan), broken_rules(problem, *plan)) for plan in plans),
        key=lambda one: one[0]["cost"],
    )
    reached, broken = found[len(found) // 2]
    told = {"cpu_seconds": seconds, "peak_mb": peak_mb(), "score": reached, "broken_rules": broken}
    if len(plans) > 1:
        told["costs"] = [one["cost"] for one, _ in found]
        missions = baselines.first_come(problem, 1000 * given.seed)[0]
        told["cost_without_standbys"] = levels(problem, missions, [])["cost"]
    return told


def peak_mb() -> float:
    """Give the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(role: str, given: argparse.Namespace) -> Told:
    """Run one role in this process and tell its figures."""
    from bench.rota import instances

    problem = instances.make(given.size, given.seed, spare=given.spare)
    wall = time.monotonic()
    if role == PLANNER:
        told = run_planner(problem, given)
    elif role.startswith("flow"):
        told = run_flow(role, problem)
    elif role in ("first_come", "greedy"):
        told = run_rule(role, problem, given)
    else:
        told = run_program(role, problem, given)
    told["wall_seconds"] = time.monotonic() - wall
    return told


def processor() -> str:
    """Name the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")


def ratios(results: dict[str, Told]) -> dict[str, float]:
    """Compare the planner with each peer: CPU, memory, cost."""
    own, found = results[PLANNER], {}
    for role, told in results.items():
        if role == PLANNER:
            continue
        if role in ("highs", "cpsat", "cpsat_hint"):
            found[f"cpu_to_{role}"] = own["cpu_seconds"] / told["cpu_seconds"]
            found[f"memory_to_{role}"] = own["peak_mb"] / told["peak_mb"]
        if told["score"] is not None and not role.startswith("flow"):
            found[f"cost_to_{role}"] = own["score"]["cost"] / told["score"]["cost"]
    return {name: round(ratio, 4) for name, ratio in found.items()}


def told_in_words(role: str, told: Told) -> str:
    """Give the line of a role."""
    name = PEERS.get(role, "relais")
    line = f"{name:31}{told['cpu_seconds']:9.2f} s CPU {told['peak_mb']:6.0f} MB  "
    reached = told["score"]
    if reached is None:
        return line + "no plan"
    if role.startswith("flow"):
        return line + f"flow {told['weighted_cost']}, breaks {told['broken_rules']}"
    line += f"{reached['holes']:3} holes, cost {reached['cost']:8}"
    if told["broken_rules"]:
        line += f", breaks {told['broken_rules']}"
    if "proven" in told:
        line += ", proven" if told["proven"] else ", not proven"
    return line


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="./relais bench rota",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--size", choices=["XS", "S", "M"], default="S")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spare", type=float, default=1.0, help="share of the doctors kept")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of: {', '.join(PEERS)}")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds for the planner")
    parser.add_argument("--highs-limit", type=float, default=600.0, help="wall seconds for HiGHS")
    parser.add_argument("--cpsat-limit", type=float, default=200.0, help="wall seconds for CP-SAT")
    parser.add_argument("--hint", choices=["flow", "greedy"], default="greedy", help="for CP-SAT")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    known = {"all": list(PEERS), "none": []}
    given.chosen = known.get(given.peers, given.peers.split(","))
    if unknown := set(given.chosen) - set(PEERS):
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}")
    return given


def main() -> None:
    """Run every role in its own process, print the ratios, write the results."""
    given = options()
    if given.role:
        print(json.dumps(one(given.role, given)))
        return
    results: dict[str, Told] = {}
    load_before = os.getloadavg()[0]
    for role in (PLANNER, *given.chosen):
        command = [sys.executable, str(Path(__file__).resolve()), "--role", role, *sys.argv[1:]]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        results[role] = json.loads(done.stdout.splitlines()[-1])
        print(told_in_words(role, results[role]), flush=True)
    compared = ratios(results)
    for name, ratio in compared.items():
        print(f"{name:31}{ratio:9.3f}")
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": processor(), "cores": os.cpu_count(),
            "load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "instance": {"size": given.size, "seed": given.seed, "spare": given.spare},
        "limits": {
            "planner": given.budget, "highs": given.highs_limit, "cpsat": given.cpsat_limit,
            "hint": given.hint,
        },
        "results": results,
        "ratios": compared,
    }  # fmt: skip
    spare = "" if given.spare == 1.0 else f"-spare{given.spare}"
    path = HERE / f"results-{given.size}-{given.seed}{spare}.json"
    text = json.dumps(report, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda inner: f"[{' '.join(inner[1].split())}]", text)
    path.write_text(text + "\n", encoding="utf-8")
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
