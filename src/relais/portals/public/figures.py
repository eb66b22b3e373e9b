"""The figures of the home page: each with its date, its source and how it was counted.

Only what this installation knows is counted. A figure without ground is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from relais.core import formats
from relais.engine.weeks import WEEK, monday_of, weeks_between
from relais.network import queries as network
from relais.network.models import Centre
from relais.network.queries import CentreRow
from relais.rota.models import Mission
from relais.rota.states import FIRM

REGISTER = "registre du réseau"
ROTA = "planning du réseau"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is shown. `how` tells how it was counted."""

    value: str
    what: str
    as_of: date
    source: str
    how: str


def figures(rows: Sequence[CentreRow], *, today: date) -> list[Figure]:
    """Count the centres, the lines, and what the past weeks of the rota say."""
    opened = [row for row in rows if row.is_open]
    found = []
    if opened:
        lines = sum(row.active_lines for row in opened)
        found += [
            Figure(
                formats.number(len(opened)),
                formats.agree(len(opened), "centre ouvert", "centres ouverts"),
                today,
                REGISTER,
                "Les centres ouverts ce jour, dans le registre des centres.",
            ),
            Figure(
                formats.number(lines),
                f"{formats.agree(lines, 'ligne')} : autant de médecins chaque semaine",
                today,
                REGISTER,
                "Les places de médecin actives ce jour dans les centres ouverts.",
            ),
        ]
    return found + _past(today)


def _past(today: date) -> list[Figure]:
    """Count the weeks that went by: who came, how many were covered, how many were not."""
    this_monday = monday_of(today)
    done = Mission.objects.filter(state__in=FIRM, monday__lt=this_monday)
    covered = set(done.values_list("line_id", "monday"))
    if not covered:
        return []
    first = min(monday for _, monday in covered)
    needed = _needed(first, weeks_between(first, this_monday))
    uncovered = len(needed - covered)
    doctors = done.values("doctor_id").distinct().count()
    last_day = this_monday - WEEK / 7
    since = f"depuis le {formats.date_words(first, weekday=False)}"
    return [
        Figure(
            formats.number(doctors),
            formats.agree(doctors, "médecin est venu", "médecins sont venus"),
            last_day,
            ROTA,
            f"Les médecins qui ont fait au moins une semaine {since}, chacun compté une fois.",
        ),
        Figure(
            formats.number(len(covered)),
            formats.agree(
                len(covered), "semaine de médecin assurée", "semaines de médecin assurées"
            ),
            last_day,
            ROTA,
            f"Une semaine d’une ligne compte pour une ; semaines achevées {since}.",
        ),
        Figure(
            formats.number(uncovered),
            formats.agree(uncovered, "semaine sans médecin", "semaines sans médecin"),
            last_day,
            ROTA,
            f"Semaines achevées {since} où une ligne ouverte n’avait pas de médecin confirmé.",
        ),
    ]


def _needed(first: date, weeks: int) -> set[tuple[int, date]]:
    """List the line-weeks that needed a doctor: (line id, Monday)."""
    centres = Centre.objects.order_by("id").prefetch_related("lines")
    opened = network.open_weeks(centres, first_monday=first, weeks=weeks)
    return {
        (line.pk, monday)
        for centre in centres
        for line in centre.lines.all()
        for monday in opened[centre.pk]
        if line.is_active(monday)
    }
