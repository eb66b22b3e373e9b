"""« Entrer comme… » exists in the demonstration and cannot exist elsewhere."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from relais.accounts.states import Role
from relais.portals.account.urls import demo_addresses
from relais.portals.account.urls import urlpatterns as real
from relais.portals.account.views import demo
from tests import factories

pytestmark = pytest.mark.django_db


IN_THE_DEMO = pytest.mark.urls("tests.portals.account.demo_urls")


def test_outside_the_demonstration_there_is_nothing_at_the_address(client: Client) -> None:
    user = factories.user(is_fictional=True)
    assert demo_addresses(is_demo=False) == []
    assert not {"account_demo", "account_demo_enter"} & {
        p.name for p in real if isinstance(p, URLPattern)
    }
    assert client.get("/compte/demonstration/").status_code == 404
    assert client.post(f"/compte/demonstration/{user.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("is_demo", "is_production"), [(False, False), (False, True), (True, True)]
)
def test_outside_the_demonstration_the_views_refuse_by_themselves(
    settings: object, is_demo: bool, is_production: bool
) -> None:
    settings.DEMO, settings.PRODUCTION = is_demo, is_production  # type: ignore[attr-defined]
    user = factories.user(Role.PLANNER, is_fictional=True)
    with pytest.raises(Http404):
        demo.choose(RequestFactory().get("/"))
    with pytest.raises(Http404):
        demo.enter_as(RequestFactory().post("/"), pk=user.pk)


@IN_THE_DEMO
def test_in_the_demonstration_a_click_changes_the_person(client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    anne = factories.user(Role.PLANNER, name="Anne Roy", is_fictional=True)
    bruno = factories.user(Role.DOCTOR, name="Bruno Petit", is_fictional=True)
    page = client.get(reverse("account_demo")).content.decode()
    assert "Anne Roy" in page
    assert "Démonstration : toutes les personnes sont inventées." in page
    for person in (anne, bruno):
        client.post(reverse("account_demo_enter", args=[person.pk]))
        assert client.get(reverse("account_profile")).context["user"] == person


@IN_THE_DEMO
def test_a_click_is_a_post(client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    anne = factories.user(Role.PLANNER, is_fictional=True)
    client.get(reverse("account_demo_enter", args=[anne.pk]))
    assert client.get(reverse("account_profile")).status_code == 302


@IN_THE_DEMO
def test_real_accounts_are_neither_shown_nor_entered_when_a_real_database_is_put_in_demo_mode(
    client: Client, settings: object
) -> None:
    real_person = factories.user(Role.ADMINISTRATOR, name="Vraie Personne")
    settings.DEMO = True  # type: ignore[attr-defined]
    assert "Vraie Personne" not in client.get(reverse("account_demo")).content.decode()
    entered = client.post(reverse("account_demo_enter", args=[real_person.pk]))
    assert entered.status_code == 404
    assert client.get(reverse("account_profile")).status_code == 302


def test_a_session_of_the_demonstration_opens_nothing_outside_of_it(
    client: Client, settings: object
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    client.force_login(factories.user(Role.PLANNER, is_fictional=True))
    assert client.get(reverse("account_profile")).status_code == 200
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get(reverse("account_profile")).status_code == 302
    assert client.get(reverse("account_login")).status_code == 200


def test_a_person_of_the_demonstration_has_no_link_and_no_password_outside_of_it(
    client: Client,
) -> None:
    user = factories.user(Role.PLANNER, is_fictional=True, password=factories.PASSWORD)
    answer = client.post(
        reverse("account_password_login"), {"login": user.email, "password": factories.PASSWORD}
    )
    assert answer.headers["Location"] == reverse("account_inactive")
    assert client.get(reverse("account_profile")).status_code == 302
