"""Expenses: what a kilometre is worth, and whether a bank account number can be right."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from relais.engine import parameters

# Length by country of the SEPA zone (EPC409-09, IBAN registry of SWIFT).
_LENGTHS: Final = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "VA": 22,
}  # fmt: skip
_SHAPE: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,27}")
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
_MODULUS, _REMAINDER = 97, 1


def limit(name: str) -> Decimal:
    """Give a number of parameters/expenses.toml."""
    return Decimal(str(parameters.load("expenses")[name].value))


def kilometres_eur(km: int) -> Decimal:
    """Give what kilometres with one's own car are worth, in euros to the cent."""
    return (km * limit("car_eur_per_km")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain_iban(text: str) -> str:
    """Write an IBAN without spaces, in capitals; whether it is right, `is_iban` says."""
    return "".join(text.split()).upper()


def is_iban(text: str) -> bool:
    """Say whether a plain IBAN is of the SEPA zone and its check digits hold (ISO 13616, 7064)."""
    if not _SHAPE.fullmatch(text) or _LENGTHS.get(text[:2]) != len(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % _MODULUS == _REMAINDER


def is_bic(text: str) -> bool:
    """Say whether a text has the shape of a BIC (ISO 9362): 8 or 11 signs."""
    return bool(_BIC.fullmatch(text))


def masked_iban(text: str) -> str:
    """Show an IBAN to who may not read it: country, then the last four signs."""
    return f"{text[:2]} •••• {text[-4:]}" if text else ""
