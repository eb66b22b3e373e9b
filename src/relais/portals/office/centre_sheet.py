"""One centre as the planner's page shows it, and what an act would touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from relais.core import formats
from relais.engine import calendar_fr
from relais.engine.weeks import monday_of
from relais.network import queries as network
from relais.network.models import Centre, Closure, Line, PracticeNeed
from relais.network.queries import CentreRow
from relais.rota.models import Mission
from relais.rota.states import FIRM

AHEAD = timedelta(weeks=78)  # how far closures are listed


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line and its period in words."""

    line: Line
    period: str
    is_active: bool
    has_end: bool


@dataclass(frozen=True, slots=True)
class ClosureWords:
    """A closure in words; `is_shared` when it closes the whole network."""

    closure: Closure
    days: str
    reason: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class CentreSheet:
    """Everything the page of a centre shows."""

    centre: Centre
    row: CentreRow
    lines: tuple[LineWords, ...]
    closures: tuple[ClosureWords, ...]
    needs: tuple[PracticeNeed, ...]
    zone: str
    status: str


def centre_sheet(centre: Centre, *, today: date) -> CentreSheet:
    """Read one centre for the page. A constant number of queries."""
    (row,) = network.centres(today=today, ids=[centre.pk])
    closures = network.closures(first=today, last=today + AHEAD, centre_ids=[centre.pk])
    zone = calendar_fr.school_zone(row.department) if row.department else None
    return CentreSheet(
        centre=centre,
        row=row,
        lines=tuple(_line(line, today) for line in row.lines),
        closures=tuple(_closure(one, today) for one in closures),
        needs=tuple(network.practice_needs(centre_ids=[centre.pk])),
        zone=zone or "",
        status=status_words(row, today),
    )


def status_words(row: CentreRow, today: date) -> str:
    """Say where a centre stands: to open, open, closed for good."""
    if row.closes_on is not None and row.closes_on <= today:
        return f"fermé depuis le {formats.date_words(row.closes_on, today=today)}"
    if row.opens_on is not None and row.opens_on > today:
        near = formats.in_days(row.opens_on, today)
        return f"ouvre le {formats.date_words(row.opens_on, today=today)}, {near}"
    lines = formats.plural(row.active_lines, "ligne active", "lignes actives")
    if row.closes_on is not None:
        return f"{lines}, ferme le {formats.date_words(row.closes_on, today=today)}"
    return lines


def _line(line: Line, today: date) -> LineWords:
    start, end = line.starts_on, line.ends_on
    if start is None and end is None:
        period = "depuis l’ouverture, sans fin prévue"
    elif end is None:
        assert start is not None
        period = f"à partir du {formats.date_words(start, today=today)}"
    elif start is None:
        period = f"jusqu’au {formats.date_words(end, today=today)} exclu"
    else:
        first = formats.date_words(start, today=today)
        period = f"du {first} au {formats.date_words(end, today=today)} exclu"
    return LineWords(
        line=line,
        period=period,
        is_active=line.is_active(monday_of(today)),
        has_end=end is not None,
    )


def _closure(closure: Closure, today: date) -> ClosureWords:
    reason = closure.get_reason_display()
    return ClosureWords(
        closure=closure,
        days=formats.period_words(closure.first_on, closure.last_on, today=today),
        reason=f"{reason} : {closure.note}" if closure.note else reason,
        is_shared=closure.centre_id is None,
    )


def effect_words(missions: Iterable[Mission], *, of: str, today: date) -> str:
    """Say what an act touches: « 2 missions confirmées tombent dans … »; empty for nothing."""
    touched = list(missions)
    if not touched:
        return ""
    firm = sum(one.state in FIRM for one in touched)
    loose = len(touched) - firm
    parts = []
    if firm:
        parts.append(formats.plural(firm, "mission confirmée", "missions confirmées"))
    if loose:
        parts.append(formats.plural(loose, "mission proposée", "missions proposées"))
    verb = formats.agree(len(touched), "tombe", "tombent")
    shown = [f"{one.doctor}, {formats.week_label(one.monday, today=today)}" for one in touched[:4]]
    more = " et d’autres" if len(touched) > len(shown) else ""
    return (
        f"{formats.listing(parts)} {verb} dans {of} : {' ; '.join(shown)}{more}. Elles restent "
        "placées et passent à risque : prévenez les médecins, puis annulez-les ou déplacez-les."
    )
