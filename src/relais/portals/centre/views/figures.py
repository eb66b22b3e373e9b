"""Figures of a centre's agenda, and the sheet on a second line."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.agenda import figures as agenda_figures
from relais.agenda import queries
from relais.core import formats
from relais.engine import parameters
from relais.engine.agenda import second_line as rule
from relais.network.models import Centre
from relais.network.permissions import centres_of
from relais.portals.gates import PersonRequest, needs

WEEKS: Final = 8
_NAMES: Final = {
    "pressure": "Demandes sur places",
    "wait": "Attente de neuf rendez-vous sur dix",
    "backlog": "Liste d’inscription, en semaines",
}


@needs(Right.CENTRE_READ)
def figures(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the figures, with their definitions."""
    centre, found = _read(request, pk)
    return render(
        request,
        "centre/figures.html",
        {
            "centre": centre,
            "figures": found,
            "weeks": [_week(one, found.since) for one in found.weeks],
            "definitions": agenda_figures.DEFINITIONS.values(),
            "number": WEEKS,
        },
    )


@needs(Right.CENTRE_READ)
def table(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the figures as a table, definitions below."""
    centre, found = _read(request, pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="chiffres-{centre.key}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer, delimiter=";")
    writer.writerow(
        ["semaine", "ligne", "minutes ouvertes", "minutes données", "part remplie",
         "rendez-vous", "vus", "non venus", "part de non venus", "soins du jour",
         "part de soins du jour"]
    )  # fmt: skip
    for one in found.weeks:
        writer.writerow(
            [one.monday.isoformat(), one.line.number, one.open_minutes, one.given_minutes,
             _share(one.fill), one.given, one.seen, one.no_shows, _share(one.no_show),
             one.same_day, _share(one.unscheduled)]
        )  # fmt: skip
    writer.writerow([])
    for count in (*found.by_class, *found.by_age):
        writer.writerow([count.kind, count.name, count.count, f"médiane {count.median_days} jours"])
    third = "" if found.third_days is None else found.third_days
    writer.writerow(["troisième place libre, jours", third])
    writer.writerow(["demandes sans place", found.refused])
    writer.writerow([])
    for name, how in agenda_figures.DEFINITIONS.values():
        writer.writerow([name, how, f"source : agenda de {centre.name}"])
    return answer


@needs(Right.CENTRE_READ)
def second_line(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the three tests and what one more line changes and takes."""
    centre = _centre(request, pk)
    now, today = timezone.now(), timezone.localdate()
    lines = queries.lines_of(centre, day=today)
    seen = agenda_figures.measured(centre, lines=lines, today=today, now=now)
    sheet = rule.assess(seen)
    page = parameters.load("second_line")
    return render(
        request,
        "centre/second_line.html",
        {
            "centre": centre,
            "sheet": sheet,
            "seen": seen,
            "lines": len(lines),
            "tests": [
                {"name": _NAMES[test.key], "value": _told(test.key, test.value), "test": test,
                 "threshold": _told(test.key, test.threshold)}
                for test, key in zip(
                    sheet.tests, ("most_pressure", "most_wait_days", "most_list_weeks"),
                    strict=True,
                )
            ],
            "pressure_after": _told("pressure", sheet.pressure_after),
            "list_after": _told("backlog", sheet.list_weeks_after),
            "hours": page["line_hours"].value,
            "weeks_open": page["weeks_open"].value,
            "weeks_a_doctor": formats.number(page["weeks_a_doctor"].value, 1),
        },
    )  # fmt: skip


def _centre(request: PersonRequest, pk: int) -> Centre:
    today = timezone.localdate()
    return get_object_or_404(centres_of(request.user, today).select_related("commune"), pk=pk)


def _read(request: PersonRequest, pk: int) -> tuple[Centre, agenda_figures.Figures]:
    centre = _centre(request, pk)
    now, today = timezone.now(), timezone.localdate()
    lines = queries.lines_of(centre, day=today)
    return centre, agenda_figures.figures(centre, lines=lines, today=today, weeks=WEEKS, now=now)


def _week(one: agenda_figures.WeekFigures, since: date | None) -> dict[str, Any]:
    return {
        "one": one,
        "is_kept": since is not None and one.monday + timedelta(days=6) >= since,
        "until": one.monday + timedelta(days=6),
        "fill": _percent(one.fill),
        "no_show": _percent(one.no_show),
        "unscheduled": _percent(one.unscheduled),
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else formats.percent(share)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}".replace(".", ",")


def _told(key: str, value: float | None) -> str:
    if value is None:
        return "rien à mesurer encore"
    if key == "pressure":
        return formats.percent(value)
    if key == "wait":
        return f"{formats.number(value)} jours"
    return formats.plural(round(value), "semaine")
