"""Entering by link, in a person's words and steps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relais.accounts.models import SignInLink
from relais.accounts.services import create_link
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from tests import factories
from tests.factories import by
from tests.portals.account.totp import code_of, with_totp
from tests.tasks import tasks_at_once

pytestmark = pytest.mark.django_db
LOGIN = "/compte/entrer/"


def ask(client: Client, email: str, **more: str) -> tuple[int, str]:
    with tasks_at_once():
        answer = client.post(LOGIN, {"email": email, **more})
    return answer.status_code, answer.headers.get("Location", "")


def link_in(letter: str) -> str:
    found = re.search(r"http://testserver(\S+)", letter)
    assert found is not None
    return found[1]


def fresh_link(user: object) -> str:
    token = create_link(user, by=by(), now=timezone.now())  # type: ignore[arg-type]
    return reverse("account_enter", args=[token])


def person_in(client: Client) -> str | None:
    answer = client.get(reverse("account_profile"))
    return answer.context["user"].email if answer.status_code == 200 else None


def test_a_person_asks_for_a_link_reads_the_letter_and_enters(client: Client) -> None:
    user = factories.user(Role.PLANNER, email="anne@exemple.fr", name="Anne Roy")
    assert ask(client, " Anne@Exemple.fr ") == (302, reverse("account_link_sent"))
    (letter,) = mail.outbox
    assert letter.to == ["anne@exemple.fr"]
    assert "Bonjour Anne Roy" in letter.body
    page = client.get(link_in(letter.body))
    assert page.status_code == 200
    assert "Bonjour Anne Roy" in page.content.decode()
    assert person_in(client) is None
    entered = client.post(link_in(letter.body))
    assert (entered.status_code, entered.headers["Location"]) == (302, reverse("home"))
    assert person_in(client) == "anne@exemple.fr"
    entry = AuditEntry.objects.get(verb="accounts.signed_in")
    assert (entry.actor, entry.details) == (f"user:{user.pk}", {"how": "lien"})


def test_nothing_tells_whether_an_address_is_known(client: Client) -> None:
    factories.user(email="anne@exemple.fr")
    factories.user(email="ferme@exemple.fr", is_active=False)
    answers = [ask(client, email) for email in ("anne@exemple.fr", "personne@exemple.fr")]
    assert answers[0] == answers[1]
    assert ask(client, "ferme@exemple.fr") == answers[0]
    assert [letter.to for letter in mail.outbox] == [["anne@exemple.fr"]]


def test_a_wrong_address_is_said_on_the_page(client: Client) -> None:
    page = client.post(LOGIN, {"email": "anne"})
    assert page.status_code == 422
    assert "Ce n’est pas une adresse électronique" in page.content.decode()


def test_programs_that_open_the_link_before_its_owner_do_not_spend_it(client: Client) -> None:
    address = fresh_link(factories.user())
    for _ in range(3):
        assert Client().get(address).status_code == 200
        assert Client().head(address).status_code == 200
    assert client.post(address).status_code == 302


def test_a_link_may_be_used_in_another_browser(client: Client) -> None:
    user = factories.user(email="anne@exemple.fr")
    ask(client, user.email)
    phone = Client()
    phone.post(link_in(mail.outbox[0].body))
    assert person_in(phone) == "anne@exemple.fr"
    assert person_in(client) is None


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("used", "Ce lien a déjà servi"),
        ("expired", "Ce lien a expiré"),
        ("cut", "Ce lien ne mène nulle part"),
        ("closed", "Ce compte est fermé"),
    ],
)
def test_a_link_that_opens_nothing_says_why_and_what_to_do(
    client: Client, method: str, state: str, words: str
) -> None:
    user = factories.user()
    address = fresh_link(user)
    if state == "used":
        Client().post(address)
    elif state == "expired":
        SignInLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    elif state == "cut":
        address = address[:-6] + "/"
    else:
        user.is_active = False
        user.save()
    page = getattr(client, method)(address)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Demander un lien" in page.content.decode()
    assert person_in(client) is None


def test_a_used_link_opened_in_another_tab_leads_on(client: Client) -> None:
    address = fresh_link(factories.user())
    client.post(address)
    for answer in (client.get(address), client.post(address)):
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))


def test_a_link_for_someone_else_says_so_and_changes_the_person(client: Client) -> None:
    first, second = factories.user(name="Anne Roy"), factories.user(name="Bruno Petit")
    client.post(fresh_link(first))
    address = fresh_link(second)
    page = client.get(address).content.decode()
    assert "Anne Roy est dans son compte sur cet appareil" in page
    client.post(address)
    assert person_in(client) == second.email


def test_the_page_of_a_link_is_kept_by_nobody(client: Client) -> None:
    page = client.get(fresh_link(factories.user()))
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_link_leads_to_the_page_that_was_wanted(client: Client) -> None:
    ask(client, factories.user().email, next="/compte/sessions/")
    entered = client.post(link_in(mail.outbox[0].body))
    assert entered.headers["Location"] == "/compte/sessions/"


@pytest.mark.parametrize(
    "wanted", ["https://mal.exemple/", "//mal.exemple/", "/\\mal.exemple", "javascript:alert(1)"]
)
def test_a_link_never_leads_elsewhere(client: Client, wanted: str) -> None:
    ask(client, factories.user().email, next=wanted)
    address = link_in(mail.outbox[0].body)
    assert "mal" not in address
    entered = client.post(f"{address.split('?')[0]}?next={wanted}")
    assert entered.headers["Location"] == reverse("home")


def test_the_session_changes_when_a_person_enters(client: Client) -> None:
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(fresh_link(factories.user()))
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_session_of_one_person_holds_nothing_of_the_one_before(client: Client) -> None:
    client.post(fresh_link(factories.user()))
    session = client.session
    session["kept"] = "of the first"
    session.save()
    client.post(fresh_link(factories.user()))
    assert "kept" not in client.session


def test_a_second_factor_is_asked_after_the_link(client: Client) -> None:
    user = factories.user()
    secret = with_totp(user)
    answer = client.post(f"{fresh_link(user)}?next=/compte/sessions/")
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert person_in(client) is None
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert person_in(client) is None
    passed = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert passed.headers["Location"] == "/compte/sessions/"
    assert person_in(client) == user.email
    assert AuditEntry.objects.get(verb="accounts.signed_in").details == {"how": "lien, code"}


def test_too_many_links_for_one_address_are_refused_known_or_not() -> None:
    known = factories.user(email="anne@exemple.fr")
    for email in (known.email, "personne@exemple.fr"):
        answers = [ask(Client(REMOTE_ADDR=f"192.0.2.{n}"), email)[0] for n in range(7)]
        assert answers == [302] * 5 + [429] * 2
    assert len(mail.outbox) == 5


def test_too_many_links_from_one_place_are_refused_in_french() -> None:
    client = Client()
    answers = [client.post(LOGIN, {"email": f"p{n}@exemple.fr"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert "Trop d’essais" in answers[-1].content.decode()


def test_too_many_made_up_links_are_refused() -> None:
    client = Client()
    answers = [client.get(reverse("account_enter", args=[f"x{n}"])).status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_form_without_its_token_is_refused_in_french() -> None:
    page = Client(enforce_csrf_checks=True).post(LOGIN, {"email": "anne@exemple.fr"})
    assert page.status_code == 403
    assert "restée ouverte trop longtemps" in page.content.decode()


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        ([Role.PLANNER], "office_board"),
        ([Role.DIRECTOR], "office_board"),
        ([Role.ADMINISTRATOR], "office_people"),
        ([Role.ADMINISTRATOR, Role.PLANNER], "office_board"),
        ([Role.COORDINATOR], "centre_home"),
        ([Role.DOCTOR], "doctor_home"),
        ([Role.TOWN], "account_profile"),
        ([], "account_profile"),
    ],
)
def test_each_role_comes_home(client: Client, roles: list[Role], name: str) -> None:
    client.force_login(factories.user(*roles))
    assert client.get(reverse("home")).headers["Location"] == reverse(name)
