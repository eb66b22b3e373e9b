"""A doctor on the phone, the Monday after: her opinion, an expense, the same week next year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.engine.weeks import monday_of
from relais.rota.states import MissionState
from relais.stays.models import Expense, Feedback
from tests import factories
from tests.browser.pages import PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_doctor_answers_and_sends_her_kilometres(page: Page, live_server: LiveServer) -> None:
    doctor, user = factories.doctor_user()
    over = monday_of(timezone.localdate()) - timedelta(weeks=1)
    mission = factories.mission(doctor, monday=over, state=MissionState.READY)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ear = Ear.on(page)
    sign_in(page, live_server.url, user)
    page.goto(f"{live_server.url}/medecin/missions/{mission.pk}/")
    page.get_by_role("link", name="Mon avis, mes frais").click()
    for question in ("welcome", "work", "house"):
        page.locator(f"input[name={question}][value=well]").check()
    page.locator("input[name=again][value=yes]").check()
    page.get_by_role("button", name="Envoyer mon avis").click()
    expect(page.get_by_role("status").first).to_contain_text("Merci")
    expect(page.locator("input[name=spent_on]")).to_have_value(over.isoformat())
    page.locator("select[name=kind]").select_option("km")
    page.locator("input[name=km]").fill("100")
    page.get_by_role("button", name="Envoyer cette dépense").click()
    expect(page.get_by_role("status").first).to_contain_text("envoyée")
    look(page, ear, "after-mission-phone")
    assert Feedback.objects.get().again == "yes"
    assert Expense.objects.get().km == 100
