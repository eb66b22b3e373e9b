"""The tables that ship with the product, as they lie in `data/` (see docs/data.md)."""

from __future__ import annotations

import csv
import hashlib
import io
import lzma
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_DATA = files("relais.territory").joinpath("data")


@dataclass(frozen=True, slots=True)
class Place:
    """One commune of the shipped table; degrees in WGS 84."""

    code: str
    name: str
    department: str
    latitude: float
    longitude: float
    population: int
    position_approximate: bool


class DamagedDataError(Exception):
    """The shipped table is not the one that was built: the installation is incomplete."""


def communes_sha256() -> str:
    """Give the fingerprint of the shipped table of communes, without reading the table."""
    facts = tomllib.loads(_DATA.joinpath("communes.toml").read_text("utf-8"))
    return str(facts["sha256"])


def communes() -> list[Place]:
    """Read the shipped communes, in order of code.

    Raises DamagedDataError when the table does not match its fingerprint.
    """
    content = lzma.decompress(_DATA.joinpath("communes.csv.xz").read_bytes())
    if hashlib.sha256(content).hexdigest() != communes_sha256():
        raise DamagedDataError("communes.csv.xz does not match communes.toml")
    rows = csv.reader(io.StringIO(content.decode("utf-8")))
    next(rows)
    return [
        Place(
            code=code,
            name=name,
            department=department,
            latitude=float(latitude),
            longitude=float(longitude),
            population=int(population),
            position_approximate=approximate == "1",
        )
        for code, name, department, latitude, longitude, population, approximate in rows
    ]


@cache
def departments() -> Mapping[str, str]:
    """Give the name of each of the 101 departments, by code."""
    rows = csv.reader(io.StringIO(_DATA.joinpath("departments.csv").read_text("utf-8")))
    next(rows)
    return MappingProxyType({row[0]: row[1] for row in rows})
