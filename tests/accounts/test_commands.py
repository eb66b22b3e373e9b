"""The commands of accounts."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from relais.accounts import permissions
from relais.accounts.models import User
from relais.accounts.states import RIGHT_MEANINGS, RIGHTS_OF, ROLE_SCOPES, Right, Role
from relais.territory.queries import find_commune
from tests.portals.account.totp import with_totp


def test_docs_roles_is_what_the_code_says() -> None:
    call_command("roles", "--check")


def test_every_right_has_a_meaning_a_holder_and_every_role_a_scope() -> None:
    held = frozenset().union(*RIGHTS_OF.values())
    assert set(RIGHT_MEANINGS) == set(Right)
    assert held == set(Right) - {Right.ANYONE}
    assert set(ROLE_SCOPES) == set(RIGHTS_OF) == set(Role)


@pytest.fixture
def _without_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test the 34,875 communes."""
    monkeypatch.setattr("relais.territory.services.load_communes", lambda **_: None)


def create_admin(*words: str) -> str:
    out = StringIO()
    call_command("create_admin", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_create_admin_opens_an_account_and_prints_a_link_that_lets_in(client: Client) -> None:
    told = create_admin("alix@exemple.fr", "Alix Roy")
    user = User.objects.get()
    assert permissions.roles_of(user) == {Role.ADMINISTRATOR}
    assert str(find_commune("Ajain")) == "Ajain (23)"
    path = re.search(r"http://127.0.0.1:8000(\S+)", told)
    assert path is not None
    assert client.post(path[1]).headers["Location"] == reverse("home")
    assert client.get(reverse("account_profile")).context["user"] == user


@pytest.mark.django_db
@pytest.mark.usefixtures("_without_places")
def test_create_admin_lets_the_same_person_in_again() -> None:
    create_admin("alix@exemple.fr", "Alix Roy")
    assert "Lien pour entrer" in create_admin("ALIX@exemple.fr", "Alix Roy")
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("_without_places")
def test_create_admin_refuses_what_is_not_an_address() -> None:
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        create_admin("alix", "Alix Roy")


@pytest.mark.django_db
@pytest.mark.usefixtures("_without_places")
def test_create_admin_helps_who_lost_the_second_factor(client: Client) -> None:
    create_admin("alix@exemple.fr", "Alix Roy")
    with_totp(User.objects.get())
    out = StringIO()
    call_command("create_admin", "alix@exemple.fr", "Alix Roy", lost_second_factor=True, stdout=out)
    assert not permissions.has_second_factor(User.objects.get())
