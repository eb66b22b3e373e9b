"""A coordinator sees who comes."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.network.models import Centre
from relais.portals.centre.guests import guest_weeks
from relais.rota import queries as rota
from relais.rota.states import MissionState, WeekState
from tests import factories
from tests.factories import MONDAY, TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def centre(client: Client) -> Centre:
    """Sign the coordinator of a centre of two lines in."""
    place = factories.centre(name="Centre du Morvan", lines=2)
    client.force_login(factories.coordinator(place))
    return place


def test_a_guest_says_from_where_with_whom_and_for_the_first_time(centre: Centre) -> None:
    doctor = factories.doctor(
        home=factories.commune(name="Lille", department="59"),
        brings_family=True,
        brings_pet=True,
    )
    line = centre.lines.get(number=1)
    factories.mission(doctor, line, travel_minutes=215)
    weeks = guest_weeks(rota.arrivals([centre], today=TODAY, weeks=2), today=TODAY)
    assert [(week.name, week.monday, week.summary) for week in weeks] == [
        ("Cette semaine", monday(-1), "2\u00a0médecins à trouver"),
        ("La semaine prochaine", monday(0), "1\u00a0médecin à trouver"),
    ]
    guest = weeks[1].guests[0]
    assert guest.comes_from == "de Lille (59), environ 3\u00a0h\u00a035"
    assert guest.brings == ("première mission", "en famille", "avec un animal")
    assert weeks[1].guests[1].is_awaited


def test_a_week_says_what_is_left_to_know(centre: Centre) -> None:
    first, second = centre.lines.order_by("number")
    factories.mission(None, first, monday=monday(1), state=MissionState.INVITED)
    factories.mission(None, second, monday=monday(1))
    factories.mission(None, first, monday=monday(2))
    factories.mission(None, second, monday=monday(2))
    factories.closure(centre, first_on=monday(3), last_on=date(2027, 2, 7))
    weeks = guest_weeks(rota.arrivals([centre], today=TODAY, weeks=5), today=TODAY)
    assert [week.summary for week in weeks[2:]] == [
        "1\u00a0réponse attendue",
        "tous les médecins sont connus",
        "fermée",
    ]
    assert weeks[4].guests[0].arrival.state is WeekState.CLOSED


def test_the_home_shows_names_and_telephones(client: Client, centre: Centre) -> None:
    doctor = factories.doctor(first_name="Claire", last_name="Aubry", phone="0611223344")
    factories.mission(doctor, centre.lines.get(number=1))
    page = client.get(reverse("centre_home")).content.decode()
    assert "Dr Claire Aubry" in page
    assert "06\u00a011\u00a022\u00a033\u00a044" in page
    assert "L’équipe du planning cherche un médecin." in page


def test_a_line_is_named_only_where_there_are_several(centre: Centre) -> None:
    alone = factories.centre(name="Centre d’une ligne")
    (week,) = guest_weeks(rota.arrivals([centre, alone], today=TODAY, weeks=1), today=TODAY)
    assert [guest.line for guest in week.guests if guest.arrival.centre == centre] == [
        "ligne 1",
        "ligne 2",
    ]
    assert [guest.line for guest in week.guests if guest.arrival.centre == alone] == [""]


def test_a_coordinator_sees_her_centres_only(client: Client, centre: Centre) -> None:
    other = factories.centre(name="Centre voisin")
    doctor = factories.doctor(last_name="Inconnue")
    factories.mission(doctor, other.lines.get())
    page = client.get(reverse("centre_home"), {"centre": other.pk}).content.decode()
    assert "Inconnue" not in page
    assert "Centre voisin" not in page
    address = reverse("centre_week", args=[other.pk, MONDAY.isoformat()])
    assert client.get(address).status_code == 404


def test_a_planner_sees_all_centres_or_one(client: Client) -> None:
    one, other = factories.centre(name="Centre un"), factories.centre(name="Centre deux")
    client.force_login(factories.user(Role.PLANNER))
    assert client.get(reverse("centre_home")).context["centres"] == [other, one]
    answer = client.get(reverse("centre_home"), {"centre": one.pk})
    assert answer.context["centre"] == one


def test_someone_without_centre_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(factories.coordinator())
    assert "Aucun centre ne vous est confié" in client.get(reverse("centre_home")).content.decode()


def test_closures_of_the_centre_and_of_the_network_are_shown(
    client: Client, centre: Centre
) -> None:
    factories.closure(centre, note="peinture")
    factories.closure(None, note="assemblée")
    factories.closure(factories.centre(), note="ailleurs")
    page = client.get(reverse("centre_home")).content.decode()
    assert "peinture" in page
    assert "assemblée" in page
    assert "ailleurs" not in page


def test_a_week_shows_who_comes_before_and_after(client: Client, centre: Centre) -> None:
    line = centre.lines.get(number=1)
    for shift, name in ((-1, "Avant"), (0, "Pendant"), (1, "Après")):
        factories.mission(factories.doctor(last_name=name), line, monday=monday(shift))
    answer = client.get(reverse("centre_week", args=[centre.pk, MONDAY.isoformat()]))
    shown = [
        answer.context[key].guests[0].arrival.doctor.last_name
        for key in ("before", "week", "after")
    ]
    assert shown == ["Avant", "Pendant", "Après"]


@pytest.mark.parametrize("day", ["2027-01-12", "2026-12-28", "2035-01-01", "demain"])
def test_only_this_week_and_later_ones_have_a_page(
    client: Client, centre: Centre, day: str
) -> None:
    assert client.get(reverse("centre_week", args=[centre.pk, day])).status_code == 404


def test_home_asks_the_same_number_of_questions_for_one_and_three_doctors(
    client: Client, centre: Centre, django_assert_num_queries: object
) -> None:
    line = centre.lines.get(number=1)
    client.get(reverse("centre_home"))  # the first page also notes the session
    for shift in range(3):
        factories.mission(None, line, monday=monday(shift))
        if shift != 1:
            with django_assert_num_queries(10):  # type: ignore[operator]
                client.get(reverse("centre_home"))
