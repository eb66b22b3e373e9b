"""From the list of papers on the phone to the team's « c’est bon », and to a week that is ready."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor, Paper
from relais.doctors.states import DoctorStatus, PaperState
from relais.engine import papers
from relais.journeys import relay
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES = tmp_path / "private"
    return tmp_path / "private"


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, code: str, content: bytes = PDF) -> Any:
    file = SimpleUploadedFile("../../etc/passwd.html", content, content_type="text/html")
    return client.post(reverse("doctor_paper", args=[code]), {"file": file})


def test_from_the_first_paper_to_a_week_that_is_ready() -> None:
    doctor, account = factories.doctor_user(status=DoctorStatus.SUBSTITUTE)
    mission = factories.mission(doctor, state=MissionState.CONFIRMED)
    phone, office = as_user(account), as_user(factories.user(Role.PLANNER))
    office.post(reverse("office_doctor_papers_ask", args=[doctor.pk]))
    assert "Semaine la plus tôt possible" in phone.get(reverse("doctor_papers")).text
    week = reverse("office_week_move", args=[mission.line_id, mission.monday, "prete"])
    assert office.post(week, {"mission": mission.pk}).status_code == 422
    for rule in papers.asked_of(doctor.status):
        if rule.is_doctors:
            assert send(phone, rule.code).status_code == 302
        paper = Paper.objects.get(doctor=doctor, code=rule.code)
        until = mission.monday + timedelta(days=365 * 3)
        answer = office.post(
            reverse("office_paper_accept", args=[paper.pk]), {"expires_on": until.isoformat()}
        )
        assert answer.status_code == 302
    assert "Semaine la plus tôt possible" not in phone.get(reverse("doctor_papers")).text
    relay.mark_ready(Mission.objects.get(pk=mission.pk), by=factories.by(), now=NOW)
    assert Mission.objects.get().state == MissionState.READY


def test_a_paper_leaves_as_a_file_to_save_and_its_reader_is_told() -> None:
    _, account = factories.doctor_user()
    send(as_user(account), "identity")
    paper = Paper.objects.get()
    answer = as_user(factories.user(Role.PLANNER)).get(
        reverse("office_paper_file", args=[paper.pk])
    )
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="identity.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.filter(verb="doctors.paper_read").count() == 1


def test_nobody_else_opens_a_paper() -> None:
    _, account = factories.doctor_user()
    send(as_user(account), "identity")
    _, other = factories.doctor_user()
    address = reverse("office_paper_file", args=[Paper.objects.get().pk])
    for role in (Role.DIRECTOR, Role.PIONEER, Role.COORDINATOR, Role.ADMINISTRATOR):
        assert as_user(factories.user(role)).get(address).status_code == 403
    assert as_user(other).get(address).status_code == 403
    assert as_user(other).get(reverse("doctor_paper_file", args=["identity"])).status_code == 404


def test_a_refused_file_says_what_to_send() -> None:
    _, account = factories.doctor_user()
    client = as_user(account)
    answer = send(client, "identity", b"<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "Envoyez une photo (JPEG ou PNG) ou un PDF." in answer.text
    assert client.post(reverse("doctor_paper", args=["identity"])).status_code == 422
    assert send(client, "card").status_code == 404
    assert Paper.objects.count() == 0


def test_the_queue_shows_what_waits_and_the_doctor_reads_why_it_is_asked_again() -> None:
    doctor, account = factories.doctor_user()
    phone, office = as_user(account), as_user(factories.user(Role.PLANNER))
    assert "Aucun papier à vérifier" in office.get(reverse("office_papers")).text
    send(phone, "identity")
    assert str(doctor) in office.get(reverse("office_papers")).text
    again = reverse("office_paper_ask_again", args=[Paper.objects.get().pk])
    assert office.post(again, {"reason": ""}).status_code == 422
    office.post(again, {"reason": "Photo coupée"})
    assert Paper.objects.get().state == PaperState.ASKED_AGAIN
    assert "À renvoyer : Photo coupée" in phone.get(reverse("doctor_papers")).text
    assert Doctor.objects.get(pk=doctor.pk).ready_on is not None
