"""The doctors' list and one doctor's page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.doctors.models import Companionship, Doctor
from relais.rota.models import Offer
from relais.rota.states import MissionState, OfferSource
from tests import factories
from tests.factories import MONDAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

LIST_QUERIES = 6
FILE_QUERIES = 16


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER)
    client.force_login(user)
    return user


def text(answer: HttpResponse | Any) -> str:
    return str(answer.content.decode()).replace("\xa0", " ")


def listed(client: Client, **filters: str) -> list[int]:
    answer = client.get(reverse("office_doctors"), filters)
    return [one.pk for one in answer.context["page"]]


def page_of(client: Client, doctor: Doctor, **query: str) -> str:
    return text(client.get(reverse("office_doctor", args=(doctor.pk,)), query))


# -- the list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_doctor_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        factories.mission(factories.doctor(home=factories.commune()))
    client.get(reverse("office_doctors"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("office_doctors"))


def test_a_doctor_is_found_by_name_place_and_key(client: Client, planner: User) -> None:
    place = factories.commune(name="Ajain")
    doctor = factories.doctor(search_name="ines roche", key="m0421", home=place)
    factories.doctor(search_name="paul seve")
    assert listed(client, q="Inès") == [doctor.pk]
    assert listed(client, q="ajain") == [doctor.pk]
    assert listed(client, q="m0421") == [doctor.pk]
    assert listed(client, q="personne") == []


def test_nobody_found_says_what_to_do(client: Client, planner: User) -> None:
    page = text(client.get(reverse("office_doctors"), {"q": "personne"}))
    assert "Aucun médecin ne répond à cette recherche" in page


def test_filters_keep_who_they_name(client: Client, planner: User) -> None:
    done = factories.doctor(missions_before=3)
    first = factories.doctor(last_name="Aubry")
    waiting = factories.doctor(missions_before=1, ready_on=date(2027, 2, 1))
    pioneer = factories.doctor(missions_before=1, is_pioneer=True)
    left = factories.doctor(missions_before=1, left_on=date(2026, 12, 1))
    factories.mission(done, monday=monday(2))
    assert listed(client, qui="first") == [first.pk]
    assert listed(client, qui="not_ready") == [waiting.pk]
    assert listed(client, qui="pioneer") == [pioneer.pk]
    assert listed(client, qui="left") == [left.pk]
    assert listed(client, qui="idle") == [first.pk, waiting.pk, pioneer.pk]
    assert len(listed(client)) == 4


def test_a_row_says_missions_done_and_the_next_one(client: Client, planner: User) -> None:
    doctor = factories.doctor(missions_before=2)
    factories.mission(doctor, monday=monday(-4), state=MissionState.READY)
    factories.mission(doctor, monday=monday(3))
    factories.offer(doctor, monday=monday(3))
    row = client.get(reverse("office_doctors")).context["page"][0]
    assert (row.done, row.next_monday, row.offered) == (3, monday(3), 1)


def test_most_missions_come_first_when_asked(client: Client, planner: User) -> None:
    few, many = factories.doctor(missions_before=1), factories.doctor(missions_before=9)
    assert listed(client, ordre="missions") == [many.pk, few.pk]


def test_the_list_has_pages(client: Client, planner: User) -> None:
    for _ in range(26):
        factories.doctor()
    page = text(client.get(reverse("office_doctors"), {"ordre": "name"}))
    assert "Page 1 sur 2, 26 médecins" in page
    assert 'href="?ordre=name&amp;page=2"' in page


# -- one doctor -------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_a_file_costs_the_same_for_one_mission_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    doctor = factories.doctor()
    for week in range(rows):
        factories.mission(doctor, monday=monday(6 * week))
        factories.offer(doctor, monday=monday(6 * week))
    url = reverse("office_doctor", args=(doctor.pk,))
    client.get(url)
    with django_assert_num_queries(FILE_QUERIES):
        client.get(url)


def test_a_doubtful_rpps_is_said_and_blocks_nothing(client: Client, planner: User) -> None:
    doctor = factories.doctor(rpps="10000000001")
    assert "Ce numéro RPPS semble mal recopié" in page_of(client, doctor)


def test_the_file_says_why_not_this_week(client: Client, planner: User) -> None:
    factories.centre(name="Nevers", pets_allowed=False)
    factories.centre(name="Tulle")
    doctor = factories.doctor(first_name="Paul", last_name="Sève", brings_pet=True)
    page = page_of(client, doctor, semaine="2027-01-13")
    assert "Semaine du lundi 11 janvier" in page
    assert page.count("Dr Paul Sève n’a pas proposé la semaine du lundi 11 janvier.") == 1
    assert "Dr Paul Sève vient avec un animal ; à Nevers, le logement n’en admet pas." in page
    assert "<dt>Rien d’autre ne s’oppose</dt><dd>Tulle</dd>" in page


def test_weeks_are_offered_on_behalf_of_a_doctor(client: Client, planner: User) -> None:
    doctor = factories.doctor()
    url = reverse("office_doctor_offer", args=(doctor.pk,))
    client.post(url, {"mondays": [MONDAY.isoformat(), monday(2).isoformat()]})
    offers = list(Offer.objects.filter(doctor=doctor).values_list("monday", "source"))
    assert sorted(offers) == [(MONDAY, OfferSource.TEAM), (monday(2), OfferSource.TEAM)]


def test_a_week_that_is_none_is_refused(client: Client, planner: User) -> None:
    doctor = factories.doctor()
    url = reverse("office_doctor_offer", args=(doctor.pk,))
    answer = client.post(url, {"mondays": ["2027-01-12"]})
    assert answer.status_code == 422
    assert "Choisissez des semaines de l’année à venir." in text(answer)


def test_a_promised_week_is_not_withdrawn(client: Client, planner: User) -> None:
    doctor = factories.doctor()
    factories.offer(doctor)
    factories.mission(doctor)
    url = reverse("office_doctor_withdraw", args=(doctor.pk,))
    answer = client.post(url, {"mondays": [MONDAY.isoformat()]})
    assert answer.status_code == 422
    assert "une mission y est prévue" in text(answer)


def test_a_free_week_is_withdrawn(client: Client, planner: User) -> None:
    offer = factories.offer()
    url = reverse("office_doctor_withdraw", args=(offer.doctor_id,))
    client.post(url, {"mondays": [MONDAY.isoformat()]})
    assert Offer.objects.count() == 0


def test_two_doctors_come_together_then_apart(client: Client, planner: User) -> None:
    doctor, other = factories.doctor(), factories.doctor(key="m0421")
    client.post(reverse("office_doctor_pair", args=(doctor.pk,)), {"key": "m0421"})
    assert Companionship.objects.get().second == other
    client.post(reverse("office_doctor_unpair", args=(doctor.pk, other.pk)))
    assert Companionship.objects.count() == 0


def test_nobody_comes_with_oneself(client: Client, planner: User) -> None:
    doctor = factories.doctor(key="m1")
    answer = client.post(reverse("office_doctor_pair", args=(doctor.pk,)), {"key": "m1"})
    assert answer.status_code == 422
    assert "Choisissez deux médecins différents." in text(answer)


# -- the forms --------------------------------------------------------------------------------


def filled(**changes: object) -> dict[str, object]:
    return {
        "last_name": "Sève",
        "status": "installed",
        "home": "Ajain",
        "max_missions": "1",
        "min_gap_weeks": "4",
        "missions_before": "0",
        **changes,
    }


def test_a_doctor_is_added_at_home(client: Client, planner: User) -> None:
    factories.commune(name="Ajain", latitude=46.2, longitude=2.0)
    answer = client.post(reverse("office_doctor_add"), filled())
    doctor = Doctor.objects.get()
    assert answer["Location"] == reverse("office_doctor", args=(doctor.pk,))  # type: ignore[index]
    assert (doctor.last_name, doctor.latitude, doctor.home.name) == ("Sève", 46.2, "Ajain")  # type: ignore[union-attr]


def test_a_place_that_does_not_exist_is_said(client: Client, planner: User) -> None:
    answer = client.post(reverse("office_doctor_add"), filled(home="Nullepart"))
    assert answer.status_code == 422
    assert "Aucune commune ne s’appelle « Nullepart »." in text(answer)
    assert Doctor.objects.count() == 0


def test_a_key_of_another_doctor_is_refused(client: Client, planner: User) -> None:
    factories.commune(name="Ajain")
    factories.doctor(key="m1", first_name="Inès", last_name="Roche")
    answer = client.post(reverse("office_doctor_add"), filled(key="m1"))
    assert answer.status_code == 422
    assert "Cet identifiant est déjà celui de Dr Inès Roche." in text(answer)


def test_a_file_is_changed(client: Client, planner: User) -> None:
    factories.commune(name="Ajain")
    doctor = factories.doctor()
    url = reverse("office_doctor_edit", args=(doctor.pk,))
    client.post(url, filled(key=doctor.key, max_missions="3"))
    doctor.refresh_from_db()
    assert (doctor.max_missions, doctor.last_name) == (3, "Sève")


def test_acts_have_three_values(client: Client, planner: User) -> None:
    doctor, practice = factories.doctor(), factories.practice()
    url = reverse("office_doctor_practices", args=(doctor.pk,))
    client.post(url, {f"practice-{practice.pk}": "with_help"})
    assert doctor.practices.get().level == "with_help"
    assert "seulement avec de l’aide" in page_of(client, doctor)


def test_a_centre_is_not_wished_and_refused(client: Client, planner: User) -> None:
    doctor, centre = factories.doctor(), factories.centre(name="Nevers")
    url = reverse("office_doctor_wishes", args=(doctor.pk,))
    answer = client.post(url, {f"centre-{centre.pk}": ["refused", "preferred"]})
    assert answer.status_code == 422
    assert "Nevers ne peut pas être à la fois souhaité et refusé." in text(answer)
    client.post(url, {f"centre-{centre.pk}": ["preferred", "known"]})
    kinds = doctor.preferences.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["known", "preferred"]


def test_a_reader_changes_nothing(client: Client) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    doctor = factories.doctor()
    assert "Modifier la fiche" not in page_of(client, doctor)
    assert client.get(reverse("office_doctor_edit", args=(doctor.pk,))).status_code == 403


# -- the account ------------------------------------------------------------------------------


def test_a_file_leads_to_opening_the_account_and_says_what_it_sends(
    client: Client, planner: User
) -> None:
    doctor = factories.doctor(email="rose@exemple.fr")
    address = reverse("office_doctor_account", args=(doctor.pk,))
    assert f'href="{address}">Ouvrir son compte' in page_of(client, doctor)
    assert "Un courriel partira à rose@exemple.fr" in text(client.get(address))


def test_without_an_address_the_account_page_leads_to_the_file(
    client: Client, planner: User
) -> None:
    doctor = factories.doctor(email="")
    page = text(client.get(reverse("office_doctor_account", args=(doctor.pk,))))
    assert "Il manque l’adresse électronique" in page
    assert reverse("office_doctor_edit", args=(doctor.pk,)) in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"home": "aja"}, True), ({"commune": "Aja"}, True), ({"home": "a" * 91}, False), ({}, False)],
)
def test_communes_are_suggested_while_a_name_is_typed(
    client: Client, planner: User, typed: dict[str, str], said: bool
) -> None:
    factories.commune(name="Ajain", department="23")
    answer = text(client.get(reverse("office_communes"), typed))
    assert ('value="Ajain (23)"' in answer) is said
