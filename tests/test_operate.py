"""What docs/operate.md promises: every variable told, backups that restore, also under load."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import pg

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def environment(var: Path, url: str = "") -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RELAIS_")}
    kept.pop("PYTEST_VERSION", None)
    kept.update(PYTHONPATH=str(ROOT / "src"), RELAIS_VAR=str(var), RELAIS_DEBUG="1")
    if url:
        kept["RELAIS_DATABASE_URL"] = url
    return kept


def manage(*words: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "relais.config.cli", "manage", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def block(start: str) -> str:
    """Give the one line of the guide's commands that starts so."""
    lines = [line for line in GUIDE.splitlines() if line.startswith(start)]
    assert len(lines) == 1, lines
    return lines[0]


def test_every_variable_is_told() -> None:
    inner = {"RELAIS_SERVER", "RELAIS_SERVER_HOST", "RELAIS_SERVER_PORT", "RELAIS_ANNOUNCE"}
    inner |= {"RELAIS_DEMO_READY", "RELAIS_LAUNCHER", "RELAIS_DATABASE_URL_FILE"}
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r'"(RELAIS_[A-Z_]+)', path.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"^\| (`RELAIS_.*?) \|", GUIDE, flags=re.MULTILINE))
    assert {name for row in told for name in re.findall(r"RELAIS_[A-Z_]+", row)} == read - inner


WRITER = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
base.execute("PRAGMA journal_mode=WAL")
base.execute("PRAGMA synchronous=NORMAL")
for number in range(1, 10**9):
    base.execute("BEGIN IMMEDIATE")
    base.execute("INSERT INTO written (number, twin) VALUES (?, ?)", (number, number))
    base.execute("UPDATE last SET number = ?", (number,))
    base.execute("COMMIT")
    print(number, flush=True)
"""


def test_sqlite_backup_under_load_restores_whole(tmp_path: Path) -> None:
    live, restored = tmp_path / "live", tmp_path / "restored"
    env = environment(live)
    manage("migrate", "--verbosity", "0", env=env)
    source, copy = live / "relais.sqlite3", tmp_path / "copy.sqlite3"
    with sqlite3.connect(source) as base:
        base.execute("CREATE TABLE written (number INTEGER PRIMARY KEY, twin INTEGER NOT NULL)")
        base.execute("CREATE TABLE last (number INTEGER NOT NULL)")
        base.execute("INSERT INTO last VALUES (0)")
    base.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, source], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    try:
        before = [int(writer.stdout.readline()) for _ in range(200)][-1]
        told = block("python3 -c ").split('"')[1]
        code = told.replace("/var/backups/relais/$(date +%F).sqlite3", str(copy))
        subprocess.run([sys.executable, "-c", code], cwd=live, check=True)
        after = int(writer.stdout.readline())
        time.sleep(0.05)
        assert writer.poll() is None, "the writer went on during the backup"
    finally:
        writer.kill()
        writer.communicate()
    assert after > before
    restored.mkdir()
    copy.rename(restored / "relais.sqlite3")
    with sqlite3.connect(restored / "relais.sqlite3") as base:
        base.execute("PRAGMA ignore_check_constraints=ON")  # they call functions of Django
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        count, highest = base.execute("SELECT count(*), max(number) FROM written").fetchone()
        (last,) = base.execute("SELECT number FROM last").fetchone()
    base.close()
    assert (count, highest) == (last, last)
    assert last >= before
    manage("migrate", "--check", env=environment(restored))
    manage("audit", "verify", env=environment(restored))


def test_postgresql_roles_backup_and_restore(tmp_path: Path) -> None:
    try:
        programs = pg.binaries()
    except pg.NoServerError:
        if os.environ.get("CI"):
            raise
        pytest.skip("PostgreSQL is not installed")
    commands = GUIDE.split("```sql\n")[1].split("```")[0].replace("\\connect relais\n", "")
    with pg.server() as address:
        folder = address.split("host=")[1]

        def url(role: str, name: str) -> str:
            return f"postgresql://{role}@/{name}?host={folder}"

        def sql(name: str, *statements: str) -> str:
            psql: list[object] = [programs / "psql", "-qAt", "-v", "ON_ERROR_STOP=1"]
            for statement in statements:
                psql += ["-c", statement]
            done = subprocess.run(
                [str(word) for word in [*psql, "-d", url("relais", name)]],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        # The server's own superuser is called relais: the service takes another name here.
        lines = commands.replace("ROLE relais ", "ROLE relais_service ")
        lines = lines.replace("TO relais;", "TO relais_service;")
        statements = [line for line in lines.splitlines() if line]
        sql("postgres", *[line for line in statements if line.startswith("CREATE")])
        sql("relais", *[line for line in statements if line.startswith("ALTER")])
        manage(
            "migrate", "--verbosity", "0", env=environment(tmp_path, url("relais_owner", "relais"))
        )
        service = environment(tmp_path, url("relais_service", "relais"))
        code = (
            "import django; django.setup()\n"
            "from django.contrib.sessions.models import Session\n"
            "from django.utils import timezone\n"
            "Session.objects.create(session_key='k', session_data='', expire_date=timezone.now())\n"
            "from django.db import connection, ProgrammingError\n"
            "try:\n"
            "    connection.cursor().execute('ALTER TABLE core_auditentry DISABLE TRIGGER ALL')\n"
            "except ProgrammingError as error:\n"
            "    print('refused')\n"
        )
        service["DJANGO_SETTINGS_MODULE"] = "relais.config.settings"
        done = subprocess.run(
            [sys.executable, "-c", code], env=service, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.returncode) == ("refused\n", 0), done.stderr
        manage("audit", "verify", env=service)

        dump = tmp_path / "relais.dump"
        told = block("pg_dump ").replace("/var/backups/relais/$(date +%F).dump", str(dump))
        told = told.replace(
            "postgresql://relais_owner@db.exemple.fr/relais", url("relais", "relais")
        )
        program, *words = told.split()
        subprocess.run([programs / program, *words], check=True)
        sql("postgres", "CREATE DATABASE relais_restored OWNER relais_owner")
        told = block("pg_restore ").replace("/var/backups/relais/2027-01-04.dump", str(dump))
        told = told.replace(
            "--dbname=relais_restored", f"--dbname={url('relais', 'relais_restored')}"
        )
        program, *words = told.split()
        subprocess.run([programs / program, *words], check=True)
        assert sql("relais_restored", "SELECT session_key FROM django_session") == "k"
        restored = environment(tmp_path, url("relais_service", "relais_restored"))
        manage("migrate", "--check", env=restored)
        manage("audit", "verify", env=restored)
