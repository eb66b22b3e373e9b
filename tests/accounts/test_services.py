"""Opening and closing accounts, roles, links."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from relais.accounts import permissions, queries, services
from relais.accounts.models import SignInLink, User
from relais.accounts.states import Right, Role
from relais.core.models import AuditEntry
from tests import factories
from tests.factories import NOW, by

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def opened(email: str = "Claude@Exemple.FR ", **options: object) -> User:
    return services.open_account(email, **{"name": "Claude", "by": by(), "now": NOW, **options})  # type: ignore[arg-type]


def test_an_account_opens_without_password_with_its_roles_and_is_written_down() -> None:
    user = opened(roles=[Role.PLANNER, Role.DOCTOR])
    assert (user.email, user.name, user.is_active) == ("claude@exemple.fr", "Claude", True)
    assert not user.has_usable_password()
    assert permissions.roles_of(user) == {Role.PLANNER, Role.DOCTOR}
    assert verbs() == ["accounts.opened", "accounts.role_granted", "accounts.role_granted"]


def test_an_address_opens_one_account_whatever_its_case() -> None:
    opened()
    with pytest.raises(services.EmailTakenRefusal):
        opened("CLAUDE@exemple.fr")
    assert User.objects.count() == 1
    assert verbs() == ["accounts.opened"]


@pytest.mark.parametrize("email", ["", "claude", "claude@", "cl aude@exemple.fr"])
def test_what_is_not_an_address_is_refused(email: str) -> None:
    with pytest.raises(services.EmailWrongRefusal):
        opened(email)
    assert User.objects.count() == 0


def test_a_role_given_twice_is_held_and_written_once() -> None:
    user = factories.user()
    for _ in range(2):
        services.grant_role(user, role=Role.PLANNER, by=by(), now=NOW)
    assert permissions.may(user, Right.ROTA_PLAN)
    assert verbs() == ["accounts.role_granted"]


def test_a_role_taken_back_opens_nothing_any_more() -> None:
    user = factories.user(Role.PLANNER, Role.DOCTOR)
    services.revoke_role(user, role=Role.PLANNER, by=by(), now=NOW)
    assert not permissions.may(user, Right.ROTA_PLAN)
    assert permissions.may(user, Right.OFFERS_OWN)


def test_set_roles_writes_only_what_changes() -> None:
    user = factories.user(Role.PLANNER, Role.DOCTOR)
    services.set_roles(user, roles=[Role.DOCTOR, Role.DIRECTOR], by=by(), now=NOW)
    assert permissions.roles_of(user) == {Role.DOCTOR, Role.DIRECTOR}
    assert verbs() == ["accounts.role_revoked", "accounts.role_granted"]


@pytest.mark.parametrize("others", ["nobody", "a closed account", "another role"])
def test_the_last_administrator_stays(others: str) -> None:
    user = factories.user(Role.ADMINISTRATOR)
    if others == "a closed account":
        factories.user(Role.ADMINISTRATOR, is_active=False)
    if others == "another role":
        factories.user(Role.DIRECTOR)
    with pytest.raises(services.LastAdministratorRefusal):
        services.revoke_role(user, role=Role.ADMINISTRATOR, by=by(), now=NOW)
    with pytest.raises(services.LastAdministratorRefusal):
        services.close_account(user, by=by(), now=NOW)
    with pytest.raises(services.LastAdministratorRefusal):
        services.set_roles(user, roles=[], by=by(), now=NOW)
    user.refresh_from_db()
    assert (user.is_active, permissions.roles_of(user)) == (True, {Role.ADMINISTRATOR})
    assert verbs() == []


def test_an_administrator_may_leave_when_another_one_stays() -> None:
    user, _ = factories.user(Role.ADMINISTRATOR), factories.user(Role.ADMINISTRATOR)
    services.revoke_role(user, role=Role.ADMINISTRATOR, by=by(), now=NOW)
    assert permissions.roles_of(user) == frozenset()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_other_out_at_once_leave_one() -> None:
    pair = [factories.user(Role.ADMINISTRATOR), factories.user(Role.ADMINISTRATOR)]
    start = threading.Barrier(2)
    refused: list[User] = []

    def leave(user: User) -> None:
        try:
            start.wait(10)
            services.revoke_role(user, role=Role.ADMINISTRATOR, by=by(), now=NOW)
        except services.LastAdministratorRefusal:
            refused.append(user)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=[user]) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    connection.ensure_connection()
    assert queries.people(role=Role.ADMINISTRATOR).get() == refused[0]


def test_a_closed_account_opens_nothing_and_may_be_opened_again() -> None:
    user = factories.user(Role.PLANNER)
    token = services.create_link(user, by=by(), now=NOW)
    services.close_account(user, by=by(), now=NOW, why="départ")
    assert not permissions.may(user, Right.ROTA_PLAN)
    assert queries.find_user(user.email) is None
    with pytest.raises(services.LinkRefusal):
        services.use_link(token, now=NOW)
    services.reopen_account(user, by=by(), now=NOW)
    assert permissions.may(user, Right.ROTA_PLAN)
    assert verbs() == ["accounts.link_sent", "accounts.closed", "accounts.reopened"]
    assert AuditEntry.objects.get(verb="accounts.closed").why == "départ"


def test_a_person_of_the_demonstration_may_enter_nowhere_else(settings: object) -> None:
    user = factories.user(Role.PLANNER, is_fictional=True)
    assert queries.find_user(user.email) is None
    assert not permissions.may(user, Right.ROTA_PLAN)
    assert not permissions.may(user, Right.ACCOUNT_OWN)
    settings.DEMO = True  # type: ignore[attr-defined]
    assert queries.find_user(user.email) == user
    assert permissions.may(user, Right.ROTA_PLAN)


def test_accounts_opened_in_the_demonstration_are_fictional(settings: object) -> None:
    assert opened().is_fictional is False
    settings.DEMO = True  # type: ignore[attr-defined]
    assert opened("autre@exemple.fr").is_fictional is True


# -- links -----------------------------------------------------------------------------------------


def test_a_link_lets_in_once() -> None:
    user = factories.user()
    token = services.create_link(user, by=by(), now=NOW)
    assert services.find_link(token, now=NOW).user == user
    assert services.use_link(token, now=NOW) == user
    with pytest.raises(services.LinkRefusal, match="déjà servi"):
        services.use_link(token, now=NOW)


def test_the_secret_of_a_link_is_kept_nowhere() -> None:
    token = services.create_link(factories.user(), by=by(), now=NOW)
    kept = SignInLink.objects.get()
    assert len(token) >= 43
    assert token not in str(vars(kept))
    assert token not in str(list(AuditEntry.objects.values()))


def test_a_link_lasts_as_long_as_the_letter_says(settings: object) -> None:
    settings.SIGN_IN_LINK_MINUTES = 20  # type: ignore[attr-defined]
    token = services.create_link(factories.user(), by=by(), now=NOW)
    in_time = NOW + timedelta(minutes=20) - timedelta(seconds=1)
    assert services.find_link(token, now=in_time).user_id
    with pytest.raises(services.LinkRefusal, match="20 minutes"):
        services.use_link(token, now=NOW + timedelta(minutes=20))


def test_using_a_link_spends_the_others_of_the_same_person_only() -> None:
    user, neighbour = factories.user(), factories.user()
    first, second = (services.create_link(user, by=by(), now=NOW) for _ in range(2))
    other = services.create_link(neighbour, by=by(), now=NOW)
    services.use_link(second, now=NOW)
    with pytest.raises(services.LinkRefusal, match="déjà servi"):
        services.use_link(first, now=NOW)
    assert services.use_link(other, now=NOW) == neighbour


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\udcff", "a" * 5000])
def test_a_made_up_link_is_refused(token: str) -> None:
    with pytest.raises(services.LinkRefusal):
        services.use_link(token, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_lets_in_once() -> None:
    token = services.create_link(factories.user(), by=by(), now=NOW)
    start = threading.Barrier(4)
    entered: list[User] = []

    def enter() -> None:
        try:
            start.wait(10)
            entered.append(services.use_link(token, now=NOW))
        except services.LinkRefusal:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entered) == 1


def test_old_links_are_forgotten_when_a_new_one_is_made() -> None:
    user = factories.user()
    services.create_link(user, by=by(), now=NOW - timedelta(days=3))
    services.create_link(user, by=by(), now=NOW)
    assert SignInLink.objects.filter(user=user).count() == 1


def test_people_are_found_by_name_address_role_and_state() -> None:
    anne = factories.user(Role.PLANNER, name="Anne Roy")
    closed = factories.user(Role.PLANNER, name="Bruno Roy", is_active=False)
    factories.user(Role.DOCTOR, name="Zoé Petit")
    assert list(queries.people(text="roy")) == [anne]
    assert list(queries.people(text=anne.email.upper())) == [anne]
    assert list(queries.people(role=Role.PLANNER, is_active=None)) == [anne, closed]
    assert list(queries.people(is_active=False)) == [closed]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox sur Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari sur iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
            "Chrome sur Android",
        ),
        ("curl/8.0", "appareil inconnu"),
    ],
)
def test_devices_are_named_in_words(user_agent: str, words: str) -> None:
    assert queries.device_words(user_agent) == words
