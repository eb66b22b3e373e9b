"""Plans for tests of the writer: made by the engine once, or by hand."""

from __future__ import annotations

from pathlib import Path

from relais.engine.plan_folder.read import read_folder
from relais.engine.plan_folder.summary import Summary
from relais.engine.plan_folder.write import Run, write_folder
from relais.engine.rota.explain import Explainer
from relais.engine.rota.plan import Hole, Plan, PlannedMission
from relais.engine.rota.problem import Problem
from relais.engine.rota.solve import solve
from tests.engine.plan_folder.folders import Files, put

RUN = Run(seconds=1.5, peak_memory_mb=100, version="1", seed=0)


class Plain:
    """Sentences for a plan whose explanations do not matter."""

    def __init__(self, text: str = "Parce que.") -> None:
        self._text = text

    def because(self, mission: PlannedMission) -> str:
        """Say the text."""
        return self._text

    def why_hole(self, hole: Hole) -> str:
        """Say the text."""
        return self._text


def planned(folder: Path) -> tuple[Problem, Plan]:
    """Read a folder and plan it."""
    problem = read_folder(folder).problem
    return problem, solve(problem, budget_seconds=20)


def answered(folder: Path, files: Files, out: Path) -> Summary:
    """Put the files, plan them, write the answer."""
    problem, plan = planned(put(folder, files))
    return write_folder(out, problem, plan, sentences=Explainer(problem, plan), run=RUN)
