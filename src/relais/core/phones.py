"""Telephone numbers: one writing for a number, and which ones take an SMS.

Numbering plan of France: Arcep decision 2022-1583; E.164 of the ITU.
"""

from __future__ import annotations

from typing import Final

# The first digits of a national number of ten, and the country code it is dialled with.
_OVERSEAS: Final = {
    "0262": "262", "0263": "262", "0269": "262", "0639": "262", "0692": "262", "0693": "262",
    "0590": "590", "0690": "590", "0691": "590",
    "0594": "594", "0694": "594",
    "0596": "596", "0696": "596", "0697": "596",
}  # fmt: skip
_FRENCH_CODES: Final = ("33", "262", "590", "594", "596")
_SHORTEST, _LONGEST = 8, 15  # digits of an international number (E.164)


def international(number: str) -> str:
    """Write a number as « +33612345678 »; empty when it is not a telephone number.

    A national number is taken for a French one. Signs between the digits do not matter.
    """
    text = number.strip().replace("(0)", "")
    digits = "".join(sign for sign in text if sign in "0123456789")
    if any(sign.isalpha() for sign in text):
        return ""
    if text.startswith("+"):
        whole = digits
    elif digits.startswith("00"):
        whole = digits[2:]
    elif len(digits) == 10 and digits.startswith("0"):
        whole = _OVERSEAS.get(digits[:4], "33") + digits[1:]
    else:
        return ""
    return f"+{whole}" if _SHORTEST <= len(whole) <= _LONGEST and whole[0] != "0" else ""


def takes_sms(number: str) -> bool:
    """Say whether a number, as `international` writes it, can take an SMS.

    A French number must be a mobile one; of other countries nothing is known, so yes.
    """
    if not number.startswith("+"):
        return False
    for code in _FRENCH_CODES:
        if number.startswith(f"+{code}"):
            rest = number[len(code) + 1 :]
            return len(rest) == 9 and rest[0] in "67"
    return True
