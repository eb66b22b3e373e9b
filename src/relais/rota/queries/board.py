"""The board: every line, week after week, and the weeks to fill, worst first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from relais.core import formats
from relais.engine import calendar_fr
from relais.engine.weeks import WEEK, mondays, weeks_between
from relais.network import queries as network
from relais.network.models import Line
from relais.rota.models import Mission, SharedWeek
from relais.rota.queries import situation as facts
from relais.rota.queries.people import week_state
from relais.rota.queries.situation import Situation
from relais.rota.queries.standing import Standing
from relais.rota.states import FIRM, MissionState, WeekState

STANDBYS_WANTED = 2  # plan folder format: standby_depth
CONFIRM_WITHIN_WEEKS = 6  # an unconfirmed mission nearer than this is said to be at risk


@dataclass(frozen=True, slots=True)
class WeekHead:
    """The head of a column: a week, the public holidays in it, the school zones on holiday."""

    monday: date
    holidays: tuple[str, ...]
    school: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A line in a week. `depth`: reserves that count for this centre; `risk`: words, or empty."""

    line_id: int
    monday: date
    state: WeekState
    mission_id: int | None = None
    doctor_id: int | None = None
    doctor_name: str = ""
    is_locked: bool = False
    is_first_mission: bool = False
    has_note: bool = False
    depth: int = 0
    offers: int = 0
    free: int = 0
    risk: str = ""
    closed_because: str = ""

    @property
    def is_thin(self) -> bool:
        """Say whether fewer reserves stand ready than wanted."""
        return self.state is not WeekState.CLOSED and self.depth < STANDBYS_WANTED


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of a centre and its weeks."""

    line_id: int
    centre_id: int
    centre_key: str
    centre_name: str
    department: str
    line_number: int
    lines_of_centre: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ToFill:
    """A line-week that still needs someone, and how bad that is. Ordered worst first."""

    line_id: int
    line_number: int
    centre_id: int
    centre_name: str
    monday: date
    state: WeekState
    doctor_id: int | None
    doctor_name: str
    offers: int
    free: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Board:
    """The rota of some lines over some weeks."""

    first_monday: date
    weeks: tuple[WeekHead, ...]
    rows: tuple[BoardRow, ...]
    to_fill: tuple[ToFill, ...]
    counts: Mapping[WeekState, int]


def board(
    first_monday: date,
    *,
    weeks: int,
    today: date,
    centre_ids: Collection[int] | None = None,
) -> Board:
    """Read the board of `weeks` weeks from a Monday. A constant number of queries.

    Raises ValueError when `first_monday` is not a Monday or `weeks` is less than 1.
    """
    if weeks < 1:
        raise ValueError(f"a board needs at least one week, not {weeks}")
    days = mondays(first_monday, weeks)
    now = facts.load(first_monday, days[-1], today=today)
    lines = list(network.lines(centre_ids=centre_ids))
    notes = set(
        Mission.objects.filter(monday__gte=days[0], monday__lte=days[-1])
        .exclude(note="")
        .values_list("pk", flat=True)
    )
    shared = dict(
        SharedWeek.objects.filter(monday__gte=days[0], monday__lte=days[-1]).values_list(
            "mission_id", "doctor_id"
        )
    )
    standing = {(one.line_id, one.monday): one for one in now.missions.values()}
    depth = _depth(now)
    offers, free = _supply(now, days)
    lines_of = Counter(line.centre_id for line in lines)
    rows = []
    to_fill = []
    for line in lines:
        cells = tuple(
            _cell(
                now,
                line,
                monday,
                standing.get((line.pk, monday)),
                notes=notes,
                beside=_second(now, standing.get((line.pk, monday)), shared),
                depth=depth[line.centre_id, monday],
                offers=offers[monday],
                free=free[line.centre_id, monday],
            )
            for monday in days
        )
        rows.append(
            BoardRow(
                line_id=line.pk,
                centre_id=line.centre_id,
                centre_key=line.centre.key,
                centre_name=line.centre.name,
                department="" if line.centre.commune is None else line.centre.commune.department,
                line_number=line.number,
                lines_of_centre=lines_of[line.centre_id],
                cells=cells,
            )
        )
        to_fill += [_to_fill(line, cell, today) for cell in cells if _needs_someone(cell, today)]
    return Board(
        first_monday=first_monday,
        weeks=tuple(week_head(monday, today=today) for monday in days),
        rows=tuple(rows),
        to_fill=tuple(sorted(to_fill, key=lambda one: _worst_first(one, today))),
        counts=Counter(cell.state for row in rows for cell in row.cells),
    )


def week_head(monday: date, *, today: date) -> WeekHead:
    """Say what is particular about a week in the whole country."""
    return WeekHead(
        monday=monday,
        holidays=tuple(calendar_fr.holidays_in_week(monday).values()),
        school=calendar_fr.school_words(monday),
        is_now=monday <= today < monday + WEEK,
    )


def _depth(now: Situation) -> Counter[tuple[int, date]]:
    """Count the reserves of each centre-week that wishes, lodging, papers and openings allow."""
    depth: Counter[tuple[int, date]] = Counter()
    suited = now.suited
    for doctor_id, monday in now.standbys:
        doctor = now.doctors.get(doctor_id)
        if doctor is None or (doctor.ready_on is not None and monday < doctor.ready_on):
            continue
        for centre in now.centres.values():
            if doctor_id not in suited[centre.pk]:
                continue
            if doctor.is_pioneer or not now.is_opening(centre, monday):
                depth[centre.pk, monday] += 1
    return depth


def _supply(
    now: Situation, days: Collection[date]
) -> tuple[Counter[date], Counter[tuple[int, date]]]:
    """Count the doctors who offer a week, and those of them still free for each centre."""
    standing = Counter((one.centre_id, one.monday) for one in now.missions.values())
    wanted: dict[date, list[int]] = defaultdict(list)
    for monday in days:
        for centre_id in {
            line.centre_id for line in now.lines.values() if now.is_needed(line, monday)
        }:
            active = sum(
                line.centre_id == centre_id and line.is_active(monday)
                for line in now.lines.values()
            )
            if standing[centre_id, monday] < active:
                wanted[monday].append(centre_id)
    suited = now.suited if wanted else {}
    offers: Counter[date] = Counter()
    free: Counter[tuple[int, date]] = Counter()
    for doctor_id, monday in now.offers:
        offers[monday] += 1
        if monday not in wanted or not now.is_free(now.doctors[doctor_id], monday):
            continue
        doctor = now.doctors[doctor_id]
        for centre_id in wanted[monday]:
            if doctor_id not in suited[centre_id]:
                continue
            if doctor.is_pioneer or not now.is_opening(now.centres[centre_id], monday):
                free[centre_id, monday] += 1
    return offers, free


def _cell(
    now: Situation,
    line: Line,
    monday: date,
    standing: Standing | None,
    *,
    notes: Collection[int],
    beside: str,
    depth: int,
    offers: int,
    free: int,
) -> Cell:
    if standing is None:
        if now.is_needed(line, monday):
            return Cell(line.pk, monday, WeekState.OPEN, depth=depth, offers=offers, free=free)
        return Cell(
            line.pk, monday, WeekState.CLOSED, closed_because=closed_words(now, line, monday)
        )
    doctor = now.doctors[standing.doctor_id]
    state = week_state(standing.state, monday, today=now.today)
    return Cell(
        line_id=line.pk,
        monday=monday,
        state=state,
        mission_id=standing.id,
        doctor_id=doctor.pk,
        doctor_name=f"{doctor} et {beside}" if beside else str(doctor),
        is_locked=standing.is_locked,
        is_first_mission=now.is_first_timer(doctor) and state is not WeekState.DONE,
        has_note=standing.id in notes,
        depth=depth,
        offers=offers,
        free=free,
        risk=risk_words(now, standing),
    )


def _second(now: Situation, standing: Standing | None, shared: Mapping[int, int]) -> str:
    """Name the doctor with whom a week is shared; empty for the others."""
    if standing is None or standing.id not in shared:
        return ""
    return str(now.doctors[shared[standing.id]])


def closed_words(now: Situation, line: Line, monday: date) -> str:
    """Say why a line needs nobody in a week."""
    centre = now.centres[line.centre_id]
    if centre.opens_on is not None and monday < centre.opens_on:
        return f"ouverture le {formats.date_words(centre.opens_on, today=now.today)}"
    if centre.closes_on is not None and monday >= centre.closes_on:
        return "centre fermé définitivement"
    if not line.is_active(monday):
        return "ligne inactive"
    return now.closed.reason(centre.pk, monday)


def risk_words(now: Situation, standing: Standing) -> str:
    """Say what is known to endanger a mission; empty when nothing is. Facts only, no guess."""
    if standing.monday + WEEK <= now.today:
        if standing.state in FIRM:
            return ""
        return "semaine passée sans confirmation"
    doctor = now.doctors[standing.doctor_id]
    if doctor.ready_on is not None and standing.monday < doctor.ready_on:
        ready = formats.date_words(doctor.ready_on, today=now.today, weekday=False)
        return f"papiers en attente jusqu’au {ready}"
    if doctor.left_on is not None and doctor.left_on < standing.monday + WEEK:
        left = formats.date_words(doctor.left_on, today=now.today, weekday=False)
        return f"le médecin quitte le collectif le {left}"
    if not now.is_needed(now.lines[standing.line_id], standing.monday):
        return "le centre est fermé cette semaine-là"
    left_weeks = weeks_between(now.today, standing.monday)
    if standing.state not in FIRM and left_weeks < CONFIRM_WITHIN_WEEKS:
        when = formats.in_days(standing.monday, now.today)
        return f"non confirmée, {when}" if standing.monday > now.today else "non confirmée"
    return ""


def _needs_someone(cell: Cell, today: date) -> bool:
    """Say whether a cell goes to the list of weeks to fill: open, or in danger, and not over."""
    if cell.monday + WEEK <= today:
        return False
    return cell.state is WeekState.OPEN or bool(cell.risk)


def _to_fill(line: Line, cell: Cell, today: date) -> ToFill:
    return ToFill(
        line_id=line.pk,
        line_number=line.number,
        centre_id=line.centre_id,
        centre_name=line.centre.name,
        monday=cell.monday,
        state=cell.state,
        doctor_id=cell.doctor_id,
        doctor_name=cell.doctor_name,
        offers=cell.offers,
        free=cell.free,
        sentence=cell.risk[:1].upper() + cell.risk[1:] + "." if cell.risk else supply_words(cell),
    )


def supply_words(cell: Cell) -> str:
    """Say who could come in an open week, in one French sentence."""
    if cell.offers == 0:
        return "Aucun médecin n’a proposé cette semaine."
    offering = formats.plural(cell.offers, "médecin")
    verb = formats.agree(cell.offers, "propose", "proposent")
    if cell.free == 0:
        taken = "déjà pris ou empêché" if cell.offers == 1 else "tous déjà pris ou empêchés"
        return f"{offering} {verb} cette semaine, {taken}."
    free = "libre" if cell.free < 2 else "libres"
    return (
        f"{offering} {verb} cette semaine, dont {formats.number(cell.free)} {free} pour ce centre."
    )


def _worst_first(one: ToFill, today: date) -> tuple[int, int, date, str, int]:
    """Order the weeks to fill: nearer first, open before unconfirmed, fewer free first."""
    near = weeks_between(today, one.monday)
    is_open = one.state is WeekState.OPEN
    urgency = near if is_open else near + 4
    if one.state is WeekState(MissionState.CONFIRMED):
        urgency += 4
    return (urgency, one.free, one.monday, one.centre_name, one.line_id)
