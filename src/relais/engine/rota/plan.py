"""What the planner answers: who goes where, what stays empty, and how good that provably is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from relais.engine.rota.problem import CentreIndex, DoctorIndex, Status, WeekIndex


@dataclass(frozen=True, slots=True, order=True)
class PlannedMission:
    """A doctor, a centre, a week.

    `status` is `locked` or `confirmed` only where that given mission stands.
    """

    week: WeekIndex
    centre: CentreIndex
    doctor: DoctorIndex
    status: Status
    travel_minutes: int


@dataclass(frozen=True, slots=True, order=True)
class Standby:
    """A doctor promised to a week, not to a centre."""

    week: WeekIndex
    doctor: DoctorIndex


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """Doctors missing in a centre-week."""

    week: WeekIndex
    centre: CentreIndex
    missing: int


@dataclass(frozen=True, slots=True)
class Score:
    """The three levels of the plan folder, in order: less is better."""

    holes: int
    confirmed_moved: int
    cost: int
    standby_missing: int
    windows_missed: int


class BoundBy(StrEnum):
    """How the least number of holes is proven."""

    CUT = "cut"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A cut: centre-weeks that need more than all doctors can bring, and doctors at their limit."""

    centre_weeks: tuple[tuple[CentreIndex, WeekIndex], ...]
    doctors: tuple[DoctorIndex, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan and its proof. `because` of a mission or a hole is asked of `explain`."""

    missions: tuple[PlannedMission, ...]
    standbys: tuple[Standby, ...]
    holes: tuple[Hole, ...]
    score: Score
    holes_bound: int
    holes_bound_by: BoundBy | None
    confirmed_moved_bound: int
    cost_bound: float
    certificate: Certificate | None
    seconds: float
    stopped_by_budget: bool

    @property
    def proven_optimal(self) -> bool:
        """Say whether the bounds of all three levels equal the plan."""
        return (
            self.holes_bound == self.score.holes
            and self.confirmed_moved_bound == self.score.confirmed_moved
            and self.score.cost - self.cost_bound < 1 - 1e-6
        )

    @property
    def gap(self) -> float:
        """Give (cost - cost_bound) / cost, 0 where the cost is 0."""
        if self.score.cost == 0 or self.proven_optimal:
            return 0.0
        return max(0.0, (self.score.cost - self.cost_bound) / self.score.cost)
