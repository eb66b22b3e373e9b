"""Measure one cancellation under all rules: milliseconds from the news to the three best repairs.

    python bench/replan/run.py [--size S] [--seed 1] [--saturated] [--confirmed] [--verified 20]

Every mission of the best plan that may be cancelled is cancelled in turn. Measured: taking the
mission away in memory and finding the three best repairs, in CPU time of the thread (the machine
may be shared) and on the wall. Not measured: reading, planning, building the state (told apart).
`--saturated`: no standbys, and all but 1 % of the doctors have nothing left to give. `--confirmed`:
every mission of the plan is confirmed, as after everybody was told. Writes results-….json.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "rota"), str(HERE.parent.parent / "src")]

import instances  # noqa: E402

from relais.engine.rota.plan import Plan  # noqa: E402
from relais.engine.rota.problem import GivenMission, Problem, Status  # noqa: E402
from relais.engine.rota.replan import State, apply, search  # noqa: E402
from relais.engine.rota.solve import solve  # noqa: E402
from relais.engine.rota.state import unproven  # noqa: E402
from relais.engine.rota.verify import verify  # noqa: E402

_SPARE_ONE_IN = 100


def saturated(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """Leave spare missions to one doctor in a hundred only, and nobody on standby."""
    used = Counter(one.doctor for one in plan.missions)
    doctors = tuple(
        doctor
        if index % _SPARE_ONE_IN == 0
        else replace(doctor, max_missions=min(doctor.max_missions, used[index]))
        for index, doctor in enumerate(problem.doctors)
    )
    problem = replace(problem, doctors=doctors)
    return problem, unproven(problem, plan.missions, ())


def confirmed(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """Confirm every mission of a plan."""
    known = {(one.doctor, one.centre, one.week) for one in problem.missions}
    more = tuple(
        GivenMission(one.doctor, one.centre, one.week, Status.CONFIRMED)
        for one in plan.missions
        if (one.doctor, one.centre, one.week) not in known
    )
    problem = replace(problem, missions=problem.missions + more)
    missions = tuple(
        replace(one, status=Status.CONFIRMED) if one.status is Status.PROPOSED else one
        for one in plan.missions
    )
    return problem, unproven(problem, tuple(sorted(missions)), plan.standbys)


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Say a list of durations in milliseconds."""
    at = np.percentile(np.array(seconds) * 1000, [50, 95, 99, 100])
    return dict(zip(("p50", "p95", "p99", "max"), at.round(3).tolist(), strict=True))


def measure(problem: Problem, plan: Plan, verified: int) -> dict[str, Any]:
    """Cancel every mission in turn."""
    begun = time.process_time()
    state = State(problem, plan)
    build = time.process_time() - begun
    cpu, wall, steps = [], [], []
    moves: Counter[str] = Counter()
    every = max(1, len(plan.missions) // verified) if verified else 0
    checked = 0
    for number, mission in enumerate(plan.missions):
        now = state.copy()
        gc.collect(0)
        before, clock = time.thread_time(), time.perf_counter()
        place = now.cancel(mission.doctor, mission.week)
        found = search(now, *place, exclude=(mission.doctor,)) if now.missing(*place) else None
        cpu.append(time.thread_time() - before)
        wall.append(time.perf_counter() - clock)
        if found is None:
            moves["closed"] += 1
            continue
        assert found.complete
        steps.append(found.steps)
        best = found.repairs[0] if found.repairs else None
        moves["none" if best is None else str(best.moved)] += 1
        if every and number % every == 0:
            for repair in found.repairs:
                assert verify(now.problem(), apply(now, repair)) == ()
                checked += 1
    return {
        "cancellations": len(plan.missions),
        "cpu_ms": quantiles(cpu),
        "wall_ms": quantiles(wall),
        "moves_of_the_best_repair": dict(sorted(moves.items())),
        "steps_max": max(steps, default=0),
        "repairs_verified": checked,
        "state_build_cpu_seconds": round(build, 3),
    }


def main() -> None:
    """Run and write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--size", default="S")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--budget", type=float, default=300.0)
    words.add_argument("--saturated", action="store_true")
    words.add_argument("--confirmed", action="store_true")
    words.add_argument("--verified", type=int, default=20)
    given = words.parse_args()
    problem = instances.make(given.size, given.seed)
    plan = solve(problem, budget_seconds=given.budget)
    proven = plan.proven_optimal
    name = f"results-{given.size}-{given.seed}"
    if given.saturated:
        problem, plan = saturated(problem, plan)
        name += "-saturated"
    if given.confirmed:
        problem, plan = confirmed(problem, plan)
        name += "-confirmed"
    told = {
        "size": given.size,
        "seed": given.seed,
        "saturated": given.saturated,
        "confirmed": given.confirmed,
        "plan_proven_optimal": proven,
        **measure(problem, plan, given.verified),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "load_1_min": round(os.getloadavg()[0], 1),
        },
        "versions": {
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "highspy": version("highspy"),
        },
    }
    text = json.dumps(told, indent=2) + "\n"
    (HERE / f"{name}.json").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
