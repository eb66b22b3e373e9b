"""A computation of the plan as its page tells it: progress, proof and effect, in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from relais.connectors.spreadsheets import Sheet as Table
from relais.core import formats
from relais.engine.rota import solve
from relais.engine.weeks import LAST_DAY, WEEK
from relais.network.models import Centre
from relais.rota import queries as rota
from relais.rota.models import PlanRun
from relais.rota.queries import ChangedWeek, RunComparison
from relais.rota.queries.hardest import HardWeek, hardest_weeks
from relais.rota.states import PENDING, RunState


@dataclass(frozen=True, slots=True)
class RunWords:
    """A run in a list, in words."""

    run: PlanRun
    period: str
    asked: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Where a computation is, in words. `seconds` and `budget` feed the bar."""

    phase: str
    found: str
    seconds: int
    budget: int
    elapsed: str


@dataclass(frozen=True, slots=True)
class Change:
    """A centre-week that the proposal changes, with the value of its box."""

    value: str
    week: str
    changed: ChangedWeek


@dataclass(frozen=True, slots=True)
class CentreChanges:
    """The changes of one centre."""

    centre: Centre
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RunSheet:
    """Everything the page of a run shows."""

    run: PlanRun
    words: RunWords
    is_pending: bool
    is_ready: bool
    advance: Advance | None
    comparison: RunComparison | None
    proof: tuple[str, ...]
    headline: str
    effect: str
    centres: tuple[CentreChanges, ...]
    hardest: tuple[HardWeek, ...]
    shortages: tuple[dict[str, Any], ...] = ()


def run_words(run: PlanRun, *, today: date) -> RunWords:
    """Tell a run in one line."""
    last = run.first_monday + (run.weeks - 1) * WEEK + LAST_DAY
    asked = timezone.localtime(run.asked_at)
    by = f" par {run.asked_by}" if run.asked_by else ""
    day = formats.date_words(asked.date(), today=today)
    return RunWords(
        run=run,
        period=formats.period_words(run.first_monday, last, today=today),
        asked=f"demande du {day} à {formats.time_words(asked.time())}{by}",
        outcome=_outcome(run),
    )


def _outcome(run: PlanRun) -> str:
    if run.state in {RunState.FINISHED, RunState.ACCEPTED, RunState.DISCARDED} and run.result:
        holes = int(run.result.get("holes", 0))
        return "aucune semaine vide" if not holes else f"{_empty_weeks(holes)} sans médecin"
    return run.failure


def _empty_weeks(count: float) -> str:
    return formats.plural(count, "place")


def run_sheet(run: PlanRun, *, today: date, now: datetime) -> RunSheet:
    """Read a run for its page. A constant number of queries."""
    is_ready = run.state == RunState.FINISHED
    told = run.state in {RunState.FINISHED, RunState.ACCEPTED, RunState.DISCARDED}
    comparison = rota.run_comparison(run) if told else None
    return RunSheet(
        run=run,
        words=run_words(run, today=today),
        is_pending=run.state in PENDING,
        is_ready=is_ready,
        advance=advance(run, now=now) if run.state in PENDING else None,
        comparison=comparison,
        proof=tuple(proof_words(run.result)) if comparison else (),
        headline=headline(comparison) if comparison else "",
        effect=effect_words(comparison) if comparison and is_ready else "",
        centres=tuple(_by_centre(comparison, today)) if comparison else (),
        hardest=hardest_weeks(run, today=today) if is_ready else (),
        shortages=tuple(run.result.get("shortages", ())) if is_ready else (),
    )


def shortage_table(run: PlanRun) -> Table:
    """Write what would fill the empty places of a proposal as a table, a row for each wish."""
    names = dict(Centre.objects.values_list("pk", "name"))
    return Table(
        name="Offres manquantes",
        header=(
            "première semaine",
            "dernière semaine",
            "centres",
            "offres manquantes",
            "médecins pionniers",
            "à moins de (minutes)",
            "en clair",
        ),
        rows=[
            (
                date.fromisoformat(one["first_monday"]),
                date.fromisoformat(one["last_monday"]),
                formats.listing([names.get(key, "centre supprimé") for key in one["centres"]]),
                one["missing"],
                "oui" if one["pioneers"] else "non",
                one["within_minutes"],
                one["words"],
            )
            for one in run.result.get("shortages", ())
        ],
    )


def advance(run: PlanRun, *, now: datetime) -> Advance:
    """Say where a computation is."""
    if run.state == RunState.QUEUED:
        return Advance("Le calcul attend son tour.", "", 0, run.budget_seconds, "")
    progress: dict[str, Any] = run.progress
    seconds = int((now - (run.started_at or now)).total_seconds())
    return Advance(
        phase=_PHASES.get(progress.get("phase", ""), "Le calcul commence."),
        found=found_words(progress),
        seconds=min(max(seconds, 0), run.budget_seconds),
        budget=run.budget_seconds,
        elapsed=_seconds_words(max(seconds, 0)),
    )


