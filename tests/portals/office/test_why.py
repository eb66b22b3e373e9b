"""The page that says why a week is as it is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from tests import factories
from tests.factories import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


def test_a_planner_asks_why_not_another(client: Client) -> None:
    client.force_login(factories.user(Role.PLANNER))
    line = factories.line(factories.centre(name="Nevers", lines=0))
    anne = factories.doctor(first_name="Anne", missions_before=1)
    boris = factories.doctor(first_name="Boris", missions_before=1)
    factories.mission(anne, line)
    factories.offer(boris)
    url = reverse("office_week_why", args=(line.pk, MONDAY))
    assert url in client.get(reverse("office_week", args=(line.pk, MONDAY))).content.decode()
    page = client.get(url, {"medecin": boris.pk}).content.decode()
    assert f"Pourquoi {anne}" in page
    assert f"Sans {anne}, {boris} viendrait" in page
    assert f"{boris} arriverait quand tout est pris." in page
    for nonsense in ("x", "9" * 30, "-1", "99999"):
        answer = client.get(url, {"medecin": nonsense})
        assert answer.status_code == 200
        assert "arriverait" not in answer.content.decode()


def test_a_doctor_asks_why_not_me(client: Client) -> None:
    doctor, user = factories.doctor_user()
    client.force_login(user)
    factories.line(factories.centre(name="Nevers", lines=0))
    factories.offer(doctor)
    url = reverse("doctor_why", args=(MONDAY.isoformat(),))
    assert url in client.get(reverse("doctor_home")).content.decode()
    page = client.get(url).content.decode()
    assert "Une place est libre à Nevers cette semaine-là : dites-le à l’équipe." in page
    for nonsense in ("2027-01-12", "hier", "2001-01-01", "2999-01-07"):
        assert client.get(reverse("doctor_why", args=(nonsense,))).status_code == 404
