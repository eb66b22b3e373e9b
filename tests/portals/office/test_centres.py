"""The centres: list, one centre, and what an act would touch, said before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.network.models import Centre, Closure, Coordination, Line
from relais.rota.states import MissionState
from tests import factories
from tests.factories import TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

LIST_QUERIES = 8
CENTRE_QUERIES = 12


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER)
    client.force_login(user)
    return user


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\xa0", " ")


def post(client: Client, name: str, /, *args: int, **data: object) -> Any:
    return client.post(reverse(name, args=args), data)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_centre_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        factories.coordinator(factories.centre(commune=factories.commune()))
    client.get(reverse("office_centres"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("office_centres"))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_centre_costs_the_same_for_one_line_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    centre = factories.centre(lines=rows)
    for _ in range(rows):
        factories.closure(centre)
        factories.coordinator(centre)
        factories.practice_need(centre, factories.practice())
    url = reverse("office_centre", args=(centre.pk,))
    client.get(url)
    with django_assert_num_queries(CENTRE_QUERIES):
        client.get(url)


def test_a_centre_to_open_says_when(client: Client, planner: User) -> None:
    factories.centre(opens_on=date(2027, 1, 18))
    page = text(client.get(reverse("office_centres")))
    assert "ouvre le lundi 18 janvier, dans 12 jours" in page


def test_no_centre_says_what_to_do(client: Client, planner: User) -> None:
    assert "Ajoutez le premier centre du réseau" in text(client.get(reverse("office_centres")))


def test_a_centre_is_added_by_the_name_of_its_place(client: Client, planner: User) -> None:
    place = factories.commune(name="Ajain", latitude=46.2, longitude=2.0)
    answer = post(
        client,
        "office_centre_add",
        name="Ajain",
        key="ajain",
        commune="ajain",
        time_zone="Europe/Paris",
        family_places="1",
    )
    centre = Centre.objects.get()
    assert answer["Location"] == reverse("office_centre", args=(centre.pk,))
    assert (centre.commune, centre.latitude, centre.pets_allowed) == (place, 46.2, False)
    assert "Sans ligne, aucun médecin n’est attendu." in text(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("time_zone", "Paris", "Ce fuseau n’existe pas."),
        ("key", "=a", "Un identifiant ne commence pas par = + - @ ni une espace."),
        ("finess", "12", "Un numéro FINESS a 9 caractères."),
        ("closes_on", "2020-01-01", "La fermeture vient après l’ouverture."),
    ],
)
def test_a_wrong_field_says_what_to_do(
    client: Client, planner: User, field: str, value: str, sentence: str
) -> None:
    factories.commune(name="Ajain")
    good = {
        "name": "Ajain",
        "key": "ajain",
        "commune": "Ajain",
        "opens_on": "2027-01-04",
        "time_zone": "Europe/Paris",
        "family_places": "1",
    }
    answer = post(client, "office_centre_add", **{**good, field: value})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Centre.objects.count() == 0


def test_a_centre_is_changed(client: Client, planner: User) -> None:
    factories.commune(name="Ajain")
    centre = factories.centre()
    page = text(client.get(reverse("office_centre_edit", args=(centre.pk,))))
    assert f'value="{centre.name}"' in page
    post(
        client,
        "office_centre_edit",
        centre.pk,
        name="Le Bourg",
        key=centre.key,
        commune="Ajain",
        time_zone="Indian/Reunion",
        family_places="2",
    )
    centre.refresh_from_db()
    assert (centre.name, centre.time_zone, centre.family_places) == (
        "Le Bourg",
        "Indian/Reunion",
        2,
    )


def test_a_line_is_added_then_ended(client: Client, planner: User) -> None:
    centre = factories.centre()
    post(client, "office_centre_add_line", centre.pk, starts_on="2027-02-01")
    line = Line.objects.get(centre=centre, number=2)
    assert line.starts_on == date(2027, 2, 1)
    post(client, "office_centre_end_line", centre.pk, line=line.pk, ends_on="2027-06-07")
    line.refresh_from_db()
    assert line.ends_on == date(2027, 6, 7)


def test_ending_a_line_says_which_missions_it_touches(client: Client, planner: User) -> None:
    line = factories.line()
    factories.mission(factories.doctor(first_name="Inès", last_name="Roche"), line)
    data = {"line": line.pk, "ends_on": "2027-01-11"}
    page = text(post(client, "office_centre_end_line", line.centre_id, **data))
    assert "1 mission confirmée tombe dans cette fin de ligne : Dr Inès Roche" in page
    line.refresh_from_db()
    assert line.ends_on is None
    seen = f"{line.pk} 2027-01-11"
    assert f'value="{seen}"' in page
    post(client, "office_centre_end_line", line.centre_id, **data, seen=seen)
    line.refresh_from_db()
    assert line.ends_on == date(2027, 1, 11)


def test_a_closure_says_which_missions_it_touches(client: Client, planner: User) -> None:
    centre = factories.centre(lines=2)
    first, second = centre.lines.order_by("number")
    factories.mission(line_=first, monday=monday(1))
    factories.mission(line_=second, monday=monday(1))
    factories.mission(line_=first, monday=monday(2), state=MissionState.PROPOSED)
    factories.mission(monday=monday(1))
    data = {"first_on": monday(1), "last_on": monday(2), "reason": "works"}
    page = text(post(client, "office_centre_close", centre.pk, **data))
    sentence = "2 missions confirmées et 1 mission proposée tombent dans cette fermeture"
    assert sentence in page
    assert Closure.objects.count() == 0
    wider = {**data, "last_on": monday(3), "seen": f"{monday(1)} {monday(2)}"}
    post(client, "office_centre_close", centre.pk, **wider)
    assert Closure.objects.count() == 0
    post(client, "office_centre_close", centre.pk, **data, seen=f"{monday(1)} {monday(2)}")
    assert Closure.objects.get().reason == "works"


def test_a_closure_that_touches_nobody_is_noted_then_taken_back(
    client: Client, planner: User
) -> None:
    centre = factories.centre()
    data = {"first_on": "2027-05-03", "last_on": "2027-05-07", "reason": "works"}
    answer = post(client, "office_centre_close", centre.pk, **data)
    closure = Closure.objects.get()
    assert "Du lundi 3 au vendredi 7 mai, travaux" in text(client.get(answer["Location"]))
    post(client, "office_centre_open_again", centre.pk, closure.pk)
    assert Closure.objects.count() == 0


def test_days_in_the_wrong_order_are_refused(client: Client, planner: User) -> None:
    centre = factories.centre()
    data = {"first_on": "2027-05-07", "last_on": "2027-05-03", "reason": "works"}
    answer = post(client, "office_centre_close", centre.pk, **data)
    assert answer.status_code == 422
    assert "Le dernier jour ne peut pas venir avant le premier." in text(answer)


def test_a_coordinator_comes_and_goes(client: Client, planner: User) -> None:
    centre, person = factories.centre(), factories.user(Role.COORDINATOR, name="Sonia Perrin")
    post(client, "office_centre_assign", centre.pk, user=person.pk)
    running = Coordination.objects.get()
    assert (running.user, running.since_on) == (person, TODAY)
    post(client, "office_centre_release", centre.pk, running.pk)
    running.refresh_from_db()
    assert running.until_on == TODAY


def test_only_people_of_the_coordination_can_be_chosen(client: Client, planner: User) -> None:
    centre, person = factories.centre(), factories.user(Role.TOWN)
    assert post(client, "office_centre_assign", centre.pk, user=person.pk).status_code == 422
    assert Coordination.objects.count() == 0


def test_the_need_of_an_act_is_written_and_read(client: Client, planner: User) -> None:
    centre, practice = factories.centre(), factories.practice(label="sutures")
    post(client, "office_centre_needs", centre.pk, **{f"practice-{practice.pk}": "4"})
    page = text(client.get(reverse("office_centre", args=(centre.pk,))))
    assert "Sutures : au moins une fois toutes les 4 semaines" in page


def test_a_reader_changes_nothing(client: Client) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    centre = factories.centre()
    page = text(client.get(reverse("office_centre", args=(centre.pk,))))
    assert "Modifier le centre" not in page
    assert post(client, "office_centre_add_line", centre.pk).status_code == 403