_PHASES = {
    solve.PREPARING: "Lecture des centres, des médecins et des semaines offertes.",
    solve.HOLES: "Recherche d’un médecin pour chaque semaine.",
    solve.MOVED: "Recherche du plus petit nombre de missions confirmées à déplacer.",
    solve.COST: "Recherche des meilleurs trajets, des réserves et de l’équité.",
    solve.CHECKING: "Vérification de chaque règle.",
}


def found_words(progress: dict[str, Any]) -> str:
    """Say what was found so far and how much better it could get."""
    best, bound = progress.get("best"), progress.get("bound")
    if best is None:
        return ""
    phase = progress.get("phase")
    if phase == solve.HOLES:
        least = (
            "" if bound is None else f" ; il ne peut pas en rester moins de {formats.number(bound)}"
        )
        return f"Meilleur planning trouvé : {_empty_weeks(best)} sans médecin{least}."
    if phase == solve.MOVED:
        moved = formats.plural(best, "mission confirmée", "missions confirmées")
        return f"Meilleur planning trouvé : {moved} à déplacer."
    gap = progress.get("gap")
    if gap is None:
        return "Un planning complet est trouvé, il s’améliore encore."
    if gap <= 0:
        return "Meilleur planning trouvé : on ne peut pas faire mieux."
    return f"Un planning complet est trouvé : au mieux, {formats.percent(gap, 2)} reste à gagner."


def _seconds_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return formats.plural(rest, "seconde")
    words = formats.plural(minutes, "minute")
    return f"{words} {formats.number(rest)}" if rest else words


def headline(comparison: RunComparison) -> str:
    """Say in one line what the proposal brings."""
    missing = sum(hole.missing for hole in comparison.holes)
    if missing:
        return (
            f"{_empty_weeks(missing)} sans médecin".capitalize() + ", pour les raisons ci-dessous."
        )
    return "Chaque semaine a un médecin."


def proof_words(result: dict[str, Any]) -> Iterable[str]:
    """Say what is proven of a plan, level by level, without a word of computing."""
    holes, least = int(result.get("holes", 0)), result.get("holes_bound", 0)
    if holes == 0:
        yield "Aucune semaine ne reste vide : on ne peut pas faire mieux."
    elif least is not None and holes <= least:
        yield (
            f"On ne peut pas faire mieux que {_empty_weeks(holes)} sans médecin : avec les "
            "semaines offertes aujourd’hui, aucun autre planning n’en laisse moins."
        )
    else:
        yield (
            f"{_empty_weeks(holes)} sans médecin ; il est prouvé qu’il en reste au moins "
            f"{formats.number(int(least or 0))}. Un temps de recherche plus long peut aider."
        )
    moved = int(result.get("confirmed_moved", 0))
    if moved == 0:
        yield "Aucune mission confirmée ne bouge."
    else:
        yield (
            f"{formats.plural(moved, 'mission', 'missions')} déjà "
            f"{formats.agree(moved, 'demandée ou confirmée', 'demandées ou confirmées')} "
            f"{formats.agree(moved, 'changerait', 'changeraient')} pour éviter une semaine vide. "
            "Aucune ne bouge sans que vous cochiez sa ligne."
        )
    gap = result.get("gap")
    if result.get("proven_optimal"):
        yield "Trajets, réserves et équité : on ne peut pas faire mieux, c’est prouvé."
    elif gap is not None:
        yield (
            f"Trajets, réserves et équité : au mieux, {formats.percent(gap, 2)} resterait à gagner."
        )


def effect_words(comparison: RunComparison) -> str:
    """Say what accepting does, before it is done."""
    added = formats.plural(comparison.added, "mission proposée", "missions proposées")
    parts = [f"{added} en plus"]
    if comparison.removed:
        parts.append(formats.plural(comparison.removed, "mission retirée", "missions retirées"))
    if comparison.kept:
        kept = formats.agree(comparison.kept, "inchangée", "inchangées")
        parts.append(f"{formats.number(comparison.kept)} {kept}")
    firm = comparison.firm_moved
    if not firm:
        end = "Aucune mission confirmée ne bouge."
    else:
        which = formats.plural(firm, "mission confirmée", "missions confirmées")
        end = (
            f"{which} ne bouge que si vous cochez sa ligne."
            if firm == 1
            else (f"{which} ne bougent que si vous cochez leurs lignes.")
        )
    told = ""
    if comparison.removed:
        told = " Un médecin qui savait sa mission et qui la perd est prévenu."
    return f"{formats.listing(parts)}. {end}{told}"


def _by_centre(comparison: RunComparison, today: date) -> Iterable[CentreChanges]:
    by_centre: dict[int, list[ChangedWeek]] = defaultdict(list)
    centres: dict[int, Centre] = {}
    for changed in comparison.changes:
        by_centre[changed.centre.pk].append(changed)
        centres[changed.centre.pk] = changed.centre
    for centre in sorted(centres.values(), key=lambda one: (one.name, one.pk)):
        yield CentreChanges(
            centre=centre,
            changes=tuple(
                Change(
                    value=",".join(map(str, changed.ids)),
                    week=formats.week_label(changed.monday, today=today),
                    changed=changed,
                )
                for changed in by_centre[centre.pk]
            ),
        )
