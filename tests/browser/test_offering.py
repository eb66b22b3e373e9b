"""On a telephone: last year again in three taps, any week of a month, a week chosen and kept."""

from __future__ import annotations

import time
from datetime import date
from typing import Final

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, expect
from pytest_django.live_server_helper import LiveServer

from relais.engine.weeks import WEEK, monday_of
from relais.rota.models import Mission, Offer, OfferSet
from relais.rota.states import MissionState
from tests import factories
from tests.browser.pages import PHONE, Ear, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OFFER_SECONDS: Final = 30  # the goal of the interface: a week is offered in half a minute


class Taps:
    """Counts the taps of a story."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, thing: Locator) -> None:
        """Tap something."""
        self.count += 1
        thing.click()


def soon(weeks: int) -> date:
    """Give the Monday some weeks after this week's."""
    return monday_of(timezone.localdate()) + weeks * WEEK


def test_a_doctor_offers_and_chooses_on_a_telephone(
    browser: Browser, live_server: LiveServer
) -> None:
    doctor, user = factories.doctor_user(max_missions=5, min_gap_weeks=1)
    for week in (8, 20):
        factories.offer(doctor, monday=soon(week - 52))
    centre = factories.centre(
        name="Centre d’Ajain", latitude=doctor.latitude, longitude=doctor.longitude
    )
    phone = browser.new_page(viewport=PHONE, locale="fr-FR")
    ear = Ear.on(phone)
    sign_in(phone, live_server.url, user)
    phone.goto(f"{live_server.url}/medecin/")
    taps = Taps()
    taps.on(phone.get_by_role("link", name="Proposer comme l’an dernier"))
    look(phone, ear, "again-360")
    taps.on(phone.get_by_role("button", name="Proposer ces semaines"))
    expect(phone.get_by_text("semaines proposées comme l’an dernier")).to_be_visible()
    assert taps.count <= 3
    assert Offer.objects.filter(monday__gt=timezone.localdate()).count() == 2

    phone.goto(f"{live_server.url}/medecin/semaines/")
    taps, began = Taps(), time.monotonic()
    taps.on(phone.get_by_role("link", name="Une semaine parmi plusieurs"))
    taps.on(
        phone.get_by_role("group", name="N’importe quelle semaine de").get_by_role("link").nth(4)
    )
    look(phone, ear, "offer-360")
    taps.on(phone.get_by_role("button", name="Proposer", exact=True))
    expect(phone.get_by_role("heading", name="Ce que vous proposez")).to_be_visible()
    assert taps.count <= 3
    assert time.monotonic() - began < OFFER_SECONDS
    assert OfferSet.objects.get().offers.count() >= 4

    phone.goto(f"{live_server.url}/medecin/choisir/")
    look(phone, ear, "choose-360")
    phone.get_by_role("button", name="Retenir 48 h").first.click()
    expect(phone.get_by_text("Retenue pour vous jusqu’au")).to_be_visible()
    look(phone, ear, "held-360")
    phone.get_by_role("button", name="Oui, je viens").click()
    expect(phone.get_by_text("Cette semaine est la vôtre")).to_be_visible()
    mission = Mission.objects.get()
    assert (mission.state, mission.line.centre) == (MissionState.CONFIRMED, centre)
