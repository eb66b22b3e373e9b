"""Account numbers that can be right, and kilometres in euros."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relais.engine import expenses


@pytest.mark.parametrize(
    "iban",
    ["FR14 2004 1010 0505 0001 3M02 606", "de89370400440532013000", "BE68 5390 0754 7034"],
)
def test_the_examples_of_the_registry_are_right(iban: str) -> None:
    assert expenses.is_iban(expenses.plain_iban(iban))


@pytest.mark.parametrize(
    "iban",
    ["FR1420041010050500013M02607", "FR142004101005050001", "US64SVBKUS6S3300958879", "", "FR14é"],
)
def test_a_wrong_digit_a_short_one_and_a_country_outside_are_not(iban: str) -> None:
    assert not expenses.is_iban(expenses.plain_iban(iban))


def test_every_wrong_single_digit_is_seen() -> None:
    right = "DE89370400440532013000"
    for place in range(4, len(right)):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert not expenses.is_iban(wrong)


def test_an_iban_is_masked_but_for_its_end() -> None:
    assert expenses.masked_iban("FR1420041010050500013M02606") == "FR •••• 2606"
    assert expenses.is_bic("AGRIFRPP")
    assert not expenses.is_bic("AGRI")


def test_kilometres_are_paid_to_the_cent() -> None:
    rate = expenses.limit("car_eur_per_km")
    assert expenses.kilometres_eur(100) == (100 * rate).quantize(Decimal("0.01"))
