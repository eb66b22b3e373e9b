"""Measure one cancellation under all rules: milliseconds from the news to the three best repairs.

    python bench/replan/run.py [--size S] [--seed 1] [--cases plain,saturated+confirmed] [--tight]
                               [--cancelled 1000] [--verified 20]

The missions of a plan are cancelled one by one, each put back before the next (all of them, or a
drawn sample). S and M start from the proven best plan, larger sizes from first come first served
under all rules. Measured: taking the mission away in memory and finding the three best repairs, in
CPU time of the thread (the machine may be shared) and on the wall. Told apart: the time and memory
of building the state. Cases, joined by `+`: `saturated`, no standbys, and all but 1 % of the
doctors have nothing left to give; `confirmed`, every mission of the plan is confirmed, as after
everybody was told. `--tight`: most doctors travel 100 to 260 minutes at most. Writes a
results-….json for each case.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
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
sys.path[:0] = [str(HERE), str(HERE.parent / "rota"), str(HERE.parent.parent / "src")]

import instances  # noqa: E402
import national_instances  # noqa: E402
from first_come import first_come  # noqa: E402

from relais.engine.rota.plan import Plan  # noqa: E402
from relais.engine.rota.problem import GivenMission, Problem, Status  # noqa: E402
from relais.engine.rota.replan import State, apply, search  # noqa: E402
from relais.engine.rota.solve import solve  # noqa: E402
from relais.engine.rota.state import unproven  # noqa: E402
from relais.engine.rota.verify import verify  # noqa: E402

_SPARE_ONE_IN = 100
_NATIONAL = ("L", "XL", "XXL")
_PAGE_KB = 1024


def served(problem: Problem, seed: int) -> tuple[Problem, Plan]:
    """Plan first come first served; what was given and did not hold is forgotten."""
    missions, standbys = first_come(problem, seed)
    kept = {(one.doctor, one.centre, one.week) for one in missions}
    given = tuple(
        one
        for one in problem.missions
        if not 0 <= one.week < problem.weeks or (one.doctor, one.centre, one.week) in kept
    )
    problem = replace(problem, missions=given)
    return problem, unproven(problem, tuple(sorted(missions)), tuple(sorted(standbys)))


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


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PAGE_KB


def measure(problem: Problem, plan: Plan, given: argparse.Namespace) -> dict[str, Any]:
    """Cancel missions one by one."""
    before_mb = _peak_mb()
    begun = time.process_time()
    state = State(problem, plan)
    build, peak_mb = time.process_time() - begun, _peak_mb()
    cpu, wall, steps = [], [], []
    moves: Counter[str] = Counter()
    incomplete = checked = 0
    drawn = list(plan.missions)
    if 0 < given.cancelled < len(drawn):
        rng = np.random.default_rng(given.seed)
        rows = np.sort(rng.choice(len(drawn), given.cancelled, replace=False))
        drawn = [drawn[row] for row in rows.tolist()]
    every = max(1, len(drawn) // given.verified) if given.verified else 0
    small = given.size not in _NATIONAL
    gc.collect()
    gc.freeze()
    for number, mission in enumerate(drawn):
        now = state.copy() if small else state
        undo = (now.confirmed_moved, now.confirmed_given, now.locked_given)
        held = {key: now.given[key] for key in _keys(now, mission) if key in now.given}
        gc.collect(0)
        before, clock = time.thread_time(), time.perf_counter()
        place = now.cancel(mission.doctor, mission.week)
        found = (
            search(now, *place, exclude=(mission.doctor,), most_steps=given.most_steps)
            if now.missing(*place)
            else None
        )
        cpu.append(time.thread_time() - before)
        wall.append(time.perf_counter() - clock)
        if found is None:
            moves["closed"] += 1
        else:
            incomplete += not found.complete
            steps.append(found.steps)
            best = found.repairs[0] if found.repairs else None
            moves["none" if best is None else str(best.moved)] += 1
        if found is not None and every and number % every == 0:
            for repair in found.repairs:
                assert verify(now.problem(), apply(now, repair)) == ()
                checked += 1
        if not small:
            party = now.tables.party_of[mission.doctor]
            now.given.update(held)
            now.gone.discard((mission.doctor, mission.week))
            now.take(party, mission.centre, mission.week)
            now.confirmed_moved, now.confirmed_given, now.locked_given = undo
            now.settle(party)
    return {
        "cancellations": len(drawn),
        "missions": len(plan.missions),
        "holes": plan.score.holes,
        "cpu_ms": quantiles(cpu),
        "wall_ms": quantiles(wall),
        "moves_of_the_best_repair": dict(sorted(moves.items())),
        "steps_max": max(steps, default=0),
        "searches_cut_short": incomplete,
        "repairs_verified": checked,
        "state_build_cpu_seconds": round(build, 3),
        "peak_mb_before_state": round(before_mb),
        "peak_mb_with_state": round(peak_mb),
    }


def _keys(state: State, mission: Any) -> list[tuple[int, int, int]]:
    party = state.tables.parties[state.tables.party_of[mission.doctor]]
    return [(doctor, mission.centre, mission.week) for doctor in party]


def main() -> None:
    """Run and write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--size", default="S")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--budget", type=float, default=300.0)
    words.add_argument("--cases", default="plain,confirmed,saturated,saturated+confirmed")
    words.add_argument("--tight", action="store_true")
    words.add_argument("--check", action="store_true")
    words.add_argument("--cancelled", type=int, default=1_000)
    words.add_argument("--verified", type=int, default=20)
    words.add_argument("--most-steps", type=int, default=None)
    given = words.parse_args()
    proven = False
    if given.size in _NATIONAL:
        problem = national_instances.make(given.size, given.seed, tight=given.tight)
        problem, plan = served(problem, given.seed)
    else:
        problem = instances.make(given.size, given.seed)
        plan = solve(problem, budget_seconds=given.budget)
        proven = plan.proven_optimal
        given.cancelled = 0
    if given.check:
        import baselines

        fresh = instances.make("S", given.seed)
        assert sorted(map(repr, baselines.first_come(fresh, 1)[0])) == sorted(
            map(repr, first_come(fresh, 1)[0])
        )
    for case in given.cases.split(","):
        kinds = [kind for kind in case.split("+") if kind != "plain"]
        changed = (problem, plan)
        for kind in kinds:
            changed = {"saturated": saturated, "confirmed": confirmed}[kind](*changed)
        told = {
            "size": given.size,
            "seed": given.seed,
            "tight": given.tight,
            "case": case,
            "most_steps": given.most_steps,
            "plan": "best" if proven else "first come first served",
            **measure(*changed, given),
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
        name = "-".join([f"results-{given.size}-{given.seed}", *["tight"] * given.tight, *kinds])
        text = json.dumps(told, indent=2) + "\n"
        (HERE / f"{name}.json").write_text(text)
        print(text, flush=True)


if __name__ == "__main__":
    main()
