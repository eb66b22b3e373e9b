"""`relais simulate FOLDER`: plans a folder, then plays its year many times under several policies.

Runs on the engine alone, without Django. Exit status: 0 results were written, 2 the input is wrong
and nothing was written, 3 no plan could be made, or the results not written.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from relais import __version__
from relais.config.plan_command import (
    NO_PLAN,
    WRITTEN,
    WRONG_INPUT,
    Screen,
    Stop,
    _budget,
    _folder,
    _in_french,
    _listening,
    _search,
    _seed,
    _tell_mistakes,
    _warn,
)
from relais.config.plan_command import _say as say

if TYPE_CHECKING:
    from relais.engine.rota.plan import Plan
    from relais.engine.rota.problem import Problem
    from relais.engine.simulate.policies import Policy

MOST_YEARS = 100_000
_YEARS = 200
_RELIABILITY_YEARS = 40  # of announced risks; each costs as much as several years played
_LINES = 20  # of progress
POLICIES = ("premier", "plan", "vagues", "reserves", "volant")

_HELP = """\
Planifie un dossier de fichiers CSV, puis joue son année un grand nombre de fois :
annulations, maladies, invitations, réserves. Compare plusieurs façons de faire."""
_POLICIES_HELP = """\
les façons de faire, séparées par des virgules (toutes sinon) :
premier (premier arrivé, puis appels), plan (meilleur plan, puis
appels), vagues (invitations classées), reserves, volant (un salarié)"""


class _Parser(argparse.ArgumentParser):
    """Tells a mistake of the command line in one French sentence."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            _warn("Donnez le dossier à jouer, par exemple : relais simulate examples/plan-2027")
        else:
            _warn(_in_french(message))
        _warn("Aide : relais simulate --help")
        raise SystemExit(WRONG_INPUT)


def _years(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) or not 1 <= int(text) <= MOST_YEARS:
        raise argparse.ArgumentTypeError(
            f"« {text} » ne convient pas. Écrivez un nombre d’années de 1 à {MOST_YEARS}."
        )
    return int(text)


def _standbys(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            f"« {text} » ne convient pas. Écrivez un nombre de réserves de 0 à 99."
        )
    return int(text)


def _policies(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for word in words:
        if word not in POLICIES:
            raise argparse.ArgumentTypeError(
                f"« {word} » n’est pas une façon de faire. Choisissez parmi : "
                f"{', '.join(POLICIES)}."
            )
    return words


def parser() -> argparse.ArgumentParser:
    """Build the reader of the command line."""
    built = _Parser(
        prog="relais simulate",
        description=_HELP,
        formatter_class=argparse.RawTextHelpFormatter,
        add_help=False,
        allow_abbrev=False,
        usage="relais simulate DOSSIER [--years N] [--seed N] [--policies NOMS] [--standbys N] "
        "[--out SORTIE] [--budget SECONDES]",
    )
    words = built.add_argument_group("ce que l’on donne")
    words.add_argument("folder", metavar="DOSSIER", type=_folder, help="le dossier à jouer")
    words.add_argument(
        "--years",
        metavar="N",
        type=_years,
        default=_YEARS,
        help=f"combien d’années jouer ({_YEARS} sinon)",
    )
    words.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=0,
        help="même dossier et même nombre donnent les mêmes années (0 sinon)",
    )
    words.add_argument(
        "--policies", metavar="NOMS", type=_policies, default=POLICIES, help=_POLICIES_HELP
    )
    words.add_argument(
        "--standbys",
        metavar="N",
        type=_standbys,
        help="réserves voulues chaque semaine pour chaque centre (celles du dossier sinon)",
    )
    words.add_argument(
        "--out", metavar="SORTIE", type=_folder, help="où écrire (DOSSIER/simulation sinon)"
    )
    words.add_argument(
        "--budget",
        metavar="SECONDES",
        type=_budget,
        default=60.0,
        help="durée de recherche du plan au plus (60 sinon)",
    )
    words.add_argument("-h", "--help", action="help", help="montrer cette aide")
    return built


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    started = time.monotonic()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        given = parser().parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG_INPUT
    try:
        return _simulate(given, started=started)
    except KeyboardInterrupt:
        _warn("\nArrêté : rien n’a été écrit.")
        return NO_PLAN
    except MemoryError:
        _warn("La mémoire de la machine ne suffit pas : rien n’a été écrit.")
        return NO_PLAN


