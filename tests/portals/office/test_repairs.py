"""The three best ways to fill a week, in its page: read, applied, refused in a sentence."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.network.models import Line
from relais.outbox.models import Message
from relais.rota import repairing, services
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

HTMX = {"HX-Request": "true"}
PIECE = {**HTMX, "HX-Target": "week-solutions"}


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER, name="Hélène Vasseur")
    client.force_login(user)
    return user


@pytest.fixture
def line() -> Line:
    """An empty week that Claire, who goes to Ajain, could fill if Paul went there."""
    nevers = factories.line(factories.centre(name="Nevers", lines=0))
    ajain = factories.line(factories.centre(name="Ajain", lines=0))
    claire = factories.doctor(
        first_name="Claire", last_name="Aubry", missions_before=3, phone="0612345678"
    )
    paul = factories.doctor(
        first_name="Paul", last_name="Sève", missions_before=3, max_travel_minutes=200
    )
    nevers.centre.latitude, nevers.centre.longitude = 50.0, 2.0
    nevers.centre.save()
    for doctor in (claire, paul):
        factories.offer(doctor)
    factories.mission(claire, ajain, state=MissionState.CONFIRMED)
    return nevers


def url(line: Line, name: str = "office_week_solutions") -> str:
    return reverse(name, args=(line.pk, MONDAY))


def recipe(line: Line) -> str:
    (one,) = repairing.solutions(line, monday=MONDAY, today=TODAY).found
    return str(one.recipe)


def shown(answer: object) -> str:
    return answer.content.decode().replace("\xa0", " ")  # type: ignore[attr-defined]


def test_an_empty_week_loads_its_solutions_or_links_to_them(
    client: Client, planner: User, line: Line
) -> None:
    page = shown(client.get(reverse("office_week", args=(line.pk, MONDAY))))
    assert f'hx-get="{url(line)}"' in page
    assert f'<a href="{url(line)}">Voir les trois meilleures solutions</a>' in page
    piece = shown(client.get(url(line), headers=PIECE))
    assert piece.lstrip().startswith('<section id="week-solutions"')
    assert "Dr Claire Aubry quitte Ajain et va à Nevers, semaine du lundi 11 janvier" in piece
    assert "Dr Paul Sève va à Ajain" in piece
    whole = shown(client.get(url(line)))
    assert "<h1" in whole
    assert "Dr Paul Sève va à Ajain" in whole


def test_cancelling_shows_the_solutions_at_once(client: Client, planner: User, line: Line) -> None:
    holder = factories.doctor(missions_before=1)
    mission = factories.mission(holder, line, state=MissionState.CONFIRMED)
    cancel = reverse("office_week_move", args=(line.pk, MONDAY, "annuler"))
    page = shown(client.post(cancel, {"mission": mission.pk}, follow=True))
    assert "Dr Paul Sève va à Ajain" in page


def test_a_solution_is_applied_and_says_whom_to_call(
    client: Client, planner: User, line: Line
) -> None:
    data = {"recipe": recipe(line)}
    answer = client.post(url(line, "office_week_repair"), data, follow=True)
    page = shown(answer)
    assert answer.redirect_chain[-1][0].endswith("?fait=solution")
    assert "La solution est appliquée. Il reste à demander aux médecins." in page
    assert (
        "Dr Claire Aubry</a> : à demander pour Nevers, semaine du lundi 11 janvier, au lieu de "
        "Ajain, semaine du lundi 11 janvier, " in page
    )
    assert "06 12 34 56 78" in page
    states = Mission.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "proposed", "proposed"]


def test_with_the_invitations_everybody_concerned_is_written_to(
    client: Client, planner: User, line: Line
) -> None:
    data = {"recipe": recipe(line), "invites": "1"}
    page = shown(client.post(url(line, "office_week_repair"), data, headers=HTMX))
    assert "les invitations partent" in page
    assert "invitation partie pour Nevers" in page
    states = Mission.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "invited", "invited"]
    sent = Message.objects.order_by("template").values_list("template", flat=True)
    assert sorted(set(sent)) == ["mission_cancelled", "mission_invitation"]


def test_a_solution_that_another_tab_undid_is_refused_with_new_ones(
    client: Client, planner: User, line: Line
) -> None:
    data = {"recipe": recipe(line)}
    mission = Mission.objects.get()
    services.lock(mission, by=factories.by(), now=NOW)
    answer = client.post(url(line, "office_week_repair"), data, headers=HTMX)
    assert answer.status_code == 422
    page = shown(answer)
    assert "La mission du Dr Claire Aubry à Ajain a été verrouillée. Rien n’a été changé." in page
    assert "Aucune solution n’existe" in page
    assert Mission.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x", ";;", "1:confirmed;;" * 200])
def test_what_is_no_solution_is_refused_in_a_sentence(
    client: Client, planner: User, line: Line, text: str
) -> None:
    answer = client.post(url(line, "office_week_repair"), {"recipe": text}, headers=HTMX)
    assert answer.status_code == 422
    assert Mission.objects.count() == 1


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PIONEER, Role.COORDINATOR, Role.DOCTOR])
def test_only_a_planner_sees_and_applies_solutions(client: Client, line: Line, role: Role) -> None:
    client.force_login(factories.user(role))
    assert client.get(url(line)).status_code == 403
    data = {"recipe": recipe(line)}
    assert client.post(url(line, "office_week_repair"), data).status_code == 403
    assert Mission.objects.count() == 1
