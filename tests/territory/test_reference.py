"""The tables that ship with the product: whole, plausible, and the same as an outside copy."""

from __future__ import annotations

import csv
import io
import lzma
import math
import os
from collections import Counter
from pathlib import Path

import pytest

from relais.engine.calendar_fr import school_zones
from relais.territory import reference

OUTSIDE = Path(os.environ.get("RELAIS_OUTSIDE_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture(scope="module")
def communes() -> dict[str, reference.Place]:
    return {place.code: place for place in reference.communes()}


def test_every_commune_of_the_101_departments_is_there(
    communes: dict[str, reference.Place],
) -> None:
    assert len(communes) == 34_875
    assert sum(place.population for place in communes.values()) == 68_350_798
    assert {place.department for place in communes.values()} == set(reference.departments())
    assert len(reference.departments()) == 101


def test_departments_have_their_french_name_and_a_school_zone() -> None:
    names = reference.departments()
    assert (names["23"], names["2A"], names["21"]) == ("Creuse", "Corse-du-Sud", "Côte-d’Or")
    assert set(school_zones()) == set(names)


def test_a_known_commune_has_its_facts(communes: dict[str, reference.Place]) -> None:
    assert communes["23002"] == reference.Place(
        code="23002",
        name="Ajain",
        department="23",
        latitude=46.20663,
        longitude=1.99476,
        population=1019,
        position_approximate=False,
    )


def test_communes_without_outline_stand_where_the_documentation_says(
    communes: dict[str, reference.Place],
) -> None:
    left = communes["15141"]
    for code in ("15031", "15035", "15047", "15171"):
        place = communes[code]
        assert (place.latitude, place.longitude) == (left.latitude, left.longitude)
        assert place.position_approximate
    assert {code: communes[code].position_approximate for code in ("12218", "49126", "69114")} == {
        "12218": False,
        "49126": False,
        "69114": False,
    }
    assert communes["14581"].position_approximate


def test_every_position_lies_in_france_and_few_are_approximate(
    communes: dict[str, reference.Place],
) -> None:
    boxes = {
        "971": (15.8, 16.6, -61.9, -60.9),
        "972": (14.3, 14.9, -61.3, -60.8),
        "973": (2.0, 5.8, -54.7, -51.6),
        "974": (-21.5, -20.8, 55.2, 55.9),
        "976": (-13.1, -12.6, 45.0, 45.4),
    }
    mainland = (41.3, 51.2, -5.2, 9.6)
    for place in communes.values():
        south, north, west, east = boxes.get(place.department, mainland)
        assert south <= place.latitude <= north, place
        assert west <= place.longitude <= east, place
    assert Counter(place.position_approximate for place in communes.values()) == {
        False: 32_991,
        True: 1_884,
    }


def test_communes_of_a_department_are_near_one_another(
    communes: dict[str, reference.Place],
) -> None:
    by_department: dict[str, list[reference.Place]] = {}
    for place in communes.values():
        by_department.setdefault(place.department, []).append(place)
    for department, places in by_department.items():
        middle = sorted(place.latitude for place in places)[len(places) // 2]
        furthest = max(abs(place.latitude - middle) for place in places)
        assert furthest < (2.5 if department == "973" else 1.1), department


def test_a_damaged_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "communes_sha256", lambda: "0" * 64)
    with pytest.raises(reference.DamagedDataError, match=r"communes\.csv\.xz"):
        reference.communes()


def test_the_table_agrees_with_an_outside_copy(communes: dict[str, reference.Place]) -> None:
    path = OUTSIDE / "territory" / "communes_france.csv.xz"
    if not path.exists():
        pytest.skip("no outside copy of the communes here (RELAIS_OUTSIDE_DATA names its folder)")
    theirs = {
        row["code"]: row
        for row in csv.DictReader(io.StringIO(lzma.decompress(path.read_bytes()).decode("utf-8")))
    }
    assert set(theirs) <= set(communes)
    assert len(set(communes) - set(theirs)) == 8
    far = []
    for code, row in theirs.items():
        ours = communes[code]
        assert ours.department == row["dep"], code
        assert ours.population == int(float(row["population"])), code
        north = ours.latitude - float(row["lat"])
        east = (ours.longitude - float(row["lon"])) * math.cos(math.radians(ours.latitude))
        if math.hypot(north, east) * 111.2 > 0.1:
            far.append((round(math.hypot(north, east) * 111.2, 1), ours))
    assert all(ours.position_approximate for _, ours in far), sorted(far, key=str)[-5:]
    assert max(distance for distance, _ in far) < 5
