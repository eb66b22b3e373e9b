"""Who speaks for a patient, by age and protection: the whole table."""

from __future__ import annotations

from datetime import date

import pytest

from relais.engine import representation
from relais.engine.representation import (
    BOOK,
    CHOOSE,
    CURATORSHIP,
    FAMILY,
    GUARDIANSHIP,
    MANDATE,
    NONE,
    PROTECTIONS,
    RULES,
    rule_for,
)

TODAY = date(2027, 1, 6)
# Each row: act, born, protection, who speaks.
CASES = [
    (CHOOSE, date(2026, 12, 1), NONE, "for"),
    (CHOOSE, date(2011, 1, 7), NONE, "for"),  # sixteen tomorrow
    (CHOOSE, date(2011, 1, 6), NONE, "with"),  # sixteen today
    (CHOOSE, date(2009, 1, 7), NONE, "with"),
    (CHOOSE, date(2009, 1, 6), NONE, "alone"),
    (CHOOSE, date(1940, 1, 1), NONE, "alone"),
    (CHOOSE, date(1940, 1, 1), CURATORSHIP, "alone"),
    (CHOOSE, date(1940, 1, 1), GUARDIANSHIP, "with"),
    (CHOOSE, date(1940, 1, 1), FAMILY, "with"),
    (CHOOSE, date(1940, 1, 1), MANDATE, "with"),
    (BOOK, date(2011, 1, 7), NONE, "for"),
    (BOOK, date(2011, 1, 6), NONE, "alone"),
    (BOOK, date(1940, 1, 1), GUARDIANSHIP, "alone"),
]


@pytest.mark.parametrize(("act", "born", "protection", "who"), CASES)
def test_who_speaks(act: str, born: date, protection: str, who: str) -> None:
    assert rule_for(act, born_on=born, day=TODAY, protection=protection).who == who


def test_every_age_and_protection_has_exactly_one_line() -> None:
    for act in (CHOOSE, BOOK):
        for age in range(120):
            for protection in (NONE, *PROTECTIONS):
                lines = [
                    rule
                    for rule in RULES
                    if rule.act == act
                    and rule.from_age <= age < rule.below
                    and protection in rule.protections
                ]
                assert len(lines) == 1, (act, age, protection)


def test_who_speaks_for_another_is_named_and_every_line_has_a_source() -> None:
    for rule in RULES:
        assert bool(rule.kinds) == (rule.who != representation.ALONE)
        assert rule.source


def test_nobody_is_spoken_for_before_being_born_or_under_an_unknown_protection() -> None:
    with pytest.raises(ValueError, match="no rule"):
        rule_for(CHOOSE, born_on=date(2027, 2, 1), day=TODAY)
    with pytest.raises(ValueError, match="no rule"):
        rule_for(CHOOSE, born_on=date(1990, 1, 1), day=TODAY, protection="autre")
