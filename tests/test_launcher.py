"""The launcher and the installed commands: plain answers, sound environments, clean ends."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import types
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from relais.config import cli
from tests import pg

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = ROOT / "relais"


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The launcher as a module of its own, so that a test may change its folders."""
    loader = importlib.machinery.SourceFileLoader("relais_launcher", str(LAUNCHER))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    return module


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        env=env or dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def until(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def alive(mark: str) -> list[str]:
    """Give the command lines of living processes that carry a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if mark in line and state != "Z" and int(folder.name) != os.getpid():
            found.append(line)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- words ---------------------------------------------------------------------------------


def test_alone_and_help_present_every_command(launcher: Any) -> None:
    alone, asked = run(str(LAUNCHER)), run(str(LAUNCHER), "--help")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout == asked.stdout
    shown = [line.split()[0] for line in alone.stdout.splitlines() if line.startswith("  ")]
    assert [word for word in shown if word != "./relais"] == list(launcher.COMMANDS)


def test_launcher_and_installed_package_offer_the_same_commands(launcher: Any) -> None:
    assert launcher.COMMANDS == cli.COMMANDS
    assert set(launcher.RUN) == set(launcher.HELP) == set(cli.RUN) | set(cli.WORKSHOP)


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("dmeo", " Vouliez-vous dire « demo » ?"),
        ("tests", " Vouliez-vous dire « test » ?"),
        ("zzzz", ""),
        ("", ""),
        ("--démo", ""),
        ("é\n\x1b[31m", ""),
    ],
)
def test_unknown_command_gets_one_sentence(
    word: str, suggestion: str, capsys: pytest.CaptureFixture[str], launcher: Any
) -> None:
    with pytest.raises(launcher.Stop) as stop:
        launcher.main([word])
    assert stop.value.status == 2
    sentence = str(stop.value)
    assert sentence.startswith(f"Commande inconnue : « {launcher.printable(word)} ».{suggestion}")
    assert sentence.isprintable()
    assert cli.main([word]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"Commande inconnue : « {cli.printable(word)} ».{suggestion}")


def test_unknown_command_ends_with_status_2_and_no_traceback() -> None:
    done = run(str(LAUNCHER), "dmeo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "Commande inconnue : « dmeo ». Vouliez-vous dire « demo » ? "
        "« ./relais --help » les présente toutes."
    ]


def test_help_of_a_command_installs_nothing(
    tmp_path: Path, launcher: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy2(LAUNCHER, tmp_path / "relais")
    done = run(str(tmp_path / "relais"), "demo", "--help")
    assert (done.returncode, done.stdout) == (0, launcher.HELP["demo"] + "\n")
    assert [path.name for path in tmp_path.iterdir()] == ["relais"]
    for command in launcher.COMMANDS:
        assert launcher.main(["help", command]) == 0
        assert capsys.readouterr().out.startswith(f"./relais {command}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["demo", "--prot"], "Option inconnue : « --prot ». Vouliez-vous dire « --port » ?"),
        (["demo", "--port"], "L’option --port demande une valeur."),
        (
            ["demo", "--port", "huit"],
            "La valeur de --port doit être un nombre entier, pas « huit ».",
        ),
        (["serve", "--port=0"], "Le port doit être entre 1 et 65535, pas 0."),
        (["demo", "--fresh=1"], "L’option --fresh s’écrit sans valeur."),
        (
            ["serve", "--workers", "0"],
            "Le nombre de processus (--workers) doit être entre 1 et 64.",
        ),
        (
            ["test"],
            "« test » demande les sources de relais : lancez ./relais test dans leur dossier.",
        ),
    ],
)
def test_bad_option_gets_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_unknown_bench_and_unknown_check_are_named(launcher: Any, tmp_path: Path) -> None:
    launcher.ROOT = tmp_path
    script(tmp_path / "bench" / "rota" / "run.py", "")
    with pytest.raises(launcher.Stop, match=r"Mesure inconnue : « rotta »\. Connues : rota\."):
        launcher.run_bench("bench", ["rotta"], yes=False)


def test_production_without_settings_is_one_sentence(tmp_path: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith("RELAIS_")}
    env.pop("PYTEST_VERSION", None)
    env.update(PYTHONPATH=str(ROOT / "src"), RELAIS_VAR=str(tmp_path))
    done = run(sys.executable, "-m", "relais.config.cli", "serve", env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("Le mode production a besoin de ces variables : RELAIS_HOSTS")
    assert done.stderr.count("\n") == 1


# -- an interpreter that runs ---------------------------------------------------------------


def test_launcher_is_written_for_python_3_9() -> None:
    ast.parse(LAUNCHER.read_text(encoding="utf-8"), feature_version=(3, 9))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    old = [*sorted(pyenv.glob("3.9.*/bin/python")), *sorted(pyenv.glob("3.10.*/bin/python"))]
    for python in old:
        done = run(str(python), "-W", "error", "-I", str(LAUNCHER), "--help")
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.access("/usr/bin/python3", os.X_OK), reason="no Python of the system")
def test_shims_that_do_not_run_are_passed_over(tmp_path: Path) -> None:
    for name in ("python3", "python3.13", "python3.14", "python3.12", "uv"):
        script(tmp_path / "bin" / name, "#!/bin/sh\necho 'not installed' >&2\nexit 127\n")
    env = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    assert run(str(LAUNCHER), "--help", env=env).returncode == 0


@pytest.fixture
def outdated(launcher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The launcher started by an old Python on a machine where nothing of PATH works."""
    old = types.SimpleNamespace(version_info=(3, 9, 2), executable="", stderr=sys.stderr)
    monkeypatch.setattr(launcher, "sys", old)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    every = launcher.candidates
    monkeypatch.setattr(
        launcher,
        "candidates",
        lambda: (name for name in every() if not name.startswith("/usr")),
    )
    for name in ("python3", "python3.13", "uv"):
        script(tmp_path / "bin" / name, "#!/bin/sh\nexit 127\n")
    return launcher


def test_pyenv_is_searched_when_shims_are_broken(outdated: Any, tmp_path: Path) -> None:
    folder = tmp_path / "pyenv" / "versions"
    script(folder / "3.13.9" / "bin" / "python", "#!/bin/sh\nexit 1\n")
    real = folder / "3.13.0" / "bin" / "python"
    script(real, f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    path, makes_venv = outdated.find_interpreter()
    assert os.path.realpath(path) == os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]
    assert makes_venv is True
    assert outdated.find_uv() is None


def test_uv_is_asked_last(outdated: Any, tmp_path: Path) -> None:
    script(
        tmp_path / "bin" / "uv",
        f'#!/bin/sh\n[ "$1" = --version ] && exit 0\n[ "$2" = find ] && echo "{sys.executable}"\n',
    )
    path, _ = outdated.find_interpreter()
    assert os.path.realpath(path) == os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


def test_no_interpreter_is_one_sentence(outdated: Any) -> None:
    with pytest.raises(outdated.Stop, match=r"Python 3\.12 ou plus récent"):
        outdated.find_interpreter()


# -- environments ------------------------------------------------------------------------------


@pytest.fixture
def folder(launcher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two locks, where making and filling environments is only noted."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(f"{name}==1\n", encoding="utf-8")
    launcher.noted = []

    def make(venv: Path, uv: str | None, *, yes: bool) -> None:
        launcher.noted.append("make")
        shutil.rmtree(venv, ignore_errors=True)
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)

    def fill(venv: Path, lock: Path, uv: str | None, *, loud: bool = False) -> bool:
        launcher.noted.append(f"fill {lock.name}")
        (venv / launcher.UNFINISHED).touch()
        (venv / launcher.STAMP).unlink(missing_ok=True)
        time.sleep(0.05)
        return True

    monkeypatch.setattr(launcher, "make", make)
    monkeypatch.setattr(launcher, "fill", fill)
    monkeypatch.setattr(launcher, "find_uv", lambda: None)
    dev = tmp_path / "requirements-dev.lock"
    monkeypatch.setattr(launcher, "PARTS", {dev: [tmp_path / "requirements.lock"]})
    return tmp_path


def test_second_call_installs_nothing(launcher: Any, folder: Path) -> None:
    lock = folder / "requirements.lock"
    launcher.ensure(folder / ".venv", lock)
    assert launcher.noted == ["make", "fill requirements.lock"]
    launcher.ensure(folder / ".venv", lock)
    assert launcher.noted == ["make", "fill requirements.lock"]


def test_changed_lock_is_installed_again_in_place(launcher: Any, folder: Path) -> None:
    lock = folder / "requirements.lock"
    launcher.ensure(folder / ".venv", lock)
    lock.write_text("requirements.lock==2\n", encoding="utf-8")
    launcher.ensure(folder / ".venv", lock)
    assert launcher.noted == ["make", "fill requirements.lock", "fill requirements.lock"]


def test_workshop_set_includes_the_run_time_set(launcher: Any, folder: Path) -> None:
    launcher.ensure(folder / ".venv", folder / "requirements-dev.lock")
    launcher.ensure(folder / ".venv", folder / "requirements.lock")
    assert launcher.noted == ["make", "fill requirements-dev.lock"]


def test_interrupted_installation_is_made_anew(
    launcher: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = folder / "requirements.lock"
    whole = launcher.fill

    def cut(venv: Path, lock: Path, uv: str | None, *, loud: bool = False) -> bool:
        whole(venv, lock, uv)
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "fill", cut)
    with pytest.raises(KeyboardInterrupt):
        launcher.ensure(folder / ".venv", lock)
    assert launcher.is_ready(folder / ".venv", lock) is False
    monkeypatch.setattr(launcher, "fill", whole)
    launcher.ensure(folder / ".venv", lock)
    assert launcher.noted == ["make", "fill requirements.lock"] * 2
    assert launcher.is_ready(folder / ".venv", lock) is True


def test_broken_environment_is_made_anew(launcher: Any, folder: Path) -> None:
    lock = folder / "requirements.lock"
    python = launcher.ensure(folder / ".venv", lock)
    python.unlink()
    python.symlink_to("/nowhere/python")
    launcher.ensure(folder / ".venv", lock)
    assert launcher.noted == ["make", "fill requirements.lock"] * 2


def test_two_starts_at_once_install_once(launcher: Any, folder: Path) -> None:
    starts = [
        threading.Thread(
            target=launcher.ensure, args=(folder / ".venv", folder / "requirements.lock")
        )
        for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert launcher.noted == ["make", "fill requirements.lock"]


def test_missing_lock_is_one_sentence(launcher: Any, tmp_path: Path) -> None:
    with pytest.raises(launcher.Stop, match=r"requirements\.lock manque"):
        launcher.ensure(tmp_path / ".venv", tmp_path / "requirements.lock")


# -- what Debian provides ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "yes", "installed"),
    [("o", False, True), ("", False, True), ("n", False, False), (None, True, True)],
)
def test_debian_packages_are_offered_first(
    launcher: Any,
    monkeypatch: pytest.MonkeyPatch,
    answer: str | None,
    yes: bool,
    installed: bool,
) -> None:
    asked: list[str] = []
    called: list[Sequence[str]] = []

    def ask(question: str) -> str:
        asked.append(question)
        assert answer is not None
        return answer

    def call(command: Sequence[str], **_: object) -> tuple[int, str]:
        called.append(command)
        return 0, ""

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 0)
    monkeypatch.setattr(launcher.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(launcher.sys, "stdin", types.SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", ask)
    monkeypatch.setattr(launcher, "call", call)
    assert launcher.install_debian(["chromium"], "pour les essais", yes=yes) is installed
    assert len(asked) == (0 if yes else 1)
    assert [command[-1] for command in called] == (["chromium"] if installed else [])


def test_nobody_to_ask_and_no_rights_installs_nothing(
    launcher: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(launcher.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(launcher.sys, "stdin", None)
    assert launcher.install_debian(["chromium"], "pour les essais", yes=False) is False
    assert "sudo apt-get install chromium" in capsys.readouterr().err


# -- tests and locks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ([], ["-m", "not browser and not once"]),
        (["-k", "x", "tests/a.py"], ["-k", "x", "tests/a.py", "-m", "not browser and not once"]),
        (["-m", "slow or fast"], ["-m", "(slow or fast) and not browser and not once"]),
        (["-mslow"], ["-m", "(slow) and not browser and not once"]),
    ],
)
def test_second_database_runs_what_depends_on_it(
    launcher: Any, given: list[str], passed_on: list[str]
) -> None:
    assert launcher.keeping(launcher.SECOND_DATABASE, given) == passed_on


def test_outcomes_are_counted_from_the_report(launcher: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>'
    )
    assert launcher.Tests.read(report) == {"passed": 5, "failed": 2, "skipped": 2}
    assert launcher.Tests.read(tmp_path / "none") == {"passed": 0, "failed": 0, "skipped": 0}


def test_locks_are_hashed_name_no_host_and_follow_pyproject(launcher: Any) -> None:
    assert launcher.lock_is_fresh(Path(sys.executable)) == (0, "")
    for lock, least in (("requirements.lock", 20), ("requirements-dev.lock", 50)):
        assert len(launcher.entries((ROOT / lock).read_text(encoding="utf-8"))) >= least


def test_stale_lock_is_seen(launcher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changed = project.replace('"whitenoise~=6.12"', '"whitenoise~=6.11"')
    assert changed != project
    (tmp_path / "pyproject.toml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr(launcher, "ROOT", tmp_path)
    status, told = launcher.lock_is_fresh(Path(sys.executable))
    assert status == 1
    assert told.startswith("requirements.lock ne correspond plus à pyproject.toml ; ")


# -- nothing left behind -------------------------------------------------------------------------


@pytest.fixture
def mark() -> Iterator[str]:
    """A word for command lines; whatever still carries it at the end is killed."""
    word = f"relais-mark-{os.getpid()}-{time.monotonic_ns()}"
    yield word
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_children_end_with_the_launcher(number: signal.Signals, mark: str) -> None:
    code = (
        "import importlib.machinery as m, importlib.util as u, signal, sys\n"
        "sys.dont_write_bytecode = True\n"
        f"l = m.SourceFileLoader('launcher', {str(LAUNCHER)!r})\n"
        "module = u.module_from_spec(u.spec_from_loader('launcher', l)); l.exec_module(module)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGTERM, module.stop_on_signal)\n"
        "module.call([sys.executable, '-c', 'import time; time.sleep(60)', sys.argv[1]])\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, mark], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    assert until(lambda: len(alive(mark)) == 2)
    parent.send_signal(number)
    parent.wait(15)
    assert until(lambda: alive(mark) == [], 5), alive(mark)


@linux
def test_worker_ends_when_its_server_is_killed(mark: str) -> None:
    watcher = (
        "import os, time; from relais.config.cli import end_with; "
        "end_with(os.getppid()); time.sleep(60)"
    )
    code = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {watcher!r}, sys.argv[1]])"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, mark], env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    assert until(lambda: len(alive(mark)) == 2)
    time.sleep(0.5)
    parent.kill()
    parent.wait(5)
    assert until(lambda: alive(mark) == [], 8), alive(mark)


def test_interrupt_that_python_loses_still_ends_the_process() -> None:
    code = (
        "import os, signal, time\n"
        "from relais.config import cli\n"
        "cli.INTERRUPT_SECONDS = 0.2\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "cli.stop_for_certain()\n"
        "class Lossy:\n"
        "    def __del__(self):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        time.sleep(0.05)\n"
        "Lossy()\n"
        "time.sleep(30)\n"
    )
    begun = time.monotonic()
    done = run(sys.executable, "-c", code, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    assert done.returncode == 130
    assert "Exception ignored" in done.stderr
    assert time.monotonic() - begun < 20


@linux
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGKILL, -9)]
)
def test_server_answers_then_leaves_no_process(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    port = free_port()
    env = {key: value for key, value in os.environ.items() if key != "PYTEST_VERSION"}
    env.update(PYTHONPATH=str(ROOT / "src"), RELAIS_VAR=str(tmp_path), RELAIS_DEBUG="1")
    env["RELAIS_ANNOUNCE"] = "ouvert : {address}"
    words = ["-m", "relais.config.cli", "(server)", "127.0.0.1", str(port), "1", "calm"]
    with (tmp_path / "printed").open("w") as printed:
        server = subprocess.Popen(
            [sys.executable, *words], env=env, stdout=printed, stderr=subprocess.DEVNULL
        )
    try:
        told = f"ouvert : http://127.0.0.1:{port}/\n"
        assert until(lambda: (tmp_path / "printed").read_text() == told, 30)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/none") as answer:
                code = answer.status
        except urllib.error.HTTPError as error:
            code = error.code
        assert code in range(200, 600)
    finally:
        server.send_signal(number)
    assert server.wait(15) == status
    assert until(lambda: alive(f"(server) 127.0.0.1 {port}") == [], 8)


def test_taken_port_is_seen() -> None:
    port = free_port()
    assert cli.is_free("127.0.0.1", port) is True
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))
        other.listen(1)
        assert cli.is_free("127.0.0.1", port) is False


@linux
def test_throw_away_postgresql_gives_the_status_and_removes_itself(mark: str) -> None:
    try:
        pg.binaries()
    except pg.NoServerError:
        if os.environ.get("CI"):
            raise
        pytest.skip("PostgreSQL is not installed")
    code = "import os; print(os.environ['RELAIS_DATABASE_URL']); raise SystemExit(7)"
    done = run(sys.executable, str(ROOT / "tests" / "pg.py"), sys.executable, "-c", code, mark)
    assert done.returncode == 7
    folder = Path(done.stdout.strip().split("host=")[1])
    assert (folder.exists(), alive(str(folder))) == (False, [])


def test_wrapper_without_command_explains_itself() -> None:
    done = run(sys.executable, str(ROOT / "tests" / "pg.py"))
    assert (done.returncode, "throw-away PostgreSQL" in done.stderr) == (2, True)


def test_stamp_that_cannot_be_read_counts_as_none(launcher: Any, tmp_path: Path) -> None:
    for text in ("", "{", json.dumps(["a"])):
        (tmp_path / launcher.STAMP).write_text(text, encoding="utf-8")
        assert launcher.stamp_of(tmp_path) == {}
