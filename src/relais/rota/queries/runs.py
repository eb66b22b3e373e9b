"""Plan runs: the latest ones, and a proposal beside today's plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from relais.core import formats
from relais.network.models import Centre
from relais.rota.models import PlannedHole, PlannedMission, PlannedStandby, PlanRun, RotaTurn
from relais.rota.states import FIRM, ChangeKind, MissionState


@dataclass(frozen=True, slots=True)
class CostTerm:
    """One figure of a plan in words, before and after.

    `is_better` is None where nothing changes.
    """

    label: str
    before: str
    after: str
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class ChangedWeek:
    """A centre-week that the proposal changes. `ids` are the lines to tick to take the change.

    `moves_firm`: a confirmed mission would move; it only does when its line is ticked by name.
    """

    centre: Centre
    monday: date
    removed: tuple[PlannedMission, ...]
    added: tuple[PlannedMission, ...]
    moves_firm: bool

    @property
    def ids(self) -> tuple[int, ...]:
        """Give the ids of the planned missions of this change."""
        return tuple(one.pk for one in (*self.removed, *self.added))


@dataclass(frozen=True, slots=True)
class PlannedHoleRow:
    """A place that the proposal leaves empty, why, and whom to ask."""

    centre: Centre
    monday: date
    missing: int
    because: str


@dataclass(frozen=True, slots=True)
class RunComparison:
    """A proposal beside the plan it was computed from. `is_stale`: the rota has changed since."""

    run: PlanRun
    is_stale: bool
    kept: int
    added: int
    removed: int
    firm_moved: int
    standbys: int
    terms: tuple[CostTerm, ...]
    changes: tuple[ChangedWeek, ...]
    holes: tuple[PlannedHoleRow, ...]
    skipped: tuple[PlannedMission, ...]


def latest_runs(*, most: int = 20) -> QuerySet[PlanRun]:
    """List the latest plan runs, newest first."""
    return PlanRun.objects.select_related("asked_by").order_by("-asked_at", "-id")[:most]


def run_comparison(run: PlanRun) -> RunComparison:
    """Set a proposal beside today's plan. 4 queries."""
    rows = list(
        PlannedMission.objects.filter(run=run)
        .select_related("doctor", "centre", "mission")
        .order_by("monday", "centre__name", "centre_id", "change", "doctor__last_name", "id")
    )
    turn = RotaTurn.objects.filter(pk=1).first()
    changed: dict[tuple[date, str, int], list[PlannedMission]] = defaultdict(list)
    for row in rows:
        if row.change != ChangeKind.KEPT:
            changed[row.monday, row.centre.name, row.centre_id].append(row)
    holes = PlannedHole.objects.filter(run=run).select_related("centre")
    return RunComparison(
        run=run,
        is_stale=turn is not None and turn.number != run.from_turn,
        kept=_count(rows, ChangeKind.KEPT),
        added=_count(rows, ChangeKind.ADDED),
        removed=_count(rows, ChangeKind.REMOVED),
        firm_moved=sum(moves_firm(row) for row in rows),
        standbys=PlannedStandby.objects.filter(run=run).count(),
        terms=cost_terms(run.result.get("before"), run.result.get("after")),
        changes=tuple(_changed(group) for _, group in sorted(changed.items())),
        holes=tuple(
            PlannedHoleRow(hole.centre, hole.monday, hole.missing, hole.because)
            for hole in holes.order_by("monday", "centre__name", "centre_id")
        ),
        skipped=tuple(row for row in rows if row.skipped_because),
    )


def moves_firm(row: PlannedMission) -> bool:
    """Say whether a line of a proposal takes away a mission to which a doctor said yes."""
    return (
        row.change == ChangeKind.REMOVED
        and row.mission is not None
        and MissionState(row.mission.state) in FIRM
    )


def _count(rows: list[PlannedMission], change: ChangeKind) -> int:
    return sum(row.change == change for row in rows)


def _changed(group: list[PlannedMission]) -> ChangedWeek:
    return ChangedWeek(
        centre=group[0].centre,
        monday=group[0].monday,
        removed=tuple(row for row in group if row.change == ChangeKind.REMOVED),
        added=tuple(row for row in group if row.change == ChangeKind.ADDED),
        moves_firm=any(moves_firm(row) for row in group),
    )


# What a plan is judged by, in the order of the plan folder: key of the result, label, unit.
_TERMS = (
    ("holes", "places sans médecin", "count"),
    ("missions", "missions", "count"),
    ("doctors", "médecins différents", "count"),
    ("travel_minutes", "trajet moyen", "mean"),
    ("unknown_centres", "missions dans un centre inconnu du médecin", "count"),
    ("standby_missing", "réserves manquantes", "count"),
    ("windows_missed", "périodes où un acte n’est pas couvert", "count"),
)
_MORE_IS_BETTER = frozenset({"missions", "doctors"})


def cost_terms(
    before: Mapping[str, int] | None, after: Mapping[str, int] | None
) -> tuple[CostTerm, ...]:
    """Put the figures of two plans side by side, in words. Empty when one is not known."""
    if not before or not after:
        return ()
    terms = []
    for key, label, unit in _TERMS:
        first, second = before.get(key, 0), after.get(key, 0)
        if unit == "mean":
            old = round(first / before["missions"]) if before.get("missions") else None
            new = round(second / after["missions"]) if after.get("missions") else None
            words = ["–" if one is None else formats.hours_minutes(one) for one in (old, new)]
            better = None if old is None or new is None or old == new else new < old
        else:
            words = [formats.number(first), formats.number(second)]
            better = None if first == second else (second > first) == (key in _MORE_IS_BETTER)
        terms.append(CostTerm(label, words[0], words[1], better))
    return tuple(terms)
