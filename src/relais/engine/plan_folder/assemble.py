"""From the rows of every file to one Problem: what only the files together can tell.

Unknown ids, repetitions, weeks outside the plan, contradictions. Everything found is told, and a
file that could not be read whole does not make its ids « unknown » elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from relais.engine.plan_folder import columns
from relais.engine.plan_folder.columns import Table
from relais.engine.plan_folder.errors import Findings
from relais.engine.plan_folder.rows import UNREAD, Cells, Row, read_table
from relais.engine.plan_folder.settings import Settings
from relais.engine.rota.problem import Centre, Doctor, GivenMission, Need, Problem, Status
from relais.engine.weeks import weeks_between

# Of the calendar. No plan reaches it, so a centre that opens later opens never, as one that does.
_LAST_MONDAY = date(9999, 12, 27)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one table and the name by which messages call it."""

    source: str
    rows: Iterable[Cells]
    french: bool = False


@dataclass
class Roll:
    """The ids of one kind, numbered in the order of their file, with the line of each."""

    table: Table
    source: str
    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def _named(table: Table, row: Row, **renamed: str) -> dict[str, Any]:
    """Give the values of a row by the names of their columns; `renamed` says new name = column."""
    values = dict(zip((column.name for column in table.columns), row.values, strict=True))
    return values | {name: values.pop(column) for name, column in renamed.items()}


