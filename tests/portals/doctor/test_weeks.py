"""A doctor offers weeks."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from relais.doctors.models import Doctor
from relais.portals.doctor.weeks import YEAR, WeekTile, year_of
from relais.rota.models import Offer
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]
URL = "/medecin/semaines/"


@pytest.fixture
def doctor(client: Client) -> Doctor:
    """Sign a doctor in."""
    found, user = factories.doctor_user()
    client.force_login(user)
    return found


def sent(*days: date, **more: str) -> dict[str, object]:
    """Write what the page sends with these weeks ticked."""
    return {
        "first": MONDAY.isoformat(),
        "last": monday(51).isoformat(),
        "weeks": [day.isoformat() for day in days],
        **more,
    }


def offered(doctor: Doctor) -> list[date]:
    """Read the weeks offered."""
    return list(
        Offer.objects.filter(doctor=doctor).order_by("monday").values_list("monday", flat=True)
    )


def tiles(doctor: Doctor) -> dict[date, WeekTile]:
    """Give the tiles of the page by Monday."""
    year = year_of(doctor, today=TODAY)
    return {tile.monday: tile for month in year.months for tile in month.weeks}


def test_the_page_shows_a_year_from_next_monday_on(doctor: Doctor) -> None:
    days = list(tiles(doctor))
    assert (days[0], days[-1], len(days)) == (date(2027, 1, 11), date(2028, 1, 3), 52)


def test_a_tile_says_the_holidays_of_its_week(doctor: Doctor) -> None:
    shown = tiles(doctor)
    assert shown[date(2027, 5, 3)].public == ("jeudi 6 férié", "samedi 8 férié")
    assert shown[date(2027, 2, 8)].school == "vacances zone C"
    assert shown[date(2027, 7, 12)].school == "vacances scolaires"
    assert shown[date(2027, 1, 11)].school == ""


def test_a_tile_is_named_by_its_days(doctor: Doctor) -> None:
    shown = tiles(doctor)
    assert shown[date(2027, 1, 11)].words == "11 au 16"
    assert shown[date(2027, 6, 28)].words == "28 au 3\u00a0juillet"


def test_saving_adds_what_is_ticked_and_takes_back_what_is_not(
    client: Client, doctor: Doctor
) -> None:
    factories.offer(doctor, monday=monday(2))
    answer = client.post(URL, sent(monday(4), monday(5)))
    assert offered(doctor) == [monday(4), monday(5)]
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Merci. 2\u00a0semaines ajoutées et 1\u00a0semaine retirée."
    ]


def test_saving_twice_changes_nothing_more(client: Client, doctor: Doctor) -> None:
    client.post(URL, sent(monday(4)))
    answer = client.post(URL, sent(monday(4)))
    assert offered(doctor) == [monday(4)]
    assert "Rien n’a changé : vos semaines étaient déjà notées." in [
        str(message) for message in get_messages(answer.wsgi_request)
    ]


def test_a_week_with_a_mission_or_a_reserve_stays(client: Client, doctor: Doctor) -> None:
    factories.offer(doctor, monday=monday(1))
    factories.offer(doctor, monday=monday(2))
    factories.mission(doctor, monday=monday(1), state=MissionState.INVITED)
    factories.standby(doctor, monday=monday(2))
    shown = tiles(doctor)
    assert (shown[monday(1)].held, shown[monday(2)].held) == ("mission invitée", "en réserve")
    client.post(URL, sent())
    assert offered(doctor) == [monday(1), monday(2)]


def test_weeks_that_the_page_did_not_show_are_left_alone(client: Client, doctor: Doctor) -> None:
    factories.offer(doctor, monday=monday(51))
    factories.offer(doctor, monday=monday(60))
    factories.offer(doctor, monday=monday(-10))
    client.post(URL, {**sent(), "last": monday(50).isoformat()})
    assert offered(doctor) == [monday(-10), monday(51), monday(60)]


def test_a_week_that_began_meanwhile_is_left_alone(client: Client, doctor: Doctor) -> None:
    client.post(URL, {**sent(monday(-1), monday(3)), "first": monday(-1).isoformat()})
    assert offered(doctor) == [monday(3)]


def test_a_quick_pick_ticks_and_saves_nothing(client: Client, doctor: Doctor) -> None:
    answer = client.post(URL, sent(monday(1), pick="2027-10"))
    assert offered(doctor) == []
    ticked = [
        tile.monday
        for month in answer.context["year"].months
        for tile in month.weeks
        if tile.is_ticked
    ]
    assert ticked == [
        monday(1),
        date(2027, 10, 4),
        date(2027, 10, 11),
        date(2027, 10, 18),
        date(2027, 10, 25),
    ]
    assert "il reste à enregistrer" in answer.content.decode()


def test_the_weeks_of_last_year_are_one_button(doctor: Doctor) -> None:
    assert year_of(doctor, today=TODAY).picks == ()
    factories.offer(doctor, monday=monday(6) - YEAR)
    [pick] = year_of(doctor, today=TODAY).picks
    assert (pick.label, pick.mondays) == ("Comme l’an dernier", (monday(6),))


def test_the_holidays_of_the_doctor_s_zone_are_one_button(doctor: Doctor) -> None:
    doctor.home = factories.commune(department="59")
    [pick] = year_of(doctor, today=TODAY).picks
    assert pick.label == "Vacances de la zone B"
    assert date(2027, 2, 22) in pick.mondays
    assert date(2027, 2, 8) not in pick.mondays


@pytest.mark.parametrize("weeks", [["2027-01-12"], ["demain"]])
def test_what_is_no_monday_is_refused(client: Client, doctor: Doctor, weeks: list[str]) -> None:
    answer = client.post(URL, {**sent(), "weeks": weeks})
    assert answer.status_code == 422
    assert offered(doctor) == []


def test_the_address_has_its_name() -> None:
    assert reverse("doctor_weeks") == URL


def test_the_page_asks_few_questions(
    client: Client, doctor: Doctor, django_assert_num_queries: object
) -> None:
    client.get(URL)  # the first page also notes the session
    for index in range(3):
        factories.offer(doctor, monday=monday(index))
        with django_assert_num_queries(7):  # type: ignore[operator]
            client.get(URL)
