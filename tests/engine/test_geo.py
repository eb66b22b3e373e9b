"""Distances and the travel estimate."""

from __future__ import annotations

import pytest

from relais.engine import geo, parameters


def test_a_quarter_of_a_meridian() -> None:
    quarter = 6371.0088 * 3.141592653589793 / 2
    assert float(geo.great_circle_km(0, 0, 90, 0)) == pytest.approx(quarter, rel=1e-12)


def test_paris_to_marseille() -> None:
    # 48.8566 N 2.3522 E to 43.2965 N 5.3698 E: 660.5 km on the mean sphere.
    assert float(geo.great_circle_km(48.8566, 2.3522, 43.2965, 5.3698)) == pytest.approx(
        660.5, abs=0.5
    )


def test_the_travel_estimate_adds_fixed_time_and_detour() -> None:
    assert geo.travel_minutes([0.0, 81.0, 100.0]).tolist() == [25, 103, 121]


def test_every_parameter_says_unit_day_and_source() -> None:
    numbers = parameters.load("rota")
    assert numbers["earth_radius_km"].value == 6371.0088
    assert all(one.unit and one.source and one.valid_from for one in numbers.values())
