"""Accepting a proposal, whole or in part."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.rota.models import Mission, PlannedMission, PlanRun


class RunOverRefusal(Refusal):
    """The proposal was already accepted or set aside, or is not there yet."""


class RunOutdatedRefusal(Refusal):
    """Another proposal was accepted since this one was computed."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line of the proposal that was left out, and why in a French sentence."""

    row: PlannedMission
    because: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting changed. `kept`: missions of the proposal that stood already."""

    added: tuple[Mission, ...]
    removed: tuple[Mission, ...]
    kept: int
    skipped: tuple[Skipped, ...]


def accept_run(
    run: PlanRun, *, by: Actor, now: datetime, only: Collection[int] | None = None
) -> Acceptance:
    """Make a proposal, or the lines `only` of it, the plan."""
    raise RunOverRefusal("Aucune proposition n’est prête.")
