"""Production starts only when it was told what it needs; the other modes start with nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from relais.config.environment import (
    MisconfiguredError,
    database,
    env_flag,
    env_int,
    env_text,
    kept_secret,
)

SOURCE = Path(__file__).resolve().parents[2] / "src"
ASK = (
    "from relais.config import settings as s; print(s.PRODUCTION, s.DEMO, s.SESSION_COOKIE_SECURE)"
)
PRODUCTION = {
    "RELAIS_HOSTS": "relais.example.org",
    "RELAIS_SMTP_HOST": "smtp.example.org",
    "RELAIS_FROM_EMAIL": "relais@example.org",
}


def start(var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("RELAIS_", "PYTEST", "DJANGO"))
    }
    environment = {**kept, "PYTHONPATH": str(SOURCE), "RELAIS_VAR": str(var), **variables}
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_production_names_what_is_missing(tmp_path: Path) -> None:
    result = start(tmp_path, RELAIS_HOSTS="relais.example.org")
    sentence = result.stderr.strip().splitlines()[-1]
    assert result.returncode == 1
    assert "RELAIS_SMTP_HOST" in sentence
    assert "RELAIS_FROM_EMAIL" in sentence
    assert "RELAIS_HOSTS :" not in sentence


def test_production_with_everything_is_closed(tmp_path: Path) -> None:
    assert start(tmp_path, **PRODUCTION).stdout.split() == ["True", "False", "True"]


def test_demonstration_starts_with_nothing(tmp_path: Path) -> None:
    assert start(tmp_path, RELAIS_DEMO="1").stdout.split() == ["False", "True", "False"]


def test_an_unknown_place_to_plan_is_refused_at_the_start(tmp_path: Path) -> None:
    result = start(tmp_path, **PRODUCTION, RELAIS_PLAN_EXECUTOR="elsewhere")
    assert result.returncode == 1
    assert "RELAIS_PLAN_EXECUTOR : « elsewhere » ne dit pas où calculer." in result.stderr


def test_flag_refuses_an_unknown_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_HTTPS", "peut-être")
    with pytest.raises(MisconfiguredError, match="écrivez 1 ou 0"):
        env_flag("RELAIS_HTTPS")


def test_number_refuses_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_SMTP_PORT", "smtp")
    with pytest.raises(MisconfiguredError, match="écrivez un nombre entier"):
        env_int("RELAIS_SMTP_PORT", 587)


def test_secret_is_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("sésame\n", encoding="utf-8")
    monkeypatch.setenv("RELAIS_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    assert env_text("RELAIS_SMTP_PASSWORD") == "sésame"


def test_a_secret_file_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAIS_SMTP_PASSWORD_FILE", str(tmp_path / "absent"))
    with pytest.raises(MisconfiguredError, match="RELAIS_SMTP_PASSWORD_FILE désigne"):
        env_text("RELAIS_SMTP_PASSWORD")


def test_two_starts_at_once_keep_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(16) as threads:
        secrets = set(threads.map(lambda _: kept_secret(path), range(64)))
    assert len(secrets) == 1
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/relais.sqlite3", "/srv/relais.sqlite3"),
        ("sqlite:///relais.sqlite3", "relais.sqlite3"),
    ],
)
def test_sqlite_address(url: str, expected: str) -> None:
    assert database(url)["NAME"] == expected


def test_postgresql_address_by_socket_and_by_host() -> None:
    socket = database("postgresql://relais@/nom?host=/run/pg")
    network = database("postgresql://relais:s%40cret@db.example.org:5433/nom?sslmode=require")
    assert (socket["HOST"], socket["NAME"], socket["PASSWORD"]) == ("/run/pg", "nom", "")
    assert (network["HOST"], network["PORT"]) == ("db.example.org", "5433")
    assert (network["PASSWORD"], network["OPTIONS"]) == ("s@cret", {"sslmode": "require"})


def test_another_database_is_refused() -> None:
    with pytest.raises(MisconfiguredError, match="sqlite:// ou postgresql://"):
        database("mysql://localhost/relais")
