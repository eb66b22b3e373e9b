"""What the tests of the doors share: the day."""

from __future__ import annotations

import pytest

from tests.factories import NOW


@pytest.fixture
def _in_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the views at NOW, Wednesday 6 January 2027."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
