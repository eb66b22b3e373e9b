"""What is a demonstration is never served as the real network, nor the other way round."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
PRODUCTION = {
    "RELAIS_HOSTS": "relais.example.org",
    "RELAIS_SMTP_HOST": "smtp.example.org",
    "RELAIS_FROM_EMAIL": "relais@example.org",
}
SERVE = (
    "import sys; from relais.config.cli import main; sys.exit(main(['serve', '--port', '65001']))"
)
SEED = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from relais.core.actors import Actor
from relais.accounts import services
call_command("migrate", verbosity=0)
services.open_account("a@exemple.fr", name="A", by=Actor.system("test"), now=timezone.now())
"""


def run(code: str, var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RELAIS_", "PYTEST", "DJANGO"))
    }
    environment = {
        **kept,
        "PYTHONPATH": str(SOURCE),
        "DJANGO_SETTINGS_MODULE": "relais.config.settings",
        "RELAIS_VAR": str(var),
        "RELAIS_DATABASE_URL": f"sqlite:///{var / 'relais.sqlite3'}",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_serve_refuses_the_demonstration_s_mode(tmp_path: Path) -> None:
    assert run(SEED, tmp_path, RELAIS_DEBUG="1").returncode == 0
    answer = run(SERVE, tmp_path, RELAIS_DEMO="1")
    assert answer.returncode == 1
    assert answer.stderr.startswith("RELAIS_DEMO=1 : « serve » n’ouvre pas de démonstration.")


def test_serve_refuses_the_demonstration_s_database(tmp_path: Path) -> None:
    assert run(SEED, tmp_path, RELAIS_DEMO="1").returncode == 0
    answer = run(SERVE, tmp_path, **PRODUCTION)
    assert answer.returncode == 1
    assert "Cette base de données est celle d’une démonstration" in answer.stderr


def test_the_settings_of_production_and_of_the_demonstration_exclude_each_other(
    tmp_path: Path,
) -> None:
    answer = run("import relais.config.settings", tmp_path, RELAIS_DEMO="1", **PRODUCTION)
    assert answer.returncode == 1
    assert "RELAIS_DEMO=1 et RELAIS_SMTP_HOST ne vont pas ensemble" in answer.stderr
