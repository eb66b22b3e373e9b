"""`simulate.html`: the years played as a page for a person, which opens without a server.

No script, nothing from elsewhere; the drawings are own SVG, and every figure in them also stands in
a table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from relais.engine import parameters
from relais.engine.plan_folder.summary import percent
from relais.engine.rota.problem import Problem
from relais.engine.simulate.policies import MEANS
from relais.engine.simulate.runs import Reliability, Result, keeps_none
from relais.engine.units import count_words

_WIDTH, _ROW, _BAR = 440, 56, 14
_RIGHT = 60  # kept for the figure after the longest bar
_SIDE, _MARGIN = 420, 64  # of the square of announced and observed risks
_LEAST = 1e-5  # where its logarithmic axes begin
_SMALL, _MIDDLE, _PLURAL = 1, 100, 2


def decimal(number: float) -> str:
    """Say a number the French way, decimals as it needs: « 0,05 », « 4,6 », « 382 »."""
    size = abs(number)
    digits = 0 if number == 0 or size >= _MIDDLE else 1 if size >= _SMALL else 2
    if 0 < size < 0.01:
        digits = 3
    return f"{number:.{digits}f}".replace(".", ",").replace("-", "\u2212")


def page(
    problem: Problem, results: Sequence[Result], reliability: Reliability | None, seed: int
) -> Iterator[str]:
    """Give the page piece by piece."""
    style = resources.files("relais.engine.plan_folder").joinpath("page.css").read_text("utf-8")
    style += resources.files(__package__).joinpath("simulate.css").read_text("utf-8")
    lines = sum(centre.lines for centre in problem.centres)
    years = results[0].years
    network = (
        f"{count_words(years, 'année jouée', 'années jouées')} · "
        f"{count_words(len(problem.centres), 'centre', 'centres')}, "
        f"{count_words(lines, 'ligne', 'lignes')} · "
        f"{count_words(len(problem.doctors), 'médecin', 'médecins')} · "
        f"{count_words(problem.standby_depth, 'réserve voulue', 'réserves voulues')} par centre "
        f"et semaine · tirage {seed}"
    )
    yield (
        '<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>L’année des relais, jouée {years} fois</title>\n<style>\n{style}</style>\n"
        '</head>\n<body>\n<a class="skip" href="#resultats">Aller aux résultats</a>\n'
        "<header>\n<p class=kicker>L’année des relais, jouée de nombreuses fois</p>\n"
        f"<h1>{escape(headline(results))}</h1>\n<p class=network>{escape(network)}</p>\n"
        "</header>\n<main>\n"
    )
    yield "<section id=resultats>\n<h2>Semaines sans médecin, par an</h2>\n"
    yield from _bars(results)
    yield "<ul class=proof>\n"
    for sentence in in_words(results):
        yield f"<li>{escape(sentence)}</li>\n"
    yield "</ul>\n"
    yield from _table(results)
    yield "</section>\n"
    if reliability is not None and reliability.count:
        yield from _reliability(reliability)
    yield from _rates()
    yield "</main>\n</body>\n</html>\n"


def _weeks(number: float) -> str:
    return f"{decimal(number)} {'semaine' if number < _PLURAL else 'semaines'} sans médecin"


def headline(results: Sequence[Result]) -> str:
    """Say the main result in one sentence."""
    kept = keeps_none(results)
    if kept:
        return f"{MEANS[kept[0]].name} : aucune semaine sans médecin"
    best = min(results, key=lambda one: one.uncovered.value)
    return f"{MEANS[best.policy].name} : {_weeks(best.uncovered.value)} par an"


def in_words(results: Sequence[Result]) -> list[str]:
    """Say the results in French sentences."""
    said = []
    first = results[0]
    for one in results:
        if one.worst == 0:
            said.append(
                f"« {MEANS[one.policy].name} » garde 0 semaine sans médecin dans "
                f"{count_words(one.years, 'année jouée', 'années jouées')}. Cela prouve seulement "
                f"qu’il y en a moins de {decimal(one.uncovered.high)} par an."
            )
        elif one is not first and first.uncovered.value > 0:
            ratio = one.uncovered.value / first.uncovered.value
            said.append(
                f"« {MEANS[one.policy].name} » laisse {_weeks(one.uncovered.value)} par an : "
                f"{percent(ratio)} de ce que laisse « {MEANS[first.policy].name} »."
            )
        else:
            name = MEANS[one.policy].name
            said.append(f"« {name} » laisse {_weeks(one.uncovered.value)} par an.")
    if not keeps_none(results):
        said.append("Aucune de ces façons de faire ne garde 0 dans toutes les années jouées.")
    said.append(
        "Le trait sous chaque barre est l’intervalle où se trouve la vraie moyenne, avec "
        "95\u00a0chances sur 100. Toutes les façons de faire ont connu les mêmes années."
    )
    said.append(
        "Les taux sont des hypothèses : comparez les façons de faire entre elles, sans prendre les "
        "valeurs pour des promesses."
    )
    return said


def _bars(results: Sequence[Result]) -> Iterator[str]:
    most = max(max(one.uncovered.high for one in results), _LEAST)
    scale = (_WIDTH - _RIGHT) / most
    height = _ROW * len(results)
    told = " ; ".join(
        f"{MEANS[one.policy].name} : {decimal(one.uncovered.value)}" for one in results
    )
    yield (
        f'<figure>\n<svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Semaines sans médecin par an. {escape(told)}">\n'
    )
    for index, one in enumerate(results):
        top = _ROW * index + 22
        below = top + _BAR + 6
        low, high = (1 + scale * end for end in (one.uncovered.low, one.uncovered.high))
        width = max(scale * one.uncovered.value, 1.5)
        kind = "mark most" if index == 0 else "mark"
        yield (
            f'<text x="0" y="{top - 7}">{escape(MEANS[one.policy].name)}</text>\n'
            f'<rect class="{kind}" x="0" y="{top}" width="{width:.1f}" height="{_BAR}" rx="2"/>\n'
            f'<path class="range" d="M{low:.1f} {below}H{high:.1f}'
            f'M{low:.1f} {below - 3}v6M{high:.1f} {below - 3}v6"/>\n'
            f'<text class="strong" x="{max(high, width) + 8:.1f}" y="{top + _BAR}">'
            f"{decimal(one.uncovered.value)}</text>\n"
        )
    yield "</svg>\n</figure>\n"


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield (
        "<div class=scroll tabindex=0 role=region aria-label='Les résultats'>\n"
        "<table class=list>\n<caption>Par an, en moyenne</caption>\n<thead><tr>"
        "<th scope=col>Façon de faire</th><th scope=col class=number>Semaines sans médecin</th>"
        "<th scope=col class=number>Intervalle à 95\u00a0%</th>"
        "<th scope=col class=number>Années sans aucune</th>"
        "<th scope=col class=number>Pire année</th>"
        "<th scope=col class=number>Messages et appels</th>"
        "<th scope=col class=number>Médecins sollicités</th>"
        "<th scope=col class=number>Réserves appelées</th>"
        "<th scope=col class=number>Semaines du salarié</th></tr></thead>\n<tbody>\n"
    )
    for one in results:
        cells = (
            decimal(one.uncovered.value),
            f"{decimal(one.uncovered.low)} à {decimal(one.uncovered.high)}",
            percent(one.none.value),
            str(one.worst),
            f"{one.messages:.0f}",
            f"{one.people:.0f}",
            decimal(one.reserves_used),
            decimal(one.flying_used),
        )
        numbers = "".join(f"<td class=number>{escape(cell)}</td>" for cell in cells)
        yield f"<tr><th scope=row>{escape(MEANS[one.policy].name)}</th>{numbers}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _reliability(found: Reliability) -> Iterator[str]:
    end = _SIDE + _MARGIN

    def at(risk: float) -> float:
        return _SIDE * (math.log10(max(risk, _LEAST)) - math.log10(_LEAST)) / -math.log10(_LEAST)

    yield (
        "<section>\n<h2>Le risque annoncé est-il juste ?</h2>\n<div class=columns>\n<figure>\n"
        f'<svg viewBox="0 0 {end + 24} {_SIDE + 44}" role="img" aria-label="Risque annoncé et part '
        'des semaines restées sans médecin ; le tableau voisin donne les valeurs.">\n'
        f'<path class="axis" d="M{_MARGIN} 10V{_SIDE + 10}H{end}"/>\n'
        f'<path class="equal" d="M{_MARGIN} {_SIDE + 10}L{end} 10"/>\n'
    )
    for power in range(round(math.log10(_LEAST)), 1):
        place = at(10.0**power)
        word = f"{100 * 10.0**power:g}\u00a0%".replace(".", ",") if place else "0"
        yield (
            f'<text class="soft" x="{_MARGIN - 8}" y="{_SIDE + 15 - place:.1f}" '
            f'text-anchor="end">{word}</text>\n'
            f'<text class="soft" x="{_MARGIN + place:.1f}" y="{_SIDE + 32}" '
            f'text-anchor="middle">{word}</text>\n'
        )
    for one in found.bins:
        x = _MARGIN + at(one.announced)
        low, middle, high = (
            _SIDE + 10 - at(value)
            for value in (one.observed.low, one.observed.value, one.observed.high)
        )
        yield (
            f'<path class="range" d="M{x:.1f} {low:.1f}V{high:.1f}"/>\n'
            f'<circle class="mark" cx="{x:.1f}" cy="{middle:.1f}" r="5"/>\n'
        )
    yield (
        "</svg>\n<figcaption>En largeur le risque annoncé, en hauteur la part des semaines restées "
        "sans médecin. Sur la ligne en pointillé, l’annonce est juste ; au-dessous, elle est trop "
        "prudente.</figcaption>\n</figure>\n<div>\n<table class=list>\n"
        "<thead><tr><th scope=col class=number>Annoncé</th><th scope=col class=number>Arrivé</th>"
        "<th scope=col class=number>Annonces</th></tr></thead>\n<tbody>\n"
    )
    for one in found.bins:
        yield (
            f"<tr><td class=number>{percent(one.announced)}</td>"
            f"<td class=number>{percent(one.observed.value)}</td>"
            f"<td class=number>{one.count:,}</td></tr>\n".replace(",", "\u202f")
        )
    yield (
        "</tbody>\n</table>\n<p>En tout, "
        f"{percent(found.announced)} annoncés, {percent(found.observed)} arrivés. "
        f"Erreur quadratique moyenne {_small(found.brier)}, contre "
        f"{_small(found.brier_of_mean)} si l’on annonçait partout la moyenne.</p>\n"
        "</div>\n</div>\n</section>\n"
    )


def _rates() -> Iterator[str]:
    yield (
        "<section>\n<h2>Les hypothèses</h2>\n"
        "<div class=scroll tabindex=0 role=region aria-label='Les hypothèses'>\n"
        "<table class='list rates'>\n<thead><tr><th scope=col>Ce que c’est</th>"
        "<th scope=col class=number>Valeur</th><th scope=col>D’où cela vient</th>"
        "</tr></thead>\n<tbody>\n"
    )
    for name, entry in parameters.load("simulation").items():
        value = percent(entry.value) if name in _SHARES else f"{entry.value:g}".replace(".", ",")
        assumed = entry.source.startswith("hypothèse")
        yield (
            f"<tr><th scope=row>{escape(RATE_WORDS[name])}</th><td class=number>{value}</td>"
            f"<td>{'hypothèse' if assumed else escape(SOURCE_WORDS[name])}</td></tr>\n"
        )
    yield "</tbody>\n</table>\n</div>\n</section>\n"


def _small(number: float) -> str:
    return f"{number:.5f}".replace(".", ",")


RATE_WORDS = {
    "early_cancellation_share": "Missions annulées 28 à 120 jours avant",
    "late_withdrawal_share": "Missions annulées 7 à 28 jours avant",
    "last_week_share": "Missions annulées 2 à 7 jours avant",
    "illness_share": "Missions annulées moins de 2 jours avant (maladie, accident)",
    "far_days": "Longtemps avant : à partir de ce nombre de jours",
    "near_days": "La semaine d’avant : au-dessous de ce nombre de jours",
    "last_days": "Au dernier moment : au-dessous de ce nombre de jours",
    "farthest_days": "Annulation la plus précoce, en jours",
    "accept_far": "Un médecin qui avait proposé la semaine dit oui, 28 jours avant ou plus",
    "accept_weeks": "Un médecin qui avait proposé la semaine dit oui, 7 à 28 jours avant",
    "accept_days": "Un médecin qui avait proposé la semaine dit oui, 2 à 7 jours avant",
    "accept_last": "Un médecin qui avait proposé la semaine dit oui, moins de 2 jours avant",
    "stranger_factor": "Pour qui n’avait pas proposé la semaine : fois",
    "known_centre_factor": "Pour un centre que le médecin connaît : fois",
    "most_likely": "Chance la plus grande jamais annoncée pour un médecin",
    "class_prior_answers": "Réponses que vaut cette première idée, pour tous",
    "personal_prior_yes": "Oui attendus que vaut cette première idée, pour chacun",
    "willingness_spread": "Différence d’un médecin à l’autre (écart type)",
    "reserve_accepts": "Un médecin de réserve peut venir",
    "reserve_accepts_last_day": "Un médecin de réserve peut venir, appelé moins d’un jour avant",
    "reserve_from_days": "Les réserves sont appelées au-dessous de ce nombre de jours",
    "reserve_answer_hours": "Heures avant la réponse d’une réserve",
    "calls_per_day": "Appels par jour pour une place vide",
    "call_reached": "Appels qui aboutissent",
    "most_calls": "Appels au plus pour une place vide",
    "wave_hours_far": "Heures d’une vague d’invitations à l’autre, 7 jours avant ou plus",
    "wave_hours_days": "Heures d’une vague d’invitations à l’autre, 2 à 7 jours avant",
    "wave_hours_last": "Heures d’une vague d’invitations à l’autre, moins de 2 jours avant",
    "wave_risk_far": "Risque accepté que toute une vague dise non, 7 jours avant ou plus",
    "wave_risk_days": "Risque accepté que toute une vague dise non, 2 à 7 jours avant",
    "wave_risk_last": "Risque accepté que toute une vague dise non, moins de 2 jours avant",
    "largest_wave": "Invitations au plus dans une vague",
    "chains_tried": "Échanges de semaines proposés pour une place vide",
    "flying_weeks_off": "Semaines par an sans le médecin salarié",
    "flying_ill_share": "Semaines où le médecin salarié est malade",
    "plan_days_ahead": "Jours entre le plan et son premier lundi",
}
SOURCE_WORDS = {
    "chains_tried": "ce que voit l’équipe",
    "flying_weeks_off": "Code du travail, article L3141-3",
}
_SHARES = {
    name
    for name in RATE_WORDS
    if name.startswith(("accept_", "reserve_accepts", "wave_risk")) or name.endswith("_share")
} | {"call_reached", "most_likely"}
