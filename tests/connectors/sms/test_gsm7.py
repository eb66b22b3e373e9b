"""The alphabet of SMS: what it holds, how many parts, what is written instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relais.connectors.sms import fits, plain, segments

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 77, 1),
        ("a" + "€" * 80, 2),
        ("a" + "€" * 152, 2),
        ("€" * 153, 3),  # 153 places hold 76 signs of two: one place stays empty
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" + "a" * 120, 2),
        ("a" * 131, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 67 units hold 33: a sign is not cut in two
    ],
)
def test_parts(text: str, parts: int) -> None:
    assert segments(text) == parts


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Être à l’hôpital d’Ajain, où ça ? 12 €", "Etre à l'hopital d'Ajain, où ca ? 12 €"),
        ("« Oui » – un cœur", '"Oui" - un coeur'),
        ("«\u00a0Non\u00a0»…", '"Non"...'),
        ("Ç È é ù à ò", "Ç E é ù à ò"),
        ("e\u0301", "é"),
        ("14\u202fh\u00a030", "14 h 30"),
        ("名", "名"),
    ],
)
def test_what_the_alphabet_lacks_is_written_plainly(text: str, written: str) -> None:
    assert plain(text) == written


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_plain_french_fits_and_is_stable(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    if fits(text):
        assert segments(once) <= segments(text) or "«" in text


@settings(max_examples=50)
@given(st.text())
def test_parts_hold_all_units(text: str) -> None:
    """Oracle: no fewer parts than the units ask for, and at most one wasted unit a part."""
    extended = set("^{}\\[~]|€\f")
    if fits(text):
        units, one, many = sum(2 if sign in extended else 1 for sign in text), 160, 153
    else:
        units, one, many = len(text.encode("utf-16-be", "surrogatepass")) // 2, 70, 67
    if units <= one:
        assert segments(text) == (1 if text else 0)
    else:
        assert -(-units // many) <= segments(text) <= -(-units // (many - 1))