def _simulate(given: argparse.Namespace, *, started: float) -> int:
    # Imported here so that --help and a mistake of the command line answer at once.
    from relais.engine.plan_folder.errors import FolderErrors, summarised  # noqa: PLC0415
    from relais.engine.plan_folder.place import check_writable  # noqa: PLC0415
    from relais.engine.plan_folder.read import read_folder  # noqa: PLC0415

    out: Path = given.out if given.out is not None else given.folder / "simulation"
    try:
        read = read_folder(given.folder)
    except FolderErrors as errors:
        _tell_mistakes(errors)
        return WRONG_INPUT
    if (out / "plan.csv").exists() or (out / "plan.toml").exists():
        _warn(f"{out} contient déjà un plan : la simulation n’y écrit rien.")
        _warn("Choisissez un autre dossier avec --out.")
        return WRONG_INPUT
    if not read.problem.capacity.any():
        _warn("Aucune semaine n’est à pourvoir dans ce dossier : il n’y a rien à jouer.")
        return WRONG_INPUT
    try:
        check_writable(out)
    except OSError as error:
        _warn(f"{out} : on ne peut pas y écrire ({error.strerror}).")
        _warn("Choisissez un autre dossier avec --out.")
        return WRONG_INPUT
    for line in summarised(read.warnings):
        _warn(f"Attention : {line}")
    stop, problem = Stop(), read.problem
    if given.standbys is not None:
        problem = replace(problem, standby_depth=given.standbys)
    with _listening(stop):
        plan = _search(problem, given, stop, None, started=started)
        if plan is None:
            return NO_PLAN
        return _play_and_write(problem, plan, out, given, stop)


def _play_and_write(
    problem: Problem, plan: Plan, out: Path, given: argparse.Namespace, stop: Stop
) -> int:
    from relais.engine.rota.solve import Progress  # noqa: PLC0415
    from relais.engine.simulate.picture import in_words  # noqa: PLC0415
    from relais.engine.simulate.policies import Policy  # noqa: PLC0415
    from relais.engine.simulate.report import Played, write_results  # noqa: PLC0415
    from relais.engine.simulate.runs import compare, reliability  # noqa: PLC0415

    begun = time.monotonic()
    screen = Screen(sys.stderr)

    def go_on(done: int) -> bool:
        if done % max(1, given.years // _LINES) == 0:
            phase = f"Année {done} sur {given.years}"
            screen.show(Progress(phase, None, None, None, time.monotonic() - begun))
        return not stop.asked

    policies = tuple(Policy(word) for word in given.policies)
    try:
        results = compare(
            problem, plan, years=given.years, seed=given.seed, policies=policies, go_on=go_on
        )
        judged = _judged(policies)
        years = min(results[0].years, _RELIABILITY_YEARS)
        held = None
        if judged is not None and not stop.asked:
            held = reliability(problem, plan, years=years, seed=given.seed, policy=judged)
    finally:
        screen.end()
    played = Played(problem, plan, results, held, given.seed, __version__)
    try:
        write_results(out, played)
    except OSError as error:
        _warn(f"{out} : les résultats n’ont pas pu être écrits ({error.strerror}).")
        return NO_PLAN
    for sentence in in_words(results):
        say(sentence)
    if results[0].years < given.years:
        say(f"Arrêté à votre demande : {results[0].years} années sur {given.years} ont été jouées.")
    say(f"Résultats écrits dans {out} ; ouvrez {out / 'simulate.html'}.")
    return WRITTEN


def _judged(policies: Sequence[Policy]) -> Policy | None:
    """Choose the policy whose announced risks are held against what happens."""
    from relais.engine.simulate.policies import Policy  # noqa: PLC0415

    return next((one for one in (Policy.RESERVES, Policy.WAVES) if one in policies), None)


if __name__ == "__main__":
    sys.exit(main())
