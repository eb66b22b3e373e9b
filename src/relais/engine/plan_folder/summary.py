"""How good a plan is and how far that is proven: the figures of summary.json, and in words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from relais.engine.rota.plan import Plan
from relais.engine.units import NO_BREAK_SPACE, count_words

_ROUNDING = (
    1e-6  # of the solver: a cost is a whole number, so a bound may be rounded up to the next
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of summary.json that the folder and the seed decide. Costs are whole numbers."""

    holes: int
    holes_bound: int
    holes_bound_by: str | None
    confirmed_moved: int
    confirmed_moved_bound: int
    cost: int
    cost_bound: int
    proven_optimal: bool
    gap: float
    standby_missing: int
    windows_missed: int

    def figures(
        self, *, seconds: float, peak_memory_mb: float, version: str, seed: int
    ) -> dict[str, Any]:
        """Give every key of summary.json, in the order of the format."""
        measured = {"seconds": round(seconds, 3), "peak_memory_mb": round(peak_memory_mb, 1)}
        return asdict(self) | measured | {"version": version, "seed": seed}


def summarise(plan: Plan) -> Summary:
    """Say a plan's figures so that they agree with one another to the last digit.

    Every term of the cost is a whole number, hence the least cost too: the bound is rounded up.
    """
    cost = plan.score.cost
    bound = plan.cost_bound
    cost_bound = max(0, math.ceil(bound - _ROUNDING)) if math.isfinite(bound) else 0
    cost_bound = min(cost_bound, cost)
    holes_bound = min(max(0, plan.holes_bound), plan.score.holes)
    moved_bound = min(max(0, plan.confirmed_moved_bound), plan.score.confirmed_moved)
    return Summary(
        holes=plan.score.holes,
        holes_bound=holes_bound,
        holes_bound_by=None if plan.holes_bound_by is None else str(plan.holes_bound_by),
        confirmed_moved=plan.score.confirmed_moved,
        confirmed_moved_bound=moved_bound,
        cost=cost,
        cost_bound=cost_bound,
        proven_optimal=(
            holes_bound == plan.score.holes
            and moved_bound == plan.score.confirmed_moved
            and cost_bound == cost
        ),
        gap=(cost - cost_bound) / cost if cost else 0.0,
        standby_missing=plan.score.standby_missing,
        windows_missed=plan.score.windows_missed,
    )


def percent(share: float) -> str:
    """Say a share the French way, with as many decimals as it needs: « 12 % », « 0,07 % »."""
    number = 100 * share
    decimals = 0 if number == 0 or number >= 10 else 1 if number >= 1 else 2
    return f"{number:.{decimals}f}".replace(".", ",") + NO_BREAK_SPACE + "%"


def _percent_at_most(share: float) -> str:
    return percent(math.ceil(share * 10_000 - _ROUNDING) / 10_000)


def in_words(summary: Summary) -> list[str]:
    """Say in French sentences what the plan reaches and what is proven about it."""
    return [_holes(summary), _moved(summary), *_quality(summary)]


def _holes(summary: Summary) -> str:
    if summary.holes == 0:
        return "Chaque semaine ouverte de chaque centre a tous ses médecins."
    missing = (
        f"Il manque {count_words(summary.holes, 'médecin', 'médecins')}, "
        "en comptant une fois chaque semaine de chaque centre."
    )
    if summary.holes_bound == summary.holes:
        return f"{missing} C’est prouvé : avec ces offres, aucun plan n’en laisse moins."
    if summary.holes_bound == 0:
        return f"{missing} Il n’est pas prouvé qu’il en manque forcément."
    return f"{missing} Il est prouvé qu’il en manque au moins {summary.holes_bound}."


def _moved(summary: Summary) -> str:
    if summary.confirmed_moved == 0:
        return "Aucune mission confirmée n’est déplacée."
    moved = count_words(
        summary.confirmed_moved,
        "mission confirmée est déplacée ou retirée",
        "missions confirmées sont déplacées ou retirées",
    )
    if summary.confirmed_moved_bound == summary.confirmed_moved:
        return f"{moved}. C’est prouvé : il faut en déplacer autant."
    return f"{moved}. Au moins {summary.confirmed_moved_bound} doivent l’être, c’est prouvé."


def _quality(summary: Summary) -> list[str]:
    said = []
    if summary.standby_missing == 0:
        said.append("Chaque semaine ouverte a toutes les réserves voulues.")
    else:
        missing = count_words(summary.standby_missing, "réserve manque", "réserves manquent")
        said.append(f"{missing}, semaine par semaine et centre par centre.")
    if summary.windows_missed:
        missed = count_words(
            summary.windows_missed,
            "période n’a pas la pratique attendue",
            "périodes n’ont pas la pratique attendue",
        )
        said.append(f"{missed}.")
    if summary.proven_optimal:
        said.append(
            "Trajets, centres préférés, réserves, pratiques et équité compris, c’est le meilleur "
            "plan possible : c’est prouvé."
        )
    elif summary.cost_bound > 0:
        said.append(
            f"Trajets, centres préférés, réserves, pratiques et équité compris, il est prouvé que "
            f"ce plan est à {_percent_at_most(summary.gap)} au plus du meilleur possible."
        )
    else:
        said.append("Il n’est pas prouvé que ce plan soit le meilleur possible.")
    return said
