"""What someone who signed in was shown stays in no cache."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["office_board", "office_doctors", "office_export_board", "account_profile"]
)
def test_pages_of_people_are_kept_nowhere(name: str) -> None:
    client = Client()
    client.force_login(factories.user(Role.PLANNER))
    assert client.get(reverse(name))["Cache-Control"] == "private, no-store"


def test_refusals_to_someone_signed_in_are_kept_nowhere() -> None:
    client = Client()
    client.force_login(factories.user(Role.DOCTOR))
    answer = client.get(reverse("office_board"))
    assert (answer.status_code, answer["Cache-Control"]) == (403, "private, no-store")


def test_the_open_page_of_a_visitor_can_be_kept() -> None:
    assert not Client().get(reverse("public_home")).has_header("Cache-Control")
