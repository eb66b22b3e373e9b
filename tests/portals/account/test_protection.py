"""Passwords, second factors, sessions: one's own protection."""

from __future__ import annotations

import re

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relais.accounts.models import User
from relais.accounts.services import close_account, create_link, end_sessions
from relais.accounts.states import Role
from relais.core.models import AuditEntry
from tests import factories
from tests.factories import NOW, PASSWORD, by
from tests.portals.account.totp import code_of, recovery_codes, with_totp
from tests.tasks import tasks_at_once

pytestmark = pytest.mark.django_db
NEW = "une autre phrase bien longue"


@pytest.fixture(autouse=True)
def _tasks() -> object:
    with tasks_at_once():
        yield


def by_link(user: User) -> Client:
    client = Client()
    token = create_link(user, by=by(), now=timezone.now())
    client.post(reverse("account_enter", args=[token]))
    return client


def by_password(user: User, password: str = PASSWORD, **headers: str) -> tuple[Client, str]:
    client = Client(**headers)  # type: ignore[arg-type]
    answer = client.post(
        reverse("account_password_login"), {"login": user.email, "password": password}
    )
    return client, answer.headers.get("Location", "")


def is_in(client: Client) -> bool:
    return client.get(reverse("account_profile")).status_code == 200


def verbs() -> set[str]:
    return set(AuditEntry.objects.values_list("verb", flat=True))


# -- password ---------------------------------------------------------------------------------


def test_a_person_enters_with_a_password() -> None:
    user = factories.user(password=PASSWORD)
    client, location = by_password(user)
    assert location == reverse("home")
    assert is_in(client)
    assert AuditEntry.objects.get(verb="accounts.signed_in").details == {"how": "mot de passe"}


def test_a_wrong_password_is_refused_in_the_same_words_as_an_unknown_address() -> None:
    user = factories.user(password=PASSWORD)
    pages = [
        Client().post(reverse("account_password_login"), {"login": email, "password": "faux"})
        for email in (user.email, "personne@exemple.fr")
    ]
    assert all("L’adresse ou le mot de passe ne convient pas." in p.content.decode() for p in pages)
    failed = AuditEntry.objects.filter(verb="accounts.sign_in_failed")
    assert [entry.subject_id for entry in failed] == [str(user.pk)]


def test_too_many_wrong_passwords_close_the_door_for_a_while() -> None:
    user = factories.user(password=PASSWORD)
    for n in range(5):
        by_password(user, "faux", REMOTE_ADDR=f"192.0.2.{n}")
    client, location = by_password(user, REMOTE_ADDR="192.0.2.99")
    assert (location, is_in(client)) == ("", False)


def test_too_many_attempts_from_one_place_answer_429_in_french() -> None:
    client = Client()
    address = reverse("account_password_login")
    answers = [client.post(address, {"login": "x@exemple.fr", "password": "x"}) for _ in range(31)]
    assert answers[-1].status_code == 429
    assert "Trop d’essais" in answers[-1].content.decode()


def test_a_closed_account_is_told_so_after_a_right_password() -> None:
    user = factories.user(password=PASSWORD, is_active=False)
    client, location = by_password(user)
    assert location == reverse("account_inactive")
    assert "Ce compte est fermé" in client.get(location).content.decode()


def test_a_person_who_came_by_link_chooses_a_password() -> None:
    user = factories.user()
    client = by_link(user)
    page = client.post(reverse("account_password"), {"new": NEW, "again": NEW})
    assert page.headers["Location"] == reverse("account_profile")
    assert is_in(client)
    assert by_password(user, NEW)[1] == reverse("home")
    assert "accounts.password_set" in verbs()
    assert "Un mot de passe a été choisi" in mail.outbox[-1].body


def test_a_forgotten_password_is_replaced_after_a_link_without_the_former_one() -> None:
    user = factories.user(password=PASSWORD)
    client = by_link(user)
    client.post(reverse("account_password"), {"new": NEW, "again": NEW})
    assert by_password(user, NEW)[1] == reverse("home")
    assert by_password(user, PASSWORD)[1] == ""


def test_who_came_with_the_password_gives_it_again_to_change_it() -> None:
    user = factories.user(password=PASSWORD)
    client, _ = by_password(user)
    address = reverse("account_password")
    page = client.post(address, {"present": "faux", "new": NEW, "again": NEW})
    assert page.status_code == 422
    assert "Ce mot de passe ne convient pas." in page.content.decode()
    assert client.post(address, {"new": NEW, "again": NEW}).status_code == 422
    assert client.post(address, {"present": PASSWORD, "new": NEW, "again": NEW}).status_code == 302


