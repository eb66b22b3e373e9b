"""The planner's desk in words: months, campaigns, and tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from relais.connectors.spreadsheets import Sheet
from relais.core import formats
from relais.doctors.models import Campaign
from relais.engine.pool import MonthForecast
from relais.journeys.joining import Conversion
from relais.rota.queries import Cohort

_ORDINALS: Final = ("1er", "2e", "3e", "4e")
_EVEN: Final = 0.5  # below, a month is as good as covered


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month: its figures, and what they mean."""

    month: MonthForecast
    name: str
    words: str
    level: str


def month_row(one: MonthForecast) -> MonthRow:
    """Say a month: « il manquera environ 12 semaines (entre 6 et 18) »."""
    missing, low, high = round(one.missing), round(one.least), round(one.most)
    name = formats.month_words(one.facts.first_day)
    if one.missing >= _EVEN and missing:
        words = (
            f"il manquera environ {formats.plural(missing, 'semaine')} "
            f"(entre {formats.number(max(0, low))} et {formats.number(high)})"
        )
        return MonthRow(one, name, words, "high" if low > 0 else "medium")
    if high > 0:
        words = f"couvert, peut-être juste : jusqu’à {formats.plural(high, 'semaine')} en moins"
        return MonthRow(one, name, words, "medium")
    words = f"couvert, avec environ {formats.plural(-missing, 'semaine')} de marge"
    return MonthRow(one, name, words, "low")


def headline(rows: Sequence[MonthRow]) -> str:
    """Say the month that lacks most."""
    worst = max(rows, key=lambda row: row.month.missing, default=None)
    if worst is None or worst.month.missing < _EVEN:
        return "Aucun mois ne manque de médecins, à ce que l’on sait aujourd’hui."
    missing = formats.plural(round(worst.month.missing), "semaine")
    return f"Il manquera environ {missing} en {worst.name}."


def forecast_table(rows: Iterable[MonthRow]) -> Sheet:
    """Write the forecast as a table."""
    return Sheet(
        "prévision",
        (
            "mois",
            "semaines à pourvoir",
            "confirmées",
            "en attente",
            "offertes et libres",
            "attendues",
            "manque",
            "manque au moins",
            "manque au plus",
            "médecins prêts",
        ),
        [
            (
                row.month.facts.first_day,
                row.month.facts.needed,
                row.month.facts.confirmed,
                row.month.facts.awaited,
                row.month.offered,
                round(row.month.expected, 1),
                round(row.month.missing, 1),
                round(row.month.least, 1),
                round(row.month.most, 1),
                row.month.facts.ready,
            )
            for row in rows
        ],
    )


def quarter_words(one: Cohort) -> str:
    """Name a quarter: « 2e trimestre 2027 »."""
    return f"{_ORDINALS[one.quarter - 1]} trimestre {one.year}"


def cohort_table(rows: Iterable[Cohort]) -> Sheet:
    """Write the cohorts as a table; a share that can still grow says so."""
    found = list(rows)
    months = [one.months for one in found[0].returned] if found else []
    titles = ["trimestre", "premières missions"]
    for count in months:
        titles += [f"revenus en {count} mois", f"{count} mois passés pour tous"]
    return Sheet(
        "retours",
        titles,
        [
            (
                quarter_words(one),
                one.doctors,
                *(cell for part in one.returned for cell in (part.count, part.known)),
            )
            for one in found
        ],
    )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with what it brought."""

    campaign: Campaign
    link: str
    brought: Conversion
    each: str


def campaign_rows(
    campaigns: Iterable[Campaign], *, conversions: Iterable[Conversion], address: str
) -> list[CampaignRow]:
    """Join campaigns to what came of their links. No query."""
    by_source = {one.source: one for one in conversions}
    rows = []
    for one in campaigns:
        brought = by_source.get(one.code, Conversion(one.code, 0, 0, 0, 0, 0))
        each = ""
        if one.cost_eur is not None and brought.came:
            each = f"{formats.euros(one.cost_eur / brought.came)} par médecin venu"
        elif one.cost_eur is not None and brought.accepted:
            each = f"{formats.euros(one.cost_eur / brought.accepted)} par médecin accueilli"
        rows.append(CampaignRow(one, f"{address}?source={one.code}", brought, each))
    return rows
