"""A throw-away PostgreSQL: `python tests/pg.py COMMAND…` runs COMMAND beside one and removes it.

The command finds the server's address in RELAIS_DATABASE_URL (a wrapper, not a fixture, because
Django reads its settings before any fixture runs). The server listens on a Unix socket only, in a
folder of its own, writes nothing safely (fsync off) and ends with this process, however that ends.
As root, which PostgreSQL refuses, it runs under another account.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

OWNER = "relais"
ACCOUNTS = ("postgres", "nobody")  # who runs the server when we are root
START_SECONDS = 60.0
STOP_SECONDS = 20.0
UNSAFE_AND_FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}
PR_SET_PDEATHSIG = 1


class NoServerError(Exception):
    """PostgreSQL is not there or does not start."""


def binaries() -> Path:
    """Give the folder of the newest PostgreSQL's programs (Debian keeps them off PATH)."""
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.is_dir()]
    debian.sort(key=lambda path: float(path.parent.name), reverse=True)
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in [*debian, *on_path]:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise NoServerError("PostgreSQL is not installed (Debian: apt-get install postgresql).")


def account() -> pwd.struct_passwd | None:
    """Give the account to run the server under, None to stay who we are."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServerError(f"PostgreSQL refuses root, and none of {ACCOUNTS} exists here.")


def server_ends_with_parent() -> None:
    """Between fork and exec, after the change of account: a fast shutdown when our parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def command_ends_with_parent() -> None:
    """Between fork and exec: stop when our parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server for the length of a `with` block and give its address."""
    programs = binaries()
    who = account()
    # Not pytest's tmp_path: a socket's path has 107 bytes at most, and the account must get in.
    folder = Path(tempfile.mkdtemp(prefix="relais-pg-"))
    calm = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    calm.update(LC_ALL="C.UTF-8", TZ="UTC")
    process: subprocess.Popen[bytes] | None = None
    try:
        if who is not None:
            os.chown(folder, who.pw_uid, who.pw_gid)
        user = who.pw_uid if who is not None else None
        group = who.pw_gid if who is not None else None
        groups: list[int] | None = [] if who is not None else None
        data = folder / "data"
        initdb = [programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        initdb += ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        made = subprocess.run(
            initdb,
            cwd=folder,
            env=calm,
            user=user,
            group=group,
            extra_groups=groups,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise NoServerError(f"initdb failed: {made.stderr.strip()}")
        options = [f"--{name}={value}" for name, value in UNSAFE_AND_FAST.items()]
        log = folder / "log"
        with log.open("wb") as printed:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                cwd=folder,
                env=calm,
                user=user,
                group=group,
                extra_groups=groups,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the command; we stop the server after it
                preexec_fn=server_ends_with_parent,
            )
        wait(programs, folder, process, log)
        yield f"postgresql://{OWNER}@/postgres?host={folder}"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait(programs: Path, folder: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    limit = time.monotonic() + START_SECONDS
    question = [programs / "pg_isready", "-q", "-h", folder, "-U", OWNER, "-d", "postgres"]
    while process.poll() is None and time.monotonic() < limit:
        if subprocess.run(question, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise NoServerError(f"PostgreSQL does not start: {log.read_text(errors='replace')[-2000:]}")


def stop_on_signal(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def main(command: list[str]) -> int:
    """Run a command beside a server and give its exit status."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop_on_signal)
    try:
        with server() as address:
            child = subprocess.Popen(
                command,
                env={**os.environ, "RELAIS_DATABASE_URL": address},
                preexec_fn=command_ends_with_parent,
            )
            try:
                return child.wait()
            except BaseException:
                child.send_signal(signal.SIGINT)
                try:
                    child.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                raise
    except NoServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
