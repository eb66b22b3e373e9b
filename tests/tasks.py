"""The worker's tasks, in tests that want their effect at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

AT_ONCE = {
    "default": {
        "BACKEND": "django.tasks.backends.immediate.ImmediateBackend",
        "QUEUES": ["default", "plans"],
    }
}


@contextmanager
def tasks_at_once() -> Iterator[None]:
    """Do each task when it is asked for."""
    with override_settings(TASKS=AT_ONCE):
        yield
