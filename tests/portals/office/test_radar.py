"""The page of risks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.states import Role
from relais.portals.office.radar_sheet import chance_words, weeks_words
from relais.rota import services
from relais.rota.states import MissionState, OfferSource
from tests import factories
from tests.factories import TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(factories.user(Role.PLANNER))
    return client


def _page(client: Client, **asked: str | int) -> str:
    answer = client.get(reverse("office_radar"), asked)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def test_the_page_says_what_to_do_before_there_is_anything_to_read(planner: Client) -> None:
    assert "Le réseau est encore vide" in _page(planner)
    factories.line()
    assert "Les risques se calculent" in _page(planner)
    services.refresh_radar(NOW)
    assert "Aucune semaine n’est préparée" in _page(planner)


def test_each_case_is_explained_in_words(planner: Client) -> None:
    factories.centre(name="Centre d’Aunay")
    place = factories.centre(name="Centre d’Ajain", lines=3)
    proposed, invited, confirmed = place.lines.order_by("number")
    for line, state, name in (
        (proposed, MissionState.PROPOSED, "Aubry"),
        (invited, MissionState.INVITED, "Brunel"),
        (confirmed, MissionState.CONFIRMED, "Carmin"),
    ):
        factories.mission(
            factories.doctor(first_name="Claire", last_name=name),
            line,
            state=state,
            changed_at=NOW - timedelta(days=12),
        )
    reserve = factories.doctor()
    factories.offer(reserve)
    factories.standby(reserve)
    for _ in range(2):
        factories.offer(factories.doctor())
    services.refresh_radar(NOW)
    page = _page(planner)
    free = "médecins libres ont offert cette semaine, 1 en réserve."
    assert f"Personne n’est prévu. 2 {free}" in page
    assert f"Dr Claire Aubry : proposition, pas encore d’invitation. 2 autres {free}" in page
    assert "Dr Claire Brunel n’a pas encore répondu (invitation il y a 12 jours)." in page
    assert "Centre d’Ajain, ligne 1" in page
    assert "Centre d’Aunay, ligne" not in page


def test_a_calm_year_shows_the_most_exposed_weeks_all_the_same(planner: Client) -> None:
    line = factories.line()
    factories.mission(factories.doctor(), line)
    for _ in range(8):
        reserve = factories.doctor()
        factories.offer(reserve)
        factories.standby(reserve)
    services.refresh_radar(NOW)
    page = _page(planner)
    assert "Aucune semaine à surveiller" in page
    assert "Les plus exposées" in page
    assert page.count('<span class="figure-value">moins de 0,1</span>') == 4


def test_a_change_of_the_rota_is_said_until_the_next_reading(planner: Client) -> None:
    factories.mission(factories.doctor(), factories.line())
    services.refresh_radar(NOW)
    assert "le planning a changé depuis" not in _page(planner)
    doctor = factories.doctor()
    services.offer_weeks(
        doctor, mondays=[monday(2)], source=OfferSource.TEAM, by=factories.by(), now=NOW
    )
    assert "le planning a changé depuis" in _page(planner)


def test_a_centre_and_a_horizon_narrow_the_page_and_wrong_values_do_not(planner: Client) -> None:
    one, other = factories.centre(name="Centre un"), factories.centre(name="Centre deux")
    for place in (one, other):
        factories.mission(factories.doctor(), place.lines.get(), monday=monday(6))
    services.refresh_radar(NOW)
    rows = f'<td data-label="Centre">{other.name}</td>'
    assert rows in _page(planner)
    assert rows not in _page(planner, centre=one.pk)
    assert rows in _page(planner, centre="x", semaines="-1")
    assert "d’ici six mois" not in _page(planner, semaines="12")


def test_the_page_asks_as_many_questions_for_one_line_as_for_three(
    planner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    place = factories.centre(lines=3)
    for number in (1, 2, 3):
        factories.mission(factories.doctor(), place.lines.get(number=number))
        services.refresh_radar(NOW)
        _page(planner)
        with django_assert_num_queries(13):
            _page(planner)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "moins de 0,1 %"),
        (0.00099, "moins de 0,1 %"),
        (0.004, "0,4 %"),
        (0.0125, "1 %"),
        (0.12, "12 %"),
        (1.0, "100 %"),
    ],
)
def test_a_chance_is_written(chance: float, words: str) -> None:
    assert chance_words(chance).replace("\u00a0", " ") == words


def test_weeks_to_expect_are_written() -> None:
    assert [weeks_words(n) for n in (0.02, 0.42, 2.34)] == ["moins de 0,1", "0,4", "2,3"]
