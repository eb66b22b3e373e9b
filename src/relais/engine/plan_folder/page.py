"""`plan.html`: the plan as a page for a person, which opens without a server and prints.

No script, no picture, nothing from elsewhere. It holds nothing that changes from one run to the
next (no duration, no clock), so that the same folder and seed give the same page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from importlib import resources
from itertools import groupby
from typing import Protocol

from relais.engine.plan_folder.figures import Figures, figures_of
from relais.engine.plan_folder.summary import Summary, in_words, percent
from relais.engine.rota import shortage
from relais.engine.rota.plan import Hole, Plan, PlannedMission
from relais.engine.rota.problem import CentreIndex, Problem, Status, WeekIndex
from relais.engine.units import count_words, day_words, duration_words

WEEKS_PER_BOARD = 13  # a quarter: fits a screen and a sheet of paper
_NONE = "—"
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
_STATES = {
    Status.LOCKED: ("locked", "■", "verrouillée"),
    Status.CONFIRMED: ("confirmed", "●", "confirmée"),
    Status.PROPOSED: ("proposed", "○", "proposée"),
}


class Sentences(Protocol):
    """Who can say in one French sentence why a mission was chosen and why a place stayed empty."""

    def because(self, mission: PlannedMission) -> str:
        """Say why this doctor goes there that week."""
        ...

    def why_hole(self, hole: Hole) -> str:
        """Say why nobody could be found."""
        ...


def page(problem: Problem, plan: Plan, summary: Summary, sentences: Sentences) -> Iterator[str]:
    """Give the page piece by piece."""
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    last = problem.monday(problem.weeks - 1)
    period = f"du lundi {day_words(problem.first_monday)} au lundi {day_words(last)}"
    lines = sum(centre.lines for centre in problem.centres)
    network = (
        f"{count_words(problem.weeks, 'semaine', 'semaines')}, {period} · "
        f"{count_words(len(problem.centres), 'centre', 'centres')}, "
        f"{count_words(lines, 'ligne', 'lignes')} · "
        f"{count_words(len(problem.doctors), 'médecin', 'médecins')}"
    )
    figures = figures_of(problem, plan)
    yield (
        '<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Le plan des relais, {escape(period)}</title>\n<style>\n{style}</style>\n</head>\n"
        '<body>\n<a class="skip" href="#tableau">Aller au tableau des semaines</a>\n'
        f"<header>\n<p class=kicker>Le plan des relais</p>\n<h1>{_headline(summary)}</h1>\n"
        f"<p class=network>{escape(network)}</p>\n{_key_figures(problem, summary, figures)}"
        "</header>\n<main>\n"
    )
    yield _proof(summary)
    yield from _holes(problem, plan, sentences)
    yield from _boards(problem, plan)
    yield from _fairness(problem, figures)
    yield "</main>\n</body>\n</html>\n"


def _headline(summary: Summary) -> str:
    if summary.holes == 0:
        return "Chaque semaine a ses médecins"
    return f"Il manque {count_words(summary.holes, 'médecin', 'médecins')}"


def _key_figures(problem: Problem, summary: Summary, figures: Figures) -> str:
    travel = figures.median_travel_minutes
    told = [
        (str(summary.holes), "places sans médecin" if summary.holes > 1 else "place sans médecin"),
        (str(figures.missions), "missions" if figures.missions > 1 else "mission"),
        (str(figures.doctors_called), f"sur {len(problem.doctors)} médecins viennent"),
        (_NONE if travel is None else duration_words(travel), "de trajet médian"),
        (
            str(summary.standby_missing),
            "réserves manquantes" if summary.standby_missing > 1 else "réserve manquante",
        ),
    ]
    items = "".join(
        f"<div><dd>{escape(value)}</dd><dt>{escape(label)}</dt></div>\n" for value, label in told
    )
    return f"<dl class=figures>\n{items}</dl>\n"


def _proof(summary: Summary) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>\n" for sentence in in_words(summary))
    return f"<section>\n<h2>Ce que vaut ce plan</h2>\n<ul class=proof>\n{items}</ul>\n</section>\n"


def _holes(problem: Problem, plan: Plan, sentences: Sentences) -> Iterator[str]:
    yield "<section>\n<h2>Où il manque quelqu’un</h2>\n"
    if not plan.holes:
        yield "<p>Nulle part : il n’y a personne à chercher pour cette période.</p>\n</section>\n"
        return
    yield "<ul class=missing>\n"
    for hole in sorted(plan.holes):
        name = problem.centres[hole.centre].name
        missing = count_words(hole.missing, "médecin manque", "médecins manquent")
        yield (
            f"<li><span>lundi {escape(day_words(problem.monday(hole.week)))}</span> "
            f"<b>{escape(name)}</b> <span class=hole>{missing}</span> "
            f"<p>{escape(sentences.why_hole(hole))}</p></li>\n"
        )
    yield "</ul>\n<h3>Ce qui suffirait</h3>\n<ul class=proof>\n"
    for one in shortage.shortages(problem, plan):
        yield f"<li>{escape(shortage.in_words(problem, one))}</li>\n"
    yield (
        "</ul>\n<p>Une offre compte si le médecin accepte un de ces centres et peut encore faire "
        "une mission.</p>\n</section>\n"
    )


def _boards(problem: Problem, plan: Plan) -> Iterator[str]:
    missions: dict[tuple[CentreIndex, WeekIndex], list[PlannedMission]] = defaultdict(list)
    for mission in sorted(plan.missions):
        missions[mission.centre, mission.week].append(mission)
    holes = {(hole.centre, hole.week): hole.missing for hole in plan.holes}
    reserves: dict[WeekIndex, list[str]] = defaultdict(list)
    for standby in sorted(plan.standbys):
        reserves[standby.week].append(problem.doctors[standby.doctor].id)
    legend = "".join(
        f'<li class="{name}"><span aria-hidden=true>{sign}</span> {word}</li>\n'
        for name, sign, word in _STATES.values()
    )
    yield (
        "<section id=tableau>\n<h2>Le tableau des semaines</h2>\n"
        f"<ul class=legend>\n{legend}"
        '<li class="hole"><span aria-hidden=true>△</span> à pourvoir</li>\n'
        '<li class="closed">fermée</li>\n</ul>\n'
    )
    for start in range(0, problem.weeks, WEEKS_PER_BOARD):
        weeks = range(start, min(start + WEEKS_PER_BOARD, problem.weeks))
        yield from _board(problem, weeks, missions, holes, reserves)
    yield "</section>\n"


def _board(
    problem: Problem,
    weeks: range,
    missions: dict[tuple[CentreIndex, WeekIndex], list[PlannedMission]],
    holes: dict[tuple[CentreIndex, WeekIndex], int],
    reserves: dict[WeekIndex, list[str]],
) -> Iterator[str]:
    mondays = [problem.monday(week) for week in weeks]
    title = f"Du {day_words(mondays[0])} au {day_words(mondays[-1])}"
    months = "".join(
        f"<th scope=colgroup colspan={len(list(members))}>{escape(name)}</th>"
        for name, members in groupby(mondays, key=_month)
    )
    days = "".join(f"<th scope=col>{monday.day}</th>" for monday in mondays)
    yield (
        f"<h3>{escape(title)}</h3>\n"
        f"<div class=scroll tabindex=0 role=region aria-label='{escape(title)}'>\n"
        f"<table class=board>\n<thead>\n<tr><th rowspan=2 scope=col>Centre</th>{months}</tr>\n"
        f"<tr>{days}</tr>\n</thead>\n<tbody>\n"
    )
    for index, centre in enumerate(problem.centres):
        cells = "".join(
            _cell(
                problem, index, week, missions.get((index, week), ()), holes.get((index, week), 0)
            )
            for week in weeks
        )
        yield f"<tr><th scope=row>{escape(centre.name)}</th>{cells}</tr>\n"
    if any(week in reserves for week in weeks):
        cells = "".join(
            f"<td>{''.join(f'<span>{escape(who)}</span>' for who in reserves.get(week, ()))}</td>"
            for week in weeks
        )
        yield f"<tr class=reserve><th scope=row>De réserve</th>{cells}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _month(monday: date) -> str:
    return f"{_MONTHS[monday.month - 1]} {monday.year}"


def _cell(
    problem: Problem,
    centre: CentreIndex,
    week: WeekIndex,
    missions: Iterable[PlannedMission],
    missing: int,
) -> str:
    said = []
    for mission in missions:
        name, sign, word = _STATES[mission.status]
        said.append(
            f'<span class="{name}"><span aria-hidden=true>{sign}</span>'
            f"{escape(problem.doctors[mission.doctor].id)}"
            f"<span class=unseen> {word}</span></span>"
        )
    if missing:
        several = f"{missing} " if missing > 1 else ""
        said.append(f'<span class="hole"><span aria-hidden=true>△</span>{several}à pourvoir</span>')
    if said:
        return f"<td>{''.join(said)}</td>"
    if not problem.open_weeks[centre, week]:
        return "<td class=closed>fermée</td>"
    return "<td></td>"


def _fairness(problem: Problem, figures: Figures) -> Iterator[str]:
    most = max((doctors for _, doctors in figures.doctors_by_missions), default=0)
    bars = "".join(
        f"<tr><th scope=row>{count_words(missions, 'mission', 'missions')}</th>"
        f"<td class=number>{doctors}</td>"
        f'<td class=bar><span style="width:{100 * doctors / most:.1f}%"></span></td></tr>\n'
        for missions, doctors in figures.doctors_by_missions
    )
    yield (
        "<section>\n<h2>L’équité</h2>\n<div class=columns>\n<div>\n"
        "<table class=list>\n<caption>Combien de médecins font combien de missions</caption>\n"
        "<thead><tr><th scope=col>Missions</th><th scope=col>Médecins</th><td></td></tr></thead>\n"
        f"<tbody>\n{bars}</tbody>\n</table>\n</div>\n<div>\n<ul class=proof>\n"
    )
    for sentence in _fairness_in_words(figures):
        yield f"<li>{escape(sentence)}</li>\n"
    yield (
        "</ul>\n</div>\n</div>\n"
        "<div class=scroll tabindex=0 role=region aria-label='Les centres'>\n"
        "<table class=list>\n<caption>Centre par centre</caption>\n"
        "<thead><tr><th scope=col>Centre</th><th scope=col>Missions</th>"
        "<th scope=col>Médecins différents</th><th scope=col>Trajet médian</th>"
        "<th scope=col>Places sans médecin</th></tr></thead>\n<tbody>\n"
    )
    for row in figures.centres:
        travel = row.median_travel_minutes
        yield (
            f"<tr><th scope=row>{escape(problem.centres[row.centre].name)}</th>"
            f"<td class=number>{row.missions}</td><td class=number>{row.doctors}</td>"
            f"<td class=number>{_NONE if travel is None else duration_words(travel)}</td>"
            f"<td class=number>{row.missing}</td></tr>\n"
        )
    yield "</tbody>\n</table>\n</div>\n</section>\n"


def _fairness_in_words(figures: Figures) -> list[str]:
    if not figures.missions:
        return ["Ce plan n’a aucune mission."]
    assert figures.mean_travel_minutes is not None
    assert figures.longest_travel_minutes is not None
    most = count_words(figures.most_missions, "mission", "missions")
    return [
        f"Un médecin fait au plus {most}.",
        f"{count_words(figures.doctors_free, 'médecin n’a', 'médecins n’ont')} aucune mission : "
        "à solliciter d’abord si quelqu’un manque.",
        f"Le trajet moyen est de {duration_words(figures.mean_travel_minutes)}, "
        f"le plus long de {duration_words(figures.longest_travel_minutes)}.",
        f"{percent(figures.at_known_centre / figures.missions)} des missions sont dans un centre "
        f"que le médecin connaît, {percent(figures.at_preferred_centre / figures.missions)} dans "
        "un centre qu’il préfère.",
        f"{count_words(figures.standby_weeks, 'semaine', 'semaines')} de réserve sont promises.",
    ]
