"""Short secrets: read by us, for one purpose, with the key of this installation."""

from __future__ import annotations

from typing import Any

import pytest

from relais.core.sealed_text import UnreadableError, seal, unseal


def test_a_text_comes_back_and_is_never_twice_the_same() -> None:
    one, two = seal("4137B", purpose="door"), seal("4137B", purpose="door")
    assert "4137B" not in one
    assert one != two
    assert unseal(one, purpose="door") == unseal(two, purpose="door") == "4137B"
    assert seal("", purpose="door") == unseal("", purpose="door") == ""


def test_another_purpose_or_a_changed_letter_reads_nothing() -> None:
    sealed = seal("4137B", purpose="door")
    with pytest.raises(UnreadableError):
        unseal(sealed, purpose="window")
    with pytest.raises(UnreadableError):
        unseal(sealed[:-2] + "AA", purpose="door")


def test_an_old_key_still_reads_while_it_is_told(settings: Any) -> None:
    sealed = seal("4137B", purpose="door")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "x" * 50
    with pytest.raises(UnreadableError):
        unseal(sealed, purpose="door")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed, purpose="door") == "4137B"
