"""The map of France without tiles: a grain of communes, and where a place stands on it.

    python -m relais.portals.france        draws static/img/france.svg from the shipped communes

A grain stands where communes are, the larger the more people live around it. Overseas departments
stand in frames on the left, each at its own scale.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from relais.territory.reference import Place, communes

WIDTH: Final = 640
HEIGHT: Final = 606
DRAWING: Final = Path(__file__).parent / "static" / "img" / "france.svg"

# Lambert-93, on a sphere: a conic conformal projection (arrêté du 5 mars 2019, annexe; the sphere
# instead of the ellipsoid moves a point by less than a pixel here).
_PARALLELS: Final = (math.radians(44), math.radians(49))
_MERIDIAN: Final = math.radians(3)
_CENTRE_LATITUDE: Final = math.radians(46.5)

_GRAIN: Final = 8.4  # distance between grains, in units of the drawing
_WIDTHS: Final = (2.4, 3.5, 4.6, 5.8)  # of grains, by the inhabitants around
_INHABITANTS: Final = (4_000, 15_000, 60_000)


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the drawing: its bounds in degrees, its place and its scale there."""

    name: str
    south: float
    north: float
    west: float
    east: float
    x: float
    y: float
    scale: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Say whether a position is inside the bounds."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


MAINLAND: Final = Frame("mainland", 41.0, 51.5, -5.5, 10.0, 337.0, 292.0, 3500.0)
OVERSEAS: Final = (
    Frame("971", 15.8, 16.6, -61.9, -60.9, 40.0, 300.0, 3400.0),
    Frame("972", 14.3, 15.0, -61.3, -60.7, 40.0, 360.0, 3800.0),
    Frame("973", 2.0, 6.0, -54.7, -51.5, 40.0, 420.0, 700.0),
    Frame("974", -21.5, -20.8, 55.1, 55.9, 40.0, 480.0, 3400.0),
    Frame("976", -13.1, -12.5, 44.9, 45.4, 40.0, 540.0, 4800.0),
)


def position(latitude: float, longitude: float) -> tuple[float, float] | None:
    """Give where a position in degrees stands on the drawing; None outside of every frame."""
    if MAINLAND.holds(latitude, longitude):
        return _conic(latitude, longitude)
    for frame in OVERSEAS:
        if frame.holds(latitude, longitude):
            return _plain(frame, latitude, longitude)
    return None


