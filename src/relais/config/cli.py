"""The commands of relais: `relais demo` when it is installed, `./relais demo` in the checkout.

Only the standard library is imported at the top: help and mistakes are answered at once, and the
server's main process stays small. The launcher at the root of the checkout prepares an environment
and then runs this module.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent

HOST = "127.0.0.1"
PORT = 8000
PORTS_TRIED = 50  # from the wanted port on, when it is taken and was not asked for by name
SERVE_WORKERS = 2
THREADS_PER_WORKER = 4
INTERRUPT_SECONDS = 3.0  # from Ctrl-C to the certain end
PARENT_POLL_SECONDS = 0.5
PARENT_GONE_SECONDS = 4.0  # from the polite stop to the certain one

COMMANDS: dict[str, str] = {
    "demo": "essayer avec un réseau fictif, sans rien régler",
    "serve": "ouvrir le site du réseau (en production)",
    "worker": "faire les tâches de fond : courriels, plans",
    "plan": "planifier un dossier de fichiers CSV",
    "explain": "dire pourquoi un planning est ce qu’il est",
    "simulate": "jouer l’année d’un dossier : annulations, réserves",
    "manage": "administrer : migrate, create_admin, audit…",
    "test": "lancer tous les essais",
    "check": "contrôler le code et les réglages",
    "bench": "mesurer les calculs (bench/NOM)",
    "screenshots": "refaire les captures d’écran de la documentation",
    "lock": "refaire les listes de paquets (requirements*.lock)",
}
WORKSHOP = ("test", "check", "bench", "screenshots", "lock")  # need the checkout

HELP: dict[str, str] = {
    "demo": """{name} demo [--port N] [--fresh]

Prépare un réseau fictif autour de la date du jour, puis ouvre le site sur cet ordinateur.
  --port N   le port (8000 sinon ; s’il est pris, le suivant)
  --fresh    efface la démonstration précédente et recommence

Arrêter : Ctrl-C.""",
    "serve": """{name} serve [--host ADRESSE] [--port N] [--workers N]

Ouvre le site du réseau. Les réglages viennent des variables RELAIS_* (voir docs/operate.md).
  --host ADRESSE  l’adresse d’écoute (127.0.0.1 sinon)
  --port N        le port (8000 sinon)
  --workers N     le nombre de processus (2 sinon)""",
    "worker": """{name} worker [OPTIONS]

Fait les tâches de fond (courriels, plans) jusqu’à Ctrl-C.""",
    "plan": """{name} plan DOSSIER [--out SORTIE] [--budget SECONDES] [--seed N]
            [--previous ANCIENNE_SORTIE] [--executor OÙ]

Lit un dossier de fichiers CSV, cherche le meilleur plan
et l’écrit, avec sa preuve, dans DOSSIER/out.""",
    "explain": """{name} explain DOSSIER --monday LUNDI [--doctor MÉDECIN] [--centre CENTRE]
               [--out SORTIE]

Dit pourquoi un planning déjà écrit est ce qu’il est, et ce que coûterait un autre choix :
un médecin et une semaine (pourquoi pas lui), un centre et une semaine (pourquoi
ce médecin, ou qui pourrait), ou les trois.
Exemple : {name} explain examples/plan-2027 --monday 2027-06-07 --doctor D0002""",
    "simulate": """{name} simulate DOSSIER [--years N] [--seed N] [--policies NOMS]
                 [--out SORTIE] [--budget SECONDES]

Planifie un dossier de fichiers CSV, puis joue son année un grand nombre de fois
et compare plusieurs façons de remplacer qui ne vient pas, dans DOSSIER/simulation.""",
}


class UsageError(Exception):
    """The command line cannot be understood; the text is one French sentence."""


# -- words typed by a person -------------------------------------------------------------
def printable(word: str) -> str:
    """Show what a person typed without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in word)


