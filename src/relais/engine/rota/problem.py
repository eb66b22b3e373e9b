"""The weekly relay as an immutable problem: who could come, where one is needed, what is fixed.

Doctors, centres and weeks are numbered: a doctor is an index into `Problem.doctors`, a centre an
index into `Problem.centres`, a week an index from `first_monday` (week 0). The words of this page
are those of the public plan folder; docs/engine/rota.md tells the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

type DoctorIndex = int
type CentreIndex = int
type WeekIndex = int

_NO_TRAVEL: Mapping[tuple[int, int], int] = MappingProxyType({})


class Status(StrEnum):
    """How firm a mission is: `locked` stays, `confirmed` moves at a price, `proposed` is a hint."""

    LOCKED = "locked"
    CONFIRMED = "confirmed"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Centre:
    """A health centre and what its lodging allows. `lines` doctors are needed every open week."""

    id: str
    name: str
    latitude: float
    longitude: float
    lines: int
    opens_on: date | None = None
    closes_on: date | None = None
    family_places: int = 1
    pets: bool = True
    step_free: bool = True


@dataclass(frozen=True, slots=True)
class Doctor:
    """A volunteer general practitioner, with the limits the plan must respect."""

    id: str
    latitude: float
    longitude: float
    max_missions: int
    min_gap_weeks: int = 4
    max_travel_minutes: float | None = None
    first_mission: bool = False
    family: bool = False
    pet: bool = False
    step_free: bool = False
    pioneer: bool = False
    ready_on: date | None = None
    practices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Need:
    """A doctor who does `practice` at `centre` in any `every_weeks` consecutive open weeks."""

    centre: CentreIndex
    practice: str
    every_weeks: int


@dataclass(frozen=True, slots=True)
class GivenMission:
    """A mission that stands before planning. `week` is negative before `first_monday`."""

    doctor: DoctorIndex
    centre: CentreIndex
    week: WeekIndex
    status: Status


@dataclass(frozen=True)
class Problem:
    """Everything the planner knows, and nothing it may change.

    `offers`: int32 array of shape (n, 2), rows (doctor, week), sorted, unique, 0 <= week < weeks.
    `closures`: pairs (centre, week) without need. `refused`, `preferred`, `known`: pairs
    (doctor, centre).
    `pairs`: doctors who come together or not at all. `travel`: minutes that replace the estimate.
    """

    first_monday: date
    weeks: int
    centres: tuple[Centre, ...]
    doctors: tuple[Doctor, ...]
    offers: NDArray[np.int32]
    standby_depth: int = 2
    opening_weeks: int = 4
    closures: frozenset[tuple[CentreIndex, WeekIndex]] = frozenset()
    refused: frozenset[tuple[DoctorIndex, CentreIndex]] = frozenset()
    preferred: frozenset[tuple[DoctorIndex, CentreIndex]] = frozenset()
    known: frozenset[tuple[DoctorIndex, CentreIndex]] = frozenset()
    needs: tuple[Need, ...] = ()
    pairs: tuple[tuple[DoctorIndex, DoctorIndex], ...] = ()
    missions: tuple[GivenMission, ...] = ()
    travel: Mapping[tuple[DoctorIndex, CentreIndex], int] = field(default=_NO_TRAVEL)

    def monday(self, week: WeekIndex) -> date:
        """Give the Monday of a week."""
        return self.first_monday + timedelta(weeks=week)

    @cached_property
    def open_weeks(self) -> NDArray[np.bool_]:
        """Say which centre-weeks need doctors; boolean array of shape (centres, weeks)."""
        open_ = np.ones((len(self.centres), self.weeks), dtype=np.bool_)
        for index, centre in enumerate(self.centres):
            for week in range(self.weeks):
                monday = self.monday(week)
                if centre.opens_on is not None and monday < centre.opens_on:
                    open_[index, week] = False
                if centre.closes_on is not None and monday >= centre.closes_on:
                    open_[index, week] = False
        for centre_index, week in self.closures:
            if 0 <= week < self.weeks:
                open_[centre_index, week] = False
        open_.flags.writeable = False
        return open_

    @cached_property
    def capacity(self) -> NDArray[np.int32]:
        """Give the doctors needed in each centre-week; int32 array of shape (centres, weeks)."""
        lines = np.array([centre.lines for centre in self.centres], dtype=np.int32)
        needed: NDArray[np.int32] = self.open_weeks * lines.reshape(-1, 1)
        needed.flags.writeable = False
        return needed
