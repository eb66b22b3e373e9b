"""A plan folder becomes a Problem, or every mistake in it is told at once."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from relais.engine.plan_folder import columns
from relais.engine.plan_folder.assemble import Assembly, Sheet
from relais.engine.plan_folder.errors import Findings, Notice, shown
from relais.engine.plan_folder.rows import (
    UNREAD,
    csv_rows,
    physical_lines,
    read_table,
    sheet_rows,
)
from relais.engine.plan_folder.settings import Settings, read_settings
from relais.engine.rota.feasible import feasible
from relais.engine.rota.problem import GivenMission, Problem, Status
from relais.engine.rota.verify import Violation, check_locked
from relais.engine.weeks import weeks_between


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a folder says, and what was read otherwise than written or left out."""

    problem: Problem
    warnings: tuple[Notice, ...]


def read_folder(folder: Path) -> ReadResult:
    """Read a plan folder.

    Raises FolderErrors, which carries every mistake found with its file, line, column and value.
    """
    findings = Findings()
    names = _names_in(folder, findings)
    findings.raise_if_any()
    for name in sorted(names):
        _notice_a_stranger(name, findings)
    for required in (columns.SETTINGS_FILE, *_required_files()):
        if required not in names:
            findings.mistake(
                required,
                None,
                None,
                None,
                "ce fichier obligatoire manque",
                f"Ajoutez-le au dossier {folder}.",
            )
            findings.incomplete.add(required)
    settings = None
    if columns.SETTINGS_FILE in names:
        settings = read_settings(folder / columns.SETTINGS_FILE, findings=findings)
    sheets = {
        table.file: Sheet(table.file, csv_rows(physical_lines(folder / table.file)))
        for table in columns.TABLES
        if table.file in names
    }
    return _read(settings, sheets, findings)


def read_tables(
    settings: Settings, tables: Mapping[str, tuple[str, Iterable[Sequence[object]]]]
) -> ReadResult:
    """Read tables already in memory, as an import from a spreadsheet holds them.

    `tables` gives for a file name of the format (`doctors.csv`) the name by which messages call it
    and its rows, heading first. French headings are accepted too. Raises FolderErrors.
    """
    sheets = {
        file: Sheet(source, sheet_rows(rows), french=True)
        for file, (source, rows) in tables.items()
    }
    findings = Findings()
    for required in _required_files():
        if required not in sheets:
            findings.mistake(
                required, None, None, None, "cette feuille obligatoire manque", "Ajoutez-la."
            )
            findings.incomplete.add(required)
    return _read(settings, sheets, findings)


def read_previous(folder: Path, problem: Problem) -> ReadResult:
    """Add the missions of an earlier answer that are still possible, as hints (`proposed`).

    Missions of the problem keep their own status. Raises FolderErrors when plan.csv cannot be read.
    """
    findings = Findings()
    file = columns.PLAN.file
    source = str(folder / file)
    if file not in _names_in(folder, findings):
        findings.mistake(
            source,
            None,
            None,
            None,
            "ce fichier manque",
            "Donnez le dossier d’un plan déjà fait.",
        )
        findings.raise_if_any()
    doctors = {doctor.id: index for index, doctor in enumerate(problem.doctors)}
    centres = {centre.id: index for index, centre in enumerate(problem.centres)}
    known = {(given.doctor, given.centre, given.week) for given in problem.missions}
    allowed = feasible(problem)
    hints: list[GivenMission] = []
    rows = csv_rows(physical_lines(folder / file))
    for row in read_table(columns.PLAN, rows, source=source, findings=findings):
        doctor_id, centre_id, monday, *_rest = row.values
        if UNREAD in (doctor_id, centre_id, monday):
            continue
        doctor, centre = doctors.get(doctor_id), centres.get(centre_id)
        week = weeks_between(problem.first_monday, monday)
        if doctor is not None and centre is not None and (doctor, centre, week) in known:
            continue
        if (
            doctor is None
            or centre is None
            or not 0 <= week < problem.weeks
            or not allowed.allows(doctor, centre, week)
        ):
            text = f"la mission de {doctor_id} à {centre_id} du {monday} n’est plus possible."
            findings.notice(source, row.line, "gone", text)
            continue
        known.add((doctor, centre, week))
        hints.append(GivenMission(doctor, centre, week, Status.PROPOSED))
    findings.raise_if_any()
    hinted = dataclasses.replace(problem, missions=(*problem.missions, *hints))
    return ReadResult(hinted, tuple(findings.notices))


def _read(settings: Settings | None, sheets: Mapping[str, Sheet], findings: Findings) -> ReadResult:
    assembly = Assembly(settings, sheets, findings)
    problem = assembly.problem()
    findings.raise_if_any()
    if problem is None:
        raise AssertionError("a folder without a mistake gives a problem")
    for violation in check_locked(problem):
        _tell(violation, assembly, problem, findings)
    findings.raise_if_any()
    return ReadResult(problem, tuple(findings.notices))


def _tell(violation: Violation, assembly: Assembly, problem: Problem, findings: Findings) -> None:
    """Tell a contradiction among locked missions, at the last line of those concerned."""
    lines = [
        line
        for given, line in assembly.mission_lines.items()
        if given.status is Status.LOCKED
        and violation.doctor in {None, given.doctor}
        and violation.centre in {None, given.centre}
        and violation.week in {None, given.week}
    ]
    file = columns.MISSIONS.file
    source = assembly.sheets[file].source if file in assembly.sheets else file
    findings.mistake(
        source,
        max(lines, default=None),
        "status",
        Status.LOCKED.value,
        f"contredit une autre mission (règle {violation.rule}) : {violation.sentence.rstrip('.')}",
        "Retirez ou déplacez l’une de ces missions verrouillées, ou changez son état.",
    )


def _required_files() -> tuple[str, ...]:
    return tuple(table.file for table in columns.TABLES if table.required)


def _names_in(folder: Path, findings: Findings) -> frozenset[str]:
    def wrong(what: str, remedy: str) -> frozenset[str]:
        findings.mistake(str(folder), None, None, None, what, remedy)
        findings.raise_if_any()
        return frozenset()

    try:
        return frozenset(os.listdir(folder))
    except (FileNotFoundError, ValueError):
        return wrong("ce dossier n’existe pas", "Vérifiez son chemin.")
    except NotADirectoryError:
        return wrong("ce n’est pas un dossier", "Donnez le dossier, pas un de ses fichiers.")
    except OSError as error:
        return wrong(
            f"ce dossier ne se lit pas ({error.strerror})", "Vérifiez les droits de lecture."
        )


def _notice_a_stranger(name: str, findings: Findings) -> None:
    known = {columns.SETTINGS_FILE, *(table.file for table in columns.TABLES)}
    written_here = {"plan.csv", "holes.csv", "standby.csv", "certificate.csv"}
    if name.lower().endswith((".csv", ".toml")) and name not in known | written_here:
        findings.notice(
            shown(name), None, "stranger", "ce fichier n’est pas connu, il n’est pas lu."
        )