def nearest(word: str, known: Sequence[str]) -> str:
    """Suggest the known word that looks most like the one typed, or nothing."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Vouliez-vous dire « {found[0]} » ?" if found else ""


def read_options(words: Sequence[str], known: dict[str, type | None]) -> dict[str, Any]:
    """Read `--name value` and `--name=value`; None as a type marks an option without value."""
    found: dict[str, Any] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name not in known:
            raise UsageError(
                f"Option inconnue : « {printable(word)} ».{nearest(name, list(known))}"
            )
        kind = known[name]
        if kind is None:
            if equals:
                raise UsageError(f"L’option {name} s’écrit sans valeur.")
            found[name] = True
            continue
        if not equals:
            if not left:
                raise UsageError(f"L’option {name} demande une valeur.")
            value = left.pop(0)
        try:
            found[name] = kind(value)
        except ValueError:
            raise UsageError(
                f"La valeur de {name} doit être un nombre entier, pas « {printable(value)} »."
            ) from None
    port = found.get("--port", PORT)
    if not 1 <= port <= 65535:
        raise UsageError(f"Le port doit être entre 1 et 65535, pas {port}.")
    if not 1 <= found.get("--workers", 1) <= 64:
        raise UsageError("Le nombre de processus (--workers) doit être entre 1 et 64.")
    return found


def own_name() -> str:
    """Tell how the person calls us: ./relais from the checkout, relais when installed."""
    return os.environ.get("RELAIS_LAUNCHER", "relais")


def general_help() -> str:
    """Present every command, one line each."""
    name = own_name()
    lines = "\n".join(
        f"  {command:<12} {sentence}"
        for command, sentence in COMMANDS.items()
        if command not in WORKSHOP
    )
    return (
        "relais : chaque semaine, un médecin dans chaque centre.\n\n"
        f"Usage : {name} COMMANDE [OPTIONS]\n\n{lines}\n\n"
        f"Exemples :\n  {name} demo\n  {name} plan examples/plan-2027\n\n"
        f"L’aide d’une commande : {name} COMMANDE --help"
    )


# -- where data are kept -----------------------------------------------------------------
def is_checkout() -> bool:
    """Say whether this package runs from its source tree."""
    return (CHECKOUT / "pyproject.toml").exists()


def settle_folder() -> None:
    """Choose the data folder of an installed package: the settings know only the checkout's."""
    if is_checkout() or os.environ.get("RELAIS_VAR"):
        return
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    os.environ["RELAIS_VAR"] = str(Path(data) / "relais")


