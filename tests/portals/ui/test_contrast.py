"""The colours can be read, in light and in dark."""

from __future__ import annotations

import pytest

from tests.contrast import contrast, main, measured, schemes


def test_every_declared_pair_is_strong_enough() -> None:
    assert [row for row in measured() if row[0] < row[1]] == []
    assert main() == 0


def test_black_on_white_is_the_strongest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's known example


def test_the_dark_scheme_changes_every_ground_and_state() -> None:
    css = """:root { --paper: #ffffff; --ink: #000000; }
    @media screen and (prefers-color-scheme: dark) { :root { --paper: #101010; } }
    @media (prefers-contrast: more) { :root { --paper: #ffffff; } }"""
    assert schemes(css) == {
        "light": {"paper": "#ffffff", "ink": "#000000"},
        "dark": {"paper": "#101010", "ink": "#000000"},
    }
