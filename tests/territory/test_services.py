"""Loading the shipped communes: whole, once, and without losing what others refer to."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from relais.core.actors import Actor
from relais.core.models import AuditEntry
from relais.territory import reference
from relais.territory.models import Commune, DataVersion
from relais.territory.queries import search_communes
from relais.territory.services import Loaded, load_communes

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
BY = Actor.system("test")

pytestmark = pytest.mark.django_db


def place(code: str, name: str = "Ajain") -> reference.Place:
    return reference.Place(code, name, code[:2], 46.2, 2.0, 100, position_approximate=False)


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ship another table than the real one."""

    def ship(sha256: str, *places: reference.Place) -> None:
        monkeypatch.setattr(reference, "communes_sha256", lambda: sha256)
        monkeypatch.setattr(reference, "communes", lambda: list(places))

    return ship


def test_every_shipped_commune_is_loaded_once() -> None:
    first, second = StringIO(), StringIO()
    call_command("load_communes", stdout=first)
    call_command("load_communes", stdout=second)
    assert first.getvalue() == "34875 communes chargées.\n"
    assert second.getvalue() == "34875 communes déjà là.\n"
    assert Commune.objects.count() == 34_875
    ajain = Commune.objects.get(code="23002")
    assert (ajain.name, ajain.department, ajain.search_name) == ("Ajain", "23", "ajain")
    assert DataVersion.objects.get().sha256 == reference.communes_sha256()
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["territory.communes_loaded"]


def test_a_loaded_version_costs_one_query(shipped: Any, django_assert_num_queries: Any) -> None:
    shipped("a" * 64, place("23002"))
    assert load_communes(by=BY, now=NOW) == Loaded(rows=1, changed=True)
    with django_assert_num_queries(1):
        assert load_communes(by=BY, now=NOW) == Loaded(rows=1, changed=False)


def test_a_new_version_changes_adds_and_hides(shipped: Any) -> None:
    shipped("a" * 64, place("23002"), place("23003", "Alleyrat"))
    load_communes(by=BY, now=NOW)
    shipped("b" * 64, place("23002", "Ajain-la-Neuve"), place("23004", "Anzême"))
    assert load_communes(by=BY, now=NOW) == Loaded(rows=2, changed=True)
    assert list(Commune.objects.order_by("code").values_list("code", "name", "search_name")) == [
        ("23002", "Ajain-la-Neuve", "ajain la neuve"),
        ("23003", "Alleyrat", ""),
        ("23004", "Anzême", "anzeme"),
    ]
    assert search_communes("alleyrat") == []
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.at, entry.details) == (
        "system:test",
        NOW,
        {"rows": 2, "sha256": "b" * 64, "gone": ["23003"]},
    )


def test_a_loading_that_fails_changes_nothing(
    shipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped("a" * 64, place("23002"))

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("relais.territory.services.audit.record", fail)
    with pytest.raises(RuntimeError):
        load_communes(by=BY, now=NOW)
    assert not Commune.objects.exists()
    assert not DataVersion.objects.exists()
