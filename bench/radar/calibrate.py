"""Hold the radar against simulated years: `PYTHONPATH=src python bench/radar/calibrate.py`.

Writes results.json and docs/engine/pictures/radar-calibration.svg. Networks of
bench/rota/instances.py, from
one with doctors to spare to one that lacks them, so that every level of risk is announced.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.rota.instances import make  # noqa: E402

from relais.engine.rota.solve import solve  # noqa: E402
from relais.engine.simulate.calibration import (  # noqa: E402
    Announcement,
    Calibration,
    announcements,
    by_standing,
    calibrate,
)
from relais.engine.simulate.policies import Policy  # noqa: E402

# size of the network, share of its doctors, its seed; each without standbys, then with them
NETWORKS = (("S", 1.0, 1), ("S", 0.5, 1), ("S", 0.5, 2), ("S", 0.5, 3))
POLICIES = (Policy.WAVES, Policy.RESERVES)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--years", type=int, default=6)
    reader.add_argument("--seed", type=int, default=11, help="of the years")
    reader.add_argument("--budget", type=float, default=15.0, help="seconds for each plan")
    reader.add_argument("--write", action="store_true", help="write the results and the picture")
    given = reader.parse_args()
    began = time.process_time()
    everything: list[Announcement] = []
    cases = {}
    for size, spare, seed in NETWORKS:
        problem = make(size, seed, spare=spare)
        plan = solve(problem, budget_seconds=given.budget)
        for policy in POLICIES:
            said = announcements(problem, plan, years=given.years, seed=given.seed, policy=policy)
            everything += said
            cases[f"{size} × {spare}, {seed}, {policy}"] = asdict(calibrate(said))
            _print(f"{size} × {spare}, seed {seed}, {policy}", calibrate(said))
    for standing, found in by_standing(everything).items():
        _print(standing, found)
    whole = calibrate(everything)
    _print("everything", whole)
    seconds = time.process_time() - began
    print(f"{seconds:.0f} s of CPU")
    if given.write:
        from bench.radar.picture import draw

        folder = Path(__file__).parent
        facts = {
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "years": given.years,
            "seed": given.seed,
            "cpu_seconds": round(seconds),
            "everything": asdict(whole),
            "by_standing": {k: asdict(v) for k, v in by_standing(everything).items()},
            "cases": cases,
        }
        (folder / "results.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
        (ROOT / "docs/engine/pictures/radar-calibration.svg").write_text(draw(whole), "utf-8")


def _print(name: str, found: Calibration) -> None:
    print(
        f"\n{name}: {found.count} announced {found.announced:.4%}, lapsed {found.lapsed:.4%}; "
        f"Brier {found.brier:.5f} against {found.brier_of_mean:.5f}"
    )
    for one in found.bins:
        print(
            f"  {one.low:6.1%}-{one.high:6.1%}  said {one.announced:8.3%}  "
            f"lapsed {one.lapsed.value:8.3%} ({one.lapsed.low:.2%}-{one.lapsed.high:.2%})  "
            f"{one.count}"
        )


if __name__ == "__main__":
    main()
