"""Who acts. Portals build an actor from the request; services only carry it to the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or a part of the program, who changes or reads something.

    `key` is stable (« user:12 », « system:worker »), `label` is for people, `source` is the network
    address or the command it came from.
    """

    key: str
    label: str
    source: str = ""

    @classmethod
    def system(cls, name: str) -> Self:
        """Name a part of the program that acts without a person."""
        return cls(key=f"system:{name}", label=f"relais ({name})")
