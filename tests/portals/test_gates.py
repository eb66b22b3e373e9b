"""The gate: who is not there is led to the door, whole pages and pieces of pages alike."""

from __future__ import annotations

import pytest
from django.test import Client

from relais.accounts.states import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_page_leads_to_the_door_and_back(client: Client) -> None:
    answer = client.get("/bureau/?etat=open")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/compte/entrer/?next=/bureau/%3Fetat%3Dopen",
    )


def test_a_piece_of_a_page_leads_the_whole_page_to_the_door(client: Client) -> None:
    answer = client.get(
        "/bureau/medecins/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/bureau/?etat=open"},
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        200,
        "/compte/entrer/?next=/bureau/%3Fetat%3Dopen",
    )


def test_another_role_is_refused_in_words(client: Client) -> None:
    client.force_login(factories.user(Role.TOWN))
    answer = client.get("/bureau/")
    assert answer.status_code == 403
    assert "Cette page" in answer.content.decode()
