"""Entering in a real browser: link, code, passkey; strict policy, no console error, axe content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from relais.accounts.states import Role
from tests import factories
from tests.portals.account.totp import code_of, with_totp
from tests.tasks import tasks_at_once

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server: Any, page: Page) -> Iterator[str]:
    """Serve the product, and fail on anything the browser complains about."""
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with tasks_at_once():
        yield live_server.url
    assert complaints == []


def accessible(page: Page) -> None:
    # Without preload, or axe asks for our @imports at wrong addresses.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(rule["id"], [n["html"] for n in rule["nodes"]]) for rule in found] == []


def ask_for_link(page: Page, site: str, email: str) -> str:
    page.goto(site + reverse("account_login"))
    accessible(page)
    page.get_by_label("Votre adresse électronique").fill(email)
    page.get_by_role("button", name="Recevoir le lien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez vos courriels")
    accessible(page)
    found = re.search(r"http://\S+", mail.outbox[-1].body)
    assert found is not None
    return found[0]


def enter_by_link(page: Page, site: str, email: str) -> None:
    page.goto(ask_for_link(page, site, email))
    accessible(page)
    page.get_by_role("button", name="Entrer", exact=True).click()


def with_virtual_key(page: Page) -> None:
    """Give the browser a phone that recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_out(page: Page, site: str) -> None:
    page.goto(site + reverse("account_logout"))
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()


def test_a_person_enters_by_link_and_finds_her_account(page: Page, site: str) -> None:
    factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    enter_by_link(page, site, "anne@exemple.fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Roy")
    expect(page.get_by_role("main")).to_contain_text("commune ou hôte")
    for name in (
        "account_profile",
        "account_sessions",
        "account_second_factor",
        "account_password",
    ):
        page.goto(site + reverse(name))
        accessible(page)


def test_a_second_factor_is_added_then_asked_for(page: Page, site: str) -> None:
    factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    enter_by_link(page, site, "anne@exemple.fr")
    page.goto(site + reverse("account_second_factor"))
    page.get_by_role("link", name="Ajouter une application").click()
    accessible(page)
    secret = page.locator("code").inner_text()
    page.get_by_label("Le code que l’application affiche").fill(code_of(secret))
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    accessible(page)
    code = page.locator("li code").first.inner_text()
    sign_out(page, site)
    enter_by_link(page, site, "anne@exemple.fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Seconde vérification")
    accessible(page)
    page.get_by_label("Le code").fill("000000")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("main")).to_contain_text("Ce code ne convient pas.")
    page.get_by_label("Le code").fill(code)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Roy")


def test_a_passkey_is_added_and_lets_in_alone(page: Page, site: str) -> None:
    factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    with_virtual_key(page)
    enter_by_link(page, site, "anne@exemple.fr")
    page.goto(site + reverse("mfa_add_webauthn"))
    accessible(page)
    page.get_by_label("Son nom").fill("mon téléphone")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    page.goto(site + reverse("account_second_factor"))
    expect(page.get_by_role("main")).to_contain_text("mon téléphone")
    accessible(page)
    sign_out(page, site)
    page.goto(site + reverse("account_login"))
    page.get_by_role("button", name="Clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Roy")


def test_a_passkey_serves_as_second_factor_and_to_confirm(page: Page, site: str) -> None:
    factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    with_virtual_key(page)
    enter_by_link(page, site, "anne@exemple.fr")
    page.goto(site + reverse("mfa_add_webauthn"))
    page.get_by_label("Entrer avec cette clé seule").uncheck()
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    sign_out(page, site)
    enter_by_link(page, site, "anne@exemple.fr")
    page.get_by_role("button", name="Présenter une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Roy")
    page.goto(site + reverse("account_second_factor"))
    page.get_by_role("link", name="Retirer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez que c’est vous")
    accessible(page)
    page.get_by_role("link", name="Avec une clé d’accès").click()
    accessible(page)
    page.get_by_role("button", name="Présenter ma clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirer une clé d’accès")
    accessible(page)
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("main")).not_to_contain_text("Renommer")


def test_without_a_key_the_page_says_so_in_words(page: Page, site: str) -> None:
    page.goto(site + reverse("account_login"))
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('none')) }")
    page.get_by_role("button", name="Clé d’accès").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Votre appareil n’a pas donné de clé. Réessayez, ou choisissez une autre façon d’entrer."
    )
    accessible(page)


def test_the_pages_of_the_team_are_accessible(page: Page, site: str) -> None:
    admin = factories.user(Role.ADMINISTRATOR, email="alix@exemple.fr", name="Alix Admin")
    other = factories.user(Role.PLANNER)
    enter_by_link(page, site, admin.email)
    for address in (
        reverse("office_people"),
        reverse("office_people_open"),
        reverse("office_person", args=[other.pk]),
        reverse("office_person_close", args=[other.pk]),
        reverse("office_audit"),
    ):
        page.goto(site + address)
        accessible(page)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_everything_but_passkeys_goes_without_javascript(page: Page, site: str) -> None:
    user = factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    secret = with_totp(user)
    page.goto(site + reverse("account_login"))
    page.get_by_label("Votre adresse électronique").fill("anne@exemple.fr")
    expect(page.get_by_role("button", name="Clé d’accès")).to_be_hidden()
    page.get_by_role("button", name="Recevoir le lien").click()
    found = re.search(r"http://\S+", mail.outbox[-1].body)
    assert found is not None
    page.goto(found[0])
    page.get_by_role("button", name="Entrer", exact=True).click()
    page.get_by_label("Le code").fill(code_of(secret))
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Roy")


def test_pages_fit_a_small_phone(page: Page, site: str) -> None:
    factories.user(Role.TOWN, email="anne@exemple.fr", name="Anne Roy")
    page.set_viewport_size({"width": 320, "height": 640})
    enter_by_link(page, site, "anne@exemple.fr")
    for name in (
        "account_profile",
        "account_second_factor",
        "mfa_activate_totp",
        "account_password",
    ):
        page.goto(site + reverse(name))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
