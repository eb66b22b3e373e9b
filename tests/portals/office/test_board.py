"""The board as a planner opens it: what it shows, how it narrows, what it costs."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from relais.accounts.models import User
from relais.accounts.states import Role
from relais.engine.weeks import WEEK
from relais.portals.office.board_sheet import short_name
from relais.rota.states import MissionState
from tests import factories
from tests.factories import MONDAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]

BOARD_QUERIES = 21  # session, person, roles, centres, the board's 16, what failed to arrive


@pytest.fixture
def planner(client: Client) -> User:
    user = factories.user(Role.PLANNER, name="Hélène Vasseur")
    client.force_login(user)
    return user


def text(answer: object) -> str:
    return answer.content.decode().replace("\xa0", " ")  # type: ignore[attr-defined, no-any-return]


def board(client: Client, **filters: str) -> str:
    answer = client.get(reverse("office_board"), filters)
    assert answer.status_code == 200
    return text(answer)


def test_a_cell_says_line_week_state_and_doctor(client: Client, planner: User) -> None:
    line = factories.line(factories.centre(name="Nevers", lines=0))
    doctor = factories.doctor(first_name="Claire", last_name="Aubry")
    factories.mission(doctor, line, is_locked=True)
    label = "Nevers, semaine du lundi 11 janvier : confirmée, Dr Claire Aubry, verrouillée"
    page = board(client)
    assert page.count(f'aria-label="{label}, première mission"') == 1
    assert page.count(f'href="{reverse("office_week", args=(line.pk, MONDAY))}"') == 1


def test_weeks_to_fill_come_first_with_their_number_and_a_link(
    client: Client, planner: User
) -> None:
    line = factories.line(factories.centre(name="Nevers", lines=0))
    for week in range(-1, 51):
        if week not in {3, 9}:
            factories.mission(line_=line, monday=monday(week))
    page = board(client)
    assert ">2 semaines à pourvoir</h2>" in page
    first, second = (page.index(reverse("office_week", args=(line.pk, monday(w)))) for w in (3, 9))
    assert first < second < page.index("<table")


def test_a_full_board_says_that_nothing_is_to_fill(client: Client, planner: User) -> None:
    line = factories.line()
    for week in range(-1, 51):
        factories.mission(line_=line, monday=monday(week))
    page = board(client)
    assert "Aucune semaine à pourvoir" in page
    assert "Aucune semaine à risque" in page


def test_a_risk_is_said_in_words(client: Client, planner: User) -> None:
    doctor = factories.doctor(ready_on=date(2027, 2, 1))
    factories.mission(doctor)
    page = board(client)
    assert "1 semaine à risque" in page
    assert "à risque, papiers en attente jusqu’au 1er février" in page


def test_holidays_have_words_beside_their_marks(client: Client, planner: User) -> None:
    factories.centre()
    page = board(client)
    assert "vacances : zones A et C" in page
    assert "férié : Lundi de Pâques" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_costs_the_same_for_one_line_and_three(
    client: Client,
    planner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        factories.mission()
    client.get(reverse("office_board"))  # the first page of a session writes it down
    with django_assert_num_queries(BOARD_QUERIES):
        client.get(reverse("office_board"))


def test_a_centre_narrows_the_board(client: Client, planner: User) -> None:
    kept, left = factories.centre(name="Nevers"), factories.centre(name="Tulle")
    page = board(client, centre=str(kept.pk))
    assert page.count('scope="row" class="board-line"><a') == 1
    assert reverse("office_centre", args=(kept.pk,)) in page
    assert reverse("office_centre", args=(left.pk,)) not in page


def test_a_month_shows_its_weeks_with_names(client: Client, planner: User) -> None:
    factories.mission(factories.doctor(last_name="Aubry"))
    page = board(client, mois="2027-01")
    assert page.count("data-relais-cell") == 4
    assert 'data-density="names"' in page
    assert '<span class="cell-who">Aubry</span>' in page


def test_a_state_dims_the_others_and_counts_what_answers(client: Client, planner: User) -> None:
    line = factories.line()
    for week in range(-1, 51):
        if week != 3:
            factories.mission(line_=line, monday=monday(week))
    page = board(client, etat="open")
    assert page.count("data-dim") == 51
    assert "1 case correspond à votre choix." in page


def test_the_list_shows_only_what_answers(client: Client, planner: User) -> None:
    line = factories.line()
    factories.mission(line_=line, state=MissionState.INVITED)
    page = board(client, vue="liste", etat="invited")
    assert page.count('<section class="week-group"') == 1
    assert "<table" not in page


def test_the_list_of_everything_goes_on_quarter_by_quarter(client: Client, planner: User) -> None:
    factories.centre()
    page = board(client, vue="liste")
    assert page.count('<section class="week-group"') == 13
    assert 'href="?vue=liste&amp;du=2027-04-05"' in page


def test_a_filter_that_means_nothing_narrows_nothing(client: Client, planner: User) -> None:
    factories.centre()
    page = board(client, centre="999", etat="x", mois="x", vue="x", du="2027-01-05")
    assert page.count("data-relais-cell") == 52


def test_the_board_can_begin_earlier(client: Client, planner: User) -> None:
    line = factories.line()
    factories.mission(line_=line, monday=MONDAY - 10 * WEEK)
    page = board(client, du=(MONDAY - 10 * WEEK).isoformat())
    assert 'data-state="done"' in page


def test_a_fragment_is_the_board_alone(client: Client, planner: User) -> None:
    factories.centre()
    answer = client.get(
        reverse("office_board"), headers={"HX-Request": "true", "HX-Target": "board"}
    )
    assert text(answer).lstrip().startswith('<div id="board"')


def test_an_empty_network_says_what_to_do(client: Client, planner: User) -> None:
    page = board(client)
    assert "Le réseau est encore vide" in page
    assert f'href="{reverse("office_import")}">Importer des tableaux' in page
    assert reverse("office_centre_add") in page
    assert "Chaque ligne a un médecin" not in page


def test_a_network_without_lines_says_what_to_do(client: Client, planner: User) -> None:
    factories.centre(lines=0)
    assert "Aucune ligne à montrer" in board(client)


def test_a_reader_is_offered_no_plan(client: Client) -> None:
    client.force_login(factories.user(Role.DIRECTOR))
    assert "Préparer un planning" not in board(client)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Dr Claire Aubry", "Aubry"),
        ("Dr Anne-Laure de la Tour", "de la Tour"),
        ("Dr Aubry", "Aubry"),
    ],
)
def test_a_cell_holds_the_last_name(name: str, short: str) -> None:
    assert short_name(name) == short
