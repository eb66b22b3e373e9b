"""The map without tiles."""

from __future__ import annotations

import math

import pytest

from relais.portals import france
from relais.territory.reference import communes


def test_distances_on_the_map_follow_distances_on_the_ground() -> None:
    paris, marseille = france.position(48.8566, 2.3522), france.position(43.2965, 5.3698)
    brest, strasbourg = france.position(48.3904, -4.4861), france.position(48.5734, 7.7521)
    assert None not in (paris, marseille, brest, strasbourg)
    # Great-circle distances: Paris-Marseille 661 km, Brest-Strasbourg 902 km.
    scale_south = math.dist(paris, marseille) / 661  # type: ignore[arg-type]
    scale_east = math.dist(brest, strasbourg) / 902  # type: ignore[arg-type]
    assert scale_south == pytest.approx(scale_east, rel=0.01)


def test_every_commune_of_the_mainland_and_corsica_is_on_the_drawing() -> None:
    outside = [
        place.code
        for place in communes()
        if (spot := france.position(place.latitude, place.longitude)) is None
        or not (0 <= spot[0] <= france.WIDTH and 0 <= spot[1] <= france.HEIGHT)
    ]
    assert outside == []


def test_a_place_overseas_stands_in_its_own_frame() -> None:
    assert france.is_overseas(-21.1, 55.5)
    assert not france.is_overseas(48.85, 2.35)
    assert france.position(40.7, -74.0) is None


def test_the_drawing_is_the_one_of_the_shipped_communes() -> None:
    assert france.drawing(communes()) == france.DRAWING.read_text("utf-8")


def test_names_never_cover_one_another() -> None:
    places = [(f"Commune {index}", "open", 46.0 + index / 20, 2.0) for index in range(12)]
    marks = france.marks(places)
    assert len(marks) == 12
    boxes = [
        france._label_box(mark.name, mark.anchor, mark.label_x, mark.label_y)
        for mark in marks
        if mark.anchor
    ]
    pairs = [(one, other) for one in boxes for other in boxes if one is not other]
    assert not any(france._overlap(one, other) for one, other in pairs)


def test_what_is_outside_of_every_frame_is_left_to_the_list() -> None:
    assert france.marks([("New York", "open", 40.7, -74.0)]) == []
