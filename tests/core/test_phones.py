"""Telephone numbers: one writing, and which take an SMS."""

from __future__ import annotations

import pytest

from relais.core.phones import international, takes_sms

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("written", "number", "sms"),
    [
        ("06 12 34 56 78", "+33612345678", True),
        ("07.12.34.56.78", "+33712345678", True),
        ("+33 (0)6 12 34 56 78", "+33612345678", True),
        ("0033612345678", "+33612345678", True),
        ("05 55 00 00 00", "+33555000000", False),
        ("0690 12 34 56", "+590690123456", True),
        ("0692 12 34 56", "+262692123456", True),
        ("0262 12 34 56", "+262262123456", False),
        ("+32 470 12 34 56", "+32470123456", True),
        ("15", "", False),
        ("06 12 34 56", "", False),
        ("appeler le 06 12 34 56 78", "", False),
        ("", "", False),
    ],
)
def test_numbers(written: str, number: str, sms: bool) -> None:
    assert international(written) == number
    assert takes_sms(number) == sms
