"""The desk of messages, the words of a text with their preview, one's own messages; two widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from relais.accounts.states import Role
from relais.journeys.recipients import of_doctor
from relais.outbox import services
from relais.outbox.services import Refused
from tests import factories
from tests.browser.pages import DESK, PHONE, Ear, look, sign_in
from tests.outbox.posts import BY, NOW, OtherSide, arguments, recipient, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = {
    "name": "Dr Camille Dupont",
    "network": "Le Relais",
    "week": "semaine du lundi 11 janvier",
    "centre": "Ajain",
    "first": "11 janvier à 8 h",
    "last": "16 janvier à 12 h",
    "link": "https://relais.test/medecin/missions/12/",
}


def post(to, what: str = "invitation", **fields):
    asked = arguments(what, **fields)
    asked["values"] = {key: WORDS.get(key, value) for key, value in asked["values"].items()}
    return services.post(to, **asked)


@pytest.mark.parametrize(("size", "width"), [(DESK, 1280), (PHONE, 360)])
def test_the_office_finds_what_did_not_arrive_and_rewrites_a_text(
    page: Page, live_server, size: dict[str, int], width: int
) -> None:
    failed = post(recipient(name="Dr Camille Dupont", phone=""))

    def no() -> None:
        raise Refused("Le serveur refuse cette adresse (550 5.1.1 No such user).")

    send(OtherSide(before=no))
    post(recipient(2, name="Dr Sacha Morel"), "confirmed")
    send()
    post(recipient(3, name="Dr Alix Garnier", email="", phone=""))
    services.receive_sms("g1", number="0612345678", text="Oui mais mardi", by=BY, now=NOW)
    page.set_viewport_size(size)
    sign_in(page, live_server.url, factories.user(Role.PLANNER, name="Claire Martin"))
    ear = Ear.on(page)
    page.goto(f"{live_server.url}/bureau/messages/")
    page.get_by_text("2 messages à voir").wait_for()
    look(page, ear, f"messages-log-{width}")
    page.get_by_role("link", name="2 messages à voir").click()
    page.get_by_role("link", name="viendriez-vous").last.click()
    page.get_by_label("Adresse électronique").fill("camille.dupont@exemple.fr")
    look(page, ear, f"messages-one-{width}")
    page.get_by_role("button", name="Envoyer une nouvelle fois").click()
    page.get_by_text("Le message repart.").wait_for()
    assert failed.deliveries.get().address == "camille.dupont@exemple.fr"
    page.goto(f"{live_server.url}/bureau/messages/sms/")
    look(page, ear, f"messages-sms-{width}")
    page.goto(f"{live_server.url}/bureau/messages/modeles/")
    page.get_by_role("link", name="Invitation à une mission").click()
    page.get_by_label("Objet").fill("{centre} vous attend, {semaine}")
    page.get_by_role("button", name="Voir l’aperçu").click()
    page.get_by_text("Ajain vous attend, semaine du lundi 11 janvier").wait_for()
    look(page, ear, f"messages-text-{width}")
    page.get_by_label("Texte").fill("Bonjour {nom}, votre vaccin.")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("ne parle jamais de santé").wait_for()


@pytest.mark.parametrize(("size", "width"), [(DESK, 1280), (PHONE, 360)])
def test_a_doctor_reads_her_messages_and_chooses_what_comes(
    page: Page, live_server, size: dict[str, int], width: int
) -> None:
    doctor, user = factories.doctor_user(
        first_name="Camille", last_name="Dupont", phone="06 12 34 56 78"
    )
    post(of_doctor(doctor), page="/medecin/semaines/")
    page.set_viewport_size(size)
    sign_in(page, live_server.url, user)
    ear = Ear.on(page)
    page.goto(f"{live_server.url}/compte/messages/")
    look(page, ear, f"inbox-{width}")
    page.get_by_role("link", name="viendriez-vous").click()
    page.get_by_role("link", name="Ouvrir la page").wait_for()
    look(page, ear, f"inbox-one-{width}")
    page.goto(f"{live_server.url}/compte/messages/preferences/")
    page.get_by_label("Demandes pour une semaine à pourvoir").select_option("0")
    look(page, ear, f"inbox-choices-{width}")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Vos choix sont enregistrés.").wait_for()
