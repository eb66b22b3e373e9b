"""Papers of a file: asked, given, checked, read, and what they say of the first week."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from relais.core import private_files
from relais.core.errors import Refusal
from relais.core.models import AuditEntry
from relais.core.private_files import FileRefusal
from relais.doctors import queries, services
from relais.doctors.models import Doctor, Paper
from relais.doctors.services import PaperRefusal
from relais.doctors.states import DoctorStatus, PaperState
from relais.engine import papers
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
ACT: dict[str, Any] = {"by": factories.by(), "now": NOW, "today": TODAY}
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
LATER = TODAY + timedelta(days=400)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES = tmp_path / "private"
    return tmp_path / "private"


def asked(**fields: Any) -> Doctor:
    doctor = factories.doctor(**fields)
    services.open_checklist(doctor, **ACT)
    return doctor


def accept_all(doctor: Doctor, *, until: date = LATER) -> None:
    for rule in papers.asked_of(doctor.status):
        paper = services.give_paper(doctor, code=rule.code, content=PDF, **ACT)
        services.accept_paper(paper, expires_on=until if rule.expires else None, **ACT)


@pytest.mark.parametrize("status", DoctorStatus)
def test_every_status_is_asked_for_its_papers(status: DoctorStatus) -> None:
    doctor = asked(status=status)
    codes = set(Paper.objects.filter(doctor=doctor).values_list("code", flat=True))
    assert codes == {rule.code for rule in papers.asked_of(status)}
    assert {"identity", "diploma", "insurance"} < codes


def test_the_slowest_paper_decides_the_first_week() -> None:
    doctor = asked(status=DoctorStatus.INSTALLED)
    slowest = max(rule.lead_days for rule in papers.asked_of("installed"))
    there = TODAY + timedelta(days=slowest + papers.verify_days())
    assert doctor.ready_on == Doctor.objects.get().ready_on == papers.first_week(there)
    accept_all(doctor)
    assert Doctor.objects.get().ready_on == TODAY


def test_a_mission_needs_every_paper_up_to_its_last_day() -> None:
    doctor = asked(status=DoctorStatus.SUBSTITUTE)
    saturday = TODAY + timedelta(days=12)
    with pytest.raises(PaperRefusal, match="Contrat de remplacement"):
        services.require_papers(doctor, until=saturday)
    accept_all(doctor, until=saturday - timedelta(days=1))
    with pytest.raises(PaperRefusal, match="Pièce d’identité"):
        services.require_papers(doctor, until=saturday)
    accept_all(doctor, until=saturday)
    services.require_papers(doctor, until=saturday)


def test_another_status_asks_other_papers() -> None:
    doctor = asked(status=DoctorStatus.SUBSTITUTE)
    accept_all(doctor)
    doctor.status = DoctorStatus.HOSPITAL
    doctor.save()
    missing = {rule.code for rule in queries.bad_papers(doctor, until=TODAY)}
    assert missing == {"secondary_activity", "card", "hospital_agreement"}


def test_a_doctor_never_asked_keeps_the_day_noted_by_hand() -> None:
    doctor = factories.doctor()
    services.require_papers(doctor, until=LATER)
    assert Doctor.objects.get().ready_on == date(2024, 1, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>%PDF-1.7 %%EOF",
        b"%PDF-1.7 cut in the mid",
        b"\xff\xd8\xff cut",
        b"GIF89a",
        b"MZ\x90",
        PDF + b" " * papers.max_bytes(),
    ],
)
def test_what_is_no_whole_photo_or_pdf_is_refused(content: bytes, folder: Path) -> None:
    doctor = asked()
    with pytest.raises(Refusal):
        services.give_paper(doctor, code="identity", content=content, **ACT)
    assert not folder.exists()
    assert Paper.objects.get(code="identity").state == PaperState.MISSING


def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    doctor = asked()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("relais.core.private_files.os.fsync", full)
    with pytest.raises(FileRefusal):
        services.give_paper(doctor, code="identity", content=PDF, **ACT)
    assert list(folder.iterdir()) == []
    assert Paper.objects.get(code="identity").file_name == ""


def test_a_row_that_fails_takes_its_file_away(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    doctor = asked()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("relais.doctors.services.papers.audit.record", fail)
    with pytest.raises(RuntimeError):
        services.give_paper(doctor, code="identity", content=PDF, **ACT)
    assert list(folder.iterdir()) == []


def test_a_file_given_anew_replaces_the_one_before(
    folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    doctor = asked()
    services.give_paper(doctor, code="identity", content=PDF, **ACT)
    with django_capture_on_commit_callbacks(execute=True):
        paper = services.give_paper(doctor, code="identity", content=PDF + b"\n", **ACT)
    assert [one.name for one in folder.iterdir()] == [paper.file_name]
    assert (folder / paper.file_name).stat().st_mode & 0o777 == 0o600


def test_every_reading_is_told() -> None:
    paper = services.give_paper(asked(), code="identity", content=PDF, **ACT)
    assert services.read_paper(paper, by=factories.by(), now=NOW) == PDF
    assert AuditEntry.objects.filter(verb="doctors.paper_read").count() == 1
    private_files.forget(paper.file_name)
    with pytest.raises(PaperRefusal):
        services.read_paper(paper, by=factories.by(), now=NOW)


@pytest.mark.parametrize("name", ["", "../settings", "/etc/passwd", "a" * 31, "A" * 32])
def test_no_other_file_can_be_named(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a kept file"):
        private_files.read(name)


def test_a_paper_asked_again_says_why_to_the_doctor_and_not_to_the_audit() -> None:
    doctor = asked()
    paper = services.give_paper(doctor, code="identity", content=PDF, **ACT)
    with pytest.raises(PaperRefusal):
        services.ask_paper_again(paper, reason=" ", **ACT)
    assert list(queries.papers_to_check()) == [paper]
    again = services.ask_paper_again(paper, reason="Photo coupée à droite", **ACT)
    assert (again.state, again.reason) == (PaperState.ASKED_AGAIN, "Photo coupée à droite")
    assert list(queries.papers_to_check()) == []
    told = AuditEntry.objects.get(verb="doctors.paper_asked_again")
    assert "coupée" not in f"{told.details} {told.why}"
    with pytest.raises(PaperRefusal):
        services.accept_paper(again, expires_on=LATER, **ACT)


def test_a_paper_that_expires_is_accepted_only_with_a_day_to_come() -> None:
    paper = services.give_paper(asked(), code="identity", content=PDF, **ACT)
    for day in (None, TODAY - timedelta(days=1)):
        with pytest.raises(PaperRefusal):
            services.accept_paper(paper, expires_on=day, **ACT)
    assert services.accept_paper(paper, expires_on=TODAY, **ACT).expires_on == TODAY


def test_the_team_notes_what_it_gets_itself_without_a_file() -> None:
    doctor = asked(status=DoctorStatus.INSTALLED)
    declared = Paper.objects.get(code="secondary_activity")
    assert services.accept_paper(declared, expires_on=None, **ACT).state == PaperState.ACCEPTED
    with pytest.raises(PaperRefusal):
        services.accept_paper(Paper.objects.get(code="identity"), expires_on=LATER, **ACT)
    with pytest.raises(ValueError, match="not asked"):
        services.give_paper(doctor, code="substitute_card", content=PDF, **ACT)
