"""One's own messages and choices."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.journeys.recipients import identities_of, of_doctor, of_user
from relais.outbox import queries
from relais.outbox.models import Preference, StoppedNumber
from tests import factories
from tests.outbox.posts import NOW, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client: Client):
    doctor, user = factories.doctor_user(phone="06 12 34 56 78")
    client.force_login(user)
    return of_doctor(doctor)


def test_a_person_is_one_whether_as_a_doctor_or_as_an_account() -> None:
    doctor, user = factories.doctor_user()
    assert of_user(user) == of_doctor(doctor)
    assert identities_of(user) == [("user", str(user.pk)), ("doctor", str(doctor.pk))]
    other = factories.user(Role.COORDINATOR)
    assert of_user(other).identity == ("user", str(other.pk))


def test_the_list_holds_my_messages_and_nobody_else_s(client: Client, mine) -> None:
    message = post(mine, "invitation", page="/medecin/missions/12/")
    other = post(of_doctor(factories.doctor()), "invitation")
    page = client.get(reverse("account_messages")).content.decode()
    assert page.count("viendriez-vous") == 1
    assert "nouveau" in page
    shown = client.get(reverse("account_message", args=[message.pk]))
    assert 'href="/medecin/missions/12/"' in shown.content.decode()
    assert "nouveau" not in client.get(reverse("account_messages")).content.decode()
    assert client.get(reverse("account_message", args=[other.pk])).status_code == 404


def test_a_secret_link_does_not_stand_on_the_page(client: Client, mine) -> None:
    message = post(mine, "request")
    page = client.get(reverse("account_message", args=[message.pk])).content.decode()
    assert "relais.test" not in page
    assert "{lien}" not in page
    assert "Trois réponses possibles" in page


def test_choices_are_kept(client: Client, mine) -> None:
    StoppedNumber.objects.create(number="+33612345678", stopped_at=NOW)
    assert "STOP" in client.get(reverse("account_messages_choices")).content.decode()
    asked = {"by_sms": "on", "requests": "4", "paused_until": "2027-03-01"}
    assert client.post(reverse("account_messages_choices"), asked).status_code == 302
    row = Preference.objects.get()
    assert (row.recipient_kind, row.recipient_key) == mine.identity
    assert (row.by_email, row.by_sms, row.requests_a_month) == (False, True, 4)
    assert str(row.paused_until) == "2027-03-01"
    assert queries.stopped_numbers(["+33612345678"]) == set()


def test_one_way_at_least_is_kept(client: Client, mine) -> None:
    page = client.post(reverse("account_messages_choices"), {"requests": "2"})
    assert page.status_code == 422
    assert "Gardez au moins une voie" in page.content.decode()
    assert Preference.objects.count() == 0
