"""`relais plan FOLDER`: reads a plan folder, searches the best plan, writes it with its proof.

Runs on the engine alone, without Django. Exit status: 0 a plan was written (holes or not), 2 the
input is wrong and nothing was written, 3 no plan could be made or written.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TextIO

from relais import __version__

if TYPE_CHECKING:
    from relais.engine.plan_folder.errors import FolderErrors, Notice
    from relais.engine.plan_folder.summary import Summary
    from relais.engine.rota.national.executors import Crew
    from relais.engine.rota.plan import Plan
    from relais.engine.rota.problem import Problem
    from relais.engine.rota.solve import Progress

WRITTEN, WRONG_INPUT, NO_PLAN = 0, 2, 3
MOST_MISTAKES_SHOWN = 100
LONGEST_BUDGET_SECONDS = 7 * 24 * 3600
GREATEST_SEED = 2**31 - 1
# Kept back from the budget for starting, judging and writing: some time, a share, never much.
_KEPT_SECONDS, _KEPT_SHARE, _KEPT_AT_MOST = 0.3, 0.05, 2.0
_SECONDS_BETWEEN_PLAIN_LINES = 5.0
_SECONDS_TO_LEAVE = 1.0  # from a second Ctrl-C to the certain end
_SHORTAGES_TOLD = 5
_CLEAR_LINE = "\r\x1b[K"

_NOTHING_WRITTEN = "\nArrêté : aucun plan n’a été écrit."

_HELP = """\
Lit un dossier de fichiers CSV, cherche le meilleur plan et l’écrit avec sa preuve.
Le dossier est décrit dans docs/formats/plan-folder.md ; examples/plan-2027 en est un exemple."""


def _say(line: object, stream: TextIO | None = None) -> None:
    """Print a line; somebody who has stopped listening is no trouble."""
    stream = sys.stdout if stream is None else stream
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _warn(line: object) -> None:
    _say(line, sys.stderr)


class _Parser(argparse.ArgumentParser):
    """Tells a mistake of the command line in one French sentence."""

    def error(self, message: str) -> NoReturn:
        _warn(_in_french(message))
        _warn("Aide : relais plan --help")
        raise SystemExit(WRONG_INPUT)


def _in_french(message: str) -> str:
    option = re.match(r"argument (\S+?): (.*)", message, re.DOTALL)
    if option and option[2].startswith("expected"):
        return f"{option[1]} attend une valeur."
    if option:
        return f"{option[1]} : {option[2]}"
    if message.startswith("the following arguments are required"):
        return "Donnez le dossier à planifier, par exemple : relais plan examples/plan-2027"
    if message.startswith("unrecognized arguments:"):
        return f"Option ou mot inconnu : {message.partition(':')[2].strip()}."
    return "Cette commande n’est pas comprise."


def _budget(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_BUDGET_SECONDS:
        raise argparse.ArgumentTypeError(
            f"« {text} » n’est pas une durée. Écrivez un nombre de secondes, par exemple 60."
        )
    return seconds


def _seed(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) or int(text) > GREATEST_SEED:
        raise argparse.ArgumentTypeError(
            f"« {text} » ne convient pas. Écrivez un nombre entier de 0 à {GREATEST_SEED}."
        )
    return int(text)


def _folder(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError("donnez le chemin d’un dossier.")
    return Path(text)


def _executor(text: str) -> str:
    from relais.engine.rota.national.executors import Unusable, check_form  # noqa: PLC0415

    try:
        check_form(text)
    except Unusable as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def parser() -> argparse.ArgumentParser:
    """Build the reader of the command line."""
    built = _Parser(
        prog="relais plan",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
        usage="relais plan DOSSIER [--out SORTIE] [--budget SECONDES] [--seed N] "
        "[--previous ANCIENNE_SORTIE] [--executor OÙ]",
    )
    words = built.add_argument_group("ce que l’on donne")
    words.add_argument("folder", metavar="DOSSIER", type=_folder, help="le dossier à planifier")
    words.add_argument(
        "--out", metavar="SORTIE", type=_folder, help="où écrire le plan (DOSSIER/out sinon)"
    )
    words.add_argument(
        "--budget",
        metavar="SECONDES",
        type=_budget,
        default=60.0,
        help="durée de recherche au plus (60 sinon)",
    )
    words.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=0,
        help="même dossier et même nombre donnent le même plan (0 sinon)",
    )
    words.add_argument(
        "--previous",
        metavar="ANCIENNE_SORTIE",
        type=_folder,
        help="un plan déjà fait, dont ce qui reste possible est repris de préférence",
    )
    words.add_argument(
        "--executor",
        metavar="OÙ",
        type=_executor,
        help="où calculer un grand réseau : here, processes:N ou dask://machine:port "
        "(un processus par cœur sinon) ; le plan n’en dépend pas",
    )
    words.add_argument("-h", "--help", action="help", help="montrer cette aide")
    return built


class Screen:
    """Shows where the search is: a living line on a terminal, else a plain line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._living = stream.isatty()
        self._last: tuple[str, float] = ("", -math.inf)

    def show(self, progress: Progress) -> None:
        """Show one step of the search."""
        line = _progress_line(progress)
        if self._living:
            self._stream.write(_CLEAR_LINE + line)
            self._stream.flush()
        else:
            phase, at = self._last
            elapsed = progress.elapsed_seconds
            if phase == progress.phase and elapsed - at < _SECONDS_BETWEEN_PLAIN_LINES:
                return
            self._last = (progress.phase, elapsed)
            _say(line, self._stream)

    def end(self) -> None:
        """Take the living line away."""
        if self._living:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()


