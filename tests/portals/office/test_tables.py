"""Tables that come in and go out, as a planner meets them."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.connectors.spreadsheets import read_tables
from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

GOOD = "doctor,latitude,longitude,max_missions\nm1,46.1,1.9,2\nm2,46.2,2.0,1\n"
BAD = "doctor,latitude,longitude,max_missions\nm1,46.1,1.9,deux\nm2,abc,2.0,1\n"


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER)
    client.force_login(user)
    return user


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\xa0", " ")


def send(client: Client, content: str, name: str = "doctors.csv") -> Any:
    file = SimpleUploadedFile(name, content.encode(), "text/csv")
    return client.post(reverse("office_import"), {"tables": [file]})


def test_mistakes_are_told_one_by_one_and_nothing_is_written(client: Client, planner: User) -> None:
    answer = send(client, BAD)
    assert answer.status_code == 422
    page = text(answer)
    assert "2 erreurs à corriger. Rien n’est écrit." in page
    assert [(m.file, m.line, m.value) for m in answer.context["report"].mistakes] == [
        ("doctors.csv", 2, "deux"),
        ("doctors.csv", 3, "abc"),
    ]
    assert '<td data-label="Valeur">deux</td>' in page
    assert "Importer</button>" not in page
    assert Doctor.objects.count() == 0


def test_mistakes_can_be_taken_away_as_a_table(client: Client, planner: User) -> None:
    address = send(client, BAD).context["mistakes_file"]
    head, _, content = address.partition(",")
    assert head == "data:text/csv;charset=utf-8"
    (table,) = read_tables(unquote(content).encode(), name="erreurs.csv")
    assert table.header[:4] == ("fichier", "ligne", "colonne", "valeur")
    assert [line.cells[1] for line in table.rows] == ["2", "3"]


def test_a_clean_reading_is_imported_on_agreement_only(client: Client, planner: User) -> None:
    answer = send(client, GOOD)
    assert answer.status_code == 200
    token = answer.context["report"].token
    assert "Importer</button>" in text(answer)
    assert Doctor.objects.count() == 0
    done = client.post(reverse("office_import_agreed"), {"token": token})
    assert done.status_code == 200
    assert "Les tableaux sont importés." in text(done)
    assert sorted(Doctor.objects.values_list("key", "max_missions")) == [("m1", 2), ("m2", 1)]


def test_an_import_is_done_once(client: Client, planner: User) -> None:
    token = send(client, GOOD).context["report"].token
    client.post(reverse("office_import_agreed"), {"token": token})
    again = client.post(reverse("office_import_agreed"), {"token": token})
    assert again.status_code == 422
    assert Doctor.objects.count() == 2


def test_data_that_changed_meanwhile_stops_the_import(client: Client, planner: User) -> None:
    factories.doctor(key="m1")
    token = send(client, "doctor,monday\nm1,2027-01-18\n", "offers.csv").context["report"].token
    Doctor.objects.all().delete()
    answer = client.post(reverse("office_import_agreed"), {"token": token})
    assert answer.status_code == 422
    assert "Les données ont changé depuis la lecture : rien n’est écrit." in text(answer)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (None, "", "Choisissez au moins un fichier."),
        ("doctors.csv", "", "Ce fichier est vide."),
        ("photo.jpg", "\x00\x01", "photo.jpg"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    client: Client, planner: User, name: str | None, content: str, sentence: str
) -> None:
    answer = client.post(reverse("office_import")) if name is None else send(client, content, name)
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_the_board_goes_out_as_a_table_without_formulas(client: Client, planner: User) -> None:
    line = factories.line(factories.centre(name="=cmd()", lines=0))
    factories.mission(factories.doctor(first_name="Claire", last_name="Aubry"), line)
    answer: Any = client.get(reverse("office_export_board"))
    content = b"".join(answer.streaming_content)
    (table,) = read_tables(content, name="planning.csv")
    assert table.rows[1].cells[:5] == ("2027-01-11", "=cmd()", "1", "confirmée", "Dr Claire Aubry")
    assert b"'=cmd()" in content
    assert len(table.rows) == 52
    entry = AuditEntry.objects.get(verb="tables.exported")
    assert entry.details == {"what": "board", "rows": 52}
    assert entry.actor_label == planner.name


def test_a_plan_folder_goes_out(client: Client, planner: User) -> None:
    factories.centre(key="nevers")
    data = {"first_monday": "2027-01-13", "weeks": "4"}
    answer: Any = client.post(reverse("office_export_folder"), data)
    folder = zipfile.ZipFile(io.BytesIO(answer.content))
    assert answer["Content-Disposition"].endswith('planning-2027-01-11-4-semaines.zip"')
    assert b"nevers" in folder.read("centres.csv")


def test_a_folder_of_no_week_is_refused(client: Client, planner: User) -> None:
    data = {"first_monday": "2027-01-11", "weeks": "0"}
    assert client.post(reverse("office_export_folder"), data).status_code == 422


def test_the_workbook_reads_back_without_a_change(client: Client, planner: User) -> None:
    factories.doctor(key="m1")
    factories.centre(commune=factories.commune())
    answer: Any = client.post(reverse("office_export_workbook"))
    assert answer.status_code == 200
    file = SimpleUploadedFile("tout.xlsx", answer.content)
    back = client.post(reverse("office_import"), {"tables": [file]})
    assert back.context["report"].headline == "Tout est déjà là : rien ne change."


def test_personal_data_goes_out_only_when_asked(client: Client, planner: User) -> None:
    factories.doctor(email="ines@exemple.fr")
    url = reverse("office_export_workbook")
    for data, count in (({}, 0), ({"with_contacts": "on"}, 1)):
        answer: Any = client.post(url, data)
        tables = read_tables(answer.content, name="tout.xlsx")
        cells = [cell for table in tables for line in table.rows for cell in line.cells]
        assert cells.count("ines@exemple.fr") == count


def test_a_director_takes_away_but_brings_nothing(client: Client) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    assert client.get(reverse("office_export")).status_code == 200
    assert client.get(reverse("office_import")).status_code == 403
