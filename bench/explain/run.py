"""Measure how long an explanation takes: every kind of question, over a whole plan.

    python bench/explain/run.py [--size S|M|L] [--seed 1] [--questions 400]

S and M are planned to proof; L is filled first come first served, which is as large and leaves the
holes that questions are asked about. Milliseconds of CPU of one thread, the indexes apart. Writes
results-SIZE-SEED.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [
    str(HERE.parent / "rota"),
    str(HERE.parent / "replan"),
    str(HERE.parent.parent / "src"),
]


_EMPTIED = 20


def measured(questions: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Ask, and give the milliseconds."""
    spent = []
    for ask in questions:
        began = time.process_time()
        ask()
        spent.append(1_000 * (time.process_time() - began))
    found = {
        name: round(float(np.percentile(spent, at)), 2)
        for name, at in (("p50", 50), ("p99", 99), ("max", 100))
    }
    return found | {"count": len(spent)}


def main() -> None:
    """Ask one plan everything and write the figures."""
    from first_come import first_come

    from relais.engine.rota.exchanges import floors
    from relais.engine.rota.explain import Explainer
    from relais.engine.rota.plan import Hole
    from relais.engine.rota.replan import cancel
    from relais.engine.rota.solve import solve
    from relais.engine.rota.state import unproven

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=400)
    given = parser.parse_args()
    if given.size == "L":
        import national_instances

        problem = national_instances.make(given.size, given.seed, ratio=None, tight=False)
        plan = unproven(problem, *map(tuple, map(sorted, first_come(problem, given.seed))))
    else:
        import instances

        problem = instances.make(given.size, given.seed)
        plan = solve(problem)
    random = np.random.default_rng(given.seed)
    began = time.process_time()
    tell = Explainer(problem, plan)
    tell.why_not_week(*problem.offers[0].tolist())
    index = time.process_time() - began
    report: dict[str, object] = {"index_seconds": round(index, 2)}
    if given.size != "L":
        began = time.process_time()
        floors(problem, plan)
        report["floors_seconds"] = round(time.process_time() - began, 2)

    def some(count: int) -> list[int]:
        return random.choice(count, min(count, given.questions), replace=False).tolist()

    offers = [problem.offers[row].tolist() for row in some(len(problem.offers))]
    missions = [plan.missions[row] for row in some(len(plan.missions))]
    report["why"] = measured([lambda m=m: tell.why(m) for m in missions])
    report["why_not_week"] = measured([lambda o=o: tell.why_not_week(*o) for o in offers])
    report["why_not_me"] = measured([lambda o=o: tell.why_not_me(*o) for o in offers])
    report["holes"] = len(plan.holes)
    # Holes to ask about: those of the plan, and those that one mission less would leave.
    emptied = [
        cancel(problem, plan, doctor=one.doctor, week=one.week) for one in missions[:_EMPTIED]
    ]
    telling = [(Explainer(one.problem, one.plan), *one.places[0]) for one in emptied if one.places]
    for teller, _, _ in telling:
        teller.why_not_week(*problem.offers[0].tolist())
    report["who_could"] = measured([lambda t=t: t[0].who_could(*t[1:]) for t in telling])
    holes = [(tell, hole) for hole in plan.holes[: given.questions]]
    holes += [(t, Hole(week=week, centre=centre, missing=1)) for t, centre, week in telling]
    report["why_hole"] = measured([lambda h=h: h[0].why_hole(h[1]) for h in holes])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report |= {
        "size": given.size, "seed": given.seed,
        "date": datetime.now(UTC).date().isoformat(), "python": platform.python_version(),
        "peak_mb": round(peak * 1024 / 1e6), "load": os.getloadavg()[0],
    }  # fmt: skip
    target = HERE / f"results-{given.size}-{given.seed}.json"
    target.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
