"""The texts that are shipped, and how words become a letter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relais.connectors.sms import plain, segments
from relais.outbox.catalogue import catalogue
from relais.outbox.services.texts import check
from relais.outbox.wording import blocks, fill, health_words, one_line, places, tidy

pytestmark = pytest.mark.once


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_shipped_text_may_leave_and_uses_each_of_its_places(code: str) -> None:
    found = catalogue()[code]
    check(code, subject=found.subject, text=found.text, sms=found.sms)
    assert places(found.subject + found.text + found.sms) == found.labels
    assert segments(plain(fill(found.sms, found.examples()))) <= 2
    assert not health_words(found.examples().values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le centre de santé attend son médecin pour une semaine de consultations.", ()),
        ("La toux du moteur, une naissance", ("toux", "naissance")),
        ("VACCINATION et dépistage", ("VACCINATION", "dépistage")),
        ("Vos résultats d’analyses", ("résultats d’analyses",)),
        ("une hépatite", ("hépatite",)),
        ("https://exemple.fr/cancer/ et {grossesse}", ()),
    ],
)
def test_words_about_health_are_found(text: str, found: tuple[str, ...]) -> None:
    assert health_words([text]) == found


def test_a_text_becomes_paragraphs_lists_and_buttons() -> None:
    text = "Bonjour,\nligne deux\n- un\n- deux\n\nVoir : https://a.test/x\nFin https://a.test/y."
    found = [
        (one.kind, [[(piece.words, piece.address) for piece in line] for line in one.lines])
        for one in blocks(text)
    ]
    assert found == [
        ("paragraph", [[("Bonjour,", "")], [("ligne deux", "")]]),
        ("list", [[("un", "")], [("deux", "")]]),
        ("button", [[("Voir", "https://a.test/x")]]),
        ("paragraph", [[("Fin ", ""), ("https://a.test/y", "https://a.test/y"), (".", "")]]),
    ]


@settings(max_examples=100)
@given(st.text())
def test_no_value_can_break_a_line_or_open_a_place(text: str) -> None:
    value = one_line(text)
    assert not {"\n", "\r", "\x00", "{", "}", "\u202e"} & set(value)
    assert one_line(value) == value


@settings(max_examples=100)
@given(st.text(alphabet="ab- :/\nhtps.é{}"))
def test_no_word_of_a_text_is_lost_in_its_blocks(text: str) -> None:
    said = "".join(
        piece.words + ("" if piece.words == piece.address else piece.address)
        for block in blocks(text)
        for line in block.lines
        for piece in line
    )
    letters = [sign for sign in tidy(text) if sign.isalpha()]
    assert [sign for sign in said if sign.isalpha()] == letters
