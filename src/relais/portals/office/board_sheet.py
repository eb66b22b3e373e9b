"""The board as a page draws it: months, columns, cells with their words, and what comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse

from relais.connectors.spreadsheets import Sheet as Table
from relais.core import formats
from relais.engine.weeks import WEEK, weeks_between
from relais.portals.office.forms.board import AT_RISK, NAMES, YEAR, Wanted
from relais.portals.templatetags.ui import STATE_WORDS
from relais.rota.queries.board import STANDBYS_WANTED, Board, BoardRow, Cell, ToFill, WeekHead
from relais.rota.states import WeekState

SHOWN_FIRST = 3  # lines of each list above the board
HIGH_WITHIN_WEEKS = 3  # a risk nearer than this is drawn as high; display only
FEW_WEEKS = 20
NAMED_MONTH_WEEKS = 3  # columns that a month needs for its whole name
SHORT_MONTHS = {
    "janvier": "janv.",
    "février": "févr.",
    "avril": "avr.",
    "juillet": "juil.",
    "septembre": "sept.",
    "octobre": "oct.",
    "novembre": "nov.",
    "décembre": "déc.",
}


@dataclass(frozen=True, slots=True)
class MonthHead:
    """The head of the weeks of a month."""

    words: str
    short: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Column:
    """A week: its heads, its holidays, the reserves of the centre that has fewest."""

    monday: date
    words: str
    day: str
    short: str
    zones: str
    school: str
    holidays: str
    is_now: bool
    is_month_first: bool
    reserves: int | None
    reserves_low: bool


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A line-week as a link."""

    key: str
    url: str
    label: str
    state: str
    word: str
    who: str
    doctor: str
    risk: str
    risk_words: str
    is_locked: bool
    is_dim: bool
    monday: date
    is_now: bool
    is_month_first: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line."""

    centre_id: int
    centre_name: str
    name: str
    number: str
    is_centre_first: bool
    cells: tuple[SheetCell, ...]


@dataclass(frozen=True, slots=True)
class First:
    """A line-week that asks for attention."""

    url: str
    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Thin:
    """A week that is short of reserves."""

    monday: date
    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class WeekGroup:
    """One week of the list, with the cells that answer the filter."""

    monday: date
    words: str
    near: str
    rows: tuple[tuple[Row, SheetCell], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page of the board shows."""

    months: tuple[MonthHead, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    groups: tuple[WeekGroup, ...]
    open_first: tuple[First, ...]
    open_count: int
    risk_first: tuple[First, ...]
    risk_count: int
    thin_first: tuple[Thin, ...]
    thin_count: int
    period: str
    density: str
    weeks: str
    matching: int | None


def week_url(line_id: int, monday: date) -> str:
    """Give the address of a line-week."""
    return reverse("office_week", args=(line_id, monday))


def short_name(name: str) -> str:
    """Give the last name of « Dr Camille Dupont », as it fits in a cell."""
    known = name.removeprefix("Dr ")
    return known.partition(" ")[2] or known


def line_words(centre_name: str, number: int, lines: int) -> str:
    """Name a line: « Ajain », and « Ajain, ligne 2 » where there are several."""
    return centre_name if lines == 1 else f"{centre_name}, ligne {number}"


def sheet(board: Board, wanted: Wanted, *, today: date) -> Sheet:
    """Arrange a board for the page; no query."""
    columns = tuple(_columns(board, today))
    rows = tuple(_rows(board, columns, wanted, today))
    to_fill = [one for one in board.to_fill if one.state is WeekState.OPEN]
    at_risk = [one for one in board.to_fill if one.state is not WeekState.OPEN]
    lines_of = {row.line_id: row.lines_of_centre for row in board.rows}
    thin = list(_thin(board, today))
    last = columns[-1].monday
    return Sheet(
        months=tuple(_months(columns)),
        columns=columns,
        rows=rows,
        groups=tuple(_groups(columns, rows, today)) if wanted.view not in {YEAR, NAMES} else (),
        open_first=tuple(_first(one, lines_of, today) for one in to_fill[:SHOWN_FIRST]),
        open_count=len(to_fill),
        risk_first=tuple(_first(one, lines_of, today) for one in at_risk[:SHOWN_FIRST]),
        risk_count=len(at_risk),
        thin_first=tuple(thin[:SHOWN_FIRST]),
        thin_count=len(thin),
        period=formats.period_words(board.first_monday, last + WEEK - (WEEK / 7), today=today),
        density="names" if wanted.view == NAMES else "year",
        weeks="few" if len(columns) <= FEW_WEEKS else "many",
        matching=(
            sum(not cell.is_dim for row in rows for cell in row.cells) if wanted.state else None
        ),
    )


def _columns(board: Board, today: date) -> Iterable[Column]:
    month = None
    for index, head in enumerate(board.weeks):
        depths = [
            row.cells[index].depth
            for row in board.rows
            if row.cells[index].state is not WeekState.CLOSED
        ]
        reserves = min(depths) if depths and head.monday > today else None
        yield Column(
            monday=head.monday,
            words=formats.week_label(head.monday, today=today),
            day=formats.day_of_month(head.monday),
            short=_short(head.monday),
            zones=_zones(head),
            school=head.school,
            holidays=formats.listing(head.holidays),
            is_now=head.is_now,
            is_month_first=head.monday.month != month,
            reserves=reserves,
            reserves_low=reserves is not None and reserves < STANDBYS_WANTED,
        )
        month = head.monday.month


def _short(monday: date) -> str:
    """Write « 4 janv. »: the month in four letters at most, with a dot when it is cut."""
    month = formats.MONTHS[monday.month - 1]
    short = SHORT_MONTHS.get(month, month)
    return f"{formats.day_of_month(monday)}{formats.NBSP}{short}"


def _zones(head: WeekHead) -> str:
    """Give the letters of the zones on holiday: « AC », « ? » when they are not known yet."""
    if not head.school:
        return ""
    letters = [word.strip(",") for word in head.school.split()]
    return "".join(word for word in letters if word in {"A", "B", "C"}) or (
        "?" if head.school.startswith("inconnu") else "+"
    )


def _months(columns: Iterable[Column]) -> Iterable[MonthHead]:
    for first, group in groupby(columns, key=lambda column: column.monday.replace(day=1)):
        count = len(list(group))
        name = formats.MONTHS[first.month - 1]
        if count < NAMED_MONTH_WEEKS:
            short = SHORT_MONTHS.get(name, name[:3])
        elif first.month == 1:
            short = formats.month_words(first)
        else:
            short = name
        yield MonthHead(words=formats.month_words(first), short=short, weeks=count)


def _rows(board: Board, columns: tuple[Column, ...], wanted: Wanted, today: date) -> Iterable[Row]:
    previous = None
    for row in board.rows:
        name = line_words(row.centre_name, row.line_number, row.lines_of_centre)
        yield Row(
            centre_id=row.centre_id,
            centre_name=row.centre_name,
            name=name,
            number=f"ligne {row.line_number}" if row.lines_of_centre > 1 else "",
            is_centre_first=row.centre_id != previous,
            cells=tuple(
                _cell(row, name, cell, column, wanted, today)
                for cell, column in zip(row.cells, columns, strict=True)
            ),
        )
        previous = row.centre_id


def _cell(
    row: BoardRow, name: str, cell: Cell, column: Column, wanted: Wanted, today: date
) -> SheetCell:
    risk = ""
    if cell.risk:
        near = weeks_between(today, cell.monday) < HIGH_WITHIN_WEEKS
        risk = "high" if near else "medium"
    word = STATE_WORDS[cell.state]
    said = [word]
    if cell.doctor_name:
        said.append(cell.doctor_name)
    if cell.closed_because:
        said.append(cell.closed_because)
    if cell.is_locked:
        said.append("verrouillée")
    if cell.is_first_mission:
        said.append("première mission")
    if cell.risk:
        said.append(f"à risque, {cell.risk}")
    return SheetCell(
        key=f"cell-{row.line_id}-{cell.monday:%Y%m%d}",
        url=week_url(row.line_id, cell.monday),
        label=f"{name}, {column.words} : {', '.join(said)}",
        state=cell.state.value,
        word=word,
        who=short_name(cell.doctor_name) if cell.doctor_name else "",
        doctor=cell.doctor_name,
        risk=risk,
        risk_words=cell.risk,
        is_locked=cell.is_locked,
        is_dim=not _answers(cell, wanted.state),
        monday=cell.monday,
        is_now=column.is_now,
        is_month_first=column.is_month_first,
    )


def _answers(cell: Cell, state: str) -> bool:
    if not state:
        return True
    return bool(cell.risk) if state == AT_RISK else cell.state.value == state


def _groups(columns: tuple[Column, ...], rows: tuple[Row, ...], today: date) -> Iterable[WeekGroup]:
    for index, column in enumerate(columns):
        found = tuple((row, row.cells[index]) for row in rows if not row.cells[index].is_dim)
        if found:
            yield WeekGroup(
                monday=column.monday,
                words=column.words,
                near="cette semaine" if column.is_now else formats.in_days(column.monday, today),
                rows=found,
            )


def _first(one: ToFill, lines_of: dict[int, int], today: date) -> First:
    name = line_words(one.centre_name, one.line_number, lines_of[one.line_id])
    in_week = one.monday <= today < one.monday + WEEK
    near = "cette semaine" if in_week else formats.in_days(one.monday, today)
    if one.doctor_name:
        sentence = f"{one.doctor_name} : {one.sentence[:1].lower()}{one.sentence[1:]}"
    elif one.free:
        free = formats.plural(one.free, "médecin libre", "médecins libres")
        sentence = f"{near[:1].upper()}{near[1:]}, {free} pour ce centre."
    else:
        sentence = f"{near[:1].upper()}{near[1:]}. {one.sentence}"
    return First(
        url=week_url(one.line_id, one.monday),
        words=f"{name}, {formats.week_label(one.monday, today=today)}",
        sentence=sentence,
    )


def _thin(board: Board, today: date) -> Iterable[Thin]:
    """List the weeks to come in which a centre has fewer reserves than wanted, nearest first."""
    for index, head in enumerate(board.weeks):
        if head.monday <= today:
            continue
        by_depth: dict[int, list[str]] = defaultdict(list)
        for row in board.rows:
            cell = row.cells[index]
            if cell.is_thin and row.centre_name not in by_depth[cell.depth]:
                by_depth[cell.depth].append(row.centre_name)
        if not any(by_depth.values()):
            continue
        fewest = min(depth for depth, names in by_depth.items() if names)
        names = by_depth[fewest]
        reserve = formats.plural(fewest, "réserve") if fewest else "aucune réserve"
        where = names[0] if len(names) == 1 else formats.plural(len(names), "centre")
        yield Thin(
            monday=head.monday,
            words=formats.week_label(head.monday, today=today),
            sentence=f"{reserve} pour {where}",
        )


def board_table(board: Board) -> Table:
    """Write a board as a table: a row for each line-week, in the order of the weeks."""
    rows = sorted(
        (
            (
                cell.monday,
                row.centre_name,
                row.line_number,
                STATE_WORDS[cell.state],
                cell.doctor_name,
                "oui" if cell.is_locked else "",
                cell.risk or cell.closed_because,
                cell.depth,
            )
            for row in board.rows
            for cell in row.cells
        ),
        key=lambda one: one[:3],
    )
    titles = ("lundi", "centre", "ligne", "état", "médecin", "verrouillée", "remarque", "réserves")
    return Table("planning", titles, rows)
