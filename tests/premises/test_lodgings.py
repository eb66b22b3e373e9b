"""Houses and cars: who reads a code is written down, and the code stands nowhere in clear."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from relais.core.models import AuditEntry
from relais.core.private_files import FileRefusal
from relais.premises import services
from relais.premises.models import Incident, Lodging, LodgingPhoto
from tests import factories
from tests.factories import NOW, by

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.fixture
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES = tmp_path / "private"


def test_a_code_is_sealed_and_each_reading_is_told() -> None:
    house = factories.lodging(factories.centre())
    services.set_code(house, code=" 4137B ", by=by(), now=NOW)
    row = Lodging.objects.values().get(pk=house.pk)
    assert "4137B" not in json.dumps(row, default=str)
    assert services.read_code(house, by=by(), now=NOW) == "4137B"
    told = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    assert told == ["premises.code_set", "premises.code_read"]
    assert "4137B" not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_code_of_another_installation_is_asked_for_again(settings: Any) -> None:
    house = factories.lodging(factories.centre())
    services.set_code(house, code="4137B", by=by(), now=NOW)
    settings.SECRET_KEY = "z" * 50
    with pytest.raises(services.CodeRefusal, match="doit le noter à nouveau"):
        services.read_code(house, by=by(), now=NOW)


def test_no_code_is_said_and_an_empty_one_forgets() -> None:
    house = factories.lodging(factories.centre())
    services.set_code(house, code="1", by=by(), now=NOW)
    services.set_code(house, code="", by=by(), now=NOW)
    with pytest.raises(services.CodeRefusal, match="Aucun code"):
        services.read_code(house, by=by(), now=NOW)
    assert house.code_set_at is None


def test_two_houses_of_one_centre_have_two_names() -> None:
    centre = factories.centre()
    services.add_lodging(centre, name="Gîte", address="ici", by=by(), now=NOW)
    with pytest.raises(services.PremisesRefusal, match="déjà un logement de ce nom"):
        services.add_lodging(centre, name="Gîte", address="là", by=by(), now=NOW)
    assert Lodging.objects.count() == 1


@pytest.mark.usefixtures("_own_folder")
def test_a_photo_is_private_and_leaves_with_its_row(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    house = factories.lodging(factories.centre())
    photo = services.add_photo(house, content=PNG, words="la façade", by=by(), now=NOW)
    assert services.read_photo(photo).startswith(b"\x89PNG")
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_photo(photo, by=by(), now=NOW)
    assert LodgingPhoto.objects.count() == 0
    assert list((tmp_path / "private").iterdir()) == []


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.parametrize("content", [b"MZ\x90", b"%PDF-1.4 x %%EOF", PNG[:-9], b""])
def test_what_is_no_photo_is_refused_and_nothing_stays(content: bytes, tmp_path: Path) -> None:
    house = factories.lodging(factories.centre())
    with pytest.raises(FileRefusal):
        services.add_photo(house, content=content, words="x", by=by(), now=NOW)
    assert not list(tmp_path.glob("private/*"))


def test_an_incident_is_settled_once() -> None:
    house = factories.lodging(factories.centre())
    incident = services.note_incident(house, text="volet cassé", by=by(), now=NOW)
    services.settle_incident(incident, by=by(), now=NOW)
    services.settle_incident(Incident.objects.get(), by=by(), now=NOW)
    assert AuditEntry.objects.filter(verb="premises.incident_settled").count() == 1
    assert "volet" not in json.dumps(list(AuditEntry.objects.values()), default=str)
