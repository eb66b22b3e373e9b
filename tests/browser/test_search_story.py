"""The story of an empty week: the planner searches, a doctor answers, the week is hers."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from relais.accounts.states import Role
from relais.engine.weeks import WEEK, monday_of
from relais.outbox.models import Message
from relais.rota.models import Mission, Standby
from relais.rota.services import refresh_radar
from relais.rota.states import MissionState
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


def test_an_empty_week_finds_its_doctor(browser: Browser, live_server: LiveServer) -> None:
    centre = factories.centre(name="Centre d’Ajain", lines=1, commune=factories.commune())
    line = centre.lines.get()
    for week in (1, 2, 3, 5):
        factories.mission(factories.doctor(), line, monday=soon(week))
    for number in range(6):
        doctor = factories.doctor(
            first_name="Claire", last_name=f"Aubry {number}", email=f"claire{number}@exemple.fr"
        )
        factories.offer(doctor, monday=soon(4))
    refresh_radar(timezone.now())

    desk = browser.new_page(viewport=DESK, locale="fr-FR")
    ear = Ear.on(desk)
    sign_in(desk, live_server.url, factories.user(Role.PLANNER, name="Hélène Vasseur"))
    desk.goto(f"{live_server.url}/bureau/risques/")
    expect(desk.get_by_text("en danger").first).to_be_visible()
    look(desk, ear, "radar-1280")
    desk.get_by_role("table").get_by_role("link").first.click()
    desk.get_by_role("link", name="Chercher un médecin par vagues").click()
    expect(desk.get_by_role("table").get_by_role("row")).to_have_count(3)  # a head and two doctors
    look(desk, ear, "search-1280")
    desk.get_by_role("button", name="Envoyer à 2 médecins").click()
    expect(desk.get_by_text("2 médecins sollicités.")).to_be_visible()
    desk.get_by_role("button", name="Laisser la recherche se poursuivre seule").click()
    expect(desk.get_by_role("heading", name=re.compile("Vague 1"))).to_be_visible()

    first, second = Message.objects.filter(template="week_request").order_by("pk")
    phone = browser.new_page(viewport=PHONE, locale="fr-FR")
    heard = Ear.on(phone)
    answer(phone, live_server, first)
    look(phone, heard, "answer-360")
    phone.get_by_role("button", name="Oui, je viens").click()
    expect(phone.get_by_role("heading", name="Merci, cette semaine est à vous")).to_be_visible()
    look(phone, heard, "answered-360")
    answer(phone, live_server, second)
    phone.get_by_role("button", name="Oui, je viens").click()
    expect(phone.get_by_role("heading", name="Merci, vous êtes en réserve")).to_be_visible()

    mission = Mission.objects.get(line=line, monday=soon(4))
    assert (str(mission.doctor.pk), mission.state) == (first.recipient_key, MissionState.CONFIRMED)
    assert str(Standby.objects.get(monday=soon(4)).doctor_id) == second.recipient_key
    desk.reload()
    expect(desk.get_by_text("Un médecin est placé cette semaine-là")).to_be_visible()
    desk.set_viewport_size(PHONE)
    look(desk, ear, "search-360")
    desk.goto(f"{live_server.url}/bureau/risques/")
    look(desk, ear, "radar-360")


def answer(phone: Page, live_server: LiveServer, message: Message) -> None:
    """Open the link of a message."""
    link = re.search(r"/r/[\w-]+/", message.secrets["lien"])
    assert link is not None
    phone.goto(live_server.url + link.group())
