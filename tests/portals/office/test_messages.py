"""The office reads what left and what did not, sends once more, and changes the words."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from relais.accounts.states import Role
from relais.core.models import AuditEntry
from relais.journeys.sending import send_messages
from relais.outbox import queries, services
from relais.outbox.models import Delivery, IncomingSms, Message, TextVersion
from relais.outbox.recipients import PATIENT
from relais.outbox.services import Refused
from relais.outbox.states import DeliveryState, Meaning
from tests import factories
from tests.outbox.posts import BY, NOW, OtherSide, post, recipient, send, way_of

pytestmark = pytest.mark.django_db
LOG_QUERIES = 9


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(factories.user(Role.PLANNER, name="Claire Martin"))
    return client


def refused() -> Delivery:
    message = post(recipient(phone=""))

    def no() -> None:
        raise Refused("Cette boîte n’existe pas.")

    send(OtherSide(before=no))
    return way_of(message)


def test_the_log_says_where_each_message_is_and_why_it_did_not_leave(planner: Client) -> None:
    refused()
    post(recipient(2), "invitation")
    page = planner.get(reverse("office_messages")).content.decode()
    assert "Cette boîte n’existe pas." in page
    assert "Essai : &lt;network&gt;" in page
    assert "1 message</a>" not in page
    assert "2\u00a0envois." in page
    only = planner.get(reverse("office_messages"), {"a_voir": "on"}).content.decode()
    assert "1\u00a0envoi." in only


def test_the_team_neither_lists_nor_reads_what_goes_to_a_patient(planner: Client) -> None:
    way = refused()
    Message.objects.update(recipient_kind=PATIENT)
    listed = planner.get(reverse("office_messages")).content.decode()
    assert "1\u00a0message à des patients n’est pas arrivé" in listed
    assert "Dupont" not in listed
    assert planner.get(reverse("office_message", args=[way.message_id])).status_code == 404
    for act in ("office_message_resend", "office_message_settle"):
        assert planner.post(reverse(act, args=[way.pk])).status_code == 404
    assert queries.count_troubles() == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "Dupont 2"}, 1),
        ({"etat": "failed"}, 1),
        ({"modele": "mission_invitation"}, 1),
        ({"voie": "sms"}, 0),
        ({"voie": "pigeon"}, 2),
    ],
)
def test_the_log_is_narrowed(planner: Client, asked: dict[str, str], found: int) -> None:
    refused()
    post(recipient(2), "invitation")
    assert planner.get(reverse("office_messages"), asked).context["page"].paginator.count == found


def test_the_log_costs_the_same_for_one_and_for_three(
    planner: Client, django_assert_num_queries
) -> None:
    for number in (1, 2, 3):
        post(recipient(number))
        planner.get(reverse("office_messages"))
        with django_assert_num_queries(LOG_QUERIES):
            planner.get(reverse("office_messages"))


def test_what_somebody_must_look_at_is_counted_in_the_menu(planner: Client) -> None:
    assert "à voir : </span>" not in planner.get(reverse("office_board")).content.decode()
    refused()
    IncomingSms.objects.create(
        gateway_id="1", number="+33612345678", text="?", meaning=Meaning.OTHER, received_at=NOW
    )
    assert ", à voir : </span>2</span>" in planner.get(reverse("office_board")).content.decode()


def test_a_message_is_sent_once_more_to_a_corrected_address(planner: Client) -> None:
    delivery = refused()
    shown = planner.get(reverse("office_message", args=[delivery.message_id]))
    assert "Envoyer une nouvelle fois" in shown.content.decode()
    address = reverse("office_message_resend", args=[delivery.pk])
    wrong = planner.post(address, {"address": "camille"})
    assert wrong.status_code == 422
    assert "Ce n’est pas une adresse électronique." in wrong.content.decode()
    assert planner.post(address, {"address": "camille@exemple.fr"}).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.address) == (DeliveryState.WAITING, "camille@exemple.fr")
    assert AuditEntry.objects.filter(verb="outbox.resent", actor_label="Claire Martin").exists()


def test_a_failure_is_settled(planner: Client) -> None:
    delivery = refused()
    planner.post(reverse("office_message_settle", args=[delivery.pk]))
    delivery.refresh_from_db()
    assert delivery.settled_by == "Claire Martin"
    assert queries.count_troubles() == 0


def test_the_direction_reads_and_does_not_act(client: Client) -> None:
    delivery = refused()
    client.force_login(factories.user(Role.DIRECTOR))
    page = client.get(reverse("office_message", args=[delivery.message_id])).content.decode()
    assert "Envoyer une nouvelle fois" not in page
    assert client.post(reverse("office_message_settle", args=[delivery.pk])).status_code == 403
    assert client.get(reverse("office_texts")).status_code == 403


def test_a_personal_link_is_never_shown(planner: Client) -> None:
    message = post(what="request")
    page = planner.get(reverse("office_message", args=[message.pk])).content.decode()
    assert "https://relais.test/lien" not in page
    assert "Les liens personnels ne sont pas montrés." in page


def test_an_sms_to_read_is_read(planner: Client) -> None:
    sms = services.receive_sms("g1", number="0612345678", text="Rappelez-moi", by=BY, now=NOW).sms
    assert "Rappelez-moi" in planner.get(reverse("office_messages_sms")).content.decode()
    planner.post(reverse("office_messages_sms_settle", args=[sms.pk]))
    sms.refresh_from_db()
    assert sms.settled_by == "Claire Martin"


WORDS = {"subject": "Essai de {réseau}", "text": "Bonjour {nom},\n\nÇa marche.", "sms": "ça marche"}
TEXT = "test_message"


def test_words_are_looked_at_before_they_are_saved(planner: Client) -> None:
    page = planner.post(reverse("office_text", args=[TEXT]), {**WORDS, "act": "look"})
    shown = page.content.decode()
    assert page.status_code == 200
    assert "<strong>Essai de Le Relais</strong>" in shown
    assert "Bonjour Dr Camille Dupont," in shown
    assert "un seul SMS" in shown
    assert TextVersion.objects.count() == 0


def test_words_are_saved_as_a_version_and_used_from_then_on(planner: Client) -> None:
    old = post(version=1)
    planner.post(reverse("office_text", args=[TEXT]), {**WORDS, "act": "save"})
    new = post(version=2)
    assert (old.subject, old.text_version) == ("Essai : <network>", 0)
    assert (new.subject, new.text_version) == ("Essai de <network>", 1)
    again = planner.post(reverse("office_text", args=[TEXT]), {**WORDS, "act": "save"})
    assert again.status_code == 302
    assert TextVersion.objects.get().written_by == "Claire Martin"
    assert "version 1" in planner.get(reverse("office_text", args=[TEXT])).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "Bonjour {prénom}"}, "« {prénom} » ne désigne rien ici."),
        ({"text": "Bonjour {nom"}, "Une accolade seule ne désigne rien ici."),
        ({"text": "Votre vaccin est prêt."}, "« vaccin » : un message qui part ne parle jamais"),
        ({"sms": ""}, "Il manque le texte du SMS."),
    ],
)
def test_words_that_cannot_leave_are_refused(
    planner: Client, changes: dict[str, str], sentence: str
) -> None:
    page = planner.post(reverse("office_text", args=[TEXT]), {**WORDS, **changes, "act": "save"})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert TextVersion.objects.count() == 0


def test_a_trial_goes_to_whoever_asks_for_it(planner: Client) -> None:
    planner.post(reverse("office_text", args=[TEXT]), {**WORDS, "act": "trial"})
    assert send_messages(NOW) == 1
    assert [one.to for one in mail.outbox] == [["Claire Martin <" + _email() + ">"]]
    assert mail.outbox[0].subject == "Essai de Le Relais"
    assert TextVersion.objects.count() == 0
    assert AuditEntry.objects.filter(verb="outbox.trial_sent").count() == 1


def _email() -> str:
    return Delivery.objects.get().address


def test_an_unknown_text_is_not_there(planner: Client) -> None:
    assert planner.get(reverse("office_text", args=["rien"])).status_code == 404
