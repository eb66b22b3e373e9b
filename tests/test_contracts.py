"""Each import contract catches its breach: one is planted in a copy of the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

BREACHES = [
    ("network/planted.py", "from relais.rota import models", "the floors"),
    ("network/planted.py", "def f():\n    from relais.rota import models", "the floors"),
    (
        "network/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from relais.rota import models",
        "the floors",
    ),
    ("cellar/__init__.py", "", "the floors"),
    ("rota/queries_planted.py", "", None),
    ("doctors/models.py", "from relais.doctors import services", "inside a module"),
    ("engine/planted.py", "import django", "the engine is pure"),
    ("engine/planted.py", "from relais.core import errors", "the engine is pure"),
    ("rota/planted.py", "from relais.portals import gates", "know nothing of the doors"),
    ("rota/planted.py", "import django_htmx", "know nothing of the doors"),
    ("portals/centre/planted.py", "import relais.portals.office", "portals ignore one another"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on a copy of the sources."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "RELAIS_DEBUG": "1"}
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the contracts read."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "data")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    return folder


@pytest.mark.parametrize(("name", "code", "contract"), BREACHES)
def test_contract_catches_breach(copy: Path, name: str, code: str, contract: str | None) -> None:
    path = copy / "src" / "relais" / name
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{code}\n" + (before or ""), encoding="utf-8")
    try:
        result = lint(copy)
    finally:
        if before is None:
            path.unlink()
            if path.name == "__init__.py":
                path.parent.rmdir()
        else:
            path.write_text(before, encoding="utf-8")
    if contract is None:
        assert (result.returncode, "BROKEN" in result.stdout) == (0, False), result.stdout
    else:
        broken = [line for line in result.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
        assert result.returncode == 1
        assert any(contract in line for line in broken), result.stdout