def is_overseas(latitude: float, longitude: float) -> bool:
    """Say whether a position is in one of the frames on the left."""
    return any(frame.holds(latitude, longitude) for frame in OVERSEAS)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the drawing. `anchor` is empty when its name fits nowhere."""

    name: str
    x: float
    y: float
    kind: str
    label_x: float = 0.0
    label_y: float = 0.0
    anchor: str = ""


_LETTER: Final = 9.6  # mean width of a letter of the labels, in units of the drawing
_LINE: Final = 20.0
_DOT: Final = 10.0
# Where a name may stand beside its dot, best first: anchor, shift across, shift down.
_SIDES: Final = (
    ("start", 15.0, 7.0),
    ("end", -15.0, 7.0),
    ("start", 11.0, -9.0),
    ("end", -11.0, -9.0),
    ("start", 11.0, 23.0),
    ("end", -11.0, 23.0),
    ("middle", 0.0, -16.0),
    ("middle", 0.0, 30.0),
)

type _Box = tuple[float, float, float, float]


def marks(places: Iterable[tuple[str, str, float, float]]) -> list[Mark]:
    """Place (name, kind, latitude, longitude) on the drawing, names where they hide nothing.

    What lies outside of every frame is left out: the list beside the map names it.
    """
    spots = [
        (name, kind, spot)
        for name, kind, latitude, longitude in places
        if (spot := position(latitude, longitude)) is not None
    ]
    taken: list[_Box] = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for _, _, (x, y) in spots]
    found = []
    for name, kind, (x, y) in spots:
        mark = Mark(name, round(x, 1), round(y, 1), kind)
        for anchor, across, down in _SIDES:
            box = _label_box(name, anchor, x + across, y + down)
            if box[0] < 0 or box[2] > WIDTH or any(_overlap(box, other) for other in taken):
                continue
            taken.append(box)
            mark = replace(
                mark, label_x=round(x + across, 1), label_y=round(y + down, 1), anchor=anchor
            )
            break
        found.append(mark)
    return found


def _label_box(name: str, anchor: str, x: float, y: float) -> _Box:
    width = len(name) * _LETTER
    left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
    return (left, y - 0.8 * _LINE, left + width, y + 0.2 * _LINE)


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _conic(latitude: float, longitude: float) -> tuple[float, float]:
    low, high = _PARALLELS

    def stretch(parallel: float) -> float:
        return math.tan(math.pi / 4 + parallel / 2)

    cone = math.log(math.cos(low) / math.cos(high)) / math.log(stretch(high) / stretch(low))
    factor = math.cos(low) * math.pow(stretch(low), cone) / cone

    def radius(parallel: float) -> float:
        return factor / math.pow(stretch(parallel), cone)

    angle = cone * (math.radians(longitude) - _MERIDIAN)
    distance = radius(math.radians(latitude))
    east = distance * math.sin(angle)
    north = radius(_CENTRE_LATITUDE) - distance * math.cos(angle)
    return (MAINLAND.x + MAINLAND.scale * east, MAINLAND.y - MAINLAND.scale * north)


def _plain(frame: Frame, latitude: float, longitude: float) -> tuple[float, float]:
    middle = math.radians((frame.south + frame.north) / 2)
    east = math.radians(longitude - (frame.west + frame.east) / 2) * math.cos(middle)
    north = math.radians(latitude) - middle
    return (frame.x + frame.scale * east, frame.y - frame.scale * north)


def _grains(places: Iterable[Place], step: float) -> dict[tuple[float, float], int]:
    """Gather inhabitants on a grid of triangles: (x, y) of each grain with a commune near it."""
    height = step * math.sqrt(3) / 2
    grains: dict[tuple[float, float], int] = {}
    for place in places:
        spot = position(place.latitude, place.longitude)
        if spot is None:
            continue
        candidates = []
        for row in (math.floor(spot[1] / height), math.floor(spot[1] / height) + 1):
            shift = step / 2 if row % 2 else 0.0
            column = round((spot[0] - shift) / step)
            candidates.append((column * step + shift, row * height))
        nearest = min(candidates, key=lambda grain: (math.dist(grain, spot), grain))
        grains[nearest] = grains.get(nearest, 0) + place.population
    return grains


def _path(grains: dict[tuple[float, float], int]) -> str:
    """Write the grains as one path for each width; the colour is left to the page."""
    dots: list[list[tuple[float, float]]] = [[] for _ in _WIDTHS]
    for spot, inhabitants in sorted(grains.items(), key=lambda item: (item[0][1], item[0][0])):
        dots[sum(inhabitants >= bound for bound in _INHABITANTS)].append(spot)
    return "".join(
        f'<path stroke-width="{width}" d="{"".join(f"M{x:.1f} {y:.1f}h0" for x, y in found)}"/>'
        for width, found in zip(_WIDTHS, dots, strict=True)
        if found
    )


def drawing(places: Iterable[Place]) -> str:
    """Draw the file: two groups, `land` and `overseas`, coloured by the page."""
    rows = list(places)
    land = _grains((p for p in rows if MAINLAND.holds(p.latitude, p.longitude)), _GRAIN)
    away = _grains((p for p in rows if is_overseas(p.latitude, p.longitude)), _GRAIN * 0.6)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'stroke="#b9ab90" stroke-linecap="round" fill="none">'
        f'<g id="land">{_path(land)}</g><g id="overseas">{_path(away)}</g></svg>\n'
    )


if __name__ == "__main__":
    DRAWING.write_text(drawing(communes()), "utf-8")
    sys.stdout.write(f"{DRAWING.name}: {DRAWING.stat().st_size} bytes\n")
