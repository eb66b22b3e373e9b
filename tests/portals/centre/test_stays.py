"""What a coordinator does with houses, cars and stays, in her centres and in no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relais.core.models import AuditEntry
from relais.network.models import Centre
from relais.premises.models import Car, Lodging
from relais.stays.models import Stay, WelcomeVersion
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


@pytest.fixture
def centre() -> Centre:
    """Make a centre of two lines."""
    return factories.centre(name="Ajain", lines=2)


@pytest.fixture
def desk(centre: Centre) -> Client:
    """Sign its coordinator in."""
    client = Client()
    client.force_login(factories.coordinator(centre))
    return client


def words(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_monday_is_read_line_by_line_with_whom_to_call(desk: Client, centre: Centre) -> None:
    line = centre.lines.get(number=1)
    mission = factories.mission(factories.doctor(phone="0601020304"), line)
    factories.stay(mission)
    text = words(desk, "centre_ready")
    assert "On ne sait pas encore" in text
    assert "tel:0601020304" in text
    assert "Personne n’est prévu" in text  # the second line
    assert "points à régler avant lundi" in text.replace("\u00a0", " ")


def test_a_house_is_noted_its_code_set_and_read(desk: Client, centre: Centre) -> None:
    form = {
        "name": "Gîte du Moulin",
        "address": "3 chemin du Moulin",
        "bedrooms": "2",
        "capacity": "4",
        "cleaning_hours": "3",
        "has_code": "on",
    }
    made = desk.post(reverse("centre_lodging_add", args=[centre.pk]), form)
    house = Lodging.objects.get()
    assert made.headers["Location"] == reverse("centre_lodging", args=[house.pk])
    again = desk.post(reverse("centre_lodging_add", args=[centre.pk]), form)
    assert again.status_code == 422
    desk.post(reverse("centre_lodging_act", args=[house.pk, "code"]), {"code": "4137B"})
    assert "4137B" not in words(desk, "centre_lodging", house.pk)
    shown = desk.post(reverse("centre_lodging_act", args=[house.pk, "voir-code"]))
    assert "4137B" in shown.content.decode()
    assert AuditEntry.objects.filter(verb="premises.code_read").count() == 1


def test_a_conflict_is_seen_and_settled_from_the_page(desk: Client, centre: Centre) -> None:
    stay = factories.stay(factories.mission(line_=centre.lines.get(number=1)))
    house = stay.lodging
    other = factories.lodging(centre, name="Maison du Parc")
    assert house is not None
    desk.post(
        reverse("centre_lodging_act", args=[house.pk, "fermer"]),
        {"first": "2027-01-12", "last": "2027-01-13", "reason": "chaudière"},
    )
    assert "est indisponible" in words(desk, "centre_stays")
    assert "Choisissez un autre logement" in words(desk, "centre_stay", stay.pk)
    desk.post(reverse("centre_stay_act", args=[stay.pk, "logement"]), {"thing": other.pk})
    assert Stay.objects.get().lodging == other
    assert "Tout va ensemble" in words(desk, "centre_stays")


def test_a_house_that_is_taken_answers_with_a_sentence(desk: Client, centre: Centre) -> None:
    one, two = centre.lines.order_by("number")
    first = factories.stay(factories.mission(line_=one))
    second = factories.stay(factories.mission(line_=two))
    answer = desk.post(
        reverse("centre_stay_act", args=[second.pk, "logement"]), {"thing": first.lodging_id}
    )
    assert answer.status_code == 422
    assert "n’est pas libre" in answer.content.decode()


def test_a_pack_is_seen_before_it_is_published(desk: Client, centre: Centre) -> None:
    address = reverse("centre_welcome_edit", args=[centre.pk])
    assert "lundi 8 h" in desk.get(address).content.decode()  # words are proposed
    form = {"after": "0", "house": "Les draps sont dans l’armoire.", "preview": "1"}
    seen = desk.post(address, form).content.decode()
    assert "rien n’est encore publié" in seen
    assert WelcomeVersion.objects.count() == 0
    del form["preview"]
    assert desk.post(address, {**form, "publish": "1"}).status_code == 302
    stale = desk.post(address, {**form, "house": "Autres mots.", "publish": "1"})
    assert stale.status_code == 422
    assert "Autres mots." in stale.content.decode()
    text = words(desk, "centre_welcome", centre.pk)
    assert "Version 1" in text
    pdf = desk.get(reverse("centre_welcome_paper", args=[centre.pk, 1]))
    assert pdf.content.startswith(b"%PDF-")


def test_the_car_of_another_centre_is_nobody_s_business(desk: Client) -> None:
    foreign = factories.stay(factories.mission())
    assert desk.get(reverse("centre_stay", args=[foreign.pk])).status_code == 404
    assert desk.get(reverse("centre_car", args=[foreign.car_id])).status_code == 404
    assert desk.get(reverse("centre_lodging", args=[foreign.lodging_id])).status_code == 404
    act = reverse("centre_lodging_act", args=[foreign.lodging_id, "voir-code"])
    assert desk.post(act).status_code == 404
    own = factories.stay(factories.mission(line_=desk_line(desk)))
    moved = desk.post(
        reverse("centre_stay_act", args=[own.pk, "voiture"]), {"thing": foreign.car_id}
    )
    assert moved.status_code == 404


def desk_line(client: Client) -> Any:
    """Give a line of the centre of the signed-in coordinator."""
    return Centre.objects.get(name="Ajain").lines.get(number=1)


def test_a_car_is_noted_closed_and_seen_in_the_weeks(desk: Client, centre: Centre) -> None:
    desk.post(
        reverse("centre_car_add", args=[centre.pk]),
        {"name": "Clio grise", "seats": "5", "gearbox": "manual"},
    )
    car = Car.objects.get()
    desk.post(
        reverse("centre_car_act", args=[car.pk, "fermer"]),
        {"first": "2027-01-12", "last": "2027-01-12", "reason": "révision"},
    )
    text = words(desk, "centre_stays")
    assert "Clio grise" in text
    assert "indisponible : révision" in text


def test_the_weeks_cost_the_same_for_one_stay_and_for_three(
    desk: Client, centre: Centre, django_assert_num_queries: Any
) -> None:
    def ask() -> None:
        desk.get(reverse("centre_stays"))

    one, two = centre.lines.order_by("number")
    factories.stay(factories.mission(line_=one))
    ask()
    with django_assert_num_queries(COST):
        ask()
    factories.stay(factories.mission(line_=two))
    factories.stay(factories.mission(line_=one, monday=factories.monday(2)))
    with django_assert_num_queries(COST):
        ask()


COST = 16
