"""An import in two steps: read and say; then, when the same person agrees, write all or nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import secrets
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from relais.core import audit
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.engine.plan_folder.errors import Findings
from relais.journeys.models import PreparedImport
from relais.journeys.spreadsheets.book import Book
from relais.journeys.spreadsheets.doctor_rows import DoctorRows
from relais.journeys.spreadsheets.kinds import KINDS
from relais.journeys.spreadsheets.network_rows import NetworkRows
from relais.journeys.spreadsheets.reading import GivenFile, Reader
from relais.journeys.spreadsheets.report import (
    ImportMistakesRefusal,
    ImportReport,
    SheetReport,
    report_of,
)
from relais.journeys.spreadsheets.rota_rows import RotaRows
from relais.network.models import Practice
from relais.rota.services.turn import take_turn

KEPT: Final = timedelta(hours=24)
PREPARED_EACH: Final = 5  # imports that one person may have in preparation


class ImportGoneRefusal(Refusal):
    """The import was done already, is too old, or is someone else's."""


def preview(files: Iterable[GivenFile], *, by: Actor, now: datetime) -> ImportReport:
    """Read tables and say what they would add and change. Nothing of the network is written.

    When nothing is wrong the files are kept for a day, for `apply` with the report's token.
    """
    given = tuple(files)
    report = _Import(given, today=localdate(now)).report
    if not report.is_sound or not report.changes_something:
        return report
    return dataclasses.replace(report, token=_keep(given, by=by, now=now))


@transaction.atomic
def apply(token: str, *, by: Actor, now: datetime) -> ImportReport:
    """Write what a preview announced, read again against today's data: all of it or nothing.

    Raises ImportGoneRefusal, ImportMistakesRefusal when the data changed so that a row is wrong
    now, and what the services refuse, with its row.
    """
    take_turn()  # imports come one after the other, and after every change of the rota
    files = _claim(token, by=by, now=now)
    work = _Import(files, today=localdate(now))
    if not work.report.is_sound:
        raise ImportMistakesRefusal(work.report)
    work.write(by=by, now=now)
    return dataclasses.replace(work.report, is_done=True)


def forget_old_imports(now: datetime) -> int:
    """Delete the files that nobody imported within a day; count them."""
    return PreparedImport.objects.filter(prepared_at__lt=now - KEPT).delete()[0]


class _Import:
    """Files read against the data of this moment."""

    def __init__(self, files: Iterable[GivenFile], *, today: date) -> None:
        findings = Findings()
        self.book = Book(findings, [], today)
        self.book.learn_acts(list(Practice.objects.order_by("code")))
        reader = Reader(findings, self.book.knows_act, self.book.sheets, {})
        reader.read(files)
        self.network = NetworkRows(self.book)
        self.doctors = DoctorRows(self.book)
        self.rota = RotaRows(self.book)
        self.network.read()
        self.doctors.read()
        self.rota.read()
        self.sheets = tuple(
            SheetReport(sheet.source, sheet.kind.title, len(sheet.records), sheet.read_as)
            for sheet in self.book.sheets
        )
        self.report = report_of(
            sheets=self.sheets,
            tallies=tuple(self.book.tally(kind) for kind in KINDS),
            findings=findings,
            headings=reader.headings,
        )

    def write(self, *, by: Actor, now: datetime) -> None:
        """Write everything, in an order in which each table finds what it names."""
        self.network.write(by=by, now=now)
        self.doctors.write(by=by, now=now)
        self.rota.write(by=by, now=now)
        audit.record(
            None,
            verb="tables.imported",
            by=by,
            at=now,
            details={
                "tables": [sheet.source for sheet in self.sheets],
                "counts": {
                    table.title: [table.added, table.changed, table.unchanged]
                    for table in self.report.tables
                },
            },
        )


@transaction.atomic
def _keep(files: tuple[GivenFile, ...], *, by: Actor, now: datetime) -> str:
    """Keep files for the person who sent them; give the token that finds them again."""
    forget_old_imports(now)
    mine = PreparedImport.objects.filter(actor=by.key).order_by("-prepared_at", "-id")
    PreparedImport.objects.filter(
        pk__in=list(mine.values_list("pk", flat=True)[PREPARED_EACH - 1 :])
    ).delete()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            archive.writestr(f"{number:03d}/{_safe(file.name)}", file.content)
    token = secrets.token_urlsafe(32)
    PreparedImport.objects.create(
        token_hash=_hash(token), actor=by.key, prepared_at=now, content=packed.getvalue()
    )
    return token


def _claim(token: str, *, by: Actor, now: datetime) -> tuple[GivenFile, ...]:
    """Take kept files for good: who comes second finds nothing. Raises ImportGoneRefusal."""
    mine = PreparedImport.objects.filter(
        token_hash=_hash(token), actor=by.key, prepared_at__gte=now - KEPT
    )
    kept = mine.first()
    if kept is None or not mine.delete()[0]:
        raise ImportGoneRefusal(
            "Ces tableaux ont déjà été importés, ou ont plus d’un jour. Envoyez-les de nouveau."
        )
    with zipfile.ZipFile(io.BytesIO(bytes(kept.content))) as archive:
        return tuple(
            GivenFile(part.filename.split("/", 1)[1], archive.read(part))
            for part in archive.infolist()
        )


def _safe(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "") or "fichier"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
