"""How durations, days and counts are said."""

from __future__ import annotations

from datetime import date

import pytest

from relais.engine.units import count_words, day_words, duration_words


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (70, "1 h 10"), (125, "2 h 05")],
)
def test_a_duration_is_said_in_hours_and_minutes(minutes: int, said: str) -> None:
    assert duration_words(minutes).replace("\u00a0", " ") == said


def test_a_negative_duration_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        duration_words(-1)


def test_a_day_is_said_with_its_month() -> None:
    assert day_words(date(2027, 1, 4)) == "4 janvier 2027"
    assert day_words(date(2027, 8, 1)) == "1er août 2027"


def test_plural_starts_at_two() -> None:
    assert [count_words(n, "médecin", "médecins") for n in (0, 1, 2)] == [
        "0 médecin",
        "1 médecin",
        "2 médecins",
    ]
