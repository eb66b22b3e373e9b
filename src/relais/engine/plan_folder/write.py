"""A plan becomes files: plan.csv, holes.csv, standby.csv, plan.html, summary.json and, where places
stay empty, certificate.csv and shortage.csv.

The same plan gives the same bytes, except the duration and the memory told by summary.json. The
files come into the folder together (see `place`).
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from relais.engine.plan_folder.page import Sentences, page
from relais.engine.plan_folder.place import Writer, put_files
from relais.engine.plan_folder.summary import Summary, summarise
from relais.engine.rota import shortage
from relais.engine.rota.plan import Certificate, Plan
from relais.engine.rota.problem import Problem

_CERTIFICATE, _SHORTAGE = "certificate.csv", "shortage.csv"
_ACTS_IN_A_SPREADSHEET = ("=", "+", "-", "@")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Run:
    """What summary.json tells of the search itself."""

    seconds: float
    peak_memory_mb: float
    version: str
    seed: int


def write_folder(
    folder: Path, problem: Problem, plan: Plan, *, sentences: Sentences, run: Run
) -> Summary:
    """Write every file of a plan into `folder`, together. Raises OSError, having written none."""
    summary = summarise(plan)
    writers: dict[str, Writer] = {
        "plan.csv": _csv(
            ("doctor", "centre", "monday", "travel_min", "status", "because"),
            _mission_rows(problem, plan, sentences),
        ),
        "holes.csv": _csv(
            ("centre", "monday", "missing", "because"), _hole_rows(problem, plan, sentences)
        ),
        "standby.csv": _csv(("doctor", "monday"), _standby_rows(problem, plan)),
        "plan.html": _text(page(problem, plan, summary, sentences)),
    }
    if summary.holes > 0:
        rows = _certificate_rows(problem, plan.certificate)
        writers[_CERTIFICATE] = _csv(("centre", "monday", "doctor"), rows)
        writers[_SHORTAGE] = _csv(
            (
                "first_monday",
                "last_monday",
                "centres",
                "missing",
                "pioneer",
                "within_min",
                "advice",
            ),
            _shortage_rows(problem, plan),
        )
    figures = summary.figures(
        seconds=run.seconds,
        peak_memory_mb=run.peak_memory_mb,
        version=run.version,
        seed=run.seed,
    )
    told = json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    writers["summary.json"] = _text([told])
    put_files(folder, writers, remove={_CERTIFICATE, _SHORTAGE} - writers.keys())
    return summary


def guarded(text: str) -> str:
    """Write free text on one line that no spreadsheet takes for a formula."""
    text = _BREAKS.sub(" ", text).strip(" ")
    return f"'{text}" if text.startswith(_ACTS_IN_A_SPREADSHEET) else text


def _mission_rows(
    problem: Problem, plan: Plan, sentences: Sentences
) -> Iterator[tuple[object, ...]]:
    for mission in sorted(plan.missions):
        yield (
            problem.doctors[mission.doctor].id,
            problem.centres[mission.centre].id,
            problem.monday(mission.week).isoformat(),
            mission.travel_minutes,
            mission.status.value,
            guarded(sentences.because(mission)),
        )


def _hole_rows(problem: Problem, plan: Plan, sentences: Sentences) -> Iterator[tuple[object, ...]]:
    for hole in sorted(plan.holes):
        yield (
            problem.centres[hole.centre].id,
            problem.monday(hole.week).isoformat(),
            hole.missing,
            guarded(sentences.why_hole(hole)),
        )


def _standby_rows(problem: Problem, plan: Plan) -> Iterator[tuple[object, ...]]:
    for standby in sorted(plan.standbys):
        yield problem.doctors[standby.doctor].id, problem.monday(standby.week).isoformat()


def _certificate_rows(
    problem: Problem, certificate: Certificate | None
) -> Iterator[tuple[object, ...]]:
    if certificate is None:
        return
    for centre, week in certificate.centre_weeks:
        yield problem.centres[centre].id, problem.monday(week).isoformat(), ""
    for doctor in certificate.doctors:
        yield "", "", problem.doctors[doctor].id


def _shortage_rows(problem: Problem, plan: Plan) -> Iterator[tuple[object, ...]]:
    for one in shortage.shortages(problem, plan):
        yield (
            problem.monday(one.weeks[0]).isoformat(),
            problem.monday(one.weeks[-1]).isoformat(),
            guarded("|".join(problem.centres[centre].id for centre in one.centres)),
            one.missing,
            int(one.pioneers),
            "" if one.within_minutes is None else one.within_minutes,
            guarded(shortage.in_words(problem, one)),
        )


def _csv(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Writer:
    def write(file: IO[bytes]) -> None:
        with _as_text(file) as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    return write


def _text(pieces: Iterable[str]) -> Writer:
    def write(file: IO[bytes]) -> None:
        with _as_text(file) as text:
            text.writelines(pieces)

    return write


@contextlib.contextmanager
def _as_text(file: IO[bytes]) -> Iterator[IO[str]]:
    """Lend a binary file as a UTF-8 text file, and leave it open afterwards."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    yield text
    text.flush()
    text.detach()