@dataclass
class Assembly:
    """Reads the tables one after the other and keeps what they say."""

    settings: Settings | None
    sheets: Mapping[str, Sheet]
    findings: Findings
    centres: list[Centre] = field(default_factory=list)
    doctors: list[Doctor] = field(default_factory=list)
    mission_lines: dict[GivenMission, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._centre_roll = Roll(columns.CENTRES, self._source(columns.CENTRES))
        self._doctor_roll = Roll(columns.DOCTORS, self._source(columns.DOCTORS))

    def problem(self) -> Problem | None:
        """Read everything; None when a mistake was found."""
        self._read_centres()
        self._read_doctors()
        self._number_by_id()
        offers = self._offers()
        closures = self._closures()
        judged = self._preferences()
        needs = self._needs()
        pairs = self._pairs()
        missions = self._missions()
        travel = self._travel()
        if self.settings is None or self.findings.mistakes:
            return None
        return Problem(
            first_monday=self.settings.first_monday,
            weeks=self.settings.weeks,
            centres=tuple(self.centres),
            doctors=tuple(self.doctors),
            offers=offers,
            standby_depth=self.settings.standby_depth,
            opening_weeks=self.settings.opening_weeks,
            closures=closures,
            refused=frozenset(judged["refused"]),
            preferred=frozenset(judged["preferred"]),
            known=frozenset(judged["known"]),
            needs=tuple(sorted(needs, key=lambda one: (one.centre, one.practice, one.every_weeks))),
            pairs=tuple(sorted((min(pair), max(pair)) for pair in pairs)),
            missions=tuple(sorted(missions, key=lambda one: (one.week, one.centre, one.doctor))),
            travel=travel,
        )

    def _source(self, table: Table) -> str:
        return self.sheets[table.file].source if table.file in self.sheets else table.file

    def _rows(self, table: Table) -> Iterator[Row]:
        sheet = self.sheets.get(table.file)
        if sheet is None:
            return iter(())
        return read_table(
            table, sheet.rows, source=sheet.source, findings=self.findings, french=sheet.french
        )

    def _wrong(
        self, table: Table, row: Row, column: str | None, value: object, wrong: str, remedy: str
    ) -> None:
        said = None if value is None else str(value)
        self.findings.mistake(self._source(table), row.line, column, said, wrong, remedy)

    def _notice(self, table: Table, row: Row, kind: str, text: str) -> None:
        self.findings.notice(self._source(table), row.line, kind, text)

    # centres and doctors

    def _enrol(self, roll: Roll, row: Row) -> bool:
        """Number the id of a row. False when it is faulty or already taken."""
        identifier = row.values[0]
        if identifier is UNREAD:
            self.findings.incomplete.add(roll.source)
            return False
        if identifier in roll.numbers:
            self._wrong(
                roll.table,
                row,
                roll.table.columns[0].name,
                identifier,
                f"est déjà à la ligne {roll.lines[identifier]}",
                f"Gardez une seule ligne par {roll.table.one_row}, ou donnez un autre identifiant.",
            )
            return False
        roll.numbers[identifier] = len(roll.numbers)
        roll.lines[identifier] = row.line
        return True

    def _read_centres(self) -> None:
        for row in self._rows(columns.CENTRES):
            if not self._enrol(self._centre_roll, row) or UNREAD in row.values:
                continue
            values = _named(columns.CENTRES, row, id="centre")
            values.pop("insee", None)
            if values["opens_on"] is not None:
                values["opens_on"] = min(values["opens_on"], _LAST_MONDAY)
            centre = Centre(**values)
            self.centres.append(centre)
            opens_on, closes_on = centre.opens_on, centre.closes_on
            if opens_on is not None and closes_on is not None and closes_on <= opens_on:
                text = f"{centre.id} ferme ({closes_on}) avant d’ouvrir ({opens_on})."
                self._notice(columns.CENTRES, row, "never", text)

    def _read_doctors(self) -> None:
        for row in self._rows(columns.DOCTORS):
            if not self._enrol(self._doctor_roll, row) or UNREAD in row.values:
                continue
            values = _named(columns.DOCTORS, row, id="doctor", max_travel_minutes="max_travel_min")
            self.doctors.append(Doctor(**values))

    def _number_by_id(self) -> None:
        """Number centres and doctors by their ids: the order of the rows changes no plan."""
        self.centres.sort(key=lambda centre: centre.id)
        self.doctors.sort(key=lambda doctor: doctor.id)
        for roll in (self._centre_roll, self._doctor_roll):
            roll.numbers = {name: number for number, name in enumerate(sorted(roll.numbers))}

    # what refers to them

    def _number(
        self, roll: Roll, table: Table, row: Row, column: str, identifier: Any
    ) -> int | None:
        """Find the number of an id; None, and a mistake, when nobody has it."""
        if identifier is UNREAD:
            return None
        number = roll.numbers.get(identifier)
        if number is None and roll.source not in self.findings.incomplete:
            spaces = identifier.strip() in roll.numbers
            self._wrong(
                table,
                row,
                column,
                identifier,
                f"n’est pas dans {roll.source}",
                "Retirez les espaces autour de cet identifiant."
                if spaces
                else f"Corrigez-le, ou ajoutez ce {roll.table.one_row} à {roll.source}.",
            )
        return number

    def _centre(
        self, table: Table, row: Row, identifier: Any, column: str = "centre"
    ) -> int | None:
        return self._number(self._centre_roll, table, row, column, identifier)

    def _doctor(
        self, table: Table, row: Row, identifier: Any, column: str = "doctor"
    ) -> int | None:
        return self._number(self._doctor_roll, table, row, column, identifier)

    def _week(self, monday: Any) -> int | None:
        """Number a Monday, planned or not; None when it or the first week is not known."""
        if self.settings is None or monday is UNREAD:
            return None
        return weeks_between(self.settings.first_monday, monday)

    def _is_planned(self, table: Table, row: Row, week: int, monday: date, what: str) -> bool:
        if self.settings is not None and 0 <= week < self.settings.weeks:
            return True
        self._notice(
            table, row, "outside", f"{what} du {monday} est hors des semaines à planifier, ignorée."
        )
        return False

    def _offers(self) -> NDArray[np.int32]:
        offered: set[tuple[int, int]] = set()
        for row in self._rows(columns.OFFERS):
            doctor_id, monday = row.values
            doctor = self._doctor(columns.OFFERS, row, doctor_id)
            week = self._week(monday)
            if doctor is None or week is None:
                continue
            if not self._is_planned(columns.OFFERS, row, week, monday, "l’offre"):
                continue
            if (doctor, week) in offered:
                self._notice(
                    columns.OFFERS,
                    row,
                    "again",
                    f"{doctor_id} offre deux fois le {monday}, une suffit.",
                )
            offered.add((doctor, week))
        return np.array(sorted(offered), dtype=np.int32).reshape(-1, 2)

    def _closures(self) -> frozenset[tuple[int, int]]:
        closed: set[tuple[int, int]] = set()
        for row in self._rows(columns.CLOSURES):
            centre_id, monday = row.values
            centre = self._centre(columns.CLOSURES, row, centre_id)
            week = self._week(monday)
            if centre is None or week is None:
                continue
            if not self._is_planned(columns.CLOSURES, row, week, monday, "la fermeture"):
                continue
            if (centre, week) in closed:
                self._notice(
                    columns.CLOSURES,
                    row,
                    "again",
                    f"{centre_id} est fermé deux fois le {monday}, une suffit.",
                )
            closed.add((centre, week))
        return frozenset(closed)

    def _preferences(self) -> dict[str, set[tuple[int, int]]]:
        judged: dict[str, set[tuple[int, int]]] = {
            "refused": set(),
            "preferred": set(),
            "known": set(),
        }
        for row in self._rows(columns.PREFERENCES):
            doctor_id, centre_id, kind = row.values
            doctor = self._doctor(columns.PREFERENCES, row, doctor_id)
            centre = self._centre(columns.PREFERENCES, row, centre_id)
            if doctor is not None and centre is not None and kind is not UNREAD:
                judged[kind].add((doctor, centre))
        return judged

    def _needs(self) -> tuple[Need, ...]:
        needs: list[Need] = []
        seen: set[Need] = set()
        practised = frozenset().union(*(doctor.practices for doctor in self.doctors))
        for row in self._rows(columns.NEEDS):
            centre_id, practice, every_weeks = row.values
            centre = self._centre(columns.NEEDS, row, centre_id)
            if centre is None or practice is UNREAD or every_weeks is UNREAD:
                continue
            need = Need(centre, practice, every_weeks)
            if need in seen:
                self._notice(
                    columns.NEEDS,
                    row,
                    "again",
                    "ce besoin est écrit deux fois, il compte deux fois.",
                )
            if (
                practice not in practised
                and self._doctor_roll.source not in self.findings.incomplete
            ):
                self._notice(
                    columns.NEEDS, row, "nobody", f"aucun médecin ne pratique « {practice} »."
                )
            needs.append(need)
            seen.add(need)
        return tuple(needs)

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        pairs: dict[tuple[int, int], None] = {}
        for row in self._rows(columns.PAIRS):
            first_id, second_id = row.values
            first = self._doctor(columns.PAIRS, row, first_id, "doctor_a")
            second = self._doctor(columns.PAIRS, row, second_id, "doctor_b")
            if first is None or second is None:
                continue
            if first == second:
                self._wrong(
                    columns.PAIRS,
                    row,
                    "doctor_b",
                    second_id,
                    "fait un binôme avec soi-même",
                    "Écrivez un autre médecin, ou retirez cette ligne.",
                )
                continue
            pair = (min(first, second), max(first, second))
            if pair in pairs:
                text = f"le binôme {first_id} et {second_id} est déjà donné, une fois suffit."
                self._notice(columns.PAIRS, row, "again", text)
            pairs[pair] = None
        return tuple(pairs)

    def _missions(self) -> tuple[GivenMission, ...]:
        given: dict[tuple[int, int, int], GivenMission] = {}
        lines: dict[tuple[int, int, int], int] = {}
        for row in self._rows(columns.MISSIONS):
            doctor_id, centre_id, monday, status = row.values
            doctor = self._doctor(columns.MISSIONS, row, doctor_id)
            centre = self._centre(columns.MISSIONS, row, centre_id)
            week = self._week(monday)
            if week is not None and self.settings is not None and week >= self.settings.weeks:
                self._wrong(
                    columns.MISSIONS,
                    row,
                    "monday",
                    monday,
                    "est après la dernière semaine à planifier",
                    f"Retirez cette mission, ou augmentez weeks dans {columns.SETTINGS_FILE}.",
                )
                continue
            if doctor is None or centre is None or week is None or status is UNREAD:
                continue
            key = (doctor, centre, week)
            if key not in given:
                given[key] = GivenMission(doctor, centre, week, Status(status))
                lines[key] = row.line
            elif given[key].status == status:
                text = f"cette mission est déjà à la ligne {lines[key]}, une fois suffit."
                self._notice(columns.MISSIONS, row, "again", text)
            else:
                self._wrong(
                    columns.MISSIONS,
                    row,
                    "status",
                    status,
                    f"contredit la ligne {lines[key]} : {given[key].status} pour cette mission",
                    "Gardez une seule des deux lignes.",
                )
        self.mission_lines = {mission: lines[key] for key, mission in given.items()}
        return tuple(given.values())

    def _travel(self) -> Mapping[tuple[int, int], int]:
        travel: dict[tuple[int, int], int] = {}
        lines: dict[tuple[int, int], int] = {}
        for row in self._rows(columns.TRAVEL):
            doctor_id, centre_id, minutes = row.values
            doctor = self._doctor(columns.TRAVEL, row, doctor_id)
            centre = self._centre(columns.TRAVEL, row, centre_id)
            if doctor is None or centre is None or minutes is UNREAD:
                continue
            if (doctor, centre) in travel:
                line = lines[doctor, centre]
                self._wrong(
                    columns.TRAVEL,
                    row,
                    "minutes",
                    minutes,
                    f"répète le trajet de {doctor_id} à {centre_id}, déjà à la ligne {line}",
                    "Gardez une seule des deux lignes.",
                )
                continue
            travel[doctor, centre] = minutes
            lines[doctor, centre] = row.line
        return MappingProxyType(travel)