def settle_demo() -> None:
    """Switch this process to the demo, whose people never share a database with real ones."""
    settle_folder()
    if not os.environ.get("RELAIS_DEMO_READY"):
        folder = Path(os.environ.get("RELAIS_VAR") or CHECKOUT / "var") / "demo"
        os.environ.update(RELAIS_VAR=str(folder), RELAIS_DEMO="1", RELAIS_DEMO_READY="1")
        for name in ("RELAIS_DATABASE_URL", "RELAIS_DATABASE_URL_FILE", "RELAIS_DEBUG"):
            os.environ.pop(name, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relais.config.settings")


# -- running Django's commands -----------------------------------------------------------
def manage(words: Sequence[str]) -> int:
    """Run one management command in this process and give its exit status."""
    if os.environ.get("RELAIS_DEMO") == "1" and not os.environ.get("RELAIS_VAR"):
        settle_demo()
    settle_folder()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relais.config.settings")
    from django.core.management import ManagementUtility

    try:
        ManagementUtility([f"{own_name()} manage", *words]).execute()
    except SystemExit as stop:
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
            return 1
        return int(stop.code or 0)
    return 0


def has_command(name: str) -> bool:
    """Say whether a management command of that name exists."""
    from django.core.management import get_commands

    return name in get_commands()


def set_up() -> None:
    """Load the settings and the applications."""
    settle_folder()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relais.config.settings")
    import django

    django.setup()


# -- ending together ---------------------------------------------------------------------
def end_with(parent: int) -> None:
    """Watch another process and end this one when it is gone, politely first, then for certain.

    Killed without a word (SIGKILL), a parent cannot tell its children: they have to look.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PARENT_GONE_SECONDS)
        os._exit(143)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def stop_for_certain() -> None:
    """Make Ctrl-C end this process even when its exception is lost.

    Python drops an exception raised inside a weak reference's callback or a destructor, which
    happens now and then in a long computation full of model objects.
    """
    if signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        return  # ignored on purpose, as under nohup

    def stop(number: int, frame: FrameType | None) -> None:
        last = threading.Timer(INTERRUPT_SECONDS, os._exit, (130,))
        last.daemon = True
        last.start()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)


# -- web server --------------------------------------------------------------------------
def is_free(host: str, port: int) -> bool:
    """Say whether nobody listens on a TCP port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without this, a port just left by another server looks taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def announce(host: str, port: int, sentence: str) -> None:
    """Print the sentence once the site answers (any answer: a redirection is one)."""
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"

    def wait() -> None:
        for _ in range(600):
            try:
                with urllib.request.urlopen(address, timeout=30):
                    break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        print(sentence.format(address=address), flush=True)

    threading.Thread(target=wait, name="announce", daemon=True).start()


def load_site(target: str) -> Any:
    """Load the WSGI application in a server process, which then ends with the server's main one."""
    end_with(int(os.environ["RELAIS_SERVER"]))
    from relais.config.wsgi import application

    sentence = os.environ.get("RELAIS_ANNOUNCE")
    if sentence:
        announce(os.environ["RELAIS_SERVER_HOST"], int(os.environ["RELAIS_SERVER_PORT"]), sentence)
    return application


def listen(host: str, port: int, workers: int, *, calm: bool) -> int:
    """Run the web server until a signal; 130 after Ctrl-C, 0 after a polite stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    received: list[int] = []
    os.environ.update(
        RELAIS_SERVER=str(os.getpid()), RELAIS_SERVER_HOST=host, RELAIS_SERVER_PORT=str(port)
    )
    server = Server(
        target="relais.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS_PER_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        websockets=False,
        log_level=LogLevels.warning if calm else LogLevels.info,
    )

    def note_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            inner = signal.getsignal(number)

            def noted(signum: int, frame: FrameType | None, inner: Any = inner) -> None:
                received.append(signum)
                inner(signum, frame)

            signal.signal(number, noted)

    server.on_startup(note_signals)
    status = 0
    try:
        server.serve(target_loader=load_site)
    except SystemExit as stop:
        status = int(stop.code or 0) if not isinstance(stop.code, str) else 1
    return 130 if signal.SIGINT in received else status


def become_server(
    host: str, port: int, workers: int, *, calm: bool, sentence: str = ""
) -> NoReturn:
    """Replace this process by the web server: the same process id, so signals reach it.

    The sentence, when there is one, is printed once the site answers.
    """
    os.environ["RELAIS_ANNOUNCE"] = sentence
    words = [sys.executable, "-m", "relais.config.cli", "(server)", host, str(port), str(workers)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [*words, "calm" if calm else "full"], child_environment())


def child_environment() -> dict[str, str]:
    """Give children the folder this package was found in, wherever they start."""
    folder = str(PACKAGE.parent)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = os.pathsep.join([folder, *(part for part in known if part and part != folder)])
    return {**os.environ, "PYTHONPATH": path}


# -- commands ----------------------------------------------------------------------------
def demo(words: Sequence[str]) -> int:
    """Play the demo, then serve it with a worker beside, all ending together."""
    options = read_options(words, {"--port": int, "--fresh": None})
    settle_demo()
    stop_for_certain()
    status = manage(["demo", *(["--fresh"] if "--fresh" in options else [])])
    if status:
        return status
    from django.db import connections

    connections.close_all()
    wanted = options.get("--port", PORT)
    port = next(
        (p for p in range(wanted, min(wanted + PORTS_TRIED, 65536)) if is_free(HOST, p)), None
    )
    if port is None:
        raise UsageError(
            f"Les ports à partir de {wanted} sont tous pris : donnez-en un avec --port."
        )
    if port != wanted:
        print(f"Le port {wanted} est pris : la démonstration utilise le port {port}.", flush=True)
    subprocess.Popen(
        [sys.executable, "-m", "relais.config.cli", "(worker)", str(os.getpid())],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
    )
    become_server(
        HOST,
        port,
        1,
        calm=True,
        sentence=(
            "\nLa démonstration est ouverte : {address}\n"
            "Choisir une personne : {address}compte/demonstration/\nPour l’arrêter : Ctrl-C."
        ),
    )


def fictional() -> str:
    """Say why this is a demonstration, which `serve` never opens; nothing when it is not."""
    from django.conf import settings

    from relais.accounts.queries import has_fictional_people

    if settings.DEMO:
        return (
            "RELAIS_DEMO=1 : « serve » n’ouvre pas de démonstration. Retirez cette variable,"
            f" ou lancez « {own_name()} demo »."
        )
    if has_fictional_people():
        return (
            "Cette base de données est celle d’une démonstration : ses personnes sont inventées."
            " Donnez-en une autre avec RELAIS_VAR ou RELAIS_DATABASE_URL."
        )
    return ""


def serve(words: Sequence[str]) -> int:
    """Serve the site in production, after the settings and the database have been checked."""
    options = read_options(words, {"--host": str, "--port": int, "--workers": int})
    host, port = options.get("--host", HOST), options.get("--port", PORT)
    set_up()
    from django.core.management import call_command
    from django.db.utils import OperationalError

    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except OperationalError as error:
        print(f"La base de données ne répond pas : {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except SystemExit:
        print(
            f"La base de données n’est pas à jour : lancez « {own_name()} manage migrate ».",
            file=sys.stderr,
        )
        return 1
    if refusal := fictional():
        print(refusal, file=sys.stderr)
        return 1
    call_command("collectstatic", interactive=False, verbosity=0)
    if not is_free(host, port):
        print(
            f"Le port {port} de {host} est déjà pris : donnez-en un autre avec --port.",
            file=sys.stderr,
        )
        return 1
    workers = options.get("--workers", SERVE_WORKERS)
    become_server(host, port, workers, calm=False)


def worker(words: Sequence[str]) -> int:
    """Carry out background jobs until a signal."""
    set_up()
    if has_command("worker"):
        return manage(["worker", *words])
    return manage(["db_worker", "--queue-name", "*", *words])


def demo_worker(words: Sequence[str]) -> int:
    """Carry out the demo's jobs for as long as the demo's server lives."""
    end_with(int(words[0]))
    settle_demo()
    return worker(["--verbosity", "0"])


def plan(words: Sequence[str]) -> int:
    """Plan a folder of CSV files, without a database."""
    from relais.config.plan_command import main as plan_folder

    return plan_folder(words)


def explain(words: Sequence[str]) -> int:
    """Say why the plan of a folder of CSV files is what it is, without a database."""
    from relais.config.explain_command import main as explain_folder

    return explain_folder(words)


def simulate(words: Sequence[str]) -> int:
    """Play the year of a folder of CSV files many times, without a database."""
    from relais.config.simulate_command import main as simulate_folder

    return simulate_folder(words)


def server(words: Sequence[str]) -> int:
    """Listen, as the process that `become_server` made."""
    host, port, workers, tone = words
    return listen(host, int(port), int(workers), calm=tone == "calm")


RUN: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "serve": serve,
    "worker": worker,
    "plan": plan,
    "explain": explain,
    "simulate": simulate,
    "manage": manage,
}
INNER: dict[str, Callable[[Sequence[str]], int]] = {"(server)": server, "(worker)": demo_worker}


def dispatch(words: Sequence[str]) -> int:
    """Find the command and run it."""
    if not words or words[0] in {"--help", "-h", "help", "aide"}:
        topic = words[1] if len(words) > 1 else ""
        print(HELP[topic].format(name=own_name()) if topic in HELP else general_help())
        return 0
    command, rest = words[0], list(words[1:])
    if command == "--version":
        from relais import __version__

        print(f"relais {__version__}")
        return 0
    if command in INNER:
        return INNER[command](rest)
    if command in WORKSHOP:
        print(
            f"« {command} » demande les sources de relais : lancez ./relais {command} "
            "dans leur dossier.",
            file=sys.stderr,
        )
        return 2
    if command not in RUN:
        raise UsageError(
            f"Commande inconnue : « {printable(command)} ».{nearest(command, list(COMMANDS))} "
            f"« {own_name()} --help » les présente toutes."
        )
    if rest and rest[0] in {"--help", "-h"} and command in HELP:
        print(HELP[command].format(name=own_name()))
        return 0
    return RUN[command](rest)


def main(words: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status; a mistake is one sentence, never a traceback."""
    try:
        return dispatch(sys.argv[1:] if words is None else words)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except Exception as error:
        sentence = misconfiguration(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 2


def misconfiguration(error: BaseException) -> str | None:
    """Give the settings' own sentence when an error comes from them, else None."""
    from relais.config.environment import MisconfiguredError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MisconfiguredError):
            return re.sub(r"\s+", " ", str(cause)).strip()
        cause = cause.__cause__ or cause.__context__
    return None


if __name__ == "__main__":
    sys.exit(main())