def _progress_line(progress: Progress) -> str:
    parts = [progress.phase]
    if progress.best is not None:
        parts.append(f"meilleur {_whole(progress.best)}")
    if progress.bound is not None:
        parts.append(f"borne {_whole(progress.bound)}")
    if progress.gap is not None:
        parts.append(f"écart {100 * progress.gap:.2f}\u00a0%".replace(".", ","))
    parts.append(f"{progress.elapsed_seconds:.0f}\u00a0s")
    return " · ".join(parts)


def _whole(number: float) -> str:
    if not math.isfinite(number):
        return "inconnue"
    return f"{number:,.0f}".replace(",", "\u202f")


class Stop:
    """Whether a person asked to stop. Asked a second time, it stops at once."""

    def __init__(self) -> None:
        self.asked = False
        self.written = False  # too late to stop anything

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """Take note of Ctrl-C or of a request to end."""
        if self.asked and not self.written:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def _listening(stop: Stop) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask to stop, and the second end the process whatever it is at.

    Python tells its main thread of a signal between two of its own steps, and one step may be a
    minute of the solver: a second thread, told by the system itself, ends the process then. What is
    being written lies in a hidden folder, which the next run sweeps away.
    """
    signals = (signal.SIGINT, signal.SIGTERM)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def listen() -> None:
        asked = 0
        while True:
            heard = os.read(reader, 1)
            if heard in {b"", b"\0"}:
                os.close(reader)
                return
            asked += 1
            if stop.written:
                continue
            if asked == 1:
                _warn("\nArrêt demandé : ce qui est déjà trouvé va être écrit.")
                _warn("Ctrl-C encore une fois : tout arrêter sans rien écrire.")
            else:
                last = threading.Timer(_SECONDS_TO_LEAVE, _leave_at_once, (stop,))
                last.daemon = True
                last.start()

    before = [signal.signal(number, stop.ask) for number in signals]
    earlier = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=listen, name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(earlier)
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
        os.write(writer, b"\0")
        os.close(writer)


def _leave_at_once(stop: Stop) -> None:
    if stop.written:
        return
    _warn(_NOTHING_WRITTEN)
    os._exit(NO_PLAN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    started = time.monotonic()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without ’ shows another sign for it
            stream.reconfigure(errors="replace")
    try:
        given = parser().parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG_INPUT
    try:
        return _plan(given, started=started)
    except KeyboardInterrupt:
        _warn(_NOTHING_WRITTEN)
        return NO_PLAN
    except MemoryError:
        _warn("La mémoire de la machine ne suffit pas : aucun plan n’a été écrit.")
        return NO_PLAN


def _plan(given: argparse.Namespace, *, started: float) -> int:
    # Imported here so that --help and a mistake of the command line answer at once.
    from relais.engine.plan_folder.errors import FolderErrors, summarised  # noqa: PLC0415
    from relais.engine.plan_folder.place import check_writable  # noqa: PLC0415
    from relais.engine.plan_folder.read import read_folder, read_previous  # noqa: PLC0415

    out: Path = given.out if given.out is not None else given.folder / "out"
    warnings: tuple[Notice, ...] = ()
    try:
        read = read_folder(given.folder)
        problem, warnings = read.problem, read.warnings
        if given.previous is not None:
            again = read_previous(given.previous, problem)
            problem, warnings = again.problem, warnings + again.warnings
    except FolderErrors as errors:
        _tell_mistakes(errors)
        return WRONG_INPUT
    try:
        check_writable(out)
    except OSError as error:
        _warn(f"{out} : on ne peut pas y écrire le plan ({error.strerror}).")
        _warn("Choisissez un autre dossier avec --out.")
        return WRONG_INPUT
    for line in summarised(warnings):
        _warn(f"Attention : {line}")
    from relais.engine.rota.national.executors import Unusable, executor_of  # noqa: PLC0415

    crew = None
    if given.executor is not None:
        try:
            crew = executor_of(given.executor)
        except Unusable as error:
            _warn(error)
            _warn("Rien n’a été calculé ni écrit.")
            return WRONG_INPUT
    try:
        return _search_and_write(problem, out, given, crew, started=started)
    finally:
        if crew is not None:
            crew.close()


def _search_and_write(
    problem: Problem, out: Path, given: argparse.Namespace, crew: Crew | None, *, started: float
) -> int:
    from relais.engine.plan_folder.write import Run, write_folder  # noqa: PLC0415
    from relais.engine.rota.explain import Explainer  # noqa: PLC0415

    stop = Stop()
    with _listening(stop):
        plan = _search(problem, given, stop, crew, started=started)
        if plan is None:
            return NO_PLAN
        run = Run(
            seconds=time.monotonic() - started,
            peak_memory_mb=_peak_memory_mb(),
            version=__version__,
            seed=given.seed,
        )
        try:
            summary = write_folder(out, problem, plan, sentences=Explainer(problem, plan), run=run)
        except OSError as error:
            _warn(f"{out} : le plan n’a pas pu être écrit ({error.strerror}).")
            _warn("Ce qui s’y trouvait n’a pas changé.")
            return NO_PLAN
        stop.written = True
        _tell_where(problem, crew)
        _tell_result(plan, summary, out, seconds=run.seconds, stopped=stop.asked)
        _tell_shortages(problem, plan, out)
    return WRITTEN


def _tell_where(problem: Problem, crew: Crew | None) -> None:
    """Say what happened to the place to compute that a person named."""
    from relais.engine.rota.solve import is_national  # noqa: PLC0415

    if crew is None:
        return
    if not is_national(problem):
        _say("Ce réseau tient en un seul calcul, fait ici : --executor n’a pas servi.")
    for remark in crew.remarks:
        _say(remark)


def _search(
    problem: Problem,
    given: argparse.Namespace,
    stop: Stop,
    crew: Crew | None,
    *,
    started: float,
) -> Plan | None:
    from relais.engine.rota.linear import SolverFault  # noqa: PLC0415
    from relais.engine.rota.solve import Enough, PlannerFault, solve  # noqa: PLC0415

    screen = Screen(sys.stderr)

    def watch(progress: Progress) -> None:
        screen.show(progress)
        if stop.asked:
            raise Enough

    left = given.budget - (time.monotonic() - started)
    left -= min(_KEPT_SECONDS + _KEPT_SHARE * given.budget, _KEPT_AT_MOST)
    try:
        return solve(
            problem,
            budget_seconds=max(0.0, left),
            seed=given.seed,
            progress=watch,
            executor=crew,
        )
    except (PlannerFault, SolverFault) as fault:
        _warn("Aucun plan n’a pu être fait : c’est un défaut du programme, pas de vos fichiers.")
        _warn(f"Signalez-le avec ce message : {fault}")
        return None
    finally:
        screen.end()


def _tell_mistakes(errors: FolderErrors) -> None:
    for mistake in errors.mistakes[:MOST_MISTAKES_SHOWN]:
        _warn(mistake)
    more = len(errors.mistakes) - MOST_MISTAKES_SHOWN + errors.untold
    if more > 0:
        _warn(f"… et {more} autre{'s' if more > 1 else ''}.")
    found = len(errors.mistakes) + errors.untold
    count = "Une erreur" if found == 1 else f"{found} erreurs"
    _warn(f"{count} : rien n’a été écrit.")


def _tell_result(plan: Plan, summary: Summary, out: Path, *, seconds: float, stopped: bool) -> None:
    from relais.engine.plan_folder.summary import in_words  # noqa: PLC0415

    for sentence in in_words(summary):
        _say(sentence)
    if stopped:
        _say("La recherche a été arrêtée à votre demande : c’est le meilleur plan trouvé.")
    elif plan.stopped_by_budget:
        _say("La durée donnée est écoulée : c’est le meilleur plan trouvé.")
    duration = f"{seconds:.1f}".replace(".", ",")
    _say(f"Plan écrit en {duration}\u00a0s dans {out} ; ouvrez {out / 'plan.html'}.")


def _tell_shortages(problem: Problem, plan: Plan, out: Path) -> None:
    from relais.engine.rota.shortage import in_words, shortages  # noqa: PLC0415

    found = shortages(problem, plan)
    if not found:
        return
    _say("Ce qui suffirait :")
    for one in found[:_SHORTAGES_TOLD]:
        _say(f"- {in_words(problem, one)}")
    if len(found) > _SHORTAGES_TOLD:
        _say(f"La suite est dans {out / 'shortage.csv'}.")


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bytes_each = 1 if sys.platform == "darwin" else 1024
    return peak * bytes_each / 1e6


if __name__ == "__main__":
    sys.exit(main())
