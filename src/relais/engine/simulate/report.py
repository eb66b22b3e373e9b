"""The years played, as files: simulation.csv, summary.json and simulate.html.

The same results give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from relais.engine import parameters
from relais.engine.plan_folder.place import Writer, put_files
from relais.engine.rota.plan import Plan
from relais.engine.rota.problem import Problem
from relais.engine.simulate.picture import page
from relais.engine.simulate.policies import MEANS
from relais.engine.simulate.runs import Reliability, Result, keeps_none

FILES = ("simulation.csv", "summary.json", "simulate.html")
_HEADER = (
    "policy", "name", "years", "planned_holes",
    "uncovered", "uncovered_low", "uncovered_high", "years_without", "years_without_low",
    "years_without_high", "worst_year", "cancelled", "messages", "people", "standbys_called",
    "flying_weeks", "missions_moved", "against_first", "against_first_low", "against_first_high",
)  # fmt: skip
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Played:
    """What was played: the results, the announced risks held against them (None: not looked at)."""

    problem: Problem
    plan: Plan
    results: Sequence[Result]
    reliability: Reliability | None
    seed: int
    version: str


def write_results(folder: Path, played: Played) -> None:
    """Write the three files into `folder`, together. Raises OSError, having written none."""
    writers: dict[str, Writer] = {
        "simulation.csv": _csv(played.results),
        "summary.json": _text([json.dumps(_summary(played), indent=2, ensure_ascii=False), "\n"]),
        "simulate.html": _text(
            page(played.problem, played.results, played.reliability, played.seed)
        ),
    }
    put_files(folder, writers)


def _rows(results: Sequence[Result]) -> Iterator[tuple[object, ...]]:
    for one in results:
        yield tuple(
            round(value, _DIGITS) if isinstance(value, float) else value
            for value in (
                one.policy.value,
                MEANS[one.policy].name,
                one.years,
                one.planned_holes,
                one.uncovered.value,
                one.uncovered.low,
                one.uncovered.high,
                one.none.value,
                one.none.low,
                one.none.high,
                one.worst,
                one.cancelled,
                one.messages,
                one.people,
                one.reserves_used,
                one.flying_used,
                one.moved,
                one.against_first.value,
                one.against_first.low,
                one.against_first.high,
            )
        )


def _summary(played: Played) -> dict[str, Any]:
    reliability = played.reliability
    return {
        "version": played.version,
        "seed": played.seed,
        "years": played.results[0].years,
        "weeks": played.problem.weeks,
        "line_weeks": int(played.problem.capacity.sum()),
        "doctors": len(played.problem.doctors),
        "plan": {
            "holes": played.plan.score.holes,
            "cost": played.plan.score.cost,
            "proven_optimal": played.plan.proven_optimal,
            "standby_depth": played.problem.standby_depth,
            "standbys": len(played.plan.standbys),
        },
        "policies": [dict(zip(_HEADER, row, strict=True)) for row in _rows(played.results)],
        "keeps_none": [policy.value for policy in keeps_none(played.results)],
        "reliability": None if reliability is None else _rounded(asdict(reliability)),
        "rates": {
            name: {"value": entry.value, "unit": entry.unit, "source": entry.source}
            for name, entry in parameters.load("simulation").items()
        },
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _csv(results: Sequence[Result]) -> Writer:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(_rows(results))
    return _text([text.getvalue()])


def _text(pieces: Iterable[str]) -> Writer:
    def write(file: IO[bytes]) -> None:
        for piece in pieces:
            file.write(piece.encode())

    return write
