"""A pytest plugin for the bare environment: the engine and its tests never load Django."""

from __future__ import annotations

import importlib.util
import sys

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse an environment in which the check would prove nothing."""
    if importlib.util.find_spec("django") is not None:
        raise pytest.UsageError("This environment has Django: the engine would not be bare.")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail when something of Django or of the upper floors came in."""
    loaded = sorted(
        name
        for name in sys.modules
        if name.split(".")[0] == "django"
        or (name.startswith("relais.") and name.split(".")[1] != "engine")
    )
    if loaded:
        print(f"\nThe engine loaded {', '.join(loaded)}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
