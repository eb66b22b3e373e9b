"""Draw how the best plan and its bound came together: SVG files for docs/engine/pictures.

    python bench/rota/picture.py results-S-1.json [results-M-1.json ...]

Left: cost and bound against wall seconds, in per cent of the best cost known. Right: the gap
between them. Both ways of writing results are read, those of run.py and those of run_national.py.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent.parent / "docs" / "engine" / "pictures"

WIDE, HIGH, LEFT, TOP, BETWEEN = 360, 240, 64, 82, 92
UPPER, LOWER = 30.0, -10.0  # per cent of the best cost, the ends of the left panel
HOLE = 1_000_000  # of the weighted sum of the peers, as in whole.py
MOST_GAP, LEAST_GAP = 100.0, 0.001  # per cent, the ends of the right panel
# Colours that people who confuse red and green tell apart (Okabe and Ito, 2008), and dashes.
LOOKS = {
    "relais": ("#0072b2", ""),
    "HiGHS, whole model": ("#d55e00", "7 3"),
    "CP-SAT, 2 workers": ("#009e73", "2 3"),
    "CP-SAT, 2 workers, hint": ("#555555", "9 3 2 3"),
}
ROLES = dict(zip(("planner", "highs", "cpsat", "cpsat_hint"), LOOKS, strict=True))
type Trace = list[tuple[float, float | None, float | None]]


@dataclass
class Drawn:
    """One solver: (seconds, best, bound), the best and bound never getting worse."""

    name: str
    trace: Trace
    end: float


def monotone(trace: Sequence[Sequence[float | None]], end: float) -> Trace:
    """Keep at each time the best plan and the best bound known until then."""
    best: float | None = None
    bound: float | None = None
    kept: Trace = []
    for at, found, proven in trace:
        assert at is not None
        best = found if best is None else best if found is None else min(best, found)
        bound = proven if bound is None else bound if proven is None else max(bound, proven)
        kept.append((at, best, bound))
    if kept:
        kept.append((end, best, bound))
    return kept


def read(report: dict[str, Any]) -> tuple[str, list[Drawn]]:
    """Read the results of one instance."""
    instance = report["instance"]
    if "results" not in report:
        history = report.get("trace") or report.get("history_seconds_missions_bound") or []
        # Where a history leaves out what standbys cost, its best lies below the bound: not drawn.
        history = [
            (at, best if best is None or bound is None or best >= bound else None, bound)
            for at, best, bound in history
        ]
        end = report["wall_seconds"]
        last = [end, report["score"]["cost"], report["bounds"][2]]
        title = f"{instance['size']}, seed {instance['seed']}"
        return title, [Drawn("relais", monotone([*history, last], end), end)]
    spare = "" if instance["spare"] == 1.0 else f", {instance['spare']:.0%} of the doctors"
    drawn = []
    for role, told in report["results"].items():
        if role in ROLES and told.get("trace"):
            end = told["wall_seconds"]
            # In the sum of all levels, a hole more or less than relais counts as it does there.
            own = report["results"]["planner"]["score"]
            over = HOLE * (told["score"]["holes"] - own["holes"]) if role != "planner" else 0
            trace = [[line[0], *(v and v + over for v in line[1:])] for line in told["trace"]]
            if role == "planner":
                trace.append([end, told["score"]["cost"], told["bounds"][2]])
            elif told["proven"]:
                trace.append([end, told["score"]["cost"], told["score"]["cost"]])
            drawn.append(Drawn(ROLES[role], monotone(trace, end), end))
    return f"{instance['size']}, seed {instance['seed']}{spare}", drawn


def steps(points: Sequence[tuple[float, float]]) -> str:
    """Give a path that holds each value until the next."""
    path = ""
    for index, (x, y) in enumerate(points):
        path += f"M{x:.1f} {y:.1f}" if index == 0 else f"H{x:.1f}V{y:.1f}"
    return path


def ticks(least: float, most: float) -> list[float]:
    """Give the powers of ten between two numbers."""
    return [
        10.0**power
        for power in range(math.ceil(math.log10(least)), math.floor(math.log10(most)) + 1)
    ]


def draw(title: str, drawn: Sequence[Drawn]) -> Iterator[str]:
    """Draw both panels."""
    known = min(best for one in drawn for _, best, _ in one.trace if best is not None)
    least, most = 0.1, max(1.0, *(one.end for one in drawn))
    width, height = 2 * WIDE + LEFT + BETWEEN + 16, TOP + HIGH + 44

    def across(seconds: float) -> float:
        return WIDE * math.log(max(seconds, least) / least) / math.log(most / least)

    def up(value: float) -> float:
        share = (min(max(value, LOWER), UPPER) - LOWER) / (UPPER - LOWER)
        return TOP + HIGH * (1 - share)

    def up_gap(value: float) -> float:
        share = math.log(min(max(value, LEAST_GAP), MOST_GAP) / LEAST_GAP)
        return TOP + HIGH * (1 - share / math.log(MOST_GAP / LEAST_GAP))

    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#222">\n<title>Cost, bound and gap against '
        f'time: {title}</title>\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{title}</text>\n'
    )
    place = LEFT
    for one in drawn:
        colour, dash = LOOKS[one.name]
        yield (
            f'<path d="M{place} 38h26" stroke="{colour}" stroke-width="2.5" '
            f'stroke-dasharray="{dash}"/><text x="{place + 32}" y="42">{one.name}</text>\n'
        )
        place += 48 + 7 * len(one.name)
    panels = (
        (LEFT, "cost (above) and bound (below), in % of the best cost", up,
         [(value, f"{value:+.0f}" if value else "0") for value in (30, 20, 10, 0, -10)]),
        (LEFT + WIDE + BETWEEN, "gap, in %", up_gap,
         [(value, f"{value:g}") for value in ticks(LEAST_GAP, MOST_GAP)]),
    )  # fmt: skip
    for left, name, place_of, marks in panels:
        yield f'<text x="{left}" y="{TOP - 8}">{name}</text>\n'
        for value, word in marks:
            y = place_of(value)
            yield (
                f'<path d="M{left} {y:.1f}h{WIDE}" stroke="#ddd"/>'
                f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{word}</text>\n'
            )
        for value in ticks(least, most):
            x = left + across(value)
            yield (
                f'<path d="M{x:.1f} {TOP}v{HIGH}" stroke="#eee"/>'
                f'<text x="{x:.1f}" y="{TOP + HIGH + 18}" text-anchor="middle">{value:g}</text>\n'
            )
        yield f'<text x="{left + WIDE}" y="{TOP + HIGH + 34}" text-anchor="end">seconds</text>\n'
    for one in drawn:
        colour, dash = LOOKS[one.name]
        line = f'fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
        for which in (1, 2):
            told = [(row[0], row[which]) for row in one.trace if row[which] is not None]
            points = [
                (LEFT + across(at), up(100 * (value / known - 1)))
                for at, value in told
                if value is not None
            ]
            yield f'<path d="{steps(points)}" {line}/>\n'
        gaps = [
            (LEFT + WIDE + BETWEEN + across(at), up_gap(100 * max(0.0, best - bound) / best))
            for at, best, bound in one.trace
            if best is not None and bound is not None
        ]
        yield f'<path d="{steps(gaps)}" {line}/>\n'
        if gaps:
            yield f'<circle cx="{gaps[-1][0]:.1f}" cy="{gaps[-1][1]:.1f}" r="4" fill="{colour}"/>\n'
    yield "</svg>\n"


def main() -> None:
    """Draw each file of results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", help="names of files beside this one")
    for name in parser.parse_args().results:
        title, drawn = read(json.loads((HERE / Path(name).name).read_text(encoding="utf-8")))
        target = PICTURES / f"gap-{Path(name).stem.removeprefix('results-')}.svg"
        target.parent.mkdir(exist_ok=True)
        target.write_text("".join(draw(title, drawn)), encoding="utf-8")
        print(target.name)


if __name__ == "__main__":
    main()
