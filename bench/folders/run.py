"""Plan thousands of spoilt folders: none may crash `relais plan`, or get a plan that breaks a rule.

    python bench/folders/run.py [--folders 10000] [--seed 1]

Each folder is a sound or a drawn one with one to three files cut, doubled, swapped or strewn with
pieces, then given to the command in this process with a budget of a second. Counts how each ended.
Whatever is written is judged by the outside checker of the tests. Writes results-SEED.json beside
this file; ends with status 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import platform
import sys
import tempfile
import time
import traceback
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE.parent.parent)]


def main() -> int:
    """Spoil, plan, judge, and write the counts."""
    from tests.config.test_plan_spoilt_folders import planned, spoilt_folder

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folders", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    faults: list[str] = []
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="relais-folders-") as name:
        for number in range(given.folders):
            seed = given.seed * 1_000_000 + number
            folder = Path(name) / str(number)
            told = io.StringIO()
            try:
                with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
                    counts[planned(folder, spoilt_folder(seed))] += 1
            except Exception:
                faults.append(f"seed {seed}: {traceback.format_exc()}{told.getvalue()[-500:]}")
            if number % 1_000 == 999:
                print(f"{number + 1} folders, {len(faults)} faults", file=sys.stderr)
    report = {
        "folders": given.folders, "seed": given.seed, "ended": dict(sorted(counts.items())),
        "faults": len(faults), "cpu_seconds": round(time.process_time() - began, 1),
        "date": datetime.now(UTC).date().isoformat(), "python": platform.python_version(),
    }  # fmt: skip
    target = HERE / f"results-{given.seed}.json"
    target.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))
    for fault in faults[:5]:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
