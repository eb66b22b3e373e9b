"""Tables go out: a plan folder that `relais plan` reads, or everything as one workbook in French.

Every export is written in the audit: who, what, how many rows. A plan folder names nobody: its
doctors are identifiers. The workbook holds how to reach people only when it is asked to.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from relais.connectors.spreadsheets import Cell, Sheet, csv_bytes, xlsx_bytes
from relais.core import audit
from relais.core.actors import Actor
from relais.doctors.models import (
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    TravelTime,
)
from relais.doctors.states import PracticeLevel, PreferenceKind
from relais.engine.plan_folder import columns as plan
from relais.engine.rota.problem import Problem
from relais.engine.weeks import WEEK, weeks_between
from relais.journeys.spreadsheets import kinds
from relais.journeys.spreadsheets.kinds import Kind
from relais.network.models import Centre, Closure, Line, Practice, PracticeNeed
from relais.rota import planning
from relais.rota.models import Mission, Offer
from relais.rota.planning import Bridge
from relais.rota.states import ACTIVE, MissionState
from relais.territory.models import Commune
from relais.territory.queries import find_communes

STANDBY_DEPTH: Final = 2  # plan folder format: reserves wanted for every centre-week
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first that the format knows: the same rows, the same bytes
_EVERYWHERE = "tous"
_LEVELS = {
    PracticeLevel.YES: "oui",
    PracticeLevel.WITH_HELP: "avec aide",
    PracticeLevel.NO: "non",
}

type Rows = list[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Export:
    """A file to hand over, and how many rows it holds."""

    name: str
    content: bytes
    content_type: str
    rows: int


# -- the plan folder ------------------------------------------------------------------------------


@transaction.atomic
def export_folder(
    first_monday: date,
    *,
    weeks: int,
    by: Actor,
    now: datetime,
    standby_depth: int = STANDBY_DEPTH,
) -> Export:
    """Give the plan folder of some weeks as a ZIP archive: what the planner of the web reads.

    Raises ValueError when `first_monday` is not a Monday or `weeks` is less than 1.
    """
    today = localdate(now)
    bridge = planning.problem_for(
        first_monday, weeks=weeks, standby_depth=standby_depth, today=today
    )
    sheets = _folder_sheets(bridge)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        settings = _settings(bridge.problem)
        for name, content in [(plan.SETTINGS_FILE, settings.encode())] + [
            (sheet.name, csv_bytes(sheet)) for sheet in sheets
        ]:
            part = zipfile.ZipInfo(name, _ZIP_DAY)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, content)
    rows = sum(len(list(sheet.rows)) for sheet in sheets)
    audit.record(
        None,
        verb="tables.exported",
        by=by,
        at=now,
        details={
            "what": "plan_folder",
            "first_monday": first_monday.isoformat(),
            "weeks": weeks,
            "rows": rows,
        },
    )
    name = f"planning-{first_monday.isoformat()}-{weeks}-semaines.zip"
    return Export(name, packed.getvalue(), "application/zip", rows)


def _settings(problem: Problem) -> str:
    return (
        f"first_monday = {problem.first_monday.isoformat()}\n"
        f"weeks = {problem.weeks}\n"
        f"standby_depth = {problem.standby_depth}\n"
        f"opening_weeks = {problem.opening_weeks}\n"
    )


def _folder_sheets(bridge: Bridge) -> list[Sheet]:
    problem = bridge.problem
    insee = dict(Centre.objects.exclude(commune=None).values_list("key", "commune_id"))
    doctor_ids = _doctor_keys(bridge)
    centre_ids = [centre.id for centre in problem.centres]

    def sheet(table: plan.Table, rows: Iterable[Sequence[Cell]]) -> Sheet:
        return Sheet(table.file, [column.name for column in table.columns], list(rows))

    kinds_of = (
        (PreferenceKind.REFUSED, problem.refused),
        (PreferenceKind.PREFERRED, problem.preferred),
        (PreferenceKind.KNOWN, problem.known),
    )
    wishes = sorted((pair, kind.value) for kind, pairs in kinds_of for pair in pairs)
    needs = sorted((need.centre, need.practice, need.every_weeks) for need in problem.needs)
    return [
        sheet(
            plan.CENTRES,
            [
                (
                    centre.id,
                    centre.name,
                    centre.latitude,
                    centre.longitude,
                    centre.lines,
                    insee.get(centre.id, ""),
                    centre.opens_on,
                    centre.closes_on,
                    centre.family_places,
                    centre.pets,
                    centre.step_free,
                )
                for centre in problem.centres
            ],
        ),
        sheet(
            plan.CLOSURES,
            [(centre_ids[one], problem.monday(week)) for one, week in sorted(problem.closures)],
        ),
        sheet(
            plan.DOCTORS,
            [
                (
                    doctor_id,
                    doctor.latitude,
                    doctor.longitude,
                    doctor.max_missions,
                    doctor.min_gap_weeks,
                    doctor.max_travel_minutes,
                    doctor.first_mission,
                    doctor.family,
                    doctor.pet,
                    doctor.step_free,
                    doctor.pioneer,
                    doctor.ready_on,
                    "|".join(sorted(doctor.practices)),
                )
                for doctor_id, doctor in zip(doctor_ids, problem.doctors, strict=True)
            ],
        ),
        sheet(plan.OFFERS, _offers(problem, doctor_ids)),
        sheet(
            plan.PREFERENCES,
            [(doctor_ids[doctor], centre_ids[one], kind) for (doctor, one), kind in wishes],
        ),
        sheet(plan.NEEDS, [(centre_ids[one], practice, every) for one, practice, every in needs]),
        sheet(plan.PAIRS, [(doctor_ids[one], doctor_ids[other]) for one, other in problem.pairs]),
        sheet(plan.MISSIONS, _missions(bridge, doctor_ids, centre_ids)),
        sheet(
            plan.TRAVEL,
            [
                (doctor_ids[doctor], centre_ids[one], minutes)
                for (doctor, one), minutes in sorted(problem.travel.items())
            ],
        ),
    ]


def _doctor_keys(bridge: Bridge) -> list[str]:
    """Give the keys of the doctors of a problem, which calls them by name (ghosts have no key)."""
    people = bridge.situation.doctors
    return [
        doctor.id if doctor_id is None else people[doctor_id].key
        for doctor_id, doctor in zip(bridge.index.doctor_ids, bridge.problem.doctors, strict=True)
    ]


def _offers(problem: Problem, doctor_ids: Sequence[str]) -> Rows:
    """List the offers that missions after the last week leave possible.

    A plan folder cannot hold such missions; what the gap forbids because of them is left out here.
    """
    later: dict[int, list[int]] = {}
    for given in problem.missions:
        if given.week >= problem.weeks:
            later.setdefault(given.doctor, []).append(given.week)
    return [
        (doctor_ids[doctor], problem.monday(week))
        for doctor, week in problem.offers.tolist()
        if all(
            after - week >= problem.doctors[doctor].min_gap_weeks for after in later.get(doctor, ())
        )
    ]


def _missions(bridge: Bridge, doctor_ids: Sequence[str], centre_ids: Sequence[str]) -> Rows:
    """List the missions up to the last week. Those before the first are written where they were.

    The engine reads of them only the week; a reserve of the past stands at the first centre.
    """
    problem, index = bridge.problem, bridge.index
    real = {
        (one.doctor_id, weeks_between(problem.first_monday, one.monday)): one.centre_id
        for one in bridge.situation.missions.values()
    }
    rows: Rows = []
    for given in problem.missions:
        if given.week >= problem.weeks:
            continue
        centre = given.centre
        doctor_id = index.doctor_ids[given.doctor]
        if given.week < 0 and doctor_id is not None and (doctor_id, given.week) in real:
            centre = index.centre_of[real[doctor_id, given.week]]
        monday = problem.first_monday + given.week * WEEK
        rows.append((doctor_ids[given.doctor], centre_ids[centre], monday, given.status.value))
    return rows


# -- the workbook ---------------------------------------------------------------------------------


@transaction.atomic
def export_xlsx(*, by: Actor, now: datetime, with_contacts: bool = False) -> Export:
    """Give the network, the doctors and the rota as one workbook with a sheet for each table.

    `with_contacts` adds what is personal: names and telephones are then in one file, and so are
    RPPS numbers and notes. Imported again, the workbook changes nothing.
    """
    sheets = [
        _sheet(kind, columns, rows)
        for kind, columns, rows in (
            _practices(),
            _centres(with_contacts=with_contacts),
            _lines(),
            _closures(),
            _needs(),
            _doctors(with_contacts=with_contacts),
            _preferences(),
            _pairs(),
            _travel(),
            _weeks(),
            _placed(with_contacts=with_contacts),
        )
    ]
    rows = sum(len(list(sheet.rows)) for sheet in sheets)
    audit.record(
        None,
        verb="tables.exported",
        by=by,
        at=now,
        details={"what": "workbook", "with_contacts": with_contacts, "rows": rows},
    )
    what = "complet" if with_contacts else "tableaux"
    return Export(
        f"relais-{what}-{localdate(now).isoformat()}.xlsx",
        xlsx_bytes(sheets, created_at=now),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        rows,
    )


def note_board_export(rows: int, *, by: Actor, now: datetime) -> None:
    """Write in the audit that the board, with who goes where, was taken away as a table."""
    audit.record(
        None, verb="tables.exported", by=by, at=now, details={"what": "board", "rows": rows}
    )


def _sheet(kind: Kind, columns: Sequence[str], rows: Rows) -> Sheet:
    """Name the columns in French, each with a comment that says what to write there."""
    titles, comments = [], []
    for name in columns:
        if name.startswith(kinds.ACT_COLUMN):
            titles.append(f"pratique : {name.removeprefix(kinds.ACT_COLUMN)}")
            comments.append("oui, avec aide ou non")
        else:
            column = kind.table.column(name)
            titles.append(column.french[0])
            comments.append("" if column.meaning == column.french[0] else column.meaning)
    return Sheet(kind.title, titles, rows, comments)


type Part = tuple[Kind, Sequence[str], Rows]


def _practices() -> Part:
    rows = Practice.objects.order_by("code").values_list("code", "label")
    return kinds.PRACTICES, ("code", "label"), list(rows)


def _place_names(communes: Iterable[Commune | None]) -> dict[str, str]:
    """Write each commune as people do where that means it alone, else as its code."""
    known = {commune.pk: commune for commune in communes if commune is not None}
    answers = find_communes({str(commune) for commune in known.values()})
    return {
        code: str(commune) if answers[str(commune)] == commune else code
        for code, commune in known.items()
    }


def _centres(*, with_contacts: bool) -> Part:
    columns = [
        "centre",
        "name",
        "finess",
        "commune",
        "latitude",
        "longitude",
        "opens_on",
        "closes_on",
        "family_places",
        "pets",
        "step_free",
        "time_zone",
        "position_note",
    ]
    columns += ["address", "phone"] if with_contacts else []
    centres = list(Centre.objects.select_related("commune").order_by("pk"))
    names = _place_names(centre.commune for centre in centres)
    rows: Rows = []
    for centre in centres:
        row: list[Cell] = [
            centre.key,
            centre.name,
            centre.finess,
            names.get(centre.commune_id or "", ""),
            centre.latitude,
            centre.longitude,
            centre.opens_on,
            centre.closes_on,
            centre.family_places,
            _yes(centre.pets_allowed),
            _yes(centre.step_free),
            centre.time_zone,
            centre.position_note,
        ]
        rows.append(row + ([centre.address, centre.phone] if with_contacts else []))
    return kinds.CENTRES, columns, rows


def _lines() -> Part:
    rows = Line.objects.order_by("centre_id", "number").values_list(
        "centre__key", "number", "starts_on", "ends_on"
    )
    return kinds.LINES, ("centre", "number", "starts_on", "ends_on"), list(rows)


def _closures() -> Part:
    rows: Rows = [
        (
            _EVERYWHERE if closure.centre is None else closure.centre.key,
            closure.first_on,
            closure.last_on,
            closure.get_reason_display(),
            closure.note,
        )
        for closure in Closure.objects.select_related("centre").order_by("pk")
    ]
    return kinds.CLOSURES, ("centre", "first_on", "last_on", "reason", "note"), rows


def _needs() -> Part:
    rows = PracticeNeed.objects.order_by("centre_id", "practice_id").values_list(
        "centre__key", "practice_id", "every_weeks"
    )
    return kinds.NEEDS, ("centre", "practice", "every_weeks"), list(rows)


def _doctors(*, with_contacts: bool) -> Part:
    acts = list(Practice.objects.order_by("code"))
    columns = ["doctor", "first_name", "last_name"]
    columns += ["email", "phone", "rpps"] if with_contacts else []
    columns += [
        "status",
        "commune",
        "latitude",
        "longitude",
        "max_missions",
        "min_gap_weeks",
        "max_travel_min",
        "family",
        "pet",
        "step_free",
        "pioneer",
        "ready_on",
        "missions_before",
        "joined_on",
        "left_on",
    ]
    columns += ["note"] if with_contacts else []
    columns += [f"{kinds.ACT_COLUMN}{act.code}" for act in acts]
    levels = {
        (doctor_id, code): _LEVELS[PracticeLevel(level)]
        for doctor_id, code, level in DoctorPractice.objects.values_list(
            "doctor_id", "practice_id", "level"
        )
    }
    people = list(Doctor.objects.select_related("home").order_by("pk"))
    names = _place_names(doctor.home for doctor in people)
    rows: Rows = []
    for doctor in people:
        row: list[Cell] = [doctor.key, doctor.first_name, doctor.last_name]
        row += [doctor.email, doctor.phone, doctor.rpps] if with_contacts else []
        row += [
            doctor.get_status_display(),
            names.get(doctor.home_id or "", ""),
            doctor.latitude,
            doctor.longitude,
            doctor.max_missions,
            doctor.min_gap_weeks,
            doctor.max_travel_minutes,
            _yes(doctor.brings_family),
            _yes(doctor.brings_pet),
            _yes(doctor.needs_step_free),
            _yes(doctor.is_pioneer),
            doctor.ready_on,
            doctor.missions_before,
            doctor.joined_on,
            doctor.left_on,
        ]
        row += [doctor.note] if with_contacts else []
        row += [levels.get((doctor.pk, act.code), "") for act in acts]
        rows.append(row)
    return kinds.DOCTORS, columns, rows


def _preferences() -> Part:
    rows: Rows = [
        (doctor, centre, PreferenceKind(kind).label)
        for doctor, centre, kind in CentrePreference.objects.order_by(
            "doctor_id", "centre_id", "kind"
        ).values_list("doctor__key", "centre__key", "kind")
    ]
    return kinds.PREFERENCES, ("doctor", "centre", "kind"), rows


def _pairs() -> Part:
    rows = Companionship.objects.order_by("first_id", "second_id").values_list(
        "first__key", "second__key"
    )
    return kinds.PAIRS, ("doctor_a", "doctor_b"), list(rows)


def _travel() -> Part:
    rows = TravelTime.objects.order_by("doctor_id", "centre_id").values_list(
        "doctor__key", "centre__key", "minutes"
    )
    return kinds.TRAVEL, ("doctor", "centre", "minutes"), list(rows)


def _weeks() -> Part:
    rows = Offer.objects.order_by("doctor_id", "monday").values_list("doctor__key", "monday")
    return kinds.OFFERS, ("doctor", "monday"), list(rows)


def _placed(*, with_contacts: bool) -> Part:
    columns = ["doctor", "centre", "monday", "status", "line", "locked"]
    columns += ["note"] if with_contacts else []
    rows: Rows = []
    for mission in (
        Mission.objects.filter(state__in=ACTIVE)
        .select_related("doctor", "line", "line__centre")
        .order_by("monday", "line__centre_id", "line__number", "id")
    ):
        row: list[Cell] = [
            mission.doctor.key,
            mission.line.centre.key,
            mission.monday,
            MissionState(mission.state).label,
            mission.line.number,
            _yes(mission.is_locked),
        ]
        rows.append(row + ([mission.note] if with_contacts else []))
    return kinds.MISSIONS, columns, rows


def _yes(value: bool) -> str:
    return "oui" if value else "non"


__all__ = ["Export", "export_folder", "export_xlsx"]
