"""The open pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from relais.network import queries as network
from relais.portals.public.figures import figures
from relais.rota.states import MissionState
from tests import factories
from tests.factories import TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]


def said() -> list[tuple[str, str]]:
    """Give value and object of the figures shown on TODAY."""
    return [(one.value, one.what) for one in figures(network.centres(today=TODAY), today=TODAY)]


def test_an_empty_installation_publishes_no_figure() -> None:
    assert said() == []


def test_figures_count_what_the_installation_knows() -> None:
    place = factories.centre(lines=2)
    factories.centre(lines=1, opens_on=date(2027, 6, 7))
    first, second = place.lines.order_by("number")
    doctor, other = factories.doctor(), factories.doctor()
    for weeks_ago in (-4, -3, -2):  # -2 is the last week that is over on NOW
        factories.mission(doctor, first, monday=monday(weeks_ago))
    factories.mission(other, second, monday=monday(-4))
    factories.mission(other, second, monday=monday(-3), state=MissionState.CANCELLED)
    factories.mission(other, second, monday=monday(-2), state=MissionState.PROPOSED)
    factories.mission(other, first, monday=monday(-1))  # under way: not over
    assert said() == [
        ("1", "centre ouvert"),
        ("2", "lignes : autant de médecins chaque semaine"),
        ("2", "médecins sont venus"),
        ("4", "semaines de médecin assurées"),
        ("2", "semaines sans médecin"),
    ]


def test_a_closed_week_is_not_a_week_without_doctor() -> None:
    place = factories.centre(lines=1)
    line = place.lines.get()
    factories.mission(None, line, monday=monday(-4))
    factories.closure(place, first_on=monday(-3), last_on=monday(-1) - (monday(1) - monday(0)) / 7)
    assert said()[-1] == ("0", "semaine sans médecin")


def test_each_figure_says_its_date_and_its_source() -> None:
    factories.mission(None, factories.line(), monday=monday(-4))
    rows = figures(network.centres(today=TODAY), today=TODAY)
    assert [(one.as_of, one.source) for one in rows] == [
        (date(2027, 1, 6), "registre du réseau"),
        (date(2027, 1, 6), "registre du réseau"),
        (date(2027, 1, 3), "planning du réseau"),
        (date(2027, 1, 3), "planning du réseau"),
        (date(2027, 1, 3), "planning du réseau"),
    ]


def test_home_names_the_centres_and_both_doors(client: Client) -> None:
    factories.centre(name="Centre du Morvan")
    page = client.get(reverse("public_home")).content.decode()
    assert "Centre du Morvan" in page
    assert "Vous êtes médecin généraliste" in page
    assert "Vous représentez une commune" in page
    assert f"mailto:{settings.NETWORK_CONTACT}" in page
    assert settings.NETWORK_NAME in page


def test_home_of_an_empty_network_says_why_it_is_empty(client: Client) -> None:
    assert "Les premiers centres se préparent" in client.get("/").content.decode()


def test_a_centre_that_closed_for_good_is_not_shown(client: Client) -> None:
    factories.centre(name="Centre ancien", closes_on=date(2026, 7, 1))
    assert "Centre ancien" not in client.get("/").content.decode()


def test_home_asks_the_same_number_of_questions_for_one_and_three_centres(
    client: Client, django_assert_num_queries: object
) -> None:
    def home() -> None:
        with django_assert_num_queries(8):  # type: ignore[operator]
            client.get("/")

    factories.mission(None, factories.line(), monday=monday(-4))
    home()
    for _ in range(2):
        factories.mission(None, factories.line(), monday=monday(-4))
    home()


@pytest.mark.parametrize("name", ["public_home", "public_legal"])
def test_open_pages_open_without_an_account(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


def test_robots_keep_to_the_open_pages(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /agenda/" in text
    assert "Disallow: /medecin/" in text


def test_the_manifest_bears_the_name_of_the_network(client: Client) -> None:
    answer = client.get(reverse("public_manifest"))
    assert answer["Content-Type"] == "application/manifest+json"
    assert answer.json()["name"] == settings.NETWORK_NAME


def test_the_mark_answers_at_its_old_address(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"] == "/static/img/app.svg"
