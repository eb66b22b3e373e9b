"""Asking why: a planner about a week, a doctor about herself, on a desk and on a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.states import Role
from relais.engine.weeks import WEEK, monday_of
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_planner_and_a_doctor_ask_why(page: Page, live_server: LiveServer) -> None:
    monday = monday_of(timezone.localdate()) + 6 * WEEK
    line = factories.line(factories.centre(name="Nevers", lines=0))
    anne = factories.doctor(first_name="Anne", last_name="Cuvelier", missions_before=1)
    factories.mission(anne, line, monday=monday)
    boris, his_account = factories.doctor_user(first_name="Boris", last_name="Lemoine")
    factories.offer(boris, monday=monday)
    ear = Ear.on(page)

    sign_in(page, live_server.url, factories.user(Role.PLANNER))
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("office_week", args=(line.pk, monday)))
    page.get_by_role("link", name="Pourquoi ce choix, et pas un autre ?").click()
    page.get_by_label("Un médecin qui propose cette semaine").select_option(str(boris.pk))
    page.get_by_role("button", name="Demander").click()
    expect(page.get_by_role("main")).to_contain_text("prendre la place de")
    look(page, ear, "office-why-1280")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    look(page, ear, "office-why-360")

    sign_in(page, live_server.url, his_account)
    page.goto(live_server.url + reverse("doctor_home"))
    look(page, ear, "doctor-home-why-360")
    page.get_by_role("link", name="Pourquoi pas moi ?").click()
    expect(page.get_by_role("main")).to_contain_text("Toutes les places où vous pourriez aller")
    expect(page.get_by_role("main")).not_to_contain_text("Cuvelier")
    look(page, ear, "doctor-why-360")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    look(page, ear, "doctor-why-1280")
