"""The planner's desk: what to do first, months to come, sharing, campaigns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.doctors.models import Campaign
from relais.doctors.states import InterestState
from relais.rota import forecast, queries, searching, services
from relais.rota.models import Mission
from relais.rota.states import MissionState
from tests import factories
from tests.factories import TODAY, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(factories.user(Role.PLANNER))
    return client


def _page(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_the_desk_puts_leaving_doctors_first_then_exposed_weeks(planner: Client) -> None:
    line = factories.line()
    mission = factories.mission(factories.doctor(), line, state=MissionState.CONFIRMED)
    Mission.objects.filter(pk=mission.pk).update(leaving_at=NOW)
    factories.mission(factories.doctor(), line, monday=monday(4))
    services.refresh_radar(NOW)
    page = _page(planner, "office_desk")
    assert str(mission.doctor) in page
    assert page.index("reste responsable") < page.index("Personne n’est prévu")
    assert "Papiers à vérifier" in page


def test_the_desk_has_a_constant_number_of_queries(
    planner: Client,
) -> None:
    place = factories.centre(lines=3)
    lines = list(place.lines.order_by("number"))
    factories.mission(factories.doctor(), lines[0], monday=monday(4))
    services.refresh_radar(NOW)
    _page(planner, "office_desk")
    counts = []
    for line in lines[1:]:
        with CaptureQueriesContext(connection) as captured:
            _page(planner, "office_desk")
        counts.append(len(captured))
        services.open_search(line, monday=monday(4), by_itself=False, by=factories.by(), now=NOW)
        leaving = factories.mission(factories.doctor(), line, monday=monday(2))
        Mission.objects.filter(pk=leaving.pk).update(leaving_at=NOW)
    assert counts[0] == counts[1]


def test_a_month_without_doctors_says_how_many_weeks_will_be_missing(planner: Client) -> None:
    line = factories.line()
    ready = factories.doctor()
    factories.offer(ready, monday=monday(2))
    factories.mission(factories.doctor(), line, monday=monday(1), state=MissionState.CONFIRMED)
    months = forecast.months_ahead(TODAY)
    assert sum(one.facts.needed for one in months) == 52
    assert sum(one.facts.confirmed for one in months) == 1
    assert sum(one.offered for one in months) == 1
    page = _page(planner, "office_forecast")
    assert "il manquera environ" in page
    table = planner.get(reverse("office_forecast"), {"csv": ""})
    assert table["Content-Type"].startswith("text/csv")
    assert len(table.content.decode("utf-8-sig").splitlines()) == len(months) + 1


def test_a_hard_week_is_asked_first_of_who_gave_fewer(planner: Client) -> None:
    line = factories.line()
    august = next(monday(week) for week in range(60) if monday(week).month == 8)
    generous, other = factories.doctor(max_missions=3), factories.doctor()
    for doctor in (generous, other):
        factories.offer(doctor, monday=august)
    before = next(monday(-week) for week in range(60) if monday(-week).month == 8)
    factories.mission(generous, line, monday=before, state=MissionState.CONFIRMED)
    factories.mission(
        factories.doctor(), line, monday=before - timedelta(weeks=12), state=MissionState.CONFIRMED
    )
    found = searching.candidates(line, monday=august, now=NOW)
    assert [one.doctor for one in found] == [other, generous]
    assert [one.hard_points for one in found] == [0, 2]
    assert str(generous) in _page(planner, "office_hard_weeks")


def test_who_was_asked_lately_and_who_is_left_in_peace_is_shown(planner: Client) -> None:
    assert "Personne n’a été sollicité" in _page(planner, "office_solicited")


def test_who_came_back_is_counted_by_quarter_and_a_young_cohort_says_so(planner: Client) -> None:
    line = factories.line()
    faithful, once = factories.doctor(missions_before=0), factories.doctor(missions_before=0)
    for doctor, weeks in ((faithful, -60), (once, -59), (faithful, -40)):
        factories.mission(doctor, line, monday=monday(weeks), state=MissionState.CONFIRMED)
    (found,) = queries.cohorts(TODAY)
    assert found.doctors == 2
    assert [(one.months, one.count, one.known) for one in found.returned] == [
        (6, 1, True),
        (12, 1, True),
        (18, 1, False),
    ]
    assert "pour l’instant" in _page(planner, "office_cohorts")
    table = planner.get(reverse("office_cohorts"), {"csv": ""}).content.decode("utf-8-sig")
    assert table.splitlines()[0].startswith("trimestre;premières missions;revenus en 6 mois")


def _campaign(**said: str) -> dict[str, str]:
    return {
        "name": "Congrès",
        "code": "congres-2027",
        "channel": "Congrès",
        "starts_on": "2027-01-04",
        "ends_on": "",
        "contacts": "400",
        "cost_eur": "1200",
        "text": "",
        **said,
    }


def test_a_campaign_shows_its_link_and_what_it_brought(planner: Client) -> None:
    new = reverse("office_campaign_new")
    assert planner.post(new, _campaign()).status_code == 302
    assert planner.post(new, _campaign(name="Autre")).status_code == 422
    factories.interest(source="congres-2027")
    factories.interest(
        source="congres-2027", state=InterestState.ACCEPTED, doctor=factories.doctor()
    )
    page = _page(planner, "office_campaigns")
    assert "?source=congres-2027" in page
    assert "1 200 € par médecin accueilli" in page
    campaign = Campaign.objects.get()
    address = reverse("office_campaign", args=[campaign.pk])
    assert planner.post(address, _campaign(code="autre")).status_code == 422
    assert planner.post(address, _campaign(contacts="500")).status_code == 302
    campaign.refresh_from_db()
    assert campaign.contacts == 500
    verbs = AuditEntry.objects.filter(verb__startswith="doctors.campaign").values_list("verb")
    assert sorted(verb for (verb,) in verbs) == [
        "doctors.campaign_corrected",
        "doctors.campaign_opened",
    ]
