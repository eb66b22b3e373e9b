"""What every test shares: the browser, and no surprise from the outside."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what meets no database: `once`, a second one would repeat it; `apart`, its own lane."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        meets_database = item.get_closest_marker("django_db") or names & DATABASE_FIXTURES
        if not meets_database:
            item.add_marker(pytest.mark.once)
            item.add_marker(pytest.mark.apart)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Use the Chromium of the system."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: the browser tests cannot run.")
        pytest.skip("Chromium is not installed.")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """A French person in Paris."""
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied() -> Iterator[None]:
    """Let tests that commit start from empty tables (tests/append_only.py)."""
    try:
        from tests.append_only import emptying_allowed
    except ImportError:  # the bare environment of the engine's tests has no Django
        yield
        return
    with emptying_allowed():
        yield


@pytest.fixture(autouse=True)
def _no_attempt_counted() -> None:
    """Start each test with no attempt counted against anyone."""
    cache = sys.modules.get("django.core.cache")
    if cache is not None:
        cache.cache.clear()