def test_an_old_session_without_password_cannot_plant_one(client: Client) -> None:
    client.force_login(factories.user())
    page = client.post(reverse("account_password"), {"new": NEW, "again": NEW})
    assert "entrez avec un nouveau lien" in page.content.decode()
    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize("weak", ["court", "123456789012345", "motdepasse", "password1234"])
def test_a_password_that_is_easy_to_guess_is_refused(weak: str) -> None:
    client = by_link(factories.user())
    page = client.post(reverse("account_password"), {"new": weak, "again": weak})
    assert page.status_code == 422


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    user = factories.user(password=PASSWORD)
    other, _ = by_password(user)
    client = by_link(user)
    client.post(reverse("account_password"), {"new": NEW, "again": NEW})
    assert (is_in(other), is_in(client)) == (False, True)


# -- second factors ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_person_adds_an_authenticator_application_and_gets_recovery_codes() -> None:
    user = factories.user()
    elsewhere, client = by_link(user), by_link(user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64" in page.content.decode()
    added = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert added.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(added.headers["Location"])
    assert codes.status_code == 200
    assert all(code in codes.content.decode() for code in recovery_codes(user))
    text = client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert all(code in text for code in recovery_codes(user))
    assert {"accounts.totp_added"} <= verbs()
    assert (is_in(elsewhere), is_in(client)) == (False, True)
    assert "application d’authentification protège" in mail.outbox[-1].body


def test_the_secret_of_an_application_cannot_be_read_in_the_database() -> None:
    user = factories.user()
    secret = with_totp(user)
    kept = Authenticator.objects.get(user=user, type="totp").data
    assert secret not in str(kept)
    assert Authenticator.objects.get(user=user, type="totp").wrap().validate_code(code_of(secret))


def test_a_recovery_code_lets_in_once() -> None:
    user = factories.user(password=PASSWORD)
    with_totp(user)
    code = recovery_codes(user)[0]
    for expected in (True, False):
        client, location = by_password(user)
        assert location == reverse("mfa_authenticate")
        client.post(location, {"code": code})
        assert is_in(client) is expected


def test_a_code_lets_in_once() -> None:
    user = factories.user(password=PASSWORD)
    code = code_of(with_totp(user))
    for expected in (True, False):
        client, location = by_password(user)
        client.post(location, {"code": code})
        assert is_in(client) is expected


def test_changing_a_second_factor_asks_to_prove_who_one_is_again() -> None:
    user = factories.user(password=PASSWORD)
    secret = with_totp(user)
    client, location = by_password(user)
    client.post(location, {"code": recovery_codes(user)[0]})
    asked = client.get(reverse("mfa_deactivate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    page = client.get(asked.headers["Location"]).content.decode()
    assert "Confirmez que c’est vous" in page
    by_code = reverse("mfa_reauthenticate")
    confirmed = client.post(
        f"{by_code}?next={reverse('mfa_deactivate_totp')}", {"code": code_of(secret)}
    )
    assert confirmed.headers["Location"] == reverse("mfa_deactivate_totp")
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()
    assert "accounts.totp_removed" in verbs()


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_replace_the_former_ones() -> None:
    user = factories.user()
    secret = with_totp(user)
    client = by_link(user)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    before = recovery_codes(user)
    client.post(
        f"{reverse('mfa_reauthenticate')}?next={reverse('mfa_generate_recovery_codes')}",
        {"code": before[0]},
    )
    client.post(reverse("mfa_generate_recovery_codes"))
    assert not set(before) & set(recovery_codes(user))
    assert "accounts.codes_made" in verbs()


# -- staff in production ----------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PLANNER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_staff_without_second_factor_is_led_to_add_one(
    client: Client, settings: object, role: Role
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    user = factories.user(role)
    client.force_login(user)
    home = {
        Role.PLANNER: "office_board",
        Role.COORDINATOR: "centre_home",
        Role.ADMINISTRATOR: "office_people",
    }[role]
    assert client.get(reverse(home)).headers["Location"] == reverse("account_second_factor")
    page = client.get(reverse("account_second_factor")).content.decode()
    assert "Votre rôle donne accès aux données d’autres personnes" in page
    with_totp(user)
    assert client.get(reverse(home)).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client: Client, settings: object) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    user = factories.user(Role.ADMINISTRATOR)
    with_totp(user)
    Authenticator.objects.filter(user=user, type="totp").delete()
    client.force_login(user)
    assert client.get(reverse("office_people")).status_code == 302


def test_staff_keeps_its_last_second_factor(settings: object) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    user = factories.user(Role.PLANNER)
    secret = with_totp(user)
    client = by_link(user)
    client.post(reverse("mfa_authenticate"), {"code": recovery_codes(user)[0]})
    client.post(
        f"{reverse('mfa_reauthenticate')}?next={reverse('mfa_deactivate_totp')}",
        {"code": code_of(secret)},
    )
    page = client.post(reverse("mfa_deactivate_totp"))
    assert "Votre rôle demande une double vérification" in page.content.decode()
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_a_doctor_needs_no_second_factor_even_in_production(
    client: Client, settings: object
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    _, account = factories.doctor_user()
    client.force_login(account)
    assert client.get(reverse("doctor_home")).status_code == 200


# -- sessions ---------------------------------------------------------------------------------


def test_a_person_sees_where_she_is_signed_in_and_ends_the_other_places() -> None:
    user = factories.user(password=PASSWORD)
    phone, _ = by_password(user, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604.1")
    desk, _ = by_password(user, HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0")
    page = desk.get(reverse("account_sessions")).content.decode()
    assert "Safari sur iPhone" in page
    assert re.search(r"Firefox sur Windows</strong> \(cet appareil\)", page)
    desk.post(reverse("account_sessions"), {"others": "1"})
    assert (is_in(phone), is_in(desk)) == (False, True)


def test_signing_out_everywhere_ends_this_place_too() -> None:
    user = factories.user(password=PASSWORD)
    phone, desk = by_password(user)[0], by_password(user)[0]
    answer = desk.post(reverse("account_sessions"), {"everywhere": "1"})
    assert answer.headers["Location"] == reverse("account_login")
    assert (is_in(phone), is_in(desk)) == (False, False)
    assert "accounts.sessions_ended" in verbs()


def test_the_team_signs_someone_out_and_closing_an_account_does_too() -> None:
    user = factories.user(password=PASSWORD)
    client, _ = by_password(user)
    end_sessions(user, by=by(), now=NOW)
    assert not is_in(client)
    client, _ = by_password(user)
    close_account(user, by=by(), now=NOW)
    assert not is_in(client)


def test_signing_out_is_a_post() -> None:
    client = by_link(factories.user())
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_in(client)
    client.post(reverse("account_logout"))
    assert not is_in(client)


def test_a_session_ends_some_hours_after_the_last_visit(settings: object) -> None:
    client = by_link(factories.user())
    session = Session.objects.get(pk=client.session.session_key)
    hours = (session.expire_date - timezone.now()).total_seconds() / 3600
    assert hours == pytest.approx(settings.SESSION_COOKIE_AGE / 3600, abs=0.05)  # type: ignore[attr-defined]
    session.expire_date = timezone.now()
    session.save()
    assert not is_in(client)


def test_a_page_does_not_write_the_session_each_time(
    client: Client, django_assert_num_queries: object
) -> None:
    client.force_login(factories.user())
    client.get(reverse("account_password"))
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get(reverse("account_link_sent"))  # session, person, roles


def test_how_one_entered_is_forgotten_with_the_session() -> None:
    client = by_link(factories.user())
    assert client.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["method"] == "link"
    client.post(reverse("account_logout"))
    assert AUTHENTICATION_METHODS_SESSION_KEY not in client.session


# -- only what is used exists -----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/compte/signup/", "/compte/inscription/", "/accounts/login/", "/compte/email/", "/admin/"],
)
def test_no_other_door_exists(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


# -- when something is lost -------------------------------------------------------------------


def test_without_the_key_of_the_site_codes_open_nothing_and_nothing_breaks(
    settings: object,
) -> None:
    user = factories.user(password=PASSWORD)
    secret = with_totp(user)
    settings.SECRET_KEY = "another key, after a restore without the former one"  # type: ignore[attr-defined]
    client, location = by_password(user)
    assert client.post(location, {"code": code_of(secret)}).status_code == 200
    assert client.post(location, {"code": "12345678"}).status_code == 200
    assert not is_in(client)


def test_a_former_key_still_opens_what_it_hid(settings: object) -> None:
    user = factories.user(password=PASSWORD)
    secret = with_totp(user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another key"  # type: ignore[attr-defined]
    client, location = by_password(user)
    client.post(location, {"code": code_of(secret)})
    assert is_in(client)


def test_the_team_takes_a_lost_second_factor_away(client: Client) -> None:
    client.force_login(factories.user(Role.ADMINISTRATOR))
    user = factories.user(Role.PLANNER, password=PASSWORD)
    with_totp(user)
    address = reverse("office_person_factors", args=[user.pk])
    assert "assurez-vous de vive voix" in client.get(address).content.decode().lower()
    assert Authenticator.objects.filter(user=user).exists()
    client.post(address, {"why": "téléphone perdu"})
    assert not Authenticator.objects.filter(user=user).exists()
    assert mail.outbox[-1].to == [user.email]
    entry = AuditEntry.objects.get(verb="accounts.second_factors_removed")
    assert (entry.subject_id, entry.why) == (str(user.pk), "téléphone perdu")
    assert by_password(user)[1] == reverse("home")
