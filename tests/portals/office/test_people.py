"""The pages of accounts and of the journal, as an administrator meets them."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

import relais
from relais.accounts import permissions
from relais.accounts.models import User
from relais.accounts.services import note_second_factor
from relais.accounts.states import Role
from relais.core import audit
from relais.core.models import AuditEntry
from relais.portals.account.adapter import CHANGES
from relais.portals.office.audit_words import AREAS, PHRASES, detail_words
from tests import factories
from tests.factories import NOW, by
from tests.tasks import tasks_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> User:
    user = factories.user(Role.ADMINISTRATOR, name="Alix Admin")
    client.force_login(user)
    return user


def html(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


# -- accounts ---------------------------------------------------------------------------------


def test_the_list_says_when_nobody_plans(client: Client, admin: User) -> None:
    words = "Personne ne tient encore le planning"
    assert words in html(client.get(reverse("office_people")))
    factories.user(Role.PLANNER)
    assert words not in html(client.get(reverse("office_people")))


def test_the_list_shows_open_accounts_with_their_roles(client: Client, admin: User) -> None:
    factories.user(Role.PLANNER, Role.DIRECTOR, name="Anne Roy")
    factories.user(name="Bruno Clos", is_active=False)
    page = html(client.get(reverse("office_people")))
    assert "Anne Roy" in page
    assert "planification, direction" in page
    assert "Bruno Clos" not in page
    assert "Bruno Clos" in html(client.get(reverse("office_people"), {"etat": "closed"}))
    found = html(client.get(reverse("office_people"), {"q": "roy", "role": "planner"}))
    assert "Anne Roy" in found
    assert "Alix Admin</a>" not in found


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_the_same_number_of_times(
    client: Client, admin: User, django_assert_num_queries: object, count: int
) -> None:
    for _ in range(count):
        factories.user(Role.PLANNER, Role.DOCTOR)
    client.get(reverse("office_people"))
    with django_assert_num_queries(7):  # type: ignore[operator]
        client.get(reverse("office_people"))


def test_an_account_is_opened_and_the_person_told(client: Client, admin: User) -> None:
    form = {"name": "Anne Roy", "email": "anne@exemple.fr", "roles": ["planner", "doctor"]}
    with tasks_at_once():
        answer = client.post(reverse("office_people_open"), form)
    user = User.objects.get(email="anne@exemple.fr")
    assert answer.headers["Location"] == reverse("office_person", args=[user.pk])
    assert permissions.roles_of(user) == {Role.PLANNER, Role.DOCTOR}
    (letter,) = mail.outbox
    assert letter.to == ["anne@exemple.fr"]
    assert "http://testserver/compte/entrer/" in letter.body
    assert AuditEntry.objects.get(verb="accounts.opened").actor == f"user:{admin.pk}"


def test_a_taken_address_is_refused_with_a_sentence(client: Client, admin: User) -> None:
    form = {"name": "Autre", "email": admin.email.upper()}
    answer = client.post(reverse("office_people_open"), form)
    assert answer.status_code == 422
    assert "Un compte existe déjà avec cette adresse." in html(answer)
    assert User.objects.count() == 1


def test_roles_and_name_are_changed_one_at_a_time(client: Client, admin: User) -> None:
    user = factories.user(Role.PLANNER, name="Anne Roi")
    address = reverse("office_person", args=[user.pk])
    assert client.post(address, {"name": "Anne Roy"}).status_code == 302
    user.refresh_from_db()
    permissions.forget_roles(user)
    assert (user.name, permissions.roles_of(user)) == ("Anne Roy", {Role.PLANNER})
    assert client.post(address, {"roles": ["director"]}).status_code == 302
    permissions.forget_roles(user)
    assert permissions.roles_of(user) == {Role.DIRECTOR}


def test_the_last_administrator_stays_and_the_page_says_why(client: Client, admin: User) -> None:
    pages = [
        client.post(reverse("office_person", args=[admin.pk]), {"roles": []}),
        client.post(reverse("office_person_close", args=[admin.pk]), {"why": ""}),
    ]
    for page in pages:
        assert page.status_code == 422
        assert "C’est le dernier compte d’administration" in html(page)
    assert permissions.roles_of(User.objects.get(pk=admin.pk)) == {Role.ADMINISTRATOR}


def test_closing_says_its_effect_before_and_can_be_undone(client: Client, admin: User) -> None:
    user = factories.user(Role.PLANNER, password=factories.PASSWORD)
    desk = Client()
    desk.post(
        reverse("account_password_login"), {"login": user.email, "password": factories.PASSWORD}
    )
    close = reverse("office_person_close", args=[user.pk])
    before = html(client.get(close))
    assert "1\xa0appareil sera déconnecté." in before
    assert "Le compte peut être rouvert." in before
    assert User.objects.get(pk=user.pk).is_active
    client.post(close, {"why": "départ"})
    assert not User.objects.get(pk=user.pk).is_active
    assert desk.get(reverse("account_profile")).status_code == 302
    client.post(reverse("office_person_reopen", args=[user.pk]))
    assert User.objects.get(pk=user.pk).is_active


def test_someone_is_signed_out_everywhere_from_the_page(client: Client, admin: User) -> None:
    user = factories.user(password=factories.PASSWORD)
    desk = Client()
    desk.post(
        reverse("account_password_login"), {"login": user.email, "password": factories.PASSWORD}
    )
    assert desk.get(reverse("account_profile")).status_code == 200
    client.post(reverse("office_person_sessions", args=[user.pk]))
    assert desk.get(reverse("account_profile")).status_code == 302


@pytest.mark.parametrize("name", ["office_person_reopen", "office_person_sessions"])
def test_opening_the_address_of_an_act_does_nothing(client: Client, admin: User, name: str) -> None:
    user = factories.user(is_active=False)
    client.get(reverse(name, args=[user.pk]))
    assert not User.objects.get(pk=user.pk).is_active
    assert AuditEntry.objects.count() == 0


# -- journal ----------------------------------------------------------------------------------


def rows(client: Client, **filters: str) -> list[str]:
    answer = client.get(reverse("office_audit"), filters)
    return [row["entry"].verb for row in answer.context["rows"]]


def test_the_journal_says_who_did_what_in_words(client: Client, admin: User) -> None:
    centre = factories.centre(name="Ajain")
    audit.record(
        centre,
        verb="network.centre_edited",
        by=by(factories.user(name="Anne Roy")),
        at=NOW,
        why="erreur de saisie",
    )
    page = " ".join(html(client.get(reverse("office_audit"))).split())
    assert "<strong>Anne Roy</strong> a modifié le centre <strong>Ajain</strong>" in page
    assert "raison : erreur de saisie" in page
    assert "6 janv" in page


def test_the_journal_is_filtered_by_person_object_area_and_period(
    client: Client, admin: User
) -> None:
    anne, bruno = factories.user(name="Anne Roy"), factories.user(name="Bruno Petit")
    first, second = factories.centre(name="Ajain"), factories.centre(name="Nevers")
    for verb, who, what, at in [
        ("network.centre_added", anne, first, NOW),
        ("network.centre_edited", bruno, second, NOW + timedelta(days=1)),
        ("accounts.renamed", anne, anne, NOW + timedelta(days=2)),
    ]:
        audit.record(what, verb=verb, by=by(who), at=at)
    assert rows(client) == ["accounts.renamed", "network.centre_edited", "network.centre_added"]
    assert rows(client, qui="roy") == ["accounts.renamed", "network.centre_added"]
    assert rows(client, quoi="nevers") == ["network.centre_edited"]
    assert rows(client, domaine="accounts") == ["accounts.renamed"]
    assert rows(client, du="2027-01-07", au="2027-01-07") == ["network.centre_edited"]
    assert rows(client, au="2027-01-06") == ["network.centre_added"]
    wrong = client.get(reverse("office_audit"), {"du": "2027-02-01", "au": "2027-01-01"})
    assert "La fin vient avant le début." in html(wrong)


@pytest.mark.parametrize("count", [1, 60])
def test_the_journal_asks_the_database_the_same_number_of_times(
    client: Client, admin: User, django_assert_num_queries: object, count: int
) -> None:
    for _ in range(count):
        audit.record(None, verb="accounts.renamed", by=by(), at=NOW)
    client.get(reverse("office_audit"))
    with django_assert_num_queries(5):  # type: ignore[operator]
        answer = client.get(reverse("office_audit"))
    assert len(answer.context["rows"]) == min(count, 50)


def verbs_in_the_sources() -> set[str]:
    found = set()
    for path in Path(relais.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "verb":
                found |= {
                    leaf.value
                    for leaf in ast.walk(node.value)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }
    return {verb for verb in found if "." in verb and not verb.endswith((".", "_"))}


def test_every_verb_that_is_written_has_words() -> None:
    verbs = verbs_in_the_sources() | {f"accounts.{change}" for change in CHANGES.values()}
    assert len(verbs) > 20
    assert verbs - set(PHRASES) == set()
    assert {verb.split(".")[0] for verb in PHRASES} == set(AREAS)


def test_details_are_told_in_words() -> None:
    assert detail_words({"role": "planner"}) == "rôle : planification"
    assert detail_words({"from": "proposed", "to": "confirmed"}) == (
        "avant : proposée ; après : confirmée"
    )
    assert detail_words({"token": "x"}) == ""


def test_changes_of_second_factors_are_in_the_journal(client: Client, admin: User) -> None:
    note_second_factor(admin, change="passkey_added", by=by(admin), now=NOW)
    page = html(client.get(reverse("office_audit")))
    assert "a ajouté une clé d’accès au compte de" in page
