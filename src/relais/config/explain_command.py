"""`relais explain FOLDER`: answers about a plan that was made: why this doctor, why not that one.

Reads the folder and the answer of `relais plan` beside it; computes no plan and writes nothing.
Runs on the engine alone, without Django. Exit status: 0 an answer was given, 2 the input is wrong.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from relais.config.plan_command import WRITTEN, WRONG_INPUT, _folder, _in_french, _tell_mistakes
from relais.config.plan_command import _say as say
from relais.config.plan_command import _warn as warn

if TYPE_CHECKING:
    from relais.engine.rota.plan import Plan
    from relais.engine.rota.problem import Problem

_HELP = """\
Dit pourquoi un planning est ce qu’il est, avec ce que coûterait un autre choix.
  un médecin et une semaine   pourquoi pas lui, ou pourquoi là
  un centre et une semaine    pourquoi ce médecin ; si la place est vide, qui pourrait
  les trois                   ce qui empêche ce médecin d’aller là"""


class _Wrong(Exception):
    """The input is wrong; the text is a French sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            warn("Donnez un dossier et un lundi : relais explain DOSSIER --monday 2027-03-01 …")
        else:
            warn(_in_french(message))
        warn("Aide : relais explain --help")
        raise SystemExit(WRONG_INPUT)


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.weekday() != 0:
        raise argparse.ArgumentTypeError(
            f"« {text} » n’est pas un lundi. Écrivez année-mois-jour, par exemple 2027-03-01."
        )
    return day


def parser() -> argparse.ArgumentParser:
    """Build the reader of the command line."""
    built = _Parser(
        prog="relais explain",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
        usage="relais explain DOSSIER --monday LUNDI [--doctor MÉDECIN] [--centre CENTRE] "
        "[--out SORTIE]",
    )
    words = built.add_argument_group("ce que l’on donne")
    words.add_argument("folder", metavar="DOSSIER", type=_folder, help="le dossier planifié")
    words.add_argument(
        "--monday", metavar="LUNDI", type=_monday, required=True, help="le lundi de la semaine"
    )
    words.add_argument("--doctor", metavar="MÉDECIN", help="un médecin de doctors.csv")
    words.add_argument("--centre", metavar="CENTRE", help="un centre de centres.csv")
    words.add_argument(
        "--out", metavar="SORTIE", type=_folder, help="où est le plan (DOSSIER/out sinon)"
    )
    words.add_argument("-h", "--help", action="help", help="montrer cette aide")
    return built


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        given = parser().parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG_INPUT
    from relais.engine.plan_folder.errors import FolderErrors  # noqa: PLC0415

    try:
        answer = list(_answer(given))
    except FolderErrors as errors:
        _tell_mistakes(errors)
        return WRONG_INPUT
    except _Wrong as error:
        warn(error)
        return WRONG_INPUT
    for sentence in answer:
        say(sentence)
    return WRITTEN


def _answer(given: argparse.Namespace) -> Iterator[str]:
    from relais.engine.plan_folder.read import read_folder  # noqa: PLC0415
    from relais.engine.rota.exchanges import floors  # noqa: PLC0415
    from relais.engine.rota.explain import Explainer  # noqa: PLC0415
    from relais.engine.rota.plan import Hole  # noqa: PLC0415
    from relais.engine.rota.solve import is_national  # noqa: PLC0415
    from relais.engine.weeks import weeks_between  # noqa: PLC0415

    if given.doctor is None and given.centre is None:
        raise _Wrong("Donnez un médecin avec --doctor, un centre avec --centre, ou les deux.")
    problem = read_folder(given.folder).problem
    plan = read_plan(given.folder / "out" if given.out is None else given.out, problem)
    week = weeks_between(problem.first_monday, given.monday)
    if not 0 <= week < problem.weeks:
        raise _Wrong(f"La semaine du {given.monday} n’est pas dans ce planning.")
    doctor = _number(given.doctor, [one.id for one in problem.doctors], "doctors.csv")
    centre = _number(given.centre, [one.id for one in problem.centres], "centres.csv")
    proven = None if doctor is None or is_national(problem) else floors(problem, plan)
    tell = Explainer(problem, plan, floors=proven)
    here = [one for one in plan.missions if one.week == week]
    if doctor is not None:
        if centre is None:
            yield from tell.why_not_week(doctor, week)
            return
        there = [one for one in here if (one.doctor, one.centre) == (doctor, centre)]
        yield from tell.why(there[0]) if there else tell.why_not_here(doctor, centre, week)
        return
    assert centre is not None
    if not problem.open_weeks[centre, week]:
        yield f"{problem.centres[centre].name} est fermé cette semaine-là."
    for mission in here:
        if mission.centre == centre:
            yield f"{problem.doctors[mission.doctor].id} :"
            yield from tell.why(mission)
    missing = int(problem.capacity[centre, week]) - sum(one.centre == centre for one in here)
    if missing > 0:
        yield f"Il manque {missing} médecin{'s' if missing > 1 else ''}."
        yield tell.why_hole(Hole(week=week, centre=centre, missing=missing))
        yield from tell.who_could(centre, week)


def _number(name: str | None, known: list[str], file: str) -> int | None:
    if name is None:
        return None
    if name not in known:
        raise _Wrong(f"« {name} » n’est pas dans {file}.")
    return known.index(name)


def read_plan(out: Path, problem: Problem) -> Plan:
    """Read the answer of `relais plan` again. Raises _Wrong where it is not one of this folder."""
    from relais.engine.rota.plan import PlannedMission, Standby  # noqa: PLC0415
    from relais.engine.rota.problem import Status  # noqa: PLC0415
    from relais.engine.rota.state import unproven  # noqa: PLC0415
    from relais.engine.rota.verify import verify  # noqa: PLC0415
    from relais.engine.weeks import weeks_between  # noqa: PLC0415

    doctors = {one.id: index for index, one in enumerate(problem.doctors)}
    centres = {one.id: index for index, one in enumerate(problem.centres)}
    try:
        missions = tuple(
            sorted(
                PlannedMission(
                    week=weeks_between(problem.first_monday, date.fromisoformat(row["monday"])),
                    centre=centres[row["centre"]],
                    doctor=doctors[row["doctor"]],
                    status=Status(row["status"]),
                    travel_minutes=int(row["travel_min"]),
                )
                for row in _rows(out / "plan.csv")
            )
        )
        standbys = tuple(
            sorted(
                Standby(
                    week=weeks_between(problem.first_monday, date.fromisoformat(row["monday"])),
                    doctor=doctors[row["doctor"]],
                )
                for row in _rows(out / "standby.csv")
            )
        )
        weeks = {one.week for one in missions} | {one.week for one in standbys}
        if weeks and not 0 <= min(weeks) <= max(weeks) < problem.weeks:
            raise KeyError
        plan = unproven(problem, missions, standbys)
    except OSError as error:
        raise _Wrong(f"{out} : pas de plan à lire ici. Lancez d’abord relais plan.") from error
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise _Wrong(
            f"{out} : ce plan n’est pas celui de ce dossier. Lancez de nouveau relais plan."
        ) from error
    if broken := [one for one in verify(problem, plan) if one.rule.startswith("H")]:
        raise _Wrong(
            f"{out} : ce plan ne va plus avec ce dossier ({broken[0].sentence}) "
            "Lancez de nouveau relais plan."
        )
    return plan


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


if __name__ == "__main__":
    sys.exit(main())
